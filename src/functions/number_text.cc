#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "functions/arithmetic_kernels.h"
#include "functions/decimal_pattern.h"
#include "functions/printf_format.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

/// Appends a number of any type, read from `column`, in a pattern.
class NumberWriter {
 public:
  NumberWriter(const ColumnVector& column, const DataType& type) : column_(column), type_(type) {}

  void Append(int64_t row, const DecimalPattern& pattern, std::string* out) const {
    switch (type_.id()) {
      case TypeId::kFloat:
        return pattern.AppendDouble(FixedReader<float>(column_)[row], out);
      case TypeId::kDouble:
        return pattern.AppendDouble(FixedReader<double>(column_)[row], out);
      default:
        break;
    }
    const int128_t value = Integer(row);
    const int scale = type_.id() == TypeId::kDecimal ? type_.scale() : 0;
    char text[kDecimalTextSize];
    const size_t size = FormatDecimal(value < 0 ? -value : value, 0, text);
    pattern.AppendExact(value < 0, DigitsOfUnscaled({text, size}, scale), out);
  }

 private:
  int128_t Integer(int64_t row) const {
    switch (type_.id()) {
      case TypeId::kByte: return FixedReader<int8_t>(column_)[row];
      case TypeId::kShort: return FixedReader<int16_t>(column_)[row];
      case TypeId::kInteger: return FixedReader<int32_t>(column_)[row];
      case TypeId::kLong: return FixedReader<int64_t>(column_)[row];
      default: return FixedReader<DecimalSlot>(column_)[row];
    }
  }

  const ColumnVector& column_;
  const DataType& type_;
};

Result<ColumnVector> FormatWithDigits(std::span<const ColumnVector> arguments, int64_t rows,
                                      const DataType& type) {
  const NumberWriter numbers(arguments[0], type);
  const FixedReader<int32_t> digits(arguments[1]);
  std::optional<DecimalPattern> pattern;
  int32_t pattern_digits = -1;
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
    if (digits[row] < 0) return builder->AppendNull();
    if (digits[row] != pattern_digits) {
      pattern_digits = digits[row];
      pattern = DecimalPattern::Grouped(pattern_digits);
    }
    out.clear();
    numbers.Append(row, *pattern, &out);
    return builder->Append(out);
  });
}

Result<ColumnVector> FormatWithPattern(std::span<const ColumnVector> arguments, int64_t rows,
                                       const DataType& type) {
  const NumberWriter numbers(arguments[0], type);
  const BytesReader patterns(arguments[1]);
  std::optional<DecimalPattern> pattern;
  std::string pattern_text;
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
    if (!pattern || patterns[row] != pattern_text) {
      pattern_text = patterns[row];
      if (pattern_text.empty()) {
        pattern = DecimalPattern::Grouped(0);
      } else {
        ARROW_ASSIGN_OR_RAISE(pattern, DecimalPattern::Make(pattern_text));
      }
    }
    out.clear();
    numbers.Append(row, *pattern, &out);
    return builder->Append(out);
  });
}

/// `format_number(number, digits)` and `format_number(number, pattern)`.
Result<BoundFunction> BindFormatNumber(const BindRequest& request) {
  const DataType& number = request.type(0);
  if (!number.is_numeric() && number.id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("NUMERIC"));
  }
  const TypeId given = request.type(1).id();
  const bool digits = given == TypeId::kByte || given == TypeId::kShort ||
                      given == TypeId::kInteger || given == TypeId::kNull;
  if (!digits && given != TypeId::kString) {
    return UnexpectedInputType(request, 1, "(\"INT\" or \"STRING\")");
  }
  BoundFunction function;
  const DataType type = number.is_numeric() ? number : DataType(TypeId::kDouble);
  function.argument_types = {type, digits ? TypeId::kInteger : TypeId::kString};
  function.return_type = TypeId::kString;
  function.nullable = true;
  function.may_fail = !digits;
  function.kernel = [type, digits](std::span<const ColumnVector> arguments, int64_t rows,
                                   EvaluationContext*) {
    return digits ? FormatWithDigits(arguments, rows, type)
                  : FormatWithPattern(arguments, rows, type);
  };
  return function;
}

/// Appends a nested value as the JVM prints Spark's internal arrays, maps and rows.
void AppendInternal(const Value& value, std::string* out) {
  const auto append_all = [&](const std::vector<Value>& values) {
    out->push_back('[');
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out->push_back(',');
      AppendInternal(values[i], out);
    }
    out->push_back(']');
  };
  if (value.Is<ArrayValue>()) {
    append_all(value.Get<ArrayValue>().elements);
  } else if (value.Is<StructValue>()) {
    append_all(value.Get<StructValue>().fields);
  } else if (value.Is<MapValue>()) {
    std::vector<Value> keys;
    std::vector<Value> values;
    for (const auto& [key, mapped] : value.Get<MapValue>().entries) {
      keys.push_back(key);
      values.push_back(mapped);
    }
    out->append("keys: ");
    append_all(keys);
    out->append(", values: ");
    append_all(values);
  } else {
    out->append(value.is_null() ? "null" : value.ToString());
  }
}

/// Reads the arguments of one row for a format.
class PrintfReader {
 public:
  PrintfReader(std::span<const ColumnVector> columns, const std::vector<DataType>& types)
      : columns_(columns), types_(types), texts_(columns.size()), arguments_(columns.size()) {}

  /// Valid until the next call.
  const std::vector<PrintfArgument>& Read(int64_t row) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const int64_t at = columns_[i].constant ? 0 : row;
      arguments_[i].value = std::monostate();
      if (!columns_[i].values->IsNull(at)) ReadOne(i, row, at);
    }
    return arguments_;
  }

 private:
  template <typename T>
  void Integer(size_t i, int64_t row) {
    arguments_[i].value = PrintfArgument::Integer{FixedReader<T>(columns_[i])[row], sizeof(T)};
  }

  void ReadOne(size_t i, int64_t row, int64_t at) {
    auto& value = arguments_[i].value;
    switch (types_[i].id()) {
      case TypeId::kNull: return;
      case TypeId::kBoolean: value = BooleanReader(columns_[i])[row]; return;
      case TypeId::kByte: return Integer<int8_t>(i, row);
      case TypeId::kShort: return Integer<int16_t>(i, row);
      case TypeId::kInteger: case TypeId::kDate: case TypeId::kYearMonthInterval:
        return Integer<int32_t>(i, row);
      case TypeId::kLong: case TypeId::kTimestamp: case TypeId::kTimestampNtz:
      case TypeId::kDayTimeInterval:
        return Integer<int64_t>(i, row);
      case TypeId::kFloat:
        value = PrintfArgument::Floating{FixedReader<float>(columns_[i])[row], true};
        return;
      case TypeId::kDouble:
        value = PrintfArgument::Floating{FixedReader<double>(columns_[i])[row], false};
        return;
      case TypeId::kString:
        value = PrintfArgument::Text{BytesReader(columns_[i])[row], true};
        return;
      default: break;
    }
    texts_[i].clear();
    AppendInternal(GetValue(*columns_[i].values, at, types_[i]), &texts_[i]);
    value = PrintfArgument::Text{texts_[i], false};
  }

  std::span<const ColumnVector> columns_;
  const std::vector<DataType>& types_;
  std::vector<std::string> texts_;
  std::vector<PrintfArgument> arguments_;
};

Status ZeroIndex(std::string_view name) {
  return MakeError("INVALID_PARAMETER_VALUE.ZERO_INDEX",
                   {{"parameter", "`strfmt`"}, {"functionName", "`" + std::string(name) + "`"}});
}

Result<ColumnVector> FormatStrings(std::span<const ColumnVector> arguments, int64_t rows,
                                   const std::vector<DataType>& types) {
  const BytesReader formats(arguments[0]);
  PrintfReader reader(arguments.subspan(1), types);
  std::optional<PrintfFormat> format;
  std::string format_text;
  std::string out;
  return BuildStrings(
      arguments.first(1), rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
        if (!format || formats[row] != format_text) {
          format_text = formats[row];
          if (format_text.find("%0$") != std::string::npos) return ZeroIndex("format_string");
          ARROW_ASSIGN_OR_RAISE(format, PrintfFormat::Make(format_text));
        }
        out.clear();
        ARROW_RETURN_NOT_OK(format->Append(reader.Read(row), &out));
        return builder->Append(out);
      });
}

/// `format_string(format, …)`: only the format is cast.
Result<BoundFunction> BindFormatString(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {TypeId::kString, ParameterType::Kind::kAny}));
  function.return_type = TypeId::kString;
  function.nullable = request.arguments[0]->nullable();
  std::vector<DataType> types(function.argument_types.begin() + 1, function.argument_types.end());
  function.kernel = [types](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) { return FormatStrings(arguments, rows, types); };
  return function;
}

constexpr ScalarFunctionDefinition kNumberTextFunctions[] = {
    {"format_number",
     2,
     2,
     {"`format_number(expr, digits or pattern)`: a number with groups, as "
      "`#,##0.00`.",
      "1.5.0"},
     BindFormatNumber},
    {"format_string",
     1,
     -1,
     {"`format_string(format, expr, …)`: as printf of C and Java.", "1.5.0"},
     BindFormatString},
    {"printf", 1, -1, {"`printf(format, expr, …)`: as format_string.", "1.5.0"}, BindFormatString},
};

}  // namespace

std::span<const ScalarFunctionDefinition> NumberTextFunctions() { return kNumberTextFunctions; }

}  // namespace firesteel
