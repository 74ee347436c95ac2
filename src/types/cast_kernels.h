#pragma once

#include <memory>
#include <string>
#include <utility>

#include "firesteel/types.h"
#include "types/arrow_types.h"
#include "types/cast.h"
#include "types/column_view.h"
#include "types/fixed_column.h"
#include "types/time_zone.h"

namespace firesteel {

using ArrayResult = Result<std::shared_ptr<arrow::Array>>;

/// One cast of one column: what the kernels in cast_*.cc work on.
struct CastTask {
  const arrow::ArrayData& data;
  const ColumnView& view;
  const DataType& from;
  const DataType& to;
  const CastOptions& options;
  const TimeZone& zone;

  /// ANSI's rules, for cast and try_cast; otherwise the older ones, under which numbers wrap.
  bool ansi_rules() const { return options.ansi || options.try_cast; }
  /// Whether what cannot be cast is an error rather than NULL.
  bool raises() const { return options.ansi && !options.try_cast; }
};

/// The kernels, by what they read or write. CanCast says which pairs exist.
ArrayResult CastNumberToNumber(const CastTask& task);  // booleans, integers and floats
ArrayResult CastToDecimal(const CastTask& task);
ArrayResult CastFromDecimal(const CastTask& task);
ArrayResult CastFromString(const CastTask& task);
ArrayResult CastToText(const CastTask& task);
ArrayResult CastToBinary(const CastTask& task);
ArrayResult CastToDateTime(const CastTask& task);
ArrayResult CastFromDateTime(const CastTask& task);
ArrayResult CastToInterval(const CastTask& task);
ArrayResult CastFromInterval(const CastTask& task);
ArrayResult CastNested(const CastTask& task);
/// A column of NULLs.
ArrayResult CastToNulls(const CastTask& task);

/// Errors of single values. `literal` is the value as one would write it in SQL.
Status InvalidInput(const CastTask& task, const std::string& literal);
Status Overflow(const CastTask& task, const std::string& literal);
/// For decimals: NUMERIC_VALUE_OUT_OF_RANGE.
Status OutOfRange(const CastTask& task, const std::string& number);
/// The value of row `i` as one would write it in SQL.
std::string SqlLiteral(const CastTask& task, int64_t i);

/// Fills a column by calling `convert(i, &value)` for every row that is not NULL. Where it returns
/// false, `fail(i)` makes the error if the cast raises them; otherwise the result is NULL.
template <typename T, typename Convert, typename Fail>
ArrayResult ConvertColumn(const CastTask& task, const Convert& convert, const Fail& fail) {
  ARROW_ASSIGN_OR_RAISE(auto column, FixedColumn<T>::Make(task.data));
  T* const out = column.values();
  const bool has_nulls = task.view.has_nulls();
  const int64_t length = task.view.length();
  for (int64_t i = 0; i < length; ++i) {
    if (has_nulls && task.view.IsNull(i)) continue;
    if (convert(i, &out[i])) [[likely]] {
      continue;
    }
    if (task.raises()) return fail(i);
    ARROW_RETURN_NOT_OK(column.SetNull(i));
  }
  return column.Finish(ToArrowType(task.to));
}

/// As ConvertColumn, for conversions that never fail; also called for NULL rows, whose input may be
/// anything, so that the loop has no branches.
template <typename T, typename Convert>
ArrayResult MapColumn(const CastTask& task, const Convert& convert) {
  ARROW_ASSIGN_OR_RAISE(auto column, FixedColumn<T>::Make(task.data));
  T* const out = column.values();
  const int64_t length = task.view.length();
  for (int64_t i = 0; i < length; ++i) out[i] = convert(i);
  return column.Finish(ToArrowType(task.to));
}

/// Calls `run` with a function that reads row i as a number, for integers and floats.
template <typename Run>
ArrayResult WithNumbers(const CastTask& task, const Run& run) {
  switch (task.from.id()) {
    case TypeId::kByte:
      return run([v = task.view.Values<int8_t>()](int64_t i) { return v[i]; });
    case TypeId::kShort:
      return run([v = task.view.Values<int16_t>()](int64_t i) { return v[i]; });
    case TypeId::kInteger:
      return run([v = task.view.Values<int32_t>()](int64_t i) { return v[i]; });
    case TypeId::kFloat:
      return run([v = task.view.Values<float>()](int64_t i) { return v[i]; });
    case TypeId::kDouble:
      return run([v = task.view.Values<double>()](int64_t i) { return v[i]; });
    default:
      return run([v = task.view.Values<int64_t>()](int64_t i) { return v[i]; });
  }
}

}  // namespace firesteel
