#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/type.h"
#include "common/error.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

/// What a field's name stands for.
enum class Part {
  kYear,
  kYearOfWeek,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kHour,
  kMinute,
  kSecond,
};

struct PartName {
  std::string_view name;
  Part part;
};

constexpr PartName kNames[] = {
    {"YEAR", Part::kYear},       {"Y", Part::kYear},
    {"YEARS", Part::kYear},      {"YR", Part::kYear},
    {"YRS", Part::kYear},        {"YEAROFWEEK", Part::kYearOfWeek},
    {"QUARTER", Part::kQuarter}, {"QTR", Part::kQuarter},
    {"MONTH", Part::kMonth},     {"MON", Part::kMonth},
    {"MONS", Part::kMonth},      {"MONTHS", Part::kMonth},
    {"WEEK", Part::kWeek},       {"W", Part::kWeek},
    {"WEEKS", Part::kWeek},      {"DAY", Part::kDay},
    {"D", Part::kDay},           {"DAYS", Part::kDay},
    {"DAYOFWEEK", Part::kDayOfWeek},       {"DOW", Part::kDayOfWeek},
    {"DAYOFWEEK_ISO", Part::kIsoDayOfWeek}, {"DOW_ISO", Part::kIsoDayOfWeek},
    {"DOY", Part::kDayOfYear},   {"HOUR", Part::kHour},
    {"H", Part::kHour},          {"HOURS", Part::kHour},
    {"HR", Part::kHour},         {"HRS", Part::kHour},
    {"MINUTE", Part::kMinute},   {"M", Part::kMinute},
    {"MIN", Part::kMinute},      {"MINS", Part::kMinute},
    {"MINUTES", Part::kMinute},  {"SECOND", Part::kSecond},
    {"S", Part::kSecond},        {"SEC", Part::kSecond},
    {"SECONDS", Part::kSecond},  {"SECS", Part::kSecond},
};

/// The functions that some parts of a date or timestamp are.
std::string_view FunctionOf(Part part) {
  switch (part) {
    case Part::kYear: return "year";
    case Part::kQuarter: return "quarter";
    case Part::kMonth: return "month";
    case Part::kWeek: return "weekofyear";
    case Part::kDay: return "day";
    case Part::kDayOfWeek: return "dayofweek";
    case Part::kDayOfYear: return "dayofyear";
    case Part::kHour: return "hour";
    case Part::kMinute: return "minute";
    default: return "";
  }
}

Status UnknownField(const BindRequest& request, const std::string& field) {
  return MakeError("INVALID_EXTRACT_FIELD",
                   {{"field", "`" + field + "`"}, {"expr", Quoted(request.arguments[1]->Sql())}});
}

/// Binds a kernel that sees the source only, as a function of field and source.
BoundFunction WithField(const BindRequest& request, BoundFunction function) {
  function.argument_types.insert(function.argument_types.begin(), request.type(0));
  function.nullable = request.arguments[1]->nullable();
  function.kernel = [kernel = std::move(function.kernel)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext* context) {
    return kernel(arguments.subspan(1), rows, context);
  };
  return function;
}

/// The seconds with their fraction, DECIMAL(8, 6), of microseconds within a minute.
template <typename Micros>
Result<ColumnVector> SecondsColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                   Micros micros) {
  return MapFixed<int64_t, DecimalSlot>(
      arguments, rows, ToArrowType(DataType::Decimal(8, 6)), OnFailure::kNull,
      [&](int64_t value, DecimalSlot* out) {
        *out = DecimalSlot(micros(value));
        return true;
      },
      [](int64_t) { return Status::OK(); });
}

Result<BoundFunction> BindSeconds(const BindRequest& source) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(source, {ParameterType::Kind::kTimestamps}, DataType::Decimal(8, 6), nullptr));
  const bool local = function.argument_types[0].id() == TypeId::kTimestampNtz;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(local ? "UTC" : source.settings.time_zone));
  function.may_fail = false;
  function.kernel = [zone](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
    ZoneConverter converter(*zone);
    return SecondsColumn(arguments, rows, [&](int64_t micros) {
      return FloorModulo(converter.ToLocalMicros(micros), kMicrosPerMinute);
    });
  };
  return function;
}

/// yearofweek and dayofweek_iso, which are no functions of their own.
Result<BoundFunction> BindWeekBased(const BindRequest& source, Part part) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(source, {TypeId::kDate}, TypeId::kInteger,
                    [part](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
                      return MapFixed<int32_t, int32_t>(
                          arguments, rows, arrow::int32(), [part](int32_t days) -> int32_t {
                            // Monday is 0; the week belongs to the year of its Thursday.
                            const int64_t weekday = FloorModulo(int64_t{days} + 3, 7);
                            if (part == Part::kIsoDayOfWeek) {
                              return static_cast<int32_t>(weekday + 1);
                            }
                            return static_cast<int32_t>(
                                CivilFromDays(int64_t{days} - weekday + 3).year);
                          });
                    }));
  function.may_fail = false;
  return function;
}

/// A part of a day-time interval: so many of `unit` within `whole` microseconds (0: within all).
template <typename T>
BoundFunction IntervalPart(const DataType& interval, TypeId type, int64_t unit, int64_t whole) {
  BoundFunction function;
  function.argument_types = {interval};
  function.return_type = type;
  function.may_fail = false;
  function.kernel = [type, unit, whole](std::span<const ColumnVector> arguments, int64_t rows,
                                        EvaluationContext*) {
    return MapFixed<int64_t, T>(arguments, rows, ToArrowType(type), [=](int64_t micros) {
      return static_cast<T>((whole == 0 ? micros : micros % whole) / unit);
    });
  };
  return function;
}

Result<BoundFunction> BindDayTimePart(const BindRequest& request, Part part,
                                      const std::string& field) {
  const DataType& interval = request.type(1);
  switch (part) {
    case Part::kDay: return IntervalPart<int32_t>(interval, TypeId::kInteger, kMicrosPerDay, 0);
    case Part::kHour:
      return IntervalPart<int8_t>(interval, TypeId::kByte, kMicrosPerHour, kMicrosPerDay);
    case Part::kMinute:
      return IntervalPart<int8_t>(interval, TypeId::kByte, kMicrosPerMinute, kMicrosPerHour);
    case Part::kSecond: {
      BoundFunction function;
      function.argument_types = {interval};
      function.return_type = DataType::Decimal(8, 6);
      function.may_fail = false;
      function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
        return SecondsColumn(arguments, rows,
                             [](int64_t micros) { return micros % kMicrosPerMinute; });
      };
      return function;
    }
    default: return UnknownField(request, field);
  }
}

Result<BoundFunction> BindYearMonthPart(const BindRequest& request, Part part,
                                        const std::string& field) {
  BoundFunction function;
  function.argument_types = {request.type(1)};
  function.may_fail = false;
  if (part == Part::kYear) {
    function.return_type = TypeId::kInteger;
    function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                         EvaluationContext*) {
      return MapFixed<int32_t, int32_t>(arguments, rows, arrow::int32(),
                                        [](int32_t months) { return months / 12; });
    };
    return function;
  }
  if (part != Part::kMonth) return UnknownField(request, field);
  function.return_type = TypeId::kByte;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixed<int32_t, int8_t>(arguments, rows, arrow::int8(), [](int32_t months) {
      return static_cast<int8_t>(months % 12);
    });
  };
  return function;
}

using CalendarSlot = arrow::MonthDayNanoIntervalType::MonthDayNanos;

/// A part of a calendar interval: `part(slot) -> T`.
template <typename T, typename Extract>
BoundFunction CalendarPart(const DataType& type, Extract extract) {
  BoundFunction function;
  function.argument_types = {TypeId::kCalendarInterval};
  function.return_type = type;
  function.may_fail = false;
  function.kernel = [type, extract](std::span<const ColumnVector> arguments, int64_t rows,
                                    EvaluationContext*) {
    return MapFixed<CalendarSlot, T>(arguments, rows, ToArrowType(type), extract);
  };
  return function;
}

Result<BoundFunction> BindCalendarPart(const BindRequest& request, Part part,
                                       const std::string& field) {
  switch (part) {
    case Part::kYear:
      return CalendarPart<int32_t>(TypeId::kInteger,
                                   [](CalendarSlot slot) { return slot.months / 12; });
    case Part::kMonth:
      return CalendarPart<int8_t>(TypeId::kByte, [](CalendarSlot slot) {
        return static_cast<int8_t>(slot.months % 12);
      });
    case Part::kDay:
      return CalendarPart<int32_t>(TypeId::kInteger, [](CalendarSlot slot) { return slot.days; });
    case Part::kHour:
      return CalendarPart<int64_t>(TypeId::kLong, [](CalendarSlot slot) {
        return slot.nanoseconds / 1000 / kMicrosPerHour;
      });
    case Part::kMinute:
      return CalendarPart<int8_t>(TypeId::kByte, [](CalendarSlot slot) {
        return static_cast<int8_t>(slot.nanoseconds / 1000 % kMicrosPerHour / kMicrosPerMinute);
      });
    case Part::kSecond:
      return CalendarPart<DecimalSlot>(DataType::Decimal(8, 6), [](CalendarSlot slot) {
        return DecimalSlot(slot.nanoseconds / 1000 % kMicrosPerMinute);
      });
    default: return UnknownField(request, field);
  }
}

/// A part of a date, a timestamp, or text that is one.
Result<BoundFunction> BindMomentPart(const BindRequest& request, Part part) {
  const std::vector<ExpressionPtr> arguments{request.arguments[1]};
  const std::string_view name = FunctionOf(part);
  const BindRequest source{name.empty() ? request.name : name, arguments, request.settings};
  if (part == Part::kSecond) return BindSeconds(source);
  if (name.empty()) return BindWeekBased(source, part);
  return FindFunction(name).scalar->bind(source);
}

/// date_part('field', source) and extract(field FROM source).
template <bool with_from>
Result<BoundFunction> BindPart(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(Value name, ConstantArgument(request, 0, TypeId::kString, "field"));
  BoundFunction function;
  if (name.is_null()) {
    function.argument_types = {request.type(0), request.type(1)};
    function.return_type = TypeId::kDouble;
    function.kernel = [](std::span<const ColumnVector>, int64_t, EvaluationContext*) {
      return NullConstant(arrow::float64());
    };
    return function;
  }
  const std::string field = name.Get<std::string>();
  std::string upper = field;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const PartName* known = nullptr;
  for (const PartName& candidate : kNames) {
    if (candidate.name == upper) known = &candidate;
  }
  if (!known) return UnknownField(request, field);
  switch (request.type(1).id()) {
    case TypeId::kDayTimeInterval: {
      ARROW_ASSIGN_OR_RAISE(function, BindDayTimePart(request, known->part, field));
      break;
    }
    case TypeId::kYearMonthInterval: {
      ARROW_ASSIGN_OR_RAISE(function, BindYearMonthPart(request, known->part, field));
      break;
    }
    case TypeId::kCalendarInterval: {
      ARROW_ASSIGN_OR_RAISE(function, BindCalendarPart(request, known->part, field));
      break;
    }
    default: ARROW_ASSIGN_OR_RAISE(function, BindMomentPart(request, known->part));
  }
  function = WithField(request, std::move(function));
  function.sql = nullptr;
  if (with_from) {
    function.sql = [name = std::string(request.name)](const std::vector<std::string>& arguments) {
      return name + "(" + arguments[0] + " FROM " + arguments[1] + ")";
    };
  }
  return function;
}

constexpr ScalarFunctionDefinition kDatePartFunctions[] = {
    {"date_part",
     2,
     2,
     {"`date_part(field, source)`: a part of a date, timestamp or interval.", "3.0.0"},
     BindPart<false>},
    {"datepart",
     2,
     2,
     {"`datepart(field, source)`: a part of a date, timestamp or interval.", "3.4.0"},
     BindPart<true>},
    {"extract",
     2,
     2,
     {"`extract(field FROM source)`: a part of a date, timestamp or interval.", "3.0.0"},
     BindPart<true>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> DatePartFunctions() { return kDatePartFunctions; }

}  // namespace firesteel
