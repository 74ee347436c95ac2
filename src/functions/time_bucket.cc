#include "functions/time_bucket.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/fixed_width_kernels.h"
#include "functions/interval_arithmetic.h"
#include "functions/moment_kernels.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace firesteel {

namespace {

/// How long buckets are, and where one of them begins. Months and days are those of the wall clock,
/// the rest is elapsed time.
struct Buckets {
  int64_t months = 0;
  int64_t days = 0;
  int64_t rest_micros = 0;
  int64_t origin_micros = 0;
};

/// Finds the buckets that times lie in. Not thread-safe.
class BucketFinder {
 public:
  BucketFinder(const Buckets& buckets, const TimeZone& zone)
      : buckets_(buckets), converter_(zone) {}

  /// Where the bucket with this time begins; false where no timestamp is as early.
  bool Find(int64_t micros, int64_t* out) {
    int64_t number = Estimate(micros);
    // Months differ in length, and so do days where clocks are changed.
    for (bool fits = Start(number, out); !fits || *out > micros; fits = Start(--number, out)) {
      if (!fits && number < 0) return false;
    }
    for (int64_t next; Start(number + 1, &next) && next <= micros; ++number) *out = next;
    return true;
  }

 private:
  int64_t Estimate(int64_t micros) {
    if (buckets_.months > 0) {
      return FloorDivide(MonthOf(micros) - MonthOf(buckets_.origin_micros), buckets_.months);
    }
    const __int128 length = __int128{buckets_.days} * kMicrosPerDay + buckets_.rest_micros;
    const __int128 distance = __int128{micros} - buckets_.origin_micros;
    const __int128 number = distance / length - (distance % length < 0 ? 1 : 0);
    // Only buckets of one microsecond can have numbers beyond.
    constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max() - 1;
    return static_cast<int64_t>(std::clamp<__int128>(number, -kGreatest, kGreatest));
  }

  int64_t MonthOf(int64_t micros) {
    const CivilDate date =
        CivilFromDays(FloorDivide(converter_.ToLocalMicros(micros), kMicrosPerDay));
    return int64_t{date.year} * 12 + date.month;
  }

  /// Where a bucket begins, counted from the origin's; false where that is no timestamp.
  bool Start(int64_t number, int64_t* out) {
    int64_t amount;
    *out = buckets_.origin_micros;
    if (buckets_.months > 0) {
      return !__builtin_mul_overflow(buckets_.months, number, &amount) &&
             AddMonthsToMicros(buckets_.origin_micros, amount, &converter_, out);
    }
    if (buckets_.days > 0) {
      const __int128 moved = __int128{converter_.ToLocalMicros(buckets_.origin_micros)} +
                             __int128{buckets_.days} * number * kMicrosPerDay;
      if (moved != static_cast<int64_t>(moved)) return false;
      *out = converter_.ToUtcMicros(static_cast<int64_t>(moved));
    }
    const __int128 start = __int128{*out} + __int128{buckets_.rest_micros} * number;
    *out = static_cast<int64_t>(start);
    return start == *out;
  }

  Buckets buckets_;
  ZoneConverter converter_;
};

constexpr int kBucketSize = 0;
constexpr int kTime = 1;
constexpr int kOrigin = 2;

/// Checks the arguments' types; gives that of the times.
Result<DataType> TimeType(const BindRequest& request) {
  const TypeId size = request.type(kBucketSize).id();
  if (size != TypeId::kDayTimeInterval && size != TypeId::kYearMonthInterval &&
      size != TypeId::kNull) {
    return UnexpectedInputType(request, kBucketSize,
                               "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")");
  }
  const TypeId time = request.type(kTime).id();
  if (time != TypeId::kTimestamp && time != TypeId::kTimestampNtz && time != TypeId::kNull) {
    return UnexpectedInputType(request, kTime,
                               Quoted("(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"));
  }
  const DataType type = time == TypeId::kNull ? TypeId::kTimestamp : time;
  if (request.size() > kOrigin && request.type(kOrigin).id() != type.id() &&
      request.type(kOrigin).id() != TypeId::kNull) {
    return UnexpectedInputType(request, kOrigin, Quoted(type.Sql()));
  }
  return type;
}

Status SetSize(const BindRequest& request, const Value& size, Buckets* buckets) {
  int64_t amount;
  if (size.Is<YearMonthInterval>()) {
    amount = size.Get<YearMonthInterval>().months;
    buckets->months = amount;
  } else {
    amount = size.Get<DayTimeInterval>().micros;
    buckets->days = amount / kMicrosPerDay;
    buckets->rest_micros = amount % kMicrosPerDay;
  }
  if (amount > 0) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"exprName", "`bucketSize`"},
                    {"valueRange", "(0, inf)"},
                    {"currentValue", request.arguments[kBucketSize]->Sql()}});
}

Kernel BucketKernel(Buckets buckets, std::shared_ptr<const TimeZone> zone, const DataType& type) {
  return [buckets, zone, type = ToArrowType(type)](std::span<const ColumnVector> arguments,
                                                   int64_t rows,
                                                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(type);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int64_t))));
    auto* out = buffer->mutable_data_as<int64_t>();
    const FixedReader<int64_t> times(arguments[kTime]);
    BucketFinder finder(buckets, *zone);
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = 0;
      if (validity.IsValid(row) && !finder.Find(times[row], &out[row])) {
        return DateTimeOverflow("find the bucket of a time");
      }
    }
    return MakeFixedColumn(type, rows, validity, std::move(buffer));
  };
}

/// `time_bucket(bucketSize, ts[, origin])`
Result<BoundFunction> BindTimeBucket(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const DataType type, TimeType(request));
  const bool local = type.id() == TypeId::kTimestampNtz;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(local ? "UTC" : request.settings.time_zone));
  BoundFunction function;
  function.argument_types = {request.type(kBucketSize), type, type};
  function.return_type = type;
  function.nullable = AnyNullable(request);
  ARROW_ASSIGN_OR_RAISE(
      const Value size,
      ConstantArgument(request, kBucketSize, request.type(kBucketSize), "bucketSize"));
  Buckets buckets;
  if (!size.is_null()) ARROW_RETURN_NOT_OK(SetSize(request, size, &buckets));
  Value origin;
  if (request.size() > kOrigin) {
    ARROW_ASSIGN_OR_RAISE(origin, ConstantArgument(request, kOrigin, type, "origin"));
  } else {
    const int64_t epoch = ZoneConverter(*zone).ToUtcMicros(0);
    origin = local ? Value(TimestampNtz{epoch}) : Value(Timestamp{epoch});
    ARROW_ASSIGN_OR_RAISE(function.default_arguments.emplace_back(),
                          Literal::Make(origin, type, request.settings.time_zone));
  }
  if (!origin.is_null()) {
    buckets.origin_micros =
        local ? origin.Get<TimestampNtz>().micros : origin.Get<Timestamp>().micros;
  }
  function.kernel = BucketKernel(buckets, std::move(zone), type);
  return function;
}

constexpr ScalarFunctionDefinition kTimeBucketFunctions[] = {
    {"time_bucket",
     2,
     3,
     {"`time_bucket(bucketSize, ts[, origin])`: where the bucket of this size begins that ts lies "
      "in; one begins at origin.",
      "4.3.0"},
     BindTimeBucket},
};

}  // namespace

std::span<const ScalarFunctionDefinition> TimeBucketFunctions() { return kTimeBucketFunctions; }

}  // namespace firesteel
