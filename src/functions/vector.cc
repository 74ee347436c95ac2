#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/aggregate_support.h"
#include "functions/binding.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The vector of a row: an ARRAY<FLOAT> without NULLs.
struct Vector {
  const float* values = nullptr;
  int64_t size = 0;
};

/// Reads vectors row by row.
class VectorReader {
 public:
  explicit VectorReader(const ColumnVector& column)
      : lists_(static_cast<const arrow::ListArray&>(*column.values)),
        floats_(static_cast<const arrow::FloatArray&>(*lists_.values())),
        constant_(column.constant) {}

  /// False when an element is NULL: then so is the result.
  bool Read(int64_t row, Vector* out) const {
    const int64_t i = constant_ ? 0 : row;
    *out = {floats_.raw_values() + lists_.value_offset(i), lists_.value_length(i)};
    if (floats_.null_count() == 0) return true;
    for (int64_t k = lists_.value_offset(i); k < lists_.value_offset(i + 1); ++k) {
      if (floats_.IsNull(k)) return false;
    }
    return true;
  }

 private:
  const arrow::ListArray& lists_;
  const arrow::FloatArray& floats_;
  bool constant_;
};

bool IsVector(const DataType& type) {
  return type.id() == TypeId::kArray && type.element_type().id() == TypeId::kFloat;
}

Status RequireVectors(const BindRequest& request, int count) {
  for (int i = 0; i < count; ++i) {
    if (!IsVector(request.type(i))) {
      return UnexpectedInputType(request, i, Quoted("ARRAY<FLOAT>"));
    }
  }
  return Status::OK();
}

struct InnerProduct {
  static bool Compute(const Vector& a, const Vector& b, float* out) {
    float sum = 0;
    for (int64_t i = 0; i < a.size; ++i) sum += a.values[i] * b.values[i];
    *out = sum;
    return true;
  }
};

struct Distance {
  static bool Compute(const Vector& a, const Vector& b, float* out) {
    float sum = 0;
    for (int64_t i = 0; i < a.size; ++i) {
      const float difference = a.values[i] - b.values[i];
      sum += difference * difference;
    }
    *out = static_cast<float>(std::sqrt(static_cast<double>(sum)));
    return true;
  }
};

/// NULL for vectors without a direction.
struct CosineSimilarity {
  static bool Compute(const Vector& a, const Vector& b, float* out) {
    float product = 0;
    float squares[2] = {0, 0};
    for (int64_t i = 0; i < a.size; ++i) {
      product += a.values[i] * b.values[i];
      squares[0] += a.values[i] * a.values[i];
      squares[1] += b.values[i] * b.values[i];
    }
    const auto norms = static_cast<float>(std::sqrt(static_cast<double>(squares[0])) *
                                          std::sqrt(static_cast<double>(squares[1])));
    *out = norms == 0 ? 0 : product / norms;
    return norms != 0;
  }
};

template <typename Measure>
Result<BoundFunction> BindMeasure(const BindRequest& request) {
  ARROW_RETURN_NOT_OK(RequireVectors(request, 2));
  BoundFunction function;
  function.argument_types = {request.type(0), request.type(1)};
  function.return_type = TypeId::kFloat;
  function.kernel = [name = std::string(request.name)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::float32());
    const VectorReader left(arguments[0]);
    const VectorReader right(arguments[1]);
    std::vector<float> values(rows, 0);
    std::vector<uint8_t> set(rows, 0);
    for (int64_t row = 0; row < rows; ++row) {
      Vector a, b;
      if (!validity.IsValid(row) || !left.Read(row, &a) || !right.Read(row, &b)) continue;
      if (a.size != b.size) {
        return MakeError("VECTOR_DIMENSION_MISMATCH", {{"functionName", "`" + name + "`"},
                                                       {"leftDim", std::to_string(a.size)},
                                                       {"rightDim", std::to_string(b.size)}});
      }
      set[row] = Measure::Compute(a, b, &values[row]);
    }
    ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::float32(), values, set));
    return ColumnVector{std::move(array), false};
  };
  return function;
}

/// The norm of degree 1, 2 or infinity.
Result<double> Norm(const Vector& vector, float degree, const std::string& function) {
  if (degree == 1.0F) {
    float sum = 0;
    for (int64_t i = 0; i < vector.size; ++i) sum += std::fabs(vector.values[i]);
    return sum;
  }
  if (degree == 2.0F) {
    float sum = 0;
    for (int64_t i = 0; i < vector.size; ++i) sum += vector.values[i] * vector.values[i];
    return std::sqrt(static_cast<double>(sum));
  }
  if (degree == std::numeric_limits<float>::infinity()) {
    float greatest = 0;
    for (int64_t i = 0; i < vector.size; ++i) {
      greatest = std::fmax(greatest, std::fabs(vector.values[i]));
    }
    return greatest;
  }
  return MakeError("INVALID_VECTOR_NORM_DEGREE", {{"functionName", "`" + function + "`"},
                                                  {"degree", std::to_string(degree)}});
}

/// Starts vector_norm and vector_normalize.
Result<BoundFunction> StartNorm(const BindRequest& request) {
  ARROW_RETURN_NOT_OK(RequireVectors(request, 1));
  BoundFunction function;
  function.argument_types = {request.type(0), TypeId::kFloat};
  if (request.size() == 2) {
    const TypeId degree = request.type(1).id();
    if (degree != TypeId::kFloat && degree != TypeId::kNull) {
      return UnexpectedInputType(request, 1, Quoted("FLOAT"));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr two, Literal::Make(2.0F, TypeId::kFloat));
    function.default_arguments = {std::move(two)};
  }
  return function;
}

Result<BoundFunction> BindNorm(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, StartNorm(request));
  function.return_type = TypeId::kFloat;
  function.kernel = [name = std::string(request.name)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::float32());
    const VectorReader vectors(arguments[0]);
    const FixedReader<float> degrees(arguments[1]);
    std::vector<float> values(rows, 0);
    std::vector<uint8_t> set(rows, 0);
    for (int64_t row = 0; row < rows; ++row) {
      Vector vector;
      if (!validity.IsValid(row) || !vectors.Read(row, &vector)) continue;
      ARROW_ASSIGN_OR_RAISE(double norm, Norm(vector, degrees[row], name));
      values[row] = static_cast<float>(norm);
      set[row] = 1;
    }
    ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::float32(), values, set));
    return ColumnVector{std::move(array), false};
  };
  return function;
}

/// NULL for vectors of length 0.
Result<BoundFunction> BindNormalize(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, StartNorm(request));
  function.return_type = DataType::Array(TypeId::kFloat, false);
  function.kernel = [name = std::string(request.name), type = function.return_type](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(ToArrowType(type));
    const VectorReader vectors(arguments[0]);
    const FixedReader<float> degrees(arguments[1]);
    std::vector<float> values;
    std::vector<int32_t> offsets{0};
    std::vector<uint8_t> set(rows, 0);
    for (int64_t row = 0; row < rows; ++row) {
      Vector vector;
      if (validity.IsValid(row) && vectors.Read(row, &vector)) {
        ARROW_ASSIGN_OR_RAISE(double norm, Norm(vector, degrees[row], name));
        set[row] = norm != 0 || vector.size == 0;
        for (int64_t i = 0; set[row] && i < vector.size; ++i) {
          values.push_back(static_cast<float>(vector.values[i] / norm));
        }
      }
      offsets.push_back(static_cast<int32_t>(values.size()));
    }
    ARROW_ASSIGN_OR_RAISE(auto elements, MakeFixedArray(arrow::float32(), values, {}));
    return WrapLists(type, elements, offsets, set);
  };
  return function;
}

constexpr ScalarFunctionDefinition kVectorFunctions[] = {
    {"vector_inner_product",
     2,
     2,
     {"`vector_inner_product(vector1, vector2)`: the sum of the "
      "products.",
      "4.2.0"},
     BindMeasure<InnerProduct>},
    {"vector_l2_distance",
     2,
     2,
     {"`vector_l2_distance(vector1, vector2)`: the Euclidean "
      "distance.",
      "4.2.0"},
     BindMeasure<Distance>},
    {"vector_cosine_similarity",
     2,
     2,
     {"`vector_cosine_similarity(vector1, vector2)`: the cosine "
      "of the angle between.",
      "4.2.0"},
     BindMeasure<CosineSimilarity>},
    {"vector_norm", 1, 2, {"`vector_norm(vector[, degree])`: the length.", "4.2.0"}, BindNorm},
    {"vector_normalize",
     1,
     2,
     {"`vector_normalize(vector[, degree])`: the vector of length 1 in "
      "its direction.",
      "4.2.0"},
     BindNormalize},
};

}  // namespace

std::span<const ScalarFunctionDefinition> VectorFunctions() { return kVectorFunctions; }

}  // namespace firesteel
