#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/random.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// The version of Spark whose behaviour the engine has.
constexpr const char* kVersion = "4.3.0";

Result<ColumnVector> ConstantString(const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({text}, TypeId::kString));
  return ColumnVector{std::move(array), true};
}

BoundFunction StringConstant(std::string text) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [text = std::move(text)](std::span<const ColumnVector>, int64_t,
                                             EvaluationContext*) { return ConstantString(text); };
  return function;
}

Result<BoundFunction> BindTypeof(const BindRequest& request) {
  BoundFunction function = StringConstant(request.type(0).SimpleString());
  function.argument_types = {request.type(0)};
  // The type is known without the value, which may fail.
  function.lazy_kernel = [name = request.type(0).SimpleString()](
                             std::span<const ExpressionPtr>, const arrow::RecordBatch&,
                             EvaluationContext*) { return ConstantString(name); };
  return function;
}

Result<BoundFunction> BindVersion(const BindRequest&) { return StringConstant(kVersion); }

/// Ids that rise within a partition: the partition in the upper 31 bits, the row below.
Result<BoundFunction> BindRowId(const BindRequest&) {
  constexpr int kRowBits = 33;
  BoundFunction function;
  function.return_type = TypeId::kLong;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t rows,
                       EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    const int64_t first =
        (static_cast<int64_t>(context->partition) << kRowBits) + context->rows_before;
    for (int64_t row = 0; row < rows; ++row) out[row] = first + row;
    return MakeFixedColumn(arrow::int64(), rows, Validity{}, std::move(buffer));
  };
  return function;
}

Result<BoundFunction> BindPartitionId(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kInteger;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t,
                       EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({context->partition}, TypeId::kInteger));
    return ColumnVector{std::move(array), true};
  };
  function.sql = [](const Arguments&) { return std::string("SPARK_PARTITION_ID()"); };
  return function;
}

Result<BoundFunction> BindInputFile(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t, EvaluationContext* context) {
    return ConstantString(context->input_file);
  };
  return function;
}

Result<BoundFunction> BindUuid(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.deterministic = false;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t rows, EvaluationContext*) {
    return BuildStrings({}, rows, [](int64_t, arrow::BinaryBuilder* builder) {
      return builder->Append(NewUuid());
    });
  };
  return function;
}

Status Raised(std::string_view message) {
  return MakeError("USER_RAISED_EXCEPTION", {{"errorMessage", std::string(message)}});
}

/// Fails on every row it is evaluated on.
Result<BoundFunction> BindRaiseError(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kNull,
                    [](std::span<const ColumnVector> arguments, int64_t,
                       EvaluationContext*) -> Result<ColumnVector> {
                      const BytesReader message(arguments[0]);
                      return Raised(message.IsNull(0) ? "null" : message[0]);
                    }));
  function.nullable = true;
  // What the optimizer evaluates ahead of time must not fail for rows that never come.
  function.deterministic = false;
  function.sql = [](const Arguments& arguments) {
    return "raise_error(USER_RAISED_EXCEPTION, map(errorMessage, " + arguments[0] + "))";
  };
  return function;
}

Result<BoundFunction> BindAssertTrue(const BindRequest& request) {
  const TypeId type = request.type(0).id();
  if (type != TypeId::kBoolean && type != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("BOOLEAN"));
  }
  const std::string fallback = "'" + request.arguments[0]->Sql() + "' is not true!";
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kBoolean, TypeId::kString}, TypeId::kNull,
                    [fallback](std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext*) -> Result<ColumnVector> {
                      const BooleanReader holds(arguments[0]);
                      for (int64_t row = 0; row < rows; ++row) {
                        if (!holds.IsNull(row) && holds[row]) continue;
                        if (arguments.size() == 1) return Raised(fallback);
                        const BytesReader message(arguments[1]);
                        return Raised(message.IsNull(row) ? "null" : message[row]);
                      }
                      return NullConstant(arrow::null());
                    }));
  function.nullable = true;
  return function;
}

constexpr ScalarFunctionDefinition kFunctions[] = {
    {"typeof", 1, 1, {"`typeof(expr)`: the type's name.", "3.0.0"}, BindTypeof},
    {"version", 0, 0, {"`version()`: the version of Spark that is spoken.", "3.0.0"},
     BindVersion},
    {"monotonically_increasing_id", 0, 0, {"`monotonically_increasing_id()`: an id that rises "
                                           "within each partition.", "1.4.0"},
     BindRowId},
    {"spark_partition_id", 0, 0, {"`spark_partition_id()`: the partition's number.", "1.4.0"},
     BindPartitionId},
    {"input_file_name", 0, 0, {"`input_file_name()`: the file a row comes from, or nothing.",
                               "1.5.0"},
     BindInputFile},
    {"uuid", 0, 0, {"`uuid()`: a random identifier.", "2.3.0"}, BindUuid},
    {"raise_error", 1, 1, {"`raise_error(expr)`: fails with this message.", "3.1.0"},
     BindRaiseError},
    {"assert_true", 1, 2, {"`assert_true(expr[, message])`: fails unless expr is true.", "2.0.0"},
     BindAssertTrue},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MiscellaneousFunctions() { return kFunctions; }

}  // namespace firesteel
