#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/fixed_width_kernels.h"
#include "functions/interval_arithmetic.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/datetime.h"


namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Makes a constant column of one fixed-width value.
template <typename T>
Result<ColumnVector> ConstantColumn(const std::shared_ptr<arrow::DataType>& type, T value) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(sizeof(T)));
  std::memcpy(buffer->mutable_data(), &value, sizeof(T));
  ColumnVector column = MakeFixedColumn(type, 1, Validity{}, std::move(buffer));
  column.constant = true;
  return column;
}

/// The time of the batch, so that a batch that is run again gives the same rows.
Result<BoundFunction> BindNow(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kTimestamp;
  function.nullable = false;
  function.may_fail = false;
  function.uses_context = true;
  auto type = ToArrowType(TypeId::kTimestamp);
  function.kernel = [type](std::span<const ColumnVector>, int64_t, EvaluationContext* context) {
    return ConstantColumn(type, context->batch_timestamp_micros);
  };
  return function;
}

Result<BoundFunction> BindToday(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  BoundFunction function;
  function.return_type = TypeId::kDate;
  function.nullable = false;
  function.may_fail = false;
  function.uses_context = true;
  function.kernel = [zone](std::span<const ColumnVector>, int64_t, EvaluationContext* context) {
    const int64_t local = ZoneConverter(*zone).ToLocalMicros(context->batch_timestamp_micros);
    return ConstantColumn(arrow::date32(),
                          static_cast<int32_t>(FloorDivide(local, kMicrosPerDay)));
  };
  function.sql = [](const Arguments&) { return std::string("current_date()"); };
  return function;
}

Result<BoundFunction> BindLocalTimestamp(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  BoundFunction function;
  function.return_type = TypeId::kTimestampNtz;
  function.nullable = false;
  function.may_fail = false;
  function.uses_context = true;
  auto type = ToArrowType(TypeId::kTimestampNtz);
  function.kernel = [zone, type](std::span<const ColumnVector>, int64_t,
                                 EvaluationContext* context) {
    return ConstantColumn(type,
                          ZoneConverter(*zone).ToLocalMicros(context->batch_timestamp_micros));
  };
  return function;
}

Result<BoundFunction> BindTimeZone(const BindRequest& request) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [zone = request.settings.time_zone](
                        std::span<const ColumnVector>, int64_t,
                        EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({zone}, TypeId::kString));
    return ColumnVector{std::move(array), true};
  };
  return function;
}

int Year(int32_t days) { return static_cast<int>(CivilFromDays(days).year); }
int Quarter(int32_t days) { return (CivilFromDays(days).month + 2) / 3; }
int Month(int32_t days) { return CivilFromDays(days).month; }
int Day(int32_t days) { return CivilFromDays(days).day; }
int DayOfYear(int32_t days) {
  return static_cast<int>(days - DaysFromCivil(CivilFromDays(days).year, 1, 1)) + 1;
}
/// Monday is 0.
int Weekday(int32_t days) { return static_cast<int>(FloorModulo(int64_t{days} + 3, 7)); }
/// Sunday is 1.
int DayOfWeek(int32_t days) { return static_cast<int>(FloorModulo(int64_t{days} + 4, 7)) + 1; }
/// The ISO week: the one that holds the year's first Thursday is week 1.
int WeekOfYear(int32_t days) {
  const int64_t thursday = int64_t{days} - Weekday(days) + 3;
  return static_cast<int>((thursday - DaysFromCivil(CivilFromDays(thursday).year, 1, 1)) / 7) + 1;
}

/// A part of a date; timestamps and strings become dates first.
template <int (*part)(int32_t)>
Result<BoundFunction> BindDatePart(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kDate}, TypeId::kInteger,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int32_t, int32_t>(arguments, rows, arrow::int32(), part);
                    }));
  function.may_fail = false;
  return function;
}

template <bool month>
Result<BoundFunction> BindName(const BindRequest& request) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return BindSignature(
      request, {TypeId::kDate}, TypeId::kString,
      [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
        const FixedReader<int32_t> days(arguments[0]);
        return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
          return builder->Append(month ? kMonths[Month(days[row]) - 1] : kDays[Weekday(days[row])],
                                 3);
        });
      });
}

/// A part of the time of day: `unit` microseconds, counted modulo `modulus`.
template <int64_t unit, int64_t modulus>
Result<BoundFunction> BindTimePart(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kTimestamps}));
  const bool local = function.argument_types[0].id() == TypeId::kTimestampNtz;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(local ? "UTC" : request.settings.time_zone));
  function.return_type = TypeId::kInteger;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [zone](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
    ZoneConverter converter(*zone);
    return MapFixed<int64_t, int32_t>(
        arguments, rows, arrow::int32(), OnFailure::kNull,
        [&](int64_t micros, int32_t* out) {
          const int64_t time = converter.ToLocalMicros(micros);
          *out = static_cast<int32_t>(FloorModulo(FloorDivide(time, unit), modulus));
          return true;
        },
        [](int64_t) { return Status::OK(); });
  };
  return function;
}

template <typename T>
Result<ColumnVector> ScaleToMicros(std::span<const ColumnVector> arguments, int64_t rows,
                                   int64_t factor) {
  return MapFixed<T, int64_t>(
      arguments, rows, ToArrowType(TypeId::kTimestamp), OnFailure::kError,
      [factor](T value, int64_t* out) {
        return !__builtin_mul_overflow(static_cast<int64_t>(value), factor, out);
      },
      [](T) { return DateTimeOverflow("make a timestamp from a number"); });
}

/// timestamp_millis, timestamp_micros: whole numbers only.
template <int64_t factor>
Result<BoundFunction> BindFromWhole(const BindRequest& request) {
  if (!request.type(0).is_integral() && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, "\"INTEGRAL\"");
  }
  return BindSignature(request, {TypeId::kLong}, TypeId::kTimestamp,
                       [](std::span<const ColumnVector> arguments, int64_t rows,
                          EvaluationContext*) {
                         return ScaleToMicros<int64_t>(arguments, rows, factor);
                       });
}

/// timestamp_seconds of a fraction: NULL for what is no number.
Result<ColumnVector> SecondsFromDouble(std::span<const ColumnVector> arguments, int64_t rows) {
  return MapFixed<double, int64_t>(
      arguments, rows, ToArrowType(TypeId::kTimestamp), OnFailure::kNull,
      [](double seconds, int64_t* out) {
        *out = 0;
        if (!std::isfinite(seconds)) return false;
        const double micros = seconds * static_cast<double>(kMicrosPerSecond);
        *out = micros >= 0x1p63    ? std::numeric_limits<int64_t>::max()
               : micros < -0x1p63 ? std::numeric_limits<int64_t>::min()
                                  : static_cast<int64_t>(micros);
        return true;
      },
      [](double) { return Status::OK(); });
}

Result<BoundFunction> BindTimestampSeconds(const BindRequest& request) {
  const DataType& type = request.type(0);
  auto overflow = [] { return DateTimeOverflow("make a timestamp from a number of seconds"); };
  if (type.id() == TypeId::kDecimal) {
    const int scale = type.scale();
    return BindSignature(
        request, {type}, TypeId::kTimestamp,
        [scale, overflow](std::span<const ColumnVector> arguments, int64_t rows,
                          EvaluationContext*) {
          return MapFixed<DecimalSlot, int64_t>(
              arguments, rows, ToArrowType(TypeId::kTimestamp), OnFailure::kError,
              [scale](DecimalSlot slot, int64_t* out) {
                __int128 micros = slot;
                for (int i = scale; i < 6; ++i) {
                  if (__builtin_mul_overflow(micros, static_cast<__int128>(10), &micros)) {
                    return false;
                  }
                }
                // Digits beyond microseconds must be zeros.
                for (int i = 6; i < scale; ++i) {
                  if (micros % 10 != 0) return false;
                  micros /= 10;
                }
                *out = static_cast<int64_t>(micros);
                return *out == micros;
              },
              [overflow](DecimalSlot) { return overflow(); });
        });
  }
  if (type.is_floating() || type.id() == TypeId::kString || type.id() == TypeId::kNull) {
    ARROW_ASSIGN_OR_RAISE(
        BoundFunction function,
        BindSignature(request, {TypeId::kDouble}, TypeId::kTimestamp,
                      [](std::span<const ColumnVector> arguments, int64_t rows,
                         EvaluationContext*) { return SecondsFromDouble(arguments, rows); }));
    function.nullable = true;
    return function;
  }
  if (!type.is_integral()) return UnexpectedInputType(request, 0, Quoted("NUMERIC"));
  return BindFromWhole<kMicrosPerSecond>(request);
}

/// unix_seconds, unix_millis, unix_micros: of a timestamp, no implicit casts.
template <int64_t unit>
Result<BoundFunction> BindToWhole(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kTimestamp && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("TIMESTAMP"));
  }
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kTimestamp}, TypeId::kLong,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int64_t, int64_t>(
                          arguments, rows, arrow::int64(),
                          [](int64_t micros) { return FloorDivide(micros, unit); });
                    }));
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindUnixDate(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kDate && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("DATE"));
  }
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kDate}, TypeId::kInteger,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int32_t, int32_t>(arguments, rows, arrow::int32(),
                                                        [](int32_t days) { return days; });
                    }));
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindDateFromUnixDate(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kInteger}, TypeId::kDate,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int32_t, int32_t>(arguments, rows, arrow::date32(),
                                                        [](int32_t days) { return days; });
                    }));
  function.may_fail = false;
  return function;
}

constexpr ScalarFunctionDefinition kDatetimeFunctions[] = {
    {"current_timestamp",
     0,
     0,
     {"`current_timestamp()`: the time of the query or batch.", "1.5.0"},
     BindNow},
    {"now", 0, 0, {"`now()`: the time of the query or batch.", "1.6.0"}, BindNow},
    {"current_date",
     0,
     0,
     {"`current_date()`: the date of the query or batch.", "1.5.0"},
     BindToday},
    {"curdate", 0, 0, {"`curdate()`: the date of the query or batch.", "3.4.0"}, BindToday},
    {"localtimestamp",
     0,
     0,
     {"`localtimestamp()`: the local time of the query.", "3.4.0"},
     BindLocalTimestamp},
    {"current_timezone",
     0,
     0,
     {"`current_timezone()`: the session's zone.", "3.1.0"},
     BindTimeZone},
    {"year", 1, 1, {"`year(date)`: the year.", "1.5.0"}, BindDatePart<Year>},
    {"quarter", 1, 1, {"`quarter(date)`: the quarter, 1 to 4.", "1.5.0"}, BindDatePart<Quarter>},
    {"month", 1, 1, {"`month(date)`: the month, 1 to 12.", "1.5.0"}, BindDatePart<Month>},
    {"day", 1, 1, {"`day(date)`: the day of the month.", "1.5.0"}, BindDatePart<Day>},
    {"dayofmonth", 1, 1, {"`dayofmonth(date)`: the day of the month.", "1.5.0"}, BindDatePart<Day>},
    {"dayofyear",
     1,
     1,
     {"`dayofyear(date)`: the day of the year.", "1.5.0"},
     BindDatePart<DayOfYear>},
    {"dayofweek",
     1,
     1,
     {"`dayofweek(date)`: 1 for Sunday to 7.", "2.3.0"},
     BindDatePart<DayOfWeek>},
    {"weekday", 1, 1, {"`weekday(date)`: 0 for Monday to 6.", "2.4.0"}, BindDatePart<Weekday>},
    {"weekofyear", 1, 1, {"`weekofyear(date)`: the ISO week.", "1.5.0"}, BindDatePart<WeekOfYear>},
    {"monthname", 1, 1, {"`monthname(date)`: `Jan` to `Dec`.", "4.0.0"}, BindName<true>},
    {"dayname", 1, 1, {"`dayname(date)`: `Mon` to `Sun`.", "4.0.0"}, BindName<false>},
    {"hour", 1, 1, {"`hour(timestamp)`: the hour.", "1.5.0"}, BindTimePart<kMicrosPerHour, 24>},
    {"minute",
     1,
     1,
     {"`minute(timestamp)`: the minute.", "1.5.0"},
     BindTimePart<kMicrosPerMinute, 60>},
    {"second",
     1,
     1,
     {"`second(timestamp)`: the second.", "1.5.0"},
     BindTimePart<kMicrosPerSecond, 60>},
    {"timestamp_seconds",
     1,
     1,
     {"`timestamp_seconds(n)`: seconds since 1970 UTC.", "3.1.0"},
     BindTimestampSeconds},
    {"timestamp_millis",
     1,
     1,
     {"`timestamp_millis(n)`: milliseconds since 1970 UTC.", "3.1.0"},
     BindFromWhole<kMicrosPerMillisecond>},
    {"timestamp_micros",
     1,
     1,
     {"`timestamp_micros(n)`: microseconds since 1970 UTC.", "3.1.0"},
     BindFromWhole<1>},
    {"unix_seconds",
     1,
     1,
     {"`unix_seconds(timestamp)`: seconds since 1970 UTC.", "3.1.0"},
     BindToWhole<kMicrosPerSecond>},
    {"unix_millis",
     1,
     1,
     {"`unix_millis(timestamp)`: milliseconds since 1970 UTC.", "3.1.0"},
     BindToWhole<kMicrosPerMillisecond>},
    {"unix_micros",
     1,
     1,
     {"`unix_micros(timestamp)`: microseconds since 1970 UTC.", "3.1.0"},
     BindToWhole<1>},
    {"unix_date", 1, 1, {"`unix_date(date)`: days since 1970.", "3.1.0"}, BindUnixDate},
    {"date_from_unix_date",
     1,
     1,
     {"`date_from_unix_date(days)`: a date.", "3.1.0"},
     BindDateFromUnixDate},
};

}  // namespace

std::span<const ScalarFunctionDefinition> DateTimeFunctions() { return kDatetimeFunctions; }

}  // namespace firesteel
