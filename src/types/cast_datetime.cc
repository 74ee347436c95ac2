#include <cmath>
#include <limits>

#include "arrow/array/data.h"
#include "common/error.h"
#include "types/cast_kernels.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

// Seconds to microseconds, pinned to the range: Java's TimeUnit does so.
int64_t SecondsToMicros(int64_t seconds) {
  int64_t micros;
  if (!__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return micros;
  return seconds < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

ArrayResult TimestampFromDoubles(const CastTask& task) {
  return WithNumbers(task, [&](const auto& read) {
    return ConvertColumn<int64_t>(
        task,
        [&](int64_t i, int64_t* out) {
          const auto seconds = static_cast<double>(read(i));
          const double micros = seconds * static_cast<double>(kMicrosPerSecond);
          constexpr double kLimit = 9223372036854775808.0;  // one more than the largest long
          if (!std::isfinite(seconds)) return false;
          if (micros > kLimit || micros < -kLimit || micros == kLimit) {
            *out = micros < 0 ? std::numeric_limits<int64_t>::min()
                              : std::numeric_limits<int64_t>::max();
            return !task.ansi_rules() || micros == kLimit;
          }
          *out = static_cast<int64_t>(micros);
          return true;
        },
        [&](int64_t i) {
          return std::isfinite(static_cast<double>(read(i)))
                     ? Overflow(task, SqlLiteral(task, i))
                     : InvalidInput(task, SqlLiteral(task, i));
        });
  });
}

ArrayResult TimestampFromNumbers(const CastTask& task) {
  if (task.from.id() == TypeId::kBoolean) {
    return MapColumn<int64_t>(task, [&](int64_t i) { return int64_t{task.view.BoolAt(i)}; });
  }
  if (task.from.is_floating()) return TimestampFromDoubles(task);
  return WithNumbers(task, [&](const auto& read) {
    return MapColumn<int64_t>(
        task, [&](int64_t i) { return SecondsToMicros(static_cast<int64_t>(read(i))); });
  });
}

// The first moment of a day, on the wall clock or in UTC. Days too far away are an error even
// without ANSI rules, as in Spark.
template <typename FromLocal>
ArrayResult StartsOfDays(const CastTask& task, const FromLocal& from_local) {
  const int32_t* const days = task.view.Values<int32_t>();
  ARROW_ASSIGN_OR_RAISE(auto column, FixedColumn<int64_t>::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (task.view.IsNull(i)) continue;
    int64_t local;
    if (!__builtin_mul_overflow(int64_t{days[i]}, kMicrosPerDay, &local)) {
      column.values()[i] = from_local(local);
    } else if (task.options.try_cast) {
      ARROW_RETURN_NOT_OK(column.SetNull(i));
    } else {
      return MakeError("DATETIME_OVERFLOW", {{"operation", "the cast of " + SqlLiteral(task, i) +
                                                               " to " + task.to.Sql()}});
    }
  }
  return column.Finish(ToArrowType(task.to));
}

ArrayResult ToDate(const CastTask& task) {
  const int64_t* const micros = task.view.Values<int64_t>();
  ZoneConverter zone(task.zone);
  const bool local = task.from.id() == TypeId::kTimestampNtz;
  return MapColumn<int32_t>(task, [&](int64_t i) {
    const int64_t wall_clock = local ? micros[i] : zone.ToLocalMicros(micros[i]);
    return static_cast<int32_t>(FloorDivide(wall_clock, kMicrosPerDay));
  });
}

// Whole seconds, rounded down.
template <typename T>
ArrayResult SecondsOfTimestamps(const CastTask& task) {
  const int64_t* const micros = task.view.Values<int64_t>();
  if (!task.ansi_rules() || sizeof(T) == sizeof(int64_t)) {
    return MapColumn<T>(
        task, [&](int64_t i) { return static_cast<T>(FloorDivide(micros[i], kMicrosPerSecond)); });
  }
  return ConvertColumn<T>(
      task,
      [&](int64_t i, T* out) {
        const int64_t seconds = FloorDivide(micros[i], kMicrosPerSecond);
        *out = static_cast<T>(seconds);
        return *out == seconds;
      },
      [&](int64_t i) { return Overflow(task, SqlLiteral(task, i)); });
}

template <typename T>
ArrayResult FractionalSeconds(const CastTask& task) {
  const int64_t* const micros = task.view.Values<int64_t>();
  return MapColumn<T>(task, [&](int64_t i) {
    return static_cast<T>(static_cast<double>(micros[i]) / static_cast<double>(kMicrosPerSecond));
  });
}

ArrayResult IsNotEpoch(const CastTask& task) {
  const int64_t* const micros = task.view.Values<int64_t>();
  ARROW_ASSIGN_OR_RAISE(auto column, BooleanColumn::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (micros[i] != 0) column.SetTrue(i);
  }
  return column.Finish();
}

}  // namespace

ArrayResult CastToDateTime(const CastTask& task) {
  ZoneConverter zone(task.zone);
  const bool to_local = task.to.id() == TypeId::kTimestampNtz;
  if (task.to.id() == TypeId::kDate) return ToDate(task);
  switch (task.from.id()) {
    case TypeId::kDate:
      return StartsOfDays(
          task, [&](int64_t local) { return to_local ? local : zone.ToUtcMicros(local); });
    case TypeId::kTimestamp:
      return MapColumn<int64_t>(task, [&, micros = task.view.Values<int64_t>()](int64_t i) {
        return zone.ToLocalMicros(micros[i]);
      });
    case TypeId::kTimestampNtz:
      return MapColumn<int64_t>(task, [&, micros = task.view.Values<int64_t>()](int64_t i) {
        return zone.ToUtcMicros(micros[i]);
      });
    default:
      return TimestampFromNumbers(task);
  }
}

ArrayResult CastFromDateTime(const CastTask& task) {
  // Without ANSI rules a date may be cast to numbers, and is NULL then.
  if (task.from.id() == TypeId::kDate) return CastToNulls(task);
  switch (task.to.id()) {
    case TypeId::kBoolean:
      return IsNotEpoch(task);
    case TypeId::kByte:
      return SecondsOfTimestamps<int8_t>(task);
    case TypeId::kShort:
      return SecondsOfTimestamps<int16_t>(task);
    case TypeId::kInteger:
      return SecondsOfTimestamps<int32_t>(task);
    case TypeId::kLong:
      return SecondsOfTimestamps<int64_t>(task);
    case TypeId::kFloat:
      return FractionalSeconds<float>(task);
    default:
      return FractionalSeconds<double>(task);
  }
}

}  // namespace firesteel
