#include <cstring>

#include "arrow/array/data.h"
#include "types/cast_kernels.h"
#include "types/column_view.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"

namespace firesteel {
namespace {

// How many microseconds or months one of the type's last field is.
int64_t UnitOf(const DataType& type) {
  if (type.id() == TypeId::kDayTimeInterval) return MicrosOfField(type.end_field());
  return type.end_field() == 0 ? 12 : 1;
}

// value × unit, rounded half up. The fraction is multiplied on its own, lest it overflow.
int128_t ScaleDecimal(int128_t unscaled, int scale, int64_t unit) {
  const int128_t divisor = PowerOfTen(scale);
  const int128_t whole = unscaled / divisor;
  int128_t fraction = unscaled % divisor;
  int digits = scale;
  if (digits > 26) {
    fraction /= PowerOfTen(digits - 26);
    digits = 26;
  }
  int128_t scaled;
  if (__builtin_mul_overflow(whole, int128_t{unit}, &scaled)) return whole;
  return scaled + DivideHalfUp(fraction * unit, PowerOfTen(digits));
}

template <typename T, typename Scale>
ArrayResult ToUnits(const CastTask& task, const Scale& scale) {
  return ConvertColumn<T>(
      task,
      [&](int64_t i, T* out) {
        const int128_t value = scale(i);
        *out = static_cast<T>(value);
        return *out == value;
      },
      [&](int64_t i) { return Overflow(task, SqlLiteral(task, i)); });
}

template <typename T>
ArrayResult ToInterval(const CastTask& task) {
  const int64_t unit = UnitOf(task.to);
  if (task.from.id() == task.to.id()) {
    // Drops what is below the last field; seconds keep their fraction.
    const T* const values = task.view.Values<T>();
    const int64_t kept = unit == kMicrosPerSecond ? 1 : unit;
    return MapColumn<T>(task,
                        [&](int64_t i) { return static_cast<T>(values[i] - values[i] % kept); });
  }
  if (task.from.id() == TypeId::kDecimal) {
    return ToUnits<T>(task, [&](int64_t i) {
      return ScaleDecimal(UnscaledDecimalAt(task.view, i), task.from.scale(), unit);
    });
  }
  return WithNumbers(task, [&](const auto& read) {
    return ToUnits<T>(task, [&](int64_t i) { return static_cast<int128_t>(read(i)) * unit; });
  });
}

template <typename From>
ArrayResult ToNumber(const CastTask& task) {
  const From* const values = task.view.Values<From>();
  const int64_t unit = UnitOf(task.from);
  const auto whole = [=](int64_t i) { return int128_t{values[i] / unit}; };
  switch (task.to.id()) {
    case TypeId::kByte:
      return ToUnits<int8_t>(task, whole);
    case TypeId::kShort:
      return ToUnits<int16_t>(task, whole);
    case TypeId::kInteger:
      return ToUnits<int32_t>(task, whole);
    case TypeId::kLong:
      return ToUnits<int64_t>(task, whole);
    default:
      break;
  }
  // Only seconds have a fraction.
  const bool seconds = unit == kMicrosPerSecond;
  const auto unscaled = [&](int64_t i) { return seconds ? int128_t{values[i]} : whole(i); };
  return ConvertColumn<int128_t>(
      task,
      [&](int64_t i, int128_t* out) {
        const auto rescaled =
            Rescale(unscaled(i), seconds ? 6 : 0, task.to.scale(), task.to.precision());
        if (rescaled.has_value()) std::memcpy(out, &*rescaled, sizeof(int128_t));
        return rescaled.has_value();
      },
      [&](int64_t i) { return OutOfRange(task, SqlLiteral(task, i)); });
}

}  // namespace

ArrayResult CastToInterval(const CastTask& task) {
  if (task.to.id() == TypeId::kDayTimeInterval) return ToInterval<int64_t>(task);
  return ToInterval<int32_t>(task);
}

ArrayResult CastFromInterval(const CastTask& task) {
  if (task.from.id() == TypeId::kDayTimeInterval) return ToNumber<int64_t>(task);
  return ToNumber<int32_t>(task);
}

}  // namespace firesteel
