#include "functions/interval_arithmetic.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/moment_kernels.h"
#include "functions/type_classes.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
using MaybeBound = std::optional<BoundFunction>;

/// INTERVAL DAY alone: the only day-time interval that keeps a date a date.
bool IsDays(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval && type.start_field() == 0 && type.end_field() == 0;
}

Status IntervalOverflow(std::string_view function) {
  return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                   {{"functionName", "`" + std::string(function) + "`"}});
}

/// One operation being bound; `left` and `right` are places among the arguments, swapped where the
/// moment stands on the right.
struct Call {
  const BindRequest& request;
  ArithmeticOp op;
  ArithmeticMode mode;
  int left = 0;
  int right = 1;

  const DataType& left_type() const { return request.type(left); }
  const DataType& right_type() const { return request.type(right); }
  bool subtracts() const { return op == ArithmeticOp::kSubtract; }
  OnFailure on_failure() const {
    return mode == ArithmeticMode::kTry ? OnFailure::kNull : OnFailure::kError;
  }
};

/// Puts the function together; `types` and `kernel` are in the order left, right.
BoundFunction Finish(const Call& call, DataType left, DataType right, DataType result,
                     Kernel kernel, std::function<std::string(const std::string&,
                                                              const std::string&)> sql) {
  BoundFunction function;
  const bool swapped = call.left == 1;
  function.argument_types = {std::move(left), std::move(right)};
  if (swapped) std::swap(function.argument_types[0], function.argument_types[1]);
  function.return_type = std::move(result);
  function.nullable = AnyNullable(call.request) || call.mode == ArithmeticMode::kTry;
  if (swapped) {
    function.kernel = [kernel](std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext* context) {
      const ColumnVector turned[] = {arguments[1], arguments[0]};
      return kernel(turned, rows, context);
    };
  } else {
    function.kernel = std::move(kernel);
  }
  if (sql) {
    function.sql = [sql, swapped](const Arguments& arguments) {
      return swapped ? sql(arguments[1], arguments[0]) : sql(arguments[0], arguments[1]);
    };
  }
  return function;
}

/// `d + i` without parentheses, as moments plus intervals are named.
std::function<std::string(const std::string&, const std::string&)> PlainSql(const Call& call) {
  const std::string symbol = call.subtracts() ? " - " : " + ";
  return [symbol](const std::string& left, const std::string& right) {
    return left + symbol + right;
  };
}

Result<BoundFunction> DatePlusDays(const Call& call) {
  const ParameterType days =
      ParameterType::OneOf({TypeId::kInteger, TypeId::kShort, TypeId::kByte});
  const DataType& given = call.right_type();
  if (given.id() != TypeId::kNull && (!given.is_integral() || given.id() == TypeId::kLong)) {
    return UnexpectedInputType(call.request, call.right, days.ToString());
  }
  const std::string name = call.subtracts() ? "date_sub" : "date_add";
  return Finish(call, TypeId::kDate, TypeId::kInteger, TypeId::kDate,
                AddDaysKernel(call.subtracts()),
                [name](const std::string& left, const std::string& right) {
                  return name + "(" + left + ", " + right + ")";
                });
}

BoundFunction DatePlusDayInterval(const Call& call) {
  const bool subtracts = call.subtracts();
  Kernel kernel = [subtracts](std::span<const ColumnVector> arguments, int64_t rows,
                              EvaluationContext*) {
    return MapFixedPair<int32_t, int64_t, int32_t>(
        arguments, rows, arrow::date32(), [subtracts](int32_t date, int64_t micros) -> int32_t {
          const int64_t days = micros / kMicrosPerDay;
          return static_cast<int32_t>(static_cast<uint32_t>(date) +
                                      static_cast<uint32_t>(subtracts ? -days : days));
        });
  };
  return Finish(call, TypeId::kDate, call.right_type(), TypeId::kDate, std::move(kernel),
                [subtracts](const std::string& left, const std::string& right) {
                  std::string days = "extractansiintervaldays(" + right + ")";
                  if (subtracts) days = "(- " + days + ")";
                  return "date_add(" + left + ", " + days + ")";
                });
}

BoundFunction DatePlusMonths(const Call& call) {
  const bool subtracts = call.subtracts();
  const OnFailure on_failure = call.on_failure();
  Kernel kernel = [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<int32_t, int32_t, int32_t>(
        arguments, rows, arrow::date32(), on_failure,
        [subtracts](int32_t date, int32_t months, int32_t* out) {
          const int64_t count = months;
          return AddMonthsToDays(date, subtracts ? -count : count, out);
        },
        [](int32_t, int32_t) { return ArithmeticOverflow("integer"); });
  };
  return Finish(call, TypeId::kDate, call.right_type(), TypeId::kDate, std::move(kernel),
                PlainSql(call));
}

/// timestamp ± interval; a date becomes a timestamp first.
Result<BoundFunction> TimestampPlusInterval(const Call& call) {
  const DataType moment =
      IsTimestamp(call.left_type()) ? call.left_type() : DataType(TypeId::kTimestamp);
  std::string zone_name = call.request.settings.time_zone;
  if (moment.id() == TypeId::kTimestampNtz) zone_name = "UTC";
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone, TimeZone::Find(zone_name));
  const auto type = ToArrowType(moment);
  const bool subtracts = call.subtracts();
  const OnFailure on_failure = call.on_failure();
  const auto overflow = [](int64_t, int64_t) {
    return DateTimeOverflow("add an interval to a timestamp");
  };
  if (call.right_type().id() == TypeId::kDayTimeInterval) {
    Kernel kernel = [=](std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
      ZoneConverter converter(*zone);
      return MapFixedPair<int64_t, int64_t, int64_t>(
          arguments, rows, type, on_failure,
          [&](int64_t micros, int64_t interval, int64_t* out) {
            if (subtracts && __builtin_sub_overflow(int64_t{0}, interval, &interval)) return false;
            return AddDayTime(micros, interval, &converter, out);
          },
          overflow);
    };
    return Finish(call, moment, call.right_type(), moment, std::move(kernel), PlainSql(call));
  }
  Kernel kernel = [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    ZoneConverter converter(*zone);
    return MapFixedPair<int64_t, int32_t, int64_t>(
        arguments, rows, type, on_failure,
        [&](int64_t micros, int32_t months, int64_t* out) {
          const int64_t count = months;
          return AddMonthsToMicros(micros, subtracts ? -count : count, &converter, out);
        },
        overflow);
  };
  return Finish(call, moment, call.right_type(), moment, std::move(kernel), PlainSql(call));
}

BoundFunction DateMinusDate(const Call& call) {
  const DataType result = DataType::DayTimeInterval(0, 0);
  const auto type = ToArrowType(result);
  Kernel kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                         EvaluationContext*) {
    return MapFixedPair<int32_t, int32_t, int64_t>(
        arguments, rows, type, OnFailure::kError,
        [](int32_t left, int32_t right, int64_t* out) {
          const int64_t days = int64_t{left} - right;
          return !__builtin_mul_overflow(days, kMicrosPerDay, out);
        },
        [](int32_t, int32_t) { return IntervalOverflow("try_subtract"); });
  };
  return Finish(call, TypeId::kDate, TypeId::kDate, result, std::move(kernel), nullptr);
}

/// The difference of what the clocks on the wall showed.
Result<BoundFunction> TimestampMinusTimestamp(const Call& call) {
  const bool local = call.left_type().id() == TypeId::kTimestampNtz ||
                     call.right_type().id() == TypeId::kTimestampNtz;
  const bool zoned = call.left_type().id() == TypeId::kTimestamp ||
                     call.right_type().id() == TypeId::kTimestamp;
  const DataType moment = local && !zoned ? TypeId::kTimestampNtz : TypeId::kTimestamp;
  const std::string zone_name =
      moment.id() == TypeId::kTimestampNtz ? "UTC" : call.request.settings.time_zone;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone, TimeZone::Find(zone_name));
  const auto type = ToArrowType(TypeId::kDayTimeInterval);
  Kernel kernel = [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    ZoneConverter converter(*zone);
    return MapFixedPair<int64_t, int64_t, int64_t>(
        arguments, rows, type, OnFailure::kError,
        [&](int64_t left, int64_t right, int64_t* out) {
          return !__builtin_sub_overflow(converter.ToLocalMicros(left),
                                         converter.ToLocalMicros(right), out);
        },
        [](int64_t, int64_t) { return IntervalOverflow("try_subtract"); });
  };
  return Finish(call, moment, moment, TypeId::kDayTimeInterval, std::move(kernel), nullptr);
}

template <typename T>
Kernel IntervalSumKernel(const DataType& type, bool subtracts, OnFailure on_failure) {
  auto arrow_type = ToArrowType(type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<T, T, T>(
        arguments, rows, arrow_type, on_failure,
        [subtracts](T left, T right, T* out) {
          return !(subtracts ? __builtin_sub_overflow(left, right, out)
                             : __builtin_add_overflow(left, right, out));
        },
        [subtracts](T, T) { return IntervalOverflow(subtracts ? "try_subtract" : "try_add"); });
  };
}

Result<BoundFunction> IntervalSum(const Call& call) {
  auto type = WiderType(call.left_type(), call.right_type(), true);
  if (!type) return UnexpectedInputType(call.request, call.right, Quoted(call.left_type().Sql()));
  Kernel kernel = type->id() == TypeId::kDayTimeInterval
                      ? IntervalSumKernel<int64_t>(*type, call.subtracts(), call.on_failure())
                      : IntervalSumKernel<int32_t>(*type, call.subtracts(), call.on_failure());
  return Finish(call, *type, *type, *type, std::move(kernel), nullptr);
}

/// Adds or subtracts where the left side is a date.
Result<MaybeBound> BindDateSum(const Call& call) {
  const DataType& right = call.right_type();
  if (IsDays(right)) return MaybeBound(DatePlusDayInterval(call));
  if (right.id() == TypeId::kYearMonthInterval) return MaybeBound(DatePlusMonths(call));
  if (right.id() == TypeId::kDayTimeInterval) {
    ARROW_ASSIGN_OR_RAISE(BoundFunction function, TimestampPlusInterval(call));
    return MaybeBound(std::move(function));
  }
  if (call.subtracts() &&
      (right.id() == TypeId::kDate || right.id() == TypeId::kString)) {
    return MaybeBound(DateMinusDate(call));
  }
  if (call.subtracts() && IsTimestamp(right)) {
    ARROW_ASSIGN_OR_RAISE(BoundFunction function, TimestampMinusTimestamp(call));
    return MaybeBound(std::move(function));
  }
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, DatePlusDays(call));
  return MaybeBound(std::move(function));
}

Result<MaybeBound> BindSum(Call call) {
  const bool left_moment = call.left_type().id() == TypeId::kDate || IsTimestamp(call.left_type());
  const bool right_moment =
      call.right_type().id() == TypeId::kDate || IsTimestamp(call.right_type());
  if (!call.subtracts() && !left_moment && right_moment) std::swap(call.left, call.right);
  const DataType& left = call.left_type();
  const DataType& right = call.right_type();
  if (left.id() == TypeId::kDate) return BindDateSum(call);
  if (call.subtracts() && left.id() == TypeId::kString && right.id() == TypeId::kDate) {
    return MaybeBound(DateMinusDate(call));
  }
  const bool differ = call.subtracts() &&
                      ((IsTimestamp(left) && (right_moment || right.id() == TypeId::kString)) ||
                       (left.id() == TypeId::kString && IsTimestamp(right)));
  const bool intervals = (IsInterval(left) && (IsInterval(right) || right.id() == TypeId::kNull)) ||
                         (left.id() == TypeId::kNull && IsInterval(right));
  const bool moves = IsTimestamp(left) && IsInterval(right);
  if (!differ && !intervals && !moves) return MaybeBound();
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, differ  ? TimestampMinusTimestamp(call)
                                                : moves ? TimestampPlusInterval(call)
                                                        : IntervalSum(call));
  return MaybeBound(std::move(function));
}

}  // namespace

bool AddMonthsToDays(int32_t days, int64_t months, int32_t* out) {
  const int64_t result = AddMonths(days, months);
  *out = static_cast<int32_t>(result);
  return *out == result;
}

Status DateTimeOverflow(const std::string& operation) {
  return MakeError("DATETIME_OVERFLOW", {{"operation", operation}});
}

Result<std::optional<BoundFunction>> BindMomentArithmetic(const BindRequest& request,
                                                          ArithmeticOp op, ArithmeticMode mode) {
  Call call{request, op, mode};
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: return BindSum(call);
    case ArithmeticOp::kMultiply:
    case ArithmeticOp::kDivide:
    case ArithmeticOp::kIntegralDivide: return BindIntervalScaling(request, op, mode);
    default:
      return MaybeBound();
  }
}

}  // namespace firesteel
