#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/type.h"
#include "common/error.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/registry.h"
#include "functions/row_kernels.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

Status OutOfBounds(const std::string& what) {
  return MakeError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", {{"rangeMessage", what}});
}

/// The day of a date's parts; years have up to nine digits, as in Java.
Result<int64_t> MakeDay(int64_t year, int64_t month, int64_t day) {
  if (year < -999999999 || year > 999999999) {
    return OutOfBounds("The year " + std::to_string(year) + " is out of range");
  }
  if (month < 1 || month > 12) {
    return OutOfBounds("The month " + std::to_string(month) + " is not between 1 and 12");
  }
  if (day < 1 || day > DaysInMonth(year, static_cast<int>(month))) {
    return OutOfBounds("The day " + std::to_string(day) + " is not in month " +
                       std::to_string(month) + " of " + std::to_string(year));
  }
  return DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day));
}

/// Gives the value, or for a function that does not fail NULL in place of an error.
template <typename T>
Result<bool> ValueOrNull(const Result<T>& value, bool fails, T* out) {
  if (value.ok()) {
    *out = *value;
    return true;
  }
  if (fails) return value.status();
  return false;
}

Result<BoundFunction> BindMakeDate(const BindRequest& request) {
  const bool fails = request.settings.ansi;
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(
          request, {TypeId::kInteger}, TypeId::kDate,
          [fails](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
            const FixedReader<int32_t> year(arguments[0]);
            const FixedReader<int32_t> month(arguments[1]);
            const FixedReader<int32_t> day(arguments[2]);
            return BuildFixedRows<int32_t>(
                arguments, rows, arrow::date32(), [&](int64_t row, int32_t* out) -> Result<bool> {
                  int64_t days = 0;
                  ARROW_ASSIGN_OR_RAISE(
                      bool set, ValueOrNull(MakeDay(year[row], month[row], day[row]), fails,
                                            &days));
                  *out = static_cast<int32_t>(days);
                  if (*out == days) return set;
                  if (fails) return ArithmeticOverflow("integer");
                  return false;
                });
          }));
  function.nullable |= !fails;
  return function;
}

/// The parts of a timestamp, by row.
class TimestampParts {
 public:
  explicit TimestampParts(std::span<const ColumnVector> arguments)
      : year_(arguments[0]),
        month_(arguments[1]),
        day_(arguments[2]),
        hour_(arguments[3]),
        minute_(arguments[4]),
        second_(arguments[5]) {}

  /// The wall clock's microseconds.
  Result<int64_t> At(int64_t row) const {
    ARROW_ASSIGN_OR_RAISE(int64_t days, MakeDay(year_[row], month_[row], day_[row]));
    const int32_t hour = hour_[row];
    const int32_t minute = minute_[row];
    const auto micros = static_cast<int64_t>(static_cast<__int128>(second_[row]));
    if (hour < 0 || hour > 23) return OutOfBounds("The hour is not between 0 and 23");
    if (minute < 0 || minute > 59) return OutOfBounds("The minute is not between 0 and 59");
    // The second 60 is the next minute, as long as it has no fraction.
    if (micros < 0 || micros > 60 * kMicrosPerSecond) {
      const bool fraction = micros > 0 && micros < 61 * kMicrosPerSecond;
      if (fraction) {
        return MakeError("INVALID_FRACTION_OF_SECOND",
                         {{"secAndMicros", std::to_string(static_cast<double>(micros) / 1e6)}});
      }
      return OutOfBounds("The second is not between 0 and 60");
    }
    int64_t local;
    if (__builtin_mul_overflow(days, kMicrosPerDay, &local) ||
        __builtin_add_overflow(local, hour * kMicrosPerHour + minute * kMicrosPerMinute + micros,
                               &local)) {
      return ArithmeticOverflow("long");
    }
    return local;
  }

 private:
  FixedReader<int32_t> year_, month_, day_, hour_, minute_;
  FixedReader<DecimalSlot> second_;
};

/// Makes the column; a seventh argument names the zone of each row.
Result<ColumnVector> MakeTimestamps(std::span<const ColumnVector> arguments, int64_t rows,
                                    const DataType& type,
                                    const std::shared_ptr<const TimeZone>& session_zone,
                                    bool fails) {
  const TimestampParts parts(arguments);
  const bool named = arguments.size() == 7;
  std::optional<BytesReader> names;
  if (named) names.emplace(arguments[6]);
  std::shared_ptr<const TimeZone> zone = session_zone;
  std::optional<ZoneConverter> converter(*zone);
  return BuildFixedRows<int64_t>(
      arguments, rows, ToArrowType(type), [&](int64_t row, int64_t* out) -> Result<bool> {
        if (named && zone->id() != (*names)[row]) {
          ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Find((*names)[row]));
          converter.emplace(*zone);
        }
        ARROW_ASSIGN_OR_RAISE(bool set, ValueOrNull(parts.At(row), fails, out));
        if (set) *out = converter->ToUtcMicros(*out);
        return set;
      });
}

template <TypeId type, bool is_try>
Result<BoundFunction> BindMakeTimestamp(const BindRequest& request) {
  const bool local = type == TypeId::kTimestampNtz;
  if (request.size() < 6) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`" + std::string(request.name) + "`"},
                      {"expectedNum", local ? "6" : "[6, 7]"},
                      {"actualNum", std::to_string(request.size())}});
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(local ? "UTC" : request.settings.time_zone));
  const bool fails = request.settings.ansi && !is_try;
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request,
                    {TypeId::kInteger, TypeId::kInteger, TypeId::kInteger, TypeId::kInteger,
                     TypeId::kInteger, DataType::Decimal(16, 6), TypeId::kString},
                    type,
                    [zone, fails](std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) {
                      return MakeTimestamps(arguments, rows, type, zone, fails);
                    }));
  function.nullable |= !fails;
  return function;
}

/// The day of the week by its name, 0 for Sunday; -1 when there is none.
int DayOfWeekByName(std::string_view name) {
  static constexpr std::string_view kNames[] = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                                "THURSDAY", "FRIDAY", "SATURDAY"};
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (int day = 0; day < 7; ++day) {
    if (upper == kNames[day] || upper == kNames[day].substr(0, 2) ||
        upper == kNames[day].substr(0, 3)) {
      return day;
    }
  }
  return -1;
}

Result<BoundFunction> BindNextDay(const BindRequest& request) {
  const bool fails = request.settings.ansi;
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(
          request, {TypeId::kDate, TypeId::kString}, TypeId::kDate,
          [fails](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
            const FixedReader<int32_t> date(arguments[0]);
            const BytesReader name(arguments[1]);
            return BuildFixedRows<int32_t>(
                arguments, rows, arrow::date32(), [&](int64_t row, int32_t* out) -> Result<bool> {
                  const int wanted = DayOfWeekByName(name[row]);
                  if (wanted < 0) {
                    if (!fails) return false;
                    return MakeError("ILLEGAL_DAY_OF_WEEK", {{"string", std::string(name[row])}});
                  }
                  // 1970-01-01 was a Thursday.
                  const int64_t today = FloorModulo(int64_t{date[row]} + 4, 7);
                  const int64_t distance = FloorModulo(wanted - today - 1, 7) + 1;
                  *out = static_cast<int32_t>(date[row] + distance);
                  return true;
                });
          }));
  function.nullable |= !fails;
  return function;
}

/// Moves what a clock in one zone shows to what one in another does.
Result<BoundFunction> BindConvertTimezone(const BindRequest& request) {
  const bool has_source = request.size() == 3;
  BoundFunction function;
  if (has_source) {
    ARROW_ASSIGN_OR_RAISE(function.argument_types,
                          MatchArguments(request, {TypeId::kString, TypeId::kString,
                                                   TypeId::kTimestampNtz}));
  } else {
    ARROW_ASSIGN_OR_RAISE(function.argument_types,
                          MatchArguments(request, {TypeId::kString, TypeId::kTimestampNtz}));
    function.sql = [](const std::vector<std::string>& arguments) {
      return "convert_timezone(current_timezone(), " + arguments[0] + ", " + arguments[1] + ")";
    };
  }
  function.return_type = TypeId::kTimestampNtz;
  function.nullable = AnyNullable(request);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> session,
                        TimeZone::Find(request.settings.time_zone));
  function.kernel = [session, has_source](std::span<const ColumnVector> arguments, int64_t rows,
                                          EvaluationContext*) {
    const size_t target_place = has_source ? 1 : 0;
    std::optional<BytesReader> sources;
    if (has_source) sources.emplace(arguments[0]);
    const BytesReader targets(arguments[target_place]);
    const FixedReader<int64_t> local(arguments[target_place + 1]);
    std::shared_ptr<const TimeZone> source = session;
    std::shared_ptr<const TimeZone> target = session;
    std::optional<ZoneConverter> from(*source);
    std::optional<ZoneConverter> to(*target);
    return BuildFixedRows<int64_t>(
        arguments, rows, ToArrowType(TypeId::kTimestampNtz),
        [&](int64_t row, int64_t* out) -> Result<bool> {
          if (has_source && source->id() != (*sources)[row]) {
            ARROW_ASSIGN_OR_RAISE(source, TimeZone::Find((*sources)[row]));
            from.emplace(*source);
          }
          if (target->id() != targets[row]) {
            ARROW_ASSIGN_OR_RAISE(target, TimeZone::Find(targets[row]));
            to.emplace(*target);
          }
          *out = to->ToLocalMicros(from->ToUtcMicros(local[row]));
          return true;
        });
  };
  return function;
}

constexpr ScalarFunctionDefinition kMakeDatetimeFunctions[] = {
    {"make_date",
     3,
     3,
     {"`make_date(year, month, day)`: a date of its parts.", "3.0.0"},
     BindMakeDate},
    {"make_timestamp",
     6,
     7,
     {"`make_timestamp(year, month, day, hour, min, sec[, timezone])`: a "
      "timestamp of its parts.",
      "3.0.0"},
     BindMakeTimestamp<TypeId::kTimestamp, false>},
    {"make_timestamp_ltz",
     6,
     7,
     {"`make_timestamp_ltz(year, month, day, hour, min, sec[, "
      "timezone])`: a timestamp of its parts.",
      "3.4.0"},
     BindMakeTimestamp<TypeId::kTimestamp, false>},
    {"make_timestamp_ntz",
     6,
     6,
     {"`make_timestamp_ntz(year, month, day, hour, min, sec)`: a local "
      "timestamp of its parts.",
      "3.4.0"},
     BindMakeTimestamp<TypeId::kTimestampNtz, false>},
    {"try_make_timestamp",
     6,
     7,
     {"`try_make_timestamp(year, month, day, hour, min, sec[, "
      "timezone])`: as make_timestamp, NULL for bad parts.",
      "4.0.0"},
     BindMakeTimestamp<TypeId::kTimestamp, true>},
    {"try_make_timestamp_ltz",
     6,
     7,
     {"`try_make_timestamp_ltz(year, month, day, hour, min, sec[, "
      "timezone])`: as make_timestamp_ltz, NULL for bad parts.",
      "4.0.0"},
     BindMakeTimestamp<TypeId::kTimestamp, true>},
    {"try_make_timestamp_ntz",
     6,
     6,
     {"`try_make_timestamp_ntz(year, month, day, hour, min, "
      "sec)`: as make_timestamp_ntz, NULL for bad parts.",
      "4.0.0"},
     BindMakeTimestamp<TypeId::kTimestampNtz, true>},
    {"next_day",
     2,
     2,
     {"`next_day(start_date, day_of_week)`: the first such day after a date.", "1.5.0"},
     BindNextDay},
    {"convert_timezone",
     2,
     3,
     {"`convert_timezone([sourceTz, ]targetTz, sourceTs)`: a local time "
      "in another zone.",
      "3.4.0"},
     BindConvertTimezone},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MakeDateTimeFunctions() { return kMakeDatetimeFunctions; }

}  // namespace firesteel
