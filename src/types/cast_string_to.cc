#include <charconv>
#include <limits>

#include "arrow/array/data.h"
#include "arrow/type.h"
#include "common/ascii.h"
#include "common/error.h"
#include "types/cast_kernels.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

// Reads an integer with spaces around. Without ANSI rules a fraction may follow and is dropped, and
// then even a lone point is zero.
template <typename T>
bool ParseInteger(std::string_view text, bool allow_fraction, T* out) {
  text = TrimForParsing(text);
  if (text.empty()) return false;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  // Counts downwards: the least number has no positive twin.
  int64_t value = 0;
  size_t i = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) {
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_sub_overflow(value, int64_t{text[i] - '0'}, &value)) {
      return false;
    }
  }
  if (i < text.size()) {
    if (!allow_fraction || text[i] != '.') return false;
    for (++i; i < text.size(); ++i) {
      if (!IsDigit(text[i])) return false;
    }
  }
  if (!negative) {
    if (value == std::numeric_limits<int64_t>::min()) return false;
    value = -value;
  }
  *out = static_cast<T>(value);
  return *out == value;
}

template <typename T>
ArrayResult ParseInteger(const CastTask& task) {
  const bool allow_fraction = !task.ansi_rules();
  return ConvertColumn<T>(
      task,
      [&](int64_t i, T* out) { return ParseInteger(task.view.BytesAt(i), allow_fraction, out); },
      [&](int64_t i) { return InvalidInput(task, SqlLiteral(task, i)); });
}

// Fills a column from a parser that returns an optional.
template <typename T, typename Parse>
ArrayResult Parsed(const CastTask& task, const Parse& parse) {
  return ConvertColumn<T>(
      task,
      [&](int64_t i, T* out) {
        const auto value = parse(task.view.BytesAt(i));
        if (value.has_value()) *out = *value;
        return value.has_value();
      },
      [&](int64_t i) { return InvalidInput(task, SqlLiteral(task, i)); });
}

std::optional<bool> ParseBoolean(std::string_view text) {
  const std::string lower = AsciiLowerCase(TrimForParsing(text));
  for (const char* word : {"t", "true", "y", "yes", "1"}) {
    if (lower == word) return true;
  }
  for (const char* word : {"f", "false", "n", "no", "0"}) {
    if (lower == word) return false;
  }
  return std::nullopt;
}

ArrayResult ParseBoolean(const CastTask& task) {
  ARROW_ASSIGN_OR_RAISE(auto column, BooleanColumn::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (task.view.IsNull(i)) continue;
    const std::optional<bool> value = ParseBoolean(task.view.BytesAt(i));
    if (value.has_value()) {
      if (*value) column.SetTrue(i);
      continue;
    }
    if (task.raises()) return InvalidInput(task, SqlLiteral(task, i));
    ARROW_RETURN_NOT_OK(column.SetNull(i));
  }
  return column.Finish();
}

ArrayResult ToDecimal(const CastTask& task) {
  const auto parse = [&](int64_t i, int128_t* out) {
    // Java's BigDecimal gets the text without spaces and control characters around.
    return ParseDecimal(TrimForParsing(task.view.BytesAt(i)), task.to.precision(), task.to.scale(),
                        out);
  };
  return ConvertColumn<int128_t>(
      task,
      [&](int64_t i, int128_t* out) {
        int128_t unscaled = 0;
        if (parse(i, &unscaled) != DecimalParse::kOk) return false;
        std::memcpy(out, &unscaled, sizeof(unscaled));
        return true;
      },
      [&](int64_t i) -> Status {
        int128_t unscaled = 0;
        const std::string text(TrimForParsing(task.view.BytesAt(i)));
        switch (parse(i, &unscaled)) {
          case DecimalParse::kTooLargeForAny:
            return MakeError("NUMERIC_OUT_OF_SUPPORTED_RANGE", {{"value", text}});
          case DecimalParse::kTooLarge:
            return OutOfRange(task, text);
          default:
            return InvalidInput(task, SqlLiteral(task, i));
        }
      });
}

Status BadInterval(const CastTask& task, int64_t i) {
  const bool day_time = task.to.id() == TypeId::kDayTimeInterval;
  return MakeError(day_time ? "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"
                            : "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING",
                   {{"input", std::string(task.view.BytesAt(i))}, {"typeName", task.to.Sql()}});
}

template <typename T, typename Parse>
ArrayResult ToAnsiInterval(const CastTask& task, const Parse& parse) {
  return ConvertColumn<T>(
      task,
      [&](int64_t i, T* out) {
        const auto value = parse(task.view.BytesAt(i), task.to);
        if (value.has_value()) *out = *value;
        return value.has_value();
      },
      [&](int64_t i) { return BadInterval(task, i); });
}

// What is malformed is NULL even under ANSI rules, as in Spark.
ArrayResult ToCalendarInterval(const CastTask& task) {
  using Parts = arrow::MonthDayNanoIntervalType::MonthDayNanos;
  ARROW_ASSIGN_OR_RAISE(auto column, FixedColumn<Parts>::Make(task.data));
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (task.view.IsNull(i)) continue;
    const auto interval = ParseCalendarInterval(task.view.BytesAt(i));
    int64_t nanos = 0;
    if (!interval.has_value() || __builtin_mul_overflow(interval->micros, int64_t{1000}, &nanos)) {
      ARROW_RETURN_NOT_OK(column.SetNull(i));
    } else {
      column.values()[i] = Parts{interval->months, interval->days, nanos};
    }
  }
  return column.Finish(ToArrowType(task.to));
}

}  // namespace

ArrayResult CastFromString(const CastTask& task) {
  switch (task.to.id()) {
    case TypeId::kBoolean:
      return ParseBoolean(task);
    case TypeId::kByte:
      return ParseInteger<int8_t>(task);
    case TypeId::kShort:
      return ParseInteger<int16_t>(task);
    case TypeId::kInteger:
      return ParseInteger<int32_t>(task);
    case TypeId::kLong:
      return ParseInteger<int64_t>(task);
    case TypeId::kFloat:
      return Parsed<float>(task, ParseFloat);
    case TypeId::kDouble:
      return Parsed<double>(task, ParseDouble);
    case TypeId::kDecimal:
      return ToDecimal(task);
    case TypeId::kDate:
      return Parsed<int32_t>(task, ParseDate);
    case TypeId::kTimestamp:
      return Parsed<int64_t>(
          task, [&](std::string_view text) { return ParseTimestamp(text, task.zone); });
    case TypeId::kTimestampNtz:
      return Parsed<int64_t>(task, ParseTimestampNtz);
    case TypeId::kDayTimeInterval:
      return ToAnsiInterval<int64_t>(task, ParseDayTimeInterval);
    case TypeId::kYearMonthInterval:
      return ToAnsiInterval<int32_t>(task, ParseYearMonthInterval);
    default:
      return ToCalendarInterval(task);
  }
}

}  // namespace firesteel
