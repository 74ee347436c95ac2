#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "formats/datetime_pattern.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
constexpr const char* kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

/// The pattern of each row; rows with the same text share one.
class RowPattern {
 public:
  RowPattern(const ColumnVector& column, DateTimePattern::Purpose purpose)
      : texts_(column), purpose_(purpose) {}

  Result<const DateTimePattern*> At(int64_t row) {
    if (!pattern_ || texts_[row] != text_) {
      text_ = texts_[row];
      ARROW_ASSIGN_OR_RAISE(pattern_, DateTimePattern::Make(text_, purpose_));
    }
    return &*pattern_;
  }

 private:
  BytesReader texts_;
  DateTimePattern::Purpose purpose_;
  std::string_view text_;
  std::optional<DateTimePattern> pattern_;
};

Result<ColumnVector> FormatColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                  const TimeZone& zone, int64_t micros_per_unit) {
  const FixedReader<int64_t> moments(arguments[0]);
  RowPattern patterns(arguments[1], DateTimePattern::Purpose::kFormat);
  ZoneConverter converter(zone);
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
    ARROW_ASSIGN_OR_RAISE(const DateTimePattern* pattern, patterns.At(row));
    int64_t micros;
    if (__builtin_mul_overflow(moments[row], micros_per_unit, &micros)) {
      return ArithmeticOverflow("long");
    }
    out.clear();
    const int64_t local = converter.ToLocalMicros(micros);
    pattern->Format(local, (local - micros) / kMicrosPerSecond, zone, &out);
    return builder->Append(out);
  });
}

Result<BoundFunction> BindDateFormat(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  return BindSignature(request, {TypeId::kTimestamp, TypeId::kString}, TypeId::kString,
                       [zone](std::span<const ColumnVector> arguments, int64_t rows,
                              EvaluationContext*) {
                         return FormatColumn(arguments, rows, *zone, 1);
                       });
}

Status AddDefaultPattern(BoundFunction* function) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr pattern, Literal::Make(kDefaultPattern, TypeId::kString));
  function->default_arguments.push_back(std::move(pattern));
  return Status::OK();
}

Result<BoundFunction> BindFromUnixtime(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kLong, TypeId::kString}, TypeId::kString,
                    [zone](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
                      return FormatColumn(arguments, rows, *zone, kMicrosPerSecond);
                    }));
  if (request.size() == 1) ARROW_RETURN_NOT_OK(AddDefaultPattern(&function));
  return function;
}

Status CannotParse(std::string_view text, std::string_view function) {
  return MakeError("CANNOT_PARSE_TIMESTAMP",
                   {{"message", "The text '" + std::string(text) + "' does not fit the pattern"},
                    {"func", "`" + std::string(function) + "`"}});
}

/// How a parsed moment is stored.
struct Target {
  DataType type;
  std::shared_ptr<const TimeZone> zone;  ///< in which the text is read
  std::string try_function;
  bool fails;  ///< errors instead of NULL
};

/// Turns the microseconds of a moment into the target's value.
int64_t ToTarget(int64_t micros, const Target& target, ZoneConverter* converter) {
  if (target.type.id() == TypeId::kDate) {
    return FloorDivide(converter->ToLocalMicros(micros), kMicrosPerDay);
  }
  if (target.type.id() == TypeId::kLong) return FloorDivide(micros, kMicrosPerSecond);
  return micros;
}

template <typename T>
Result<ColumnVector> ParseColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                 const Target& target) {
  const auto type = ToArrowType(target.type);
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(T)));
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(validity, rows));
  auto* out = buffer->mutable_data_as<T>();
  const BytesReader text(arguments[0]);
  RowPattern patterns(arguments[1], DateTimePattern::Purpose::kParse);
  ZoneConverter converter(*target.zone);
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = 0;
    if (!validity.IsValid(row)) continue;
    ARROW_ASSIGN_OR_RAISE(const DateTimePattern* pattern, patterns.At(row));
    const std::optional<int64_t> micros =
        target.type.id() == TypeId::kTimestampNtz
            ? pattern->ParseTimestampNtz(text[row])
            : pattern->ParseTimestamp(text[row], *target.zone);
    if (micros) {
      out[row] = static_cast<T>(ToTarget(*micros, target, &converter));
    } else if (target.fails) {
      return CannotParse(text[row], target.try_function);
    } else {
      arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
    }
  }
  return MakeFixedColumn(type, rows, validity, std::move(buffer));
}

bool IsMoment(const DataType& type) {
  return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp ||
         type.id() == TypeId::kTimestampNtz;
}

/// Without a pattern these functions are casts.
Result<BoundFunction> BindAsCast(const BindRequest& request, const DataType& type, bool try_cast) {
  BoundFunction function;
  DataType from = request.type(0);
  if (!IsMoment(from) && from.id() != TypeId::kString &&
      !(from.is_numeric() && type.id() == TypeId::kTimestamp)) {
    if (!CanCastImplicitly(from, TypeId::kString, request.settings.ansi)) {
      return UnexpectedInputType(request, 0,
                                 "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or "
                                 "\"TIMESTAMP_NTZ\")");
    }
    from = from.id() == TypeId::kNull ? type : DataType(TypeId::kString);
  }
  CastOptions options{request.settings.ansi, try_cast, request.settings.time_zone};
  function.argument_types = {from};
  function.return_type = type;
  function.nullable = AnyNullable(request) || try_cast || !request.settings.ansi;
  function.kernel = [from, type, options](std::span<const ColumnVector> arguments, int64_t,
                                          EvaluationContext*) -> Result<ColumnVector> {
    ColumnVector column = arguments[0];
    if (column.constant) column.values = column.values->Slice(0, 1);
    if (from.SameType(type)) return column;
    ARROW_ASSIGN_OR_RAISE(column.values, CastArray(column.values, from, type, options));
    return column;
  };
  return function;
}

/// to_date, to_timestamp and their kin, with a pattern or without.
template <TypeId type, bool try_function>
Result<BoundFunction> BindParse(const BindRequest& request) {
  if (request.size() == 1 || IsMoment(request.type(0))) {
    ARROW_ASSIGN_OR_RAISE(BoundFunction function, BindAsCast(request, type, try_function));
    if (request.size() == 2) function.argument_types.push_back(request.type(1));
    return function;
  }
  const bool local = type == TypeId::kTimestampNtz;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(local ? "UTC" : request.settings.time_zone));
  const Target target{type, zone, type == TypeId::kDate ? "try_to_date" : "try_to_timestamp",
                      request.settings.ansi && !try_function};
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, type,
                    [target](std::span<const ColumnVector> arguments, int64_t rows,
                             EvaluationContext*) {
                      if (target.type.id() == TypeId::kDate) {
                        return ParseColumn<int32_t>(arguments, rows, target);
                      }
                      return ParseColumn<int64_t>(arguments, rows, target);
                    }));
  function.nullable |= !target.fails;
  return function;
}

/// unix_timestamp: the seconds of a moment, or of text by a pattern.
Result<BoundFunction> BindUnixTimestamp(const BindRequest& request) {
  BoundFunction function;
  if (request.size() == 0) {
    function.return_type = TypeId::kLong;
    function.nullable = false;
    function.may_fail = false;
    function.uses_context = true;
    function.kernel = [](std::span<const ColumnVector>, int64_t,
                         EvaluationContext* context) -> Result<ColumnVector> {
      const int64_t seconds = FloorDivide(context->batch_timestamp_micros, kMicrosPerSecond);
      ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({seconds}, TypeId::kLong));
      return ColumnVector{std::move(array), true};
    };
    function.sql = [](const Arguments&) {
      return std::string("unix_timestamp(current_timestamp(), ") + kDefaultPattern + ")";
    };
    return function;
  }
  if (IsMoment(request.type(0))) {
    ARROW_ASSIGN_OR_RAISE(
        function,
        BindSignature(request, {TypeId::kTimestamp, TypeId::kString}, TypeId::kLong,
                      [](std::span<const ColumnVector> arguments, int64_t rows,
                         EvaluationContext*) {
                        return MapFixed<int64_t, int64_t>(
                            arguments, rows, arrow::int64(), [](int64_t micros) {
                              return FloorDivide(micros, kMicrosPerSecond);
                            });
                      }));
  } else {
    ARROW_ASSIGN_OR_RAISE(function, (BindParse<TypeId::kLong, false>(
                                        {request.name,
                                         request.size() == 2
                                             ? request.arguments
                                             : std::vector<ExpressionPtr>{request.arguments[0],
                                                                          request.arguments[0]},
                                         request.settings})));
  }
  if (request.size() == 1) ARROW_RETURN_NOT_OK(AddDefaultPattern(&function));
  return function;
}

constexpr ScalarFunctionDefinition kDateParsingFunctions[] = {
    {"date_format",
     2,
     2,
     {"`date_format(timestamp, fmt)`: as text, by a pattern.", "1.5.0"},
     BindDateFormat},
    {"from_unixtime",
     1,
     2,
     {"`from_unixtime(sec[, fmt])`: seconds since 1970 as text.", "1.5.0"},
     BindFromUnixtime},
    {"to_date",
     1,
     2,
     {"`to_date(date_str[, fmt])`: text as a date.", "1.5.0"},
     BindParse<TypeId::kDate, false>},
    {"try_to_date",
     1,
     2,
     {"`try_to_date(date_str[, fmt])`: as to_date, NULL if malformed.", "4.0.0"},
     BindParse<TypeId::kDate, true>},
    {"to_timestamp",
     1,
     2,
     {"`to_timestamp(timestamp_str[, fmt])`: text as a timestamp.", "2.2.0"},
     BindParse<TypeId::kTimestamp, false>},
    {"to_timestamp_ltz",
     1,
     2,
     {"`to_timestamp_ltz(timestamp_str[, fmt])`: as to_timestamp.", "3.4.0"},
     BindParse<TypeId::kTimestamp, false>},
    {"to_timestamp_ntz",
     1,
     2,
     {"`to_timestamp_ntz(timestamp_str[, fmt])`: a local timestamp.", "3.4.0"},
     BindParse<TypeId::kTimestampNtz, false>},
    {"try_to_timestamp",
     1,
     2,
     {"`try_to_timestamp(timestamp_str[, fmt])`: as to_timestamp, NULL "
      "if malformed.",
      "3.5.0"},
     BindParse<TypeId::kTimestamp, true>},
    {"unix_timestamp",
     0,
     2,
     {"`unix_timestamp([time[, fmt]])`: seconds since 1970.", "1.5.0"},
     BindUnixTimestamp},
    {"to_unix_timestamp",
     1,
     2,
     {"`to_unix_timestamp(time[, fmt])`: seconds since 1970.", "1.6.0"},
     BindUnixTimestamp},
};

}  // namespace

std::span<const ScalarFunctionDefinition> DateParsingFunctions() { return kDateParsingFunctions; }

}  // namespace firesteel
