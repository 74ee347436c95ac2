#include "functions/extremes_by.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/coercion.h"
#include "functions/ordering.h"
#include "functions/take.h"
#include "functions/value_slots.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

constexpr int32_t kMaximumCount = 100000;

/// The values that come with the `count` extremes of others.
///   values     ARRAY of the values, the best first; NULL where there is none
///   orderings  ARRAY of what they are ordered by
class ExtremesBy final : public Accumulator {
 public:
  ExtremesBy(DataType value, DataType ordering, bool greatest, int32_t count)
      : order_(ValueOrder::Make(ordering)),
        value_type_(value),
        ordering_type_(ordering),
        values_(std::move(value)),
        orderings_(std::move(ordering)),
        greatest_(greatest),
        count_(static_cast<size_t>(count)) {}

  Status Resize(int64_t groups) override {
    kept_.resize(static_cast<size_t>(groups));
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments, std::span<const int32_t> groups) override {
    ARROW_RETURN_NOT_OK(values_.StartColumn(arguments[0]));
    ARROW_RETURN_NOT_OK(orderings_.StartColumn(arguments[1]));
    ForEachSet(arguments[1], groups,
               [&](int32_t group, int64_t row) { Add(arguments[1], group, row); });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const auto& values = static_cast<const arrow::ListArray&>(*buffers[0]);
    const auto& orderings = static_cast<const arrow::ListArray&>(*buffers[1]);
    std::vector<int64_t> value_places;
    std::vector<int64_t> ordering_places;
    std::vector<int32_t> group_of_value;
    for (int64_t list = 0; list < values.length(); ++list) {
      if (groups[static_cast<size_t>(list)] < 0 || values.IsNull(list)) continue;
      for (int64_t i = 0; i < values.value_length(list); ++i) {
        value_places.push_back(values.value_offset(list) + i);
        ordering_places.push_back(orderings.value_offset(list) + i);
        group_of_value.push_back(groups[static_cast<size_t>(list)]);
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto value_column, TakeElements(values.values(), value_places));
    ARROW_ASSIGN_OR_RAISE(auto ordering_column, TakeElements(orderings.values(), ordering_places));
    const ColumnVector columns[] = {BufferColumn(value_column), BufferColumn(ordering_column)};
    return Update(columns, group_of_value);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto values, Lists(values_, value_type_));
    ARROW_ASSIGN_OR_RAISE(auto orderings, Lists(orderings_, ordering_type_));
    return std::vector{std::move(values), std::move(orderings)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return Lists(values_, value_type_);
  }

 private:
  /// A value's slot, and when it came.
  struct Kept {
    int64_t slot;
    int64_t arrival;
  };

  void Add(const ColumnVector& ordering, int32_t group, int64_t row) {
    std::vector<Kept>& kept = kept_[static_cast<size_t>(group)];
    const auto better = [this](const Kept& a, const Kept& b) { return IsBetter(a, b); };
    Kept added{values_.size(), arrivals_++};
    if (kept.size() == count_) {
      const int64_t worst = kept.front().slot;
      const int order = order_->Compare(*ordering.values, ordering.constant ? 0 : row,
                                        orderings_.array(worst), orderings_.index(worst));
      if (greatest_ ? order <= 0 : order >= 0) return;
      std::pop_heap(kept.begin(), kept.end(), better);
      added.slot = kept.back().slot;
      kept.pop_back();
    } else {
      values_.Resize(added.slot + 1);
      orderings_.Resize(added.slot + 1);
    }
    values_.Set(added.slot, row);
    orderings_.Set(added.slot, row);
    kept.push_back(added);
    // The worst one is in front.
    std::push_heap(kept.begin(), kept.end(), better);
  }

  bool IsBetter(const Kept& a, const Kept& b) const {
    const int order = order_->Compare(orderings_.array(a.slot), orderings_.index(a.slot),
                                      orderings_.array(b.slot), orderings_.index(b.slot));
    if (order == 0) return a.arrival < b.arrival;
    return greatest_ ? order > 0 : order < 0;
  }

  Result<std::shared_ptr<arrow::Array>> Lists(const ValueSlots& slots, const DataType& type) const {
    std::vector<int32_t> offsets{0};
    std::vector<uint8_t> set;
    std::vector<int64_t> places;
    for (std::vector<Kept> kept : kept_) {
      std::sort(kept.begin(), kept.end(),
                [this](const Kept& a, const Kept& b) { return IsBetter(a, b); });
      for (const Kept& one : kept) places.push_back(one.slot);
      offsets.push_back(static_cast<int32_t>(places.size()));
      set.push_back(!kept.empty());
    }
    ARROW_ASSIGN_OR_RAISE(auto all, slots.Finish());
    ARROW_ASSIGN_OR_RAISE(auto items, TakeElements(all, places));
    ARROW_ASSIGN_OR_RAISE(auto bounds, MakeFixedArray(arrow::int32(), offsets, {}));
    ARROW_ASSIGN_OR_RAISE(auto validity, MakeBooleanArray(set, {}));
    return std::make_shared<arrow::ListArray>(
        ToArrowType(DataType::Array(type)), static_cast<int64_t>(kept_.size()),
        bounds->data()->buffers[1], std::move(items), validity->data()->buffers[1]);
  }

  std::unique_ptr<const ValueOrder> order_;
  DataType value_type_;
  DataType ordering_type_;
  ValueSlots values_;
  ValueSlots orderings_;
  bool greatest_;
  size_t count_;
  int64_t arrivals_ = 0;
  std::vector<std::vector<Kept>> kept_;  // by group; heaps
};

}  // namespace

Result<std::shared_ptr<const BoundAggregate>> BindExtremesBy(const BindRequest& request,
                                                             bool greatest) {
  const DataType value = request.type(0);
  const DataType ordering = request.type(1);
  if (!IsOrderable(ordering)) return NotOrderable(request, ordering);
  ARROW_ASSIGN_OR_RAISE(const Value given, ConstantArgument(request, 2, TypeId::kInteger, "k"));
  const int32_t count = given.is_null() ? 0 : given.Get<int32_t>();
  if (count < 1 || count > kMaximumCount) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"exprName", "`k`"},
                      {"valueRange", "[1, " + std::to_string(kMaximumCount) + "]"},
                      {"currentValue", std::to_string(count)}});
  }
  return std::make_shared<const SimpleAggregate>(
      std::vector<DataType>{value, ordering, TypeId::kInteger}, DataType::Array(value), true,
      std::vector<StructField>{{"values", DataType::Array(value)},
                               {"orderings", DataType::Array(ordering)}},
      [value, ordering, greatest, count] {
        return std::make_unique<ExtremesBy>(value, ordering, greatest, count);
      });
}

}  // namespace firesteel
