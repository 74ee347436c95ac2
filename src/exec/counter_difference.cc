#include <utility>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "exec/window_chunk.h"
#include "firesteel/row.h"
#include "functions/aggregate_support.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

/// Follows when a counter began to count.
class StartTimes {
 public:
  explicit StartTimes(const arrow::Array* starts) : starts_(starts) {}

  void Forget() { known_ = false; }

  /// Whether the counter of `row` is still the one before. A row that does not say counts on.
  Result<bool> Continues(int64_t row) {
    if (starts_ == nullptr || starts_->IsNull(row)) return true;
    const int64_t start = starts_->data()->GetValues<int64_t>(1)[row];
    const bool known = std::exchange(known_, true);
    const int64_t before = std::exchange(start_, start);
    if (!known || start == before) return true;
    if (start > before) return false;
    const Value decreased[] = {Value(before), Value(start)};
    return MakeError("COUNTER_DIFF_START_TIME_DECREASED",
                     {{"function", "`counter_diff`"},
                      {"previousStartTime", decreased[0].ToString()},
                      {"currentStartTime", decreased[1].ToString()}});
  }

 private:
  const arrow::Array* starts_;
  bool known_ = false;
  int64_t start_ = 0;
};

template <typename T>
Result<ArrayPtr> Subtract(const arrow::Array& values, const DataType& type,
                          const arrow::Array* starts, const std::vector<int64_t>& before) {
  const T* counters = values.data()->GetValues<T>(1);
  StartTimes times(starts);
  std::vector<T> differences(before.size());
  std::vector<uint8_t> set(before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    if (before[i] < 0) times.Forget();
    if (values.IsNull(row)) continue;
    if (counters[row] < T{0}) {
      return MakeError("COUNTER_DIFF_NEGATIVE_COUNTER_VALUE",
                       {{"function", "`counter_diff`"},
                        {"value", GetValue(values, row, type).ToString()}});
    }
    ARROW_ASSIGN_OR_RAISE(const bool continues, times.Continues(row));
    if (before[i] < 0 || !continues || !(counters[row] >= counters[before[i]])) continue;
    differences[i] = static_cast<T>(counters[row] - counters[before[i]]);
    set[i] = 1;
  }
  return MakeFixedArray(values.type(), differences, set);
}

}  // namespace

Result<ArrayPtr> SubtractCounters(const arrow::Array& values, const DataType& type,
                                  const arrow::Array* starts,
                                  const std::vector<int64_t>& before) {
  switch (type.id()) {
    case TypeId::kByte: return Subtract<int8_t>(values, type, starts, before);
    case TypeId::kShort: return Subtract<int16_t>(values, type, starts, before);
    case TypeId::kInteger: return Subtract<int32_t>(values, type, starts, before);
    case TypeId::kLong: return Subtract<int64_t>(values, type, starts, before);
    case TypeId::kFloat: return Subtract<float>(values, type, starts, before);
    case TypeId::kDouble: return Subtract<double>(values, type, starts, before);
    case TypeId::kDecimal: return Subtract<int128_t>(values, type, starts, before);
    default: return InternalError("A counter cannot be of the type " + type.Sql());
  }
}

}  // namespace firesteel
