#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/type.h"
#include "common/error.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/interval_arithmetic.h"
#include "functions/moment_kernels.h"
#include "functions/registry.h"
#include "functions/row_kernels.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

/// A unit of timestampadd and timestampdiff: so many months, days or microseconds.
struct TimeUnit {
  std::string_view name;
  int64_t months;
  int64_t days;
  int64_t micros;
};

constexpr TimeUnit kUnits[] = {
    {"MICROSECOND", 0, 0, 1},
    {"MILLISECOND", 0, 0, kMicrosPerMillisecond},
    {"SECOND", 0, 0, kMicrosPerSecond},
    {"MINUTE", 0, 0, kMicrosPerMinute},
    {"HOUR", 0, 0, kMicrosPerHour},
    {"DAY", 0, 1, 0},
    {"DAYOFYEAR", 0, 1, 0},
    {"WEEK", 0, 7, 0},
    {"MONTH", 1, 0, 0},
    {"QUARTER", 3, 0, 0},
    {"YEAR", 12, 0, 0},
};

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

/// The unit that the first argument names.
Result<const TimeUnit*> UnitArgument(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(Value name, ConstantArgument(request, 0, TypeId::kString, "unit"));
  const std::string text = name.is_null() ? "NULL" : name.Get<std::string>();
  for (const TimeUnit& unit : kUnits) {
    if (unit.name == Upper(text)) return &unit;
  }
  return MakeError("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                   {{"functionName", "`" + std::string(request.name) + "`"},
                    {"parameter", "`unit`"},
                    {"invalidValue", "'" + text + "'"}});
}

bool AddUnits(const TimeUnit& unit, int64_t count, int64_t micros, ZoneConverter* converter,
              int64_t* out) {
  int64_t amount;
  if (unit.months != 0) {
    return !__builtin_mul_overflow(count, unit.months, &amount) &&
           static_cast<int32_t>(amount) == amount &&
           AddMonthsToMicros(micros, amount, converter, out);
  }
  if (unit.days != 0) {
    int64_t local = converter->ToLocalMicros(micros);
    if (__builtin_mul_overflow(count, unit.days * kMicrosPerDay, &amount) ||
        __builtin_add_overflow(local, amount, &local)) {
      return false;
    }
    *out = converter->ToUtcMicros(local);
    return true;
  }
  return !__builtin_mul_overflow(count, unit.micros, &amount) &&
         !__builtin_add_overflow(micros, amount, out);
}

Result<BoundFunction> BindTimestampAdd(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const TimeUnit* unit, UnitArgument(request));
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {TypeId::kString, TypeId::kLong,
                                                 ParameterType::Kind::kTimestamps}));
  const DataType type = function.argument_types[2];
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<const TimeZone> zone,
      TimeZone::Find(type.id() == TypeId::kTimestampNtz ? "UTC" : request.settings.time_zone));
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.kernel = [unit, zone, type](std::span<const ColumnVector> arguments, int64_t rows,
                                       EvaluationContext*) {
    const FixedReader<int64_t> counts(arguments[1]);
    const FixedReader<int64_t> moments(arguments[2]);
    ZoneConverter converter(*zone);
    return BuildFixedRows<int64_t>(
        arguments, rows, ToArrowType(type), [&](int64_t row, int64_t* out) -> Result<bool> {
          if (AddUnits(*unit, counts[row], moments[row], &converter, out)) return true;
          return DateTimeOverflow("add " + std::to_string(counts[row]) + " " +
                                  std::string(unit->name) + " to a timestamp");
        });
  };
  return function;
}

/// Whole months between two local times.
int64_t MonthsBetween(int64_t start, int64_t end) {
  const int64_t start_day = FloorDivide(start, kMicrosPerDay);
  const int64_t end_day = FloorDivide(end, kMicrosPerDay);
  const CivilDate a = CivilFromDays(start_day);
  const CivilDate b = CivilFromDays(end_day);
  const int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  const int64_t in_start = a.day * kMicrosPerDay + start - start_day * kMicrosPerDay;
  const int64_t in_end = b.day * kMicrosPerDay + end - end_day * kMicrosPerDay;
  if (months > 0 && in_end < in_start) return months - 1;
  if (months < 0 && in_end > in_start) return months + 1;
  return months;
}

Result<BoundFunction> BindTimestampDiff(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const TimeUnit* unit, UnitArgument(request));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  return BindSignature(
      request, {TypeId::kString, TypeId::kTimestamp, TypeId::kTimestamp}, TypeId::kLong,
      [unit, zone](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
        const FixedReader<int64_t> starts(arguments[1]);
        const FixedReader<int64_t> ends(arguments[2]);
        ZoneConverter converter(*zone);
        return BuildFixedRows<int64_t>(
            arguments, rows, arrow::int64(), [&](int64_t row, int64_t* out) -> Result<bool> {
              const int64_t start = converter.ToLocalMicros(starts[row]);
              const int64_t end = converter.ToLocalMicros(ends[row]);
              int64_t distance;
              if (unit->months != 0) {
                *out = MonthsBetween(start, end) / unit->months;
                return true;
              }
              if (__builtin_sub_overflow(end, start, &distance)) {
                return DateTimeOverflow("take the difference of two timestamps");
              }
              *out = distance / (unit->days * kMicrosPerDay + unit->micros);
              return true;
            });
      });
}

constexpr ScalarFunctionDefinition kTimestampArithmeticFunctions[] = {
    {"timestampadd",
     3,
     3,
     {"`timestampadd(unit, quantity, timestamp)`: so many units later.", "3.3.0"},
     BindTimestampAdd},
    {"timestampdiff",
     3,
     3,
     {"`timestampdiff(unit, start, end)`: the whole units between.", "3.3.0"},
     BindTimestampDiff},
};

}  // namespace

std::span<const ScalarFunctionDefinition> TimestampArithmeticFunctions() {
  return kTimestampArithmeticFunctions;
}

}  // namespace firesteel
