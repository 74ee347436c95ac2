#include "functions/comparison_kernels.h"

#include <memory>
#include <utility>
#include <vector>

#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/type.h"
#include "functions/arithmetic_kernels.h"
#include "functions/fixed_width_kernels.h"
#include "functions/ordering.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

template <ComparisonOp op, typename T>
bool TestValues(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    switch (op) {
      case ComparisonOp::kEqual: return FloatEqual(a, b);
      case ComparisonOp::kLess: return FloatLess(a, b);
      case ComparisonOp::kLessOrEqual: return !FloatLess(b, a);
      case ComparisonOp::kGreater: return FloatLess(b, a);
      case ComparisonOp::kGreaterOrEqual: return !FloatLess(a, b);
    }
  } else if constexpr (std::is_same_v<T, DecimalSlot>) {
    return TestValues<op, __int128>(a, b);
  } else {
    switch (op) {
      case ComparisonOp::kEqual: return a == b;
      case ComparisonOp::kLess: return a < b;
      case ComparisonOp::kLessOrEqual: return a <= b;
      case ComparisonOp::kGreater: return a > b;
      case ComparisonOp::kGreaterOrEqual: return a >= b;
    }
  }
  return false;
}

template <ComparisonOp op>
bool TestOrder(int order) {
  return TestValues<op, int>(order, 0);
}

template <ComparisonOp op, typename T>
Kernel FixedKernel() {
  return [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return TestFixedPair<T>(arguments, rows, TestValues<op, T>);
  };
}

template <ComparisonOp op>
Result<ColumnVector> CompareBooleans(std::span<const ColumnVector> arguments, int64_t rows,
                                     EvaluationContext*) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  const BooleanReader left(arguments[0]);
  const BooleanReader right(arguments[1]);
  return MakeBooleanColumn(rows, validity, [&](int64_t row) {
    return TestValues<op, int>(left[row], right[row]);
  });
}

template <ComparisonOp op>
Result<ColumnVector> CompareStrings(std::span<const ColumnVector> arguments, int64_t rows,
                                    EvaluationContext*) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  const BytesReader left(arguments[0]);
  const BytesReader right(arguments[1]);
  return MakeBooleanColumn(rows, validity, [&](int64_t row) {
    if constexpr (op == ComparisonOp::kEqual) return left[row] == right[row];
    return TestOrder<op>(CompareBytes(left[row], right[row]));
  });
}

template <ComparisonOp op>
Kernel NestedKernel(const DataType& type) {
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type);
  return [order](std::span<const ColumnVector> arguments, int64_t rows,
                 EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::boolean());
    const arrow::Array& left = *arguments[0].values;
    const arrow::Array& right = *arguments[1].values;
    const int64_t left_step = arguments[0].constant ? 0 : 1;
    const int64_t right_step = arguments[1].constant ? 0 : 1;
    return MakeBooleanColumn(rows, validity, [&](int64_t row) {
      return validity.IsValid(row) &&
             TestOrder<op>(order->Compare(left, row * left_step, right, row * right_step));
    });
  };
}

template <ComparisonOp op>
Kernel KernelFor(const DataType& type) {
  switch (type.id()) {
    case TypeId::kBoolean: return CompareBooleans<op>;
    case TypeId::kByte: return FixedKernel<op, int8_t>();
    case TypeId::kShort: return FixedKernel<op, int16_t>();
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval: return FixedKernel<op, int32_t>();
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval: return FixedKernel<op, int64_t>();
    case TypeId::kFloat: return FixedKernel<op, float>();
    case TypeId::kDouble: return FixedKernel<op, double>();
    case TypeId::kDecimal: return FixedKernel<op, DecimalSlot>();
    case TypeId::kString:
    case TypeId::kBinary: return CompareStrings<op>;
    default: return NestedKernel<op>(type);
  }
}

bool HasNulls(const ColumnVector& column) { return column.values->null_count() != 0; }

/// Chooses per row the column with the extreme value; gives the element's place in the
/// concatenation of all columns, or a NULL index.
Result<std::shared_ptr<arrow::Array>> ExtremeIndices(std::span<const ColumnVector> arguments,
                                                     int64_t rows, const ValueOrder& order,
                                                     bool greatest) {
  std::vector<int64_t> starts;
  int64_t next = 0;
  for (const ColumnVector& argument : arguments) {
    starts.push_back(next);
    next += argument.constant ? 1 : rows;
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int64_t)));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid, arrow::AllocateEmptyBitmap(rows));
  auto* indices = buffer->mutable_data_as<int64_t>();
  for (int64_t row = 0; row < rows; ++row) {
    int best = -1;
    int64_t best_row = 0;
    for (size_t k = 0; k < arguments.size(); ++k) {
      const arrow::Array& values = *arguments[k].values;
      const int64_t i = arguments[k].constant ? 0 : row;
      if (values.IsNull(i)) continue;
      if (best >= 0) {
        const int compared = order.Compare(values, i, *arguments[best].values, best_row);
        if (greatest ? compared <= 0 : compared >= 0) continue;
      }
      best = static_cast<int>(k);
      best_row = i;
    }
    indices[row] = best < 0 ? 0 : starts[best] + best_row;
    if (best >= 0) arrow::bit_util::SetBit(valid->mutable_data(), row);
  }
  return std::make_shared<arrow::Int64Array>(rows, std::move(buffer), std::move(valid));
}

}  // namespace

std::string_view OperatorSymbol(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kEqual: return "=";
    case ComparisonOp::kLess: return "<";
    case ComparisonOp::kLessOrEqual: return "<=";
    case ComparisonOp::kGreater: return ">";
    case ComparisonOp::kGreaterOrEqual: return ">=";
  }
  return "";
}

Kernel ComparisonKernel(ComparisonOp op, const DataType& type) {
  switch (op) {
    case ComparisonOp::kEqual: return KernelFor<ComparisonOp::kEqual>(type);
    case ComparisonOp::kLess: return KernelFor<ComparisonOp::kLess>(type);
    case ComparisonOp::kLessOrEqual: return KernelFor<ComparisonOp::kLessOrEqual>(type);
    case ComparisonOp::kGreater: return KernelFor<ComparisonOp::kGreater>(type);
    case ComparisonOp::kGreaterOrEqual: break;
  }
  return KernelFor<ComparisonOp::kGreaterOrEqual>(type);
}

Kernel NullSafeEqualKernel(const DataType& type) {
  Kernel equal = ComparisonKernel(ComparisonOp::kEqual, type);
  return [equal](std::span<const ColumnVector> arguments, int64_t rows,
                 EvaluationContext* context) -> Result<ColumnVector> {
    if (!HasNulls(arguments[0]) && !HasNulls(arguments[1]) &&
        arguments[0].values->type_id() != arrow::Type::NA) {
      return equal(arguments, rows, context);
    }
    const arrow::Array& left = *arguments[0].values;
    const arrow::Array& right = *arguments[1].values;
    const int64_t left_step = arguments[0].constant ? 0 : 1;
    const int64_t right_step = arguments[1].constant ? 0 : 1;
    ARROW_ASSIGN_OR_RAISE(ColumnVector plain, equal(arguments, rows, context));
    const BooleanReader equals(plain);
    return MakeBooleanColumn(rows, Validity{}, [&](int64_t row) {
      const bool left_null = left.IsNull(row * left_step);
      const bool right_null = right.IsNull(row * right_step);
      return left_null || right_null ? left_null && right_null : equals[row];
    });
  };
}

Kernel ExtremeKernel(const DataType& type, bool greatest) {
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type);
  return [order, greatest](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) -> Result<ColumnVector> {
    if (arguments[0].values->type_id() == arrow::Type::NA) {
      return NullConstant(arrow::null());
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> indices,
                          ExtremeIndices(arguments, rows, *order, greatest));
    arrow::ArrayVector columns;
    for (const ColumnVector& argument : arguments) {
      columns.push_back(argument.constant ? argument.values->Slice(0, 1) : argument.values);
    }
    for (std::shared_ptr<arrow::Array>& column : columns) {
      ARROW_ASSIGN_OR_RAISE(column, ViewAs(column, columns[0]->type()));
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, arrow::Concatenate(columns));
    ARROW_ASSIGN_OR_RAISE(
        arrow::Datum taken,
        arrow::compute::Take(all, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
    return ColumnVector{taken.make_array(), false};
  };
}

}  // namespace firesteel
