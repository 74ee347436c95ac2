#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/fixed_width_kernels.h"
#include "functions/interval_arithmetic.h"
#include "functions/moment_kernels.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// `date_add(date, days)`: days are small integers, or a string that is one.
template <bool subtracts>
Result<BoundFunction> BindDateAdd(const BindRequest& request) {
  const DataType& days = request.type(1);
  if (days.is_numeric() && (!days.is_integral() || days.id() == TypeId::kLong)) {
    return UnexpectedInputType(request, 1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
  }
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kDate, TypeId::kInteger}, TypeId::kDate,
                                      AddDaysKernel(subtracts)));
  function.may_fail = false;
  function.sql = [](const Arguments& arguments) {
    return std::string(subtracts ? "date_sub(" : "date_add(") + arguments[0] + ", " +
           arguments[1] + ")";
  };
  return function;
}

Result<BoundFunction> BindDateDiff(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kDate}, TypeId::kInteger,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixedPair<int32_t, int32_t, int32_t>(
                          arguments, rows, arrow::int32(),
                          [](int32_t end, int32_t start) -> int32_t {
                            return static_cast<int32_t>(static_cast<uint32_t>(end) -
                                                        static_cast<uint32_t>(start));
                          });
                    }));
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindAddMonths(const BindRequest& request) {
  return BindSignature(
      request, {TypeId::kDate, TypeId::kInteger}, TypeId::kDate,
      [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
        return MapFixedPair<int32_t, int32_t, int32_t>(
            arguments, rows, arrow::date32(), OnFailure::kError,
            [](int32_t date, int32_t months, int32_t* out) {
              return AddMonthsToDays(date, months, out);
            },
            [](int32_t, int32_t) { return ArithmeticOverflow("integer"); });
      });
}

Result<BoundFunction> BindLastDay(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kDate}, TypeId::kDate,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int32_t, int32_t>(
                          arguments, rows, arrow::date32(), [](int32_t days) -> int32_t {
                            const CivilDate date = CivilFromDays(days);
                            return static_cast<int32_t>(
                                int64_t{days} + DaysInMonth(date.year, date.month) - date.day);
                          });
                    }));
  function.may_fail = false;
  return function;
}

/// The months between two moments on the wall clock, with a 31st of a month per leftover day.
double MonthsBetween(int64_t end, int64_t start, bool round_off) {
  const CivilDate a = CivilFromDays(FloorDivide(end, kMicrosPerDay));
  const CivilDate b = CivilFromDays(FloorDivide(start, kMicrosPerDay));
  const auto months = static_cast<double>((a.year - b.year) * 12 + a.month - b.month);
  const bool both_last =
      a.day == DaysInMonth(a.year, a.month) && b.day == DaysInMonth(b.year, b.month);
  if (a.day == b.day || both_last) return months;
  const int64_t seconds = (a.day - b.day) * kSecondsPerDay +
                          FloorModulo(end, kMicrosPerDay) / kMicrosPerSecond -
                          FloorModulo(start, kMicrosPerDay) / kMicrosPerSecond;
  const double difference =
      months + static_cast<double>(seconds) / static_cast<double>(31 * kSecondsPerDay);
  return round_off ? std::floor(difference * 1e8 + 0.5) / 1e8 : difference;
}

Result<BoundFunction> BindMonthsBetween(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {TypeId::kTimestamp, TypeId::kTimestamp,
                                                 TypeId::kBoolean}));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr round_off, Literal::Make(true, TypeId::kBoolean));
    function.default_arguments = {std::move(round_off)};
  }
  function.return_type = TypeId::kDouble;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [zone](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::float64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(double)));
    auto* out = buffer->mutable_data_as<double>();
    const FixedReader<int64_t> end(arguments[0]);
    const FixedReader<int64_t> start(arguments[1]);
    const BooleanReader round_off(arguments[2]);
    ZoneConverter converter(*zone);
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = validity.IsValid(row)
                     ? MonthsBetween(converter.ToLocalMicros(end[row]),
                                     converter.ToLocalMicros(start[row]), round_off[row])
                     : 0;
    }
    return MakeFixedColumn(arrow::float64(), rows, validity, std::move(buffer));
  };
  return function;
}

/// What trunc and date_trunc cut down to.
enum class TruncateUnit {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
};

std::optional<TruncateUnit> ParseUnit(std::string_view text) {
  struct Name {
    std::string_view name;
    TruncateUnit unit;
  };
  static constexpr Name kNames[] = {
      {"MICROSECOND", TruncateUnit::kMicrosecond},
      {"MILLISECOND", TruncateUnit::kMillisecond},
      {"SECOND", TruncateUnit::kSecond},
      {"MINUTE", TruncateUnit::kMinute},
      {"HOUR", TruncateUnit::kHour},
      {"DAY", TruncateUnit::kDay},
      {"DD", TruncateUnit::kDay},
      {"WEEK", TruncateUnit::kWeek},
      {"MON", TruncateUnit::kMonth},
      {"MONTH", TruncateUnit::kMonth},
      {"MM", TruncateUnit::kMonth},
      {"QUARTER", TruncateUnit::kQuarter},
      {"YEAR", TruncateUnit::kYear},
      {"YYYY", TruncateUnit::kYear},
      {"YY", TruncateUnit::kYear},
  };
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (const Name& known : kNames) {
    if (known.name == upper) return known.unit;
  }
  return std::nullopt;
}

/// Cuts a date; `unit` is kWeek or coarser (kDay leaves it).
int64_t TruncateDays(int64_t days, TruncateUnit unit) {
  if (unit == TruncateUnit::kWeek) return days - FloorModulo(days + 3, 7);
  if (unit == TruncateUnit::kDay) return days;
  const CivilDate date = CivilFromDays(days);
  int month = date.month;
  if (unit == TruncateUnit::kQuarter) month = (month - 1) / 3 * 3 + 1;
  if (unit == TruncateUnit::kYear) month = 1;
  return DaysFromCivil(date.year, month, 1);
}

int64_t TruncateMicros(int64_t micros, TruncateUnit unit, ZoneConverter* converter) {
  if (unit <= TruncateUnit::kSecond) {
    constexpr int64_t kUnits[] = {1, kMicrosPerMillisecond, kMicrosPerSecond};
    return micros - FloorModulo(micros, kUnits[static_cast<int>(unit)]);
  }
  const int64_t local = converter->ToLocalMicros(micros);
  if (unit <= TruncateUnit::kHour) {
    // The offset of the moment stays, also where the clock is set back within the hour.
    return micros - FloorModulo(local, unit == TruncateUnit::kHour ? kMicrosPerHour
                                                                  : kMicrosPerMinute);
  }
  return converter->ToUtcMicros(TruncateDays(FloorDivide(local, kMicrosPerDay), unit) *
                                kMicrosPerDay);
}

/// Runs `truncate(row, unit)` where all arguments are set and the unit is known; NULL elsewhere.
template <typename T, typename Truncate>
Result<ColumnVector> TruncateColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                    const ColumnVector& unit_column, TruncateUnit finest,
                                    const std::shared_ptr<arrow::DataType>& type,
                                    Truncate truncate) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(type);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(T)));
  auto* out = buffer->mutable_data_as<T>();
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(validity, rows));
  const BytesReader units(unit_column);
  std::optional<TruncateUnit> unit;
  std::string_view unit_text;
  bool known = false;
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = 0;
    if (!validity.IsValid(row)) continue;
    if (!known || units[row] != unit_text) {
      unit_text = units[row];
      unit = ParseUnit(unit_text);
      known = true;
    }
    if (unit && *unit >= finest) {
      out[row] = truncate(row, *unit);
    } else {
      arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
    }
  }
  return MakeFixedColumn(type, rows, validity, std::move(buffer));
}

/// `trunc(date, unit)`
Result<BoundFunction> BindTrunc(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kDate, TypeId::kString}, TypeId::kDate,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      const FixedReader<int32_t> days(arguments[0]);
                      return TruncateColumn<int32_t>(
                          arguments, rows, arguments[1], TruncateUnit::kWeek, arrow::date32(),
                          [&](int64_t row, TruncateUnit unit) {
                            return static_cast<int32_t>(TruncateDays(days[row], unit));
                          });
                    }));
  function.nullable = true;
  function.may_fail = false;
  return function;
}

/// `date_trunc(unit, timestamp)`
Result<BoundFunction> BindDateTrunc(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kTimestamp}, TypeId::kTimestamp,
                    [zone](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
                      const FixedReader<int64_t> micros(arguments[1]);
                      ZoneConverter converter(*zone);
                      return TruncateColumn<int64_t>(
                          arguments, rows, arguments[0], TruncateUnit::kMicrosecond,
                          ToArrowType(TypeId::kTimestamp), [&](int64_t row, TruncateUnit unit) {
                            return TruncateMicros(micros[row], unit, &converter);
                          });
                    }));
  function.nullable = true;
  function.may_fail = false;
  return function;
}

/// from_utc_timestamp and to_utc_timestamp: moves what a clock in UTC shows to what one in another
/// zone does, or back.
template <bool to_utc>
Result<BoundFunction> BindUtcTimestamp(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    const auto type = ToArrowType(TypeId::kTimestamp);
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(type);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    const FixedReader<int64_t> micros(arguments[0]);
    const BytesReader zone_name(arguments[1]);
    std::shared_ptr<const TimeZone> zone;
    std::optional<ZoneConverter> converter;
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = 0;
      if (!validity.IsValid(row)) continue;
      if (!zone || zone->id() != zone_name[row]) {
        ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Find(zone_name[row]));
        converter.emplace(*zone);
      }
      out[row] = to_utc ? converter->ToUtcMicros(micros[row])
                        : converter->ToLocalMicros(micros[row]);
    }
    return MakeFixedColumn(type, rows, validity, std::move(buffer));
  };
  return BindSignature(request, {TypeId::kTimestamp, TypeId::kString}, TypeId::kTimestamp, kernel);
}

constexpr ScalarFunctionDefinition kDateArithmeticFunctions[] = {
    {"date_add",
     2,
     2,
     {"`date_add(start_date, num_days)`: days later.", "1.5.0"},
     BindDateAdd<false>},
    {"dateadd",
     2,
     2,
     {"`dateadd(start_date, num_days)`: days later.", "3.4.0"},
     BindDateAdd<false>},
    {"date_sub",
     2,
     2,
     {"`date_sub(start_date, num_days)`: days before.", "1.5.0"},
     BindDateAdd<true>},
    {"datediff",
     2,
     2,
     {"`datediff(end, start)`: the days from start to end.", "1.5.0"},
     BindDateDiff},
    {"date_diff",
     2,
     2,
     {"`date_diff(end, start)`: the days from start to end.", "3.4.0"},
     BindDateDiff},
    {"add_months",
     2,
     2,
     {"`add_months(start_date, num_months)`: months later.", "1.5.0"},
     BindAddMonths},
    {"last_day", 1, 1, {"`last_day(date)`: the last day of the month.", "1.5.0"}, BindLastDay},
    {"months_between",
     2,
     3,
     {"`months_between(timestamp1, timestamp2[, roundOff])`: the months "
      "between, with a fraction.",
      "1.5.0"},
     BindMonthsBetween},
    {"trunc",
     2,
     2,
     {"`trunc(date, fmt)`: the first day of the week, month, quarter or year.", "1.5.0"},
     BindTrunc},
    {"date_trunc", 2, 2, {"`date_trunc(fmt, ts)`: cut to the unit.", "2.3.0"}, BindDateTrunc},
    {"from_utc_timestamp",
     2,
     2,
     {"`from_utc_timestamp(timestamp, zone)`: UTC seen as local time.", "1.5.0"},
     BindUtcTimestamp<false>},
    {"to_utc_timestamp",
     2,
     2,
     {"`to_utc_timestamp(timestamp, zone)`: local time seen as UTC.", "1.5.0"},
     BindUtcTimestamp<true>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> DateArithmeticFunctions() {
  return kDateArithmeticFunctions;
}

}  // namespace firesteel
