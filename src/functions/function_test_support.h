#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "expr/nodes.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {

/// A value with its type; the type follows from the value unless given.
struct TypedValue {
  TypedValue(Value v)  // NOLINT(google-explicit-constructor)
      : value(std::move(v)), type(Literal::Of(value).ValueOrDie()->type()) {}
  template <typename T>
    requires std::is_constructible_v<Value, T>
  TypedValue(T v) : TypedValue(Value(std::move(v))) {}  // NOLINT(google-explicit-constructor)
  TypedValue(Value v, DataType t) : value(std::move(v)), type(std::move(t)) {}
  Value value;
  DataType type;
};

inline const Value kNull;
inline constexpr TypeId kInteger = TypeId::kInteger;
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline Value Fields(std::vector<Value> fields) { return StructValue{std::move(fields)}; }
inline TypedValue Null(DataType type) { return {Value(), std::move(type)}; }

/// One call with its answer: a value, or an error condition.
struct CallCase {
  std::string function;
  std::vector<TypedValue> arguments;
  Value expected;
  std::string error;
  std::string column_name;
};

inline CallCase Gives(std::string function, std::vector<TypedValue> arguments, Value expected,
                      std::string column_name = "") {
  return {std::move(function), std::move(arguments), std::move(expected), "",
          std::move(column_name)};
}
inline CallCase Fails(std::string function, std::vector<TypedValue> arguments,
                      std::string condition) {
  return {std::move(function), std::move(arguments), Value(), std::move(condition), ""};
}

/// Equality in which NaN equals NaN and doubles may differ in the last digits.
inline bool SameValue(const Value& a, const Value& b) {
  if (a.Is<double>() && b.Is<double>()) {
    const double x = a.Get<double>();
    const double y = b.Get<double>();
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    if (x == 0 && y == 0) return std::signbit(x) == std::signbit(y);
    return x == y || std::fabs(x - y) <= 1e-12 * std::fabs(x);
  }
  if (a.Is<float>() && b.Is<float>() && std::isnan(a.Get<float>())) {
    return std::isnan(b.Get<float>());
  }
  return a == b;
}

inline Result<ExpressionPtr> BindOnLiterals(const CallCase& test,
                                            const FunctionSettings& settings) {
  std::vector<ExpressionPtr> arguments;
  for (const TypedValue& argument : test.arguments) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(argument.value, argument.type));
    arguments.push_back(std::move(literal));
  }
  return BindCall(test.function, std::move(arguments), false, nullptr, settings);
}

inline Result<std::vector<Value>> EvaluateOn(const ExpressionPtr& expression,
                                             const arrow::RecordBatch& batch) {
  EvaluationContext context;
  ARROW_ASSIGN_OR_RAISE(ColumnVector column, expression->Evaluate(batch, &context));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, column.Expand(batch.num_rows()));
  EXPECT_TRUE(array->ValidateFull().ok()) << array->ValidateFull().ToString();
  EXPECT_EQ(array->length(), batch.num_rows());
  EXPECT_TRUE(array->type()->Equals(*ToArrowType(expression->type())))
      << array->type()->ToString() << " instead of " << expression->type().SimpleString();
  std::vector<Value> values;
  for (int64_t i = 0; i < array->length(); ++i) {
    values.push_back(GetValue(*array, i, expression->type()));
  }
  return values;
}

/// Binds the call to columns and evaluates it over rows: the arguments, NULLs, the arguments again.
/// `constant_from` and later arguments stay literals.
inline Result<std::vector<Value>> EvaluateOnColumns(const CallCase& test, size_t constant_from,
                                                    const FunctionSettings& settings) {
  Schema schema;
  std::vector<AttributePtr> columns;
  std::vector<ExpressionPtr> arguments;
  std::vector<Value> row;
  std::vector<Value> nulls;
  for (size_t i = 0; i < test.arguments.size(); ++i) {
    const TypedValue& argument = test.arguments[i];
    if (i >= constant_from) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(argument.value, argument.type));
      arguments.push_back(std::move(literal));
      continue;
    }
    const std::string name = "c" + std::to_string(i);
    schema.Add(name, argument.type);
    columns.push_back(std::make_shared<Attribute>(name, argument.type, true, NewExprId()));
    arguments.push_back(columns.back());
    row.push_back(argument.value);
    nulls.emplace_back();
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr call, BindCall(test.function, std::move(arguments), false,
                                                     nullptr, settings));
  ARROW_ASSIGN_OR_RAISE(call, BindReferences(call, columns));
  ARROW_ASSIGN_OR_RAISE(auto batch, MakeBatch({Row(row), Row(nulls), Row(row)}, schema));
  // A slice in front of the rows that count makes wrong offsets show.
  ARROW_ASSIGN_OR_RAISE(auto padded, MakeBatch({Row(nulls), Row(row), Row(nulls), Row(row)},
                                               schema));
  ARROW_ASSIGN_OR_RAISE(std::vector<Value> plain, EvaluateOn(call, *batch));
  ARROW_ASSIGN_OR_RAISE(std::vector<Value> sliced, EvaluateOn(call, *padded->Slice(1)));
  EXPECT_TRUE(SameValue(plain[0], sliced[0])) << test.function << ": an offset is lost";
  EXPECT_TRUE(SameValue(plain[0], plain[2])) << test.function << ": rows differ";
  return plain;
}

/// Runs the cases on literals, on columns, and on a column with literals behind it.
inline void CheckCalls(const std::vector<CallCase>& cases, const FunctionSettings& settings = {},
                       bool columns_too = true) {
  static const auto one_row =
      arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), 1, arrow::ArrayVector());
  for (const CallCase& test : cases) {
    std::string text = test.function + "(";
    for (const TypedValue& argument : test.arguments) text += argument.value.ToString() + "; ";
    SCOPED_TRACE(text + ")");
    Result<ExpressionPtr> call = BindOnLiterals(test, settings);
    Result<std::vector<Value>> values = std::vector<Value>();
    if (call.ok()) {
      values = EvaluateOn(*call, *one_row);
    } else {
      values = call.status();
    }
    if (!test.error.empty()) {
      EXPECT_FALSE(values.ok()) << "gave " << (*values)[0].ToString();
      EXPECT_EQ(ErrorCondition(values.status()), test.error) << values.status().ToString();
      continue;
    }
    ASSERT_TRUE(values.ok()) << values.status().ToString();
    EXPECT_TRUE(SameValue((*values)[0], test.expected))
        << "gave " << (*values)[0].ToString() << ", expected " << test.expected.ToString();
    if (!test.column_name.empty()) {
      EXPECT_EQ((*call)->Sql(), test.column_name);
    }
    if (!columns_too) continue;
    for (const size_t constant_from : {test.arguments.size(), size_t{1}}) {
      if (test.arguments.empty()) continue;
      Result<std::vector<Value>> rows = EvaluateOnColumns(test, constant_from, settings);
      if (!rows.ok() && ErrorCondition(rows.status()).find("FOLDABLE") != std::string::npos) {
        continue;  // an argument that has to be a constant
      }
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      EXPECT_TRUE(SameValue((*rows)[0], test.expected))
          << "on columns it gave " << (*rows)[0].ToString();
    }
  }
}

/// Decimals and lists as short as the tables want them.
inline Value Dec(int64_t unscaled, int precision, int scale) {
  return Decimal{unscaled, precision, scale};
}
inline Value List(std::vector<Value> elements) { return ArrayValue{std::move(elements)}; }

}  // namespace firesteel
