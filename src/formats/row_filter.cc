#include "formats/row_filter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace firesteel {
namespace {

using Op = Predicate::Op;

template <typename T>
int OrderOf(const T& left, const T& right) {
  return left < right ? -1 : (right < left ? 1 : 0);
}

// NaN is larger than every other number and equal to itself.
int OrderOfReals(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) {
    return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
  }
  return OrderOf(left, right);
}

std::optional<int64_t> WholeOf(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::optional<int64_t> {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_integral_v<T>) {
          return static_cast<int64_t>(held);
        } else if constexpr (std::is_same_v<T, Date>) {
          return held.days;
        } else if constexpr (std::is_same_v<T, Timestamp> || std::is_same_v<T, TimestampNtz> ||
                             std::is_same_v<T, DayTimeInterval>) {
          return held.micros;
        } else if constexpr (std::is_same_v<T, YearMonthInterval>) {
          return held.months;
        } else {
          return std::nullopt;
        }
      },
      value.variant());
}

bool IsText(Op op) { return op == Op::kStartsWith || op == Op::kEndsWith || op == Op::kContains; }

bool TakesValues(Op op) { return op != Op::kIsNull && op != Op::kIsNotNull; }

}  // namespace

RowFilter RowFilter::Of(const Schema& schema, const std::vector<Predicate>& predicates) {
  RowFilter filter;
  for (const Predicate& predicate : predicates) {
    Filter made;
    if (Make(schema, predicate, &made.test, &made.columns)) {
      filter.filters_.push_back(std::move(made));
    }
  }
  return filter;
}

// False when the predicate cannot be judged here.
bool RowFilter::Make(const Schema& schema, const Predicate& predicate, Test* test,
                     std::vector<int>* columns) {
  test->op = predicate.op;
  for (const Predicate& child : predicate.children) {
    if (!Make(schema, child, &test->children.emplace_back(), columns)) return false;
  }
  if (!predicate.children.empty()) return true;
  test->column = schema.IndexOf(predicate.column);
  if (test->column < 0) return false;
  columns->push_back(test->column);
  const DataType& type = schema.field(test->column).type;
  if (IsText(test->op) && type.id() != TypeId::kString) return false;
  for (const Value& value : predicate.values) {
    if (!MakeOperand(type, value, &test->operands.emplace_back())) return false;
  }
  return predicate.op == Op::kIn || test->operands.size() == (TakesValues(predicate.op) ? 1 : 0);
}

bool RowFilter::MakeOperand(const DataType& type, const Value& value, Operand* operand) {
  if (value.is_null()) {
    operand->is_null = true;
    return true;
  }
  switch (type.id()) {
    case TypeId::kString:
      if (!value.Is<std::string>()) return false;
      operand->bytes = value.Get<std::string>();
      return true;
    case TypeId::kBinary:
      if (!value.Is<Binary>()) return false;
      operand->bytes = value.Get<Binary>().bytes;
      return true;
    case TypeId::kFloat:
      if (!value.Is<float>()) return false;
      operand->real = value.Get<float>();
      return true;
    case TypeId::kDouble:
      if (!value.Is<double>()) return false;
      operand->real = value.Get<double>();
      return true;
    case TypeId::kDecimal:
      if (!value.Is<Decimal>() || value.Get<Decimal>().scale != type.scale()) return false;
      operand->unscaled = value.Get<Decimal>().unscaled;
      return true;
    case TypeId::kBoolean:
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval: {
      const std::optional<int64_t> whole = WholeOf(value);
      operand->whole = whole.value_or(0);
      return whole.has_value();
    }
    default:
      return false;
  }
}

bool RowFilter::Drops(const JsonColumn* columns, int64_t row,
                      const std::vector<uint8_t>& known) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    for (const int column : filter.columns) {
      if (known[column] == 0) return false;
    }
    return Holds(filter.test, columns, row) != Truth::kTrue;
  });
}

RowFilter::Truth RowFilter::Holds(const Test& test, const JsonColumn* columns, int64_t row) {
  if (test.op == Op::kNot) {
    const Truth truth = Holds(test.children[0], columns, row);
    if (truth == Truth::kNull) return truth;
    return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
  }
  if (test.op == Op::kAnd || test.op == Op::kOr) {
    // One side may settle it; else NULL on either side is NULL.
    const Truth settles = test.op == Op::kAnd ? Truth::kFalse : Truth::kTrue;
    const Truth left = Holds(test.children[0], columns, row);
    if (left == settles) return left;
    const Truth right = Holds(test.children[1], columns, row);
    return right == settles || left != Truth::kNull ? right : left;
  }
  return HoldsValue(test, columns[test.column], row);
}

RowFilter::Truth RowFilter::HoldsValue(const Test& test, const JsonColumn& column, int64_t row) {
  const auto truth = [](bool holds) { return holds ? Truth::kTrue : Truth::kFalse; };
  const bool is_null = !column.IsValid(row);
  if (test.op == Op::kIsNull) return truth(is_null);
  if (test.op == Op::kIsNotNull) return truth(!is_null);
  if (test.op == Op::kEqualNullSafe) {
    const Operand& operand = test.operands[0];
    if (is_null || operand.is_null) return truth(is_null && operand.is_null);
    return truth(Order(column, row, operand) == 0);
  }
  if (is_null) return Truth::kNull;
  if (test.op == Op::kIn) {
    Truth otherwise = Truth::kFalse;
    for (const Operand& operand : test.operands) {
      if (operand.is_null) {
        otherwise = Truth::kNull;
      } else if (Order(column, row, operand) == 0) {
        return Truth::kTrue;
      }
    }
    return otherwise;
  }
  const Operand& operand = test.operands[0];
  if (operand.is_null) return Truth::kNull;
  if (IsText(test.op)) return HoldsText(test.op, column, row, operand);
  const int order = Order(column, row, operand);
  switch (test.op) {
    case Op::kLess:
      return truth(order < 0);
    case Op::kLessOrEqual:
      return truth(order <= 0);
    case Op::kGreater:
      return truth(order > 0);
    case Op::kGreaterOrEqual:
      return truth(order >= 0);
    default:
      return truth(order == 0);
  }
}

RowFilter::Truth RowFilter::HoldsText(Op op, const JsonColumn& column, int64_t row,
                                      const Operand& operand) {
  const std::string_view text = column.BytesAt(row);
  const bool holds = op == Op::kStartsWith ? text.starts_with(operand.bytes)
                     : op == Op::kEndsWith ? text.ends_with(operand.bytes)
                                           : text.find(operand.bytes) != text.npos;
  return holds ? Truth::kTrue : Truth::kFalse;
}

// How a value that is not NULL stands to the operand.
int RowFilter::Order(const JsonColumn& column, int64_t row, const Operand& operand) {
  switch (column.id()) {
    case TypeId::kBoolean:
    case TypeId::kByte:
      return OrderOf<int64_t>(column.FixedAt<int8_t>(row), operand.whole);
    case TypeId::kShort:
      return OrderOf<int64_t>(column.FixedAt<int16_t>(row), operand.whole);
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return OrderOf<int64_t>(column.FixedAt<int32_t>(row), operand.whole);
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return OrderOf(column.FixedAt<int64_t>(row), operand.whole);
    case TypeId::kFloat:
      return OrderOfReals(column.FixedAt<float>(row), operand.real);
    case TypeId::kDouble:
      return OrderOfReals(column.FixedAt<double>(row), operand.real);
    case TypeId::kDecimal:
      return OrderOf(column.FixedAt<__int128>(row), operand.unscaled);
    default:
      return OrderOf(column.BytesAt(row), std::string_view(operand.bytes));
  }
}

}  // namespace firesteel
