#include <cmath>
#include <limits>
#include <type_traits>

#include "arrow/array/data.h"
#include "types/cast_kernels.h"

namespace firesteel {
namespace {

// Java's conversion of a float to an integer type: towards zero, pinned to the range, NaN is 0.
template <typename To, typename From>
To SaturatedCast(From value) {
  if (std::isnan(value)) return 0;
  constexpr auto kLeast = std::numeric_limits<To>::min();
  constexpr auto kMost = std::numeric_limits<To>::max();
  if (value <= static_cast<From>(kLeast)) return kLeast;
  if (value >= static_cast<From>(kMost)) return kMost;
  return static_cast<To>(value);
}

// Without ANSI rules, numbers go through int to the narrower types, and wrap.
template <typename To, typename From>
To WrappedCast(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    if constexpr (sizeof(To) < sizeof(int32_t)) {
      return static_cast<To>(SaturatedCast<int32_t>(value));
    } else {
      return SaturatedCast<To>(value);
    }
  } else {
    return static_cast<To>(value);
  }
}

template <typename To, typename From>
bool ExactCast(From value, To* out) {
  if constexpr (std::is_floating_point_v<From>) {
    // NaN compares false. The limit of long, as a float, is one too many, and is taken as Java
    // does.
    const auto wide = static_cast<double>(value);
    if (!(std::floor(wide) <= static_cast<double>(std::numeric_limits<To>::max()) &&
          std::ceil(wide) >= static_cast<double>(std::numeric_limits<To>::min()))) {
      return false;
    }
    *out = SaturatedCast<To>(value);
    return true;
  } else {
    *out = static_cast<To>(value);
    return static_cast<From>(*out) == value;
  }
}

template <typename To>
ArrayResult ConvertToNumber(const CastTask& task) {
  if (task.from.id() == TypeId::kBoolean) {
    return MapColumn<To>(task, [&](int64_t i) { return static_cast<To>(task.view.BoolAt(i)); });
  }
  return WithNumbers(task, [&](const auto& read) -> ArrayResult {
    using From = decltype(read(0));
    if constexpr (std::is_floating_point_v<To>) {
      return MapColumn<To>(task, [&](int64_t i) { return static_cast<To>(read(i)); });
    } else if constexpr (std::is_integral_v<From> && sizeof(From) <= sizeof(To)) {
      return MapColumn<To>(task, [&](int64_t i) { return static_cast<To>(read(i)); });
    } else if (!task.ansi_rules()) {
      return MapColumn<To>(task, [&](int64_t i) { return WrappedCast<To>(read(i)); });
    } else {
      return ConvertColumn<To>(
          task, [&](int64_t i, To* out) { return ExactCast<To>(read(i), out); },
          [&](int64_t i) { return Overflow(task, SqlLiteral(task, i)); });
    }
  });
}

ArrayResult ToBoolean(const CastTask& task) {
  ARROW_ASSIGN_OR_RAISE(auto column, BooleanColumn::Make(task.data));
  return WithNumbers(task, [&](const auto& read) -> ArrayResult {
    for (int64_t i = 0; i < task.view.length(); ++i) {
      if (read(i) != 0) column.SetTrue(i);
    }
    return column.Finish();
  });
}

}  // namespace

ArrayResult CastNumberToNumber(const CastTask& task) {
  switch (task.to.id()) {
    case TypeId::kBoolean:
      return ToBoolean(task);
    case TypeId::kByte:
      return ConvertToNumber<int8_t>(task);
    case TypeId::kShort:
      return ConvertToNumber<int16_t>(task);
    case TypeId::kInteger:
      return ConvertToNumber<int32_t>(task);
    case TypeId::kLong:
      return ConvertToNumber<int64_t>(task);
    case TypeId::kFloat:
      return ConvertToNumber<float>(task);
    default:
      return ConvertToNumber<double>(task);
  }
}

}  // namespace firesteel
