#include <cmath>
#include <cstring>

#include "arrow/array/data.h"
#include "types/cast_kernels.h"
#include "types/column_view.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

std::string DecimalText(int128_t unscaled, int scale) {
  char text[kDecimalTextSize];
  return std::string(text, FormatDecimal(unscaled, scale, text));
}

// Makes the decimal of a double through its shortest text, as Java's BigDecimal.valueOf does: the
// digits that people see are the ones that count.
bool DoubleToDecimal(double value, const DataType& to, int128_t* out) {
  char text[kFloatingTextSize];
  const size_t length = FormatDouble(value, text);
  return ParseDecimal({text, length}, to.precision(), to.scale(), out) == DecimalParse::kOk;
}

// NaN and infinity are NULL, with and without ANSI rules, as in Spark.
template <typename ReadDouble>
ArrayResult FromDoubles(const CastTask& task, const ReadDouble& read) {
  ARROW_ASSIGN_OR_RAISE(auto column, FixedColumn<int128_t>::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (task.view.IsNull(i)) continue;
    const double value = read(i);
    int128_t unscaled = 0;
    if (std::isfinite(value) && DoubleToDecimal(value, task.to, &unscaled)) {
      std::memcpy(column.values() + i, &unscaled, sizeof(unscaled));
      continue;
    }
    if (std::isfinite(value) && task.raises()) {
      char text[kFloatingTextSize];
      return OutOfRange(task, std::string(text, FormatDouble(value, text)));
    }
    ARROW_RETURN_NOT_OK(column.SetNull(i));
  }
  return column.Finish(ToArrowType(task.to));
}

// Rescales from numbers of scale `from_scale`.
template <typename ReadInt>
ArrayResult FromIntegers(const CastTask& task, int from_scale, const ReadInt& read) {
  const int scale = task.to.scale();
  const int precision = task.to.precision();
  return ConvertColumn<int128_t>(
      task,
      [&](int64_t i, int128_t* out) {
        const auto rescaled = Rescale(read(i), from_scale, scale, precision);
        if (rescaled.has_value()) std::memcpy(out, &*rescaled, sizeof(int128_t));
        return rescaled.has_value();
      },
      [&](int64_t i) { return OutOfRange(task, DecimalText(read(i), from_scale)); });
}

template <typename To>
ArrayResult ToInteger(const CastTask& task) {
  const int128_t divisor = PowerOfTen(task.from.scale());
  if (!task.ansi_rules()) {
    return MapColumn<To>(task, [&](int64_t i) {
      return static_cast<To>(UnscaledDecimalAt(task.view, i) / divisor);
    });
  }
  return ConvertColumn<To>(
      task,
      [&](int64_t i, To* out) {
        const int128_t whole = UnscaledDecimalAt(task.view, i) / divisor;
        *out = static_cast<To>(whole);
        return *out == whole;
      },
      [&](int64_t i) { return Overflow(task, SqlLiteral(task, i)); });
}

ArrayResult DecimalToBoolean(const CastTask& task) {
  ARROW_ASSIGN_OR_RAISE(auto column, BooleanColumn::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (UnscaledDecimalAt(task.view, i) != 0) column.SetTrue(i);
  }
  return column.Finish();
}

// Drops what is below microseconds, and wraps beyond the range, as in Spark.
ArrayResult ToTimestamp(const CastTask& task) {
  const int scale = task.from.scale();
  return MapColumn<int64_t>(task, [&](int64_t i) {
    const int128_t value = UnscaledDecimalAt(task.view, i);
    if (scale >= 6) return static_cast<int64_t>(value / PowerOfTen(scale - 6));
    return static_cast<int64_t>(static_cast<uint128_t>(value) *
                                static_cast<uint128_t>(PowerOfTen(6 - scale)));
  });
}

}  // namespace

ArrayResult CastToDecimal(const CastTask& task) {
  switch (task.from.id()) {
    case TypeId::kBoolean:
      return FromIntegers(task, 0, [&](int64_t i) { return int128_t{task.view.BoolAt(i)}; });
    case TypeId::kDecimal:
      return FromIntegers(task, task.from.scale(),
                          [&](int64_t i) { return UnscaledDecimalAt(task.view, i); });
    case TypeId::kFloat:
      return FromDoubles(task, [v = task.view.Values<float>()](int64_t i) { return double{v[i]}; });
    case TypeId::kDouble:
      return FromDoubles(task, [v = task.view.Values<double>()](int64_t i) { return v[i]; });
    case TypeId::kTimestamp:
      return FromIntegers(
          task, 6, [v = task.view.Values<int64_t>()](int64_t i) { return int128_t{v[i]}; });
    default:
      return WithNumbers(task, [&](const auto& read) {
        return FromIntegers(task, 0, [&](int64_t i) { return static_cast<int128_t>(read(i)); });
      });
  }
}

ArrayResult CastFromDecimal(const CastTask& task) {
  const int scale = task.from.scale();
  switch (task.to.id()) {
    case TypeId::kBoolean:
      return DecimalToBoolean(task);
    case TypeId::kByte:
      return ToInteger<int8_t>(task);
    case TypeId::kShort:
      return ToInteger<int16_t>(task);
    case TypeId::kInteger:
      return ToInteger<int32_t>(task);
    case TypeId::kLong:
      return ToInteger<int64_t>(task);
    case TypeId::kFloat:
      return MapColumn<float>(
          task, [&](int64_t i) { return DecimalToFloat(UnscaledDecimalAt(task.view, i), scale); });
    case TypeId::kDouble:
      return MapColumn<double>(
          task, [&](int64_t i) { return DecimalToDouble(UnscaledDecimalAt(task.view, i), scale); });
    default:
      return ToTimestamp(task);
  }
}

}  // namespace firesteel
