#include "functions/in_list.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "expr/nodes.h"
#include "expr/row_selection.h"
#include "functions/comparison_kernels.h"
#include "functions/constant.h"
#include "functions/fixed_width_kernels.h"
#include "functions/ordering.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Below this many items comparing one by one is faster than a look-up.
constexpr size_t kSetThreshold = 8;

/// The constants of one list, for look-up. Immutable.
class ConstantSet {
 public:
  ConstantSet(std::vector<ExpressionPtr> items, std::shared_ptr<arrow::Array> values,
              std::shared_ptr<const ValueOrder> order)
      : items_(std::move(items)), values_(std::move(values)), order_(std::move(order)) {
    for (int64_t i = 0; i < values_->length(); ++i) {
      if (values_->IsNull(i)) {
        has_null_ = true;
      } else {
        sorted_.push_back(static_cast<int32_t>(i));
      }
    }
    if (IsBytes()) {
      const auto& bytes = static_cast<const arrow::BinaryArray&>(*values_);
      for (int32_t i : sorted_) strings_.insert(bytes.GetView(i));
      return;
    }
    std::sort(sorted_.begin(), sorted_.end(), [this](int32_t a, int32_t b) {
      return order_->Compare(*values_, a, *values_, b) < 0;
    });
  }

  bool HoldsItems(std::span<const ExpressionPtr> items) const {
    return std::equal(items.begin(), items.end(), items_.begin(), items_.end());
  }
  bool has_null() const { return has_null_; }

  bool Contains(const arrow::Array& values, int64_t i) const {
    if (IsBytes()) {
      return strings_.contains(static_cast<const arrow::BinaryArray&>(values).GetView(i));
    }
    auto place = std::lower_bound(sorted_.begin(), sorted_.end(), i,
                                  [&](int32_t item, int64_t row) {
                                    return order_->Compare(*values_, item, values, row) < 0;
                                  });
    return place != sorted_.end() && order_->Compare(*values_, *place, values, i) == 0;
  }

 private:
  bool IsBytes() const {
    return values_->type_id() == arrow::Type::STRING || values_->type_id() == arrow::Type::BINARY;
  }

  std::vector<ExpressionPtr> items_;
  std::shared_ptr<arrow::Array> values_;
  std::shared_ptr<const ValueOrder> order_;
  bool has_null_ = false;
  std::vector<int32_t> sorted_;
  std::unordered_set<std::string_view> strings_;
};

/// Keeps the set of the last list seen: the expression is evaluated for batch after batch.
struct SetCache {
  std::mutex mutex;
  std::shared_ptr<const ConstantSet> set;  // guarded by mutex
};

Result<std::shared_ptr<const ConstantSet>> MakeSet(
    std::span<const ExpressionPtr> items, const arrow::RecordBatch& batch,
    EvaluationContext* context, const std::shared_ptr<const ValueOrder>& order) {
  arrow::ArrayVector values;
  for (const ExpressionPtr& item : items) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector value, item->Evaluate(batch, context));
    values.push_back(value.values->Slice(0, 1));
    ARROW_ASSIGN_OR_RAISE(values.back(), ViewAs(values.back(), values[0]->type()));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, arrow::Concatenate(values));
  return std::make_shared<const ConstantSet>(
      std::vector<ExpressionPtr>(items.begin(), items.end()), std::move(all), order);
}

Result<ColumnVector> SearchSet(const ColumnVector& value, const ConstantSet& set, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(std::span(&value, 1), rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  const int64_t step = value.constant ? 0 : 1;
  ARROW_ASSIGN_OR_RAISE(ColumnVector found, MakeBooleanColumn(rows, validity, [&](int64_t row) {
                          return validity.IsValid(row) && set.Contains(*value.values, row * step);
                        }));
  if (!set.has_null()) return found;
  // With a NULL in the list "not found" becomes "unknown".
  Validity known = validity;
  ARROW_ASSIGN_OR_RAISE(known.bitmap, WritableBitmap(validity, rows));
  const BooleanReader matches(found);
  for (int64_t row = 0; row < rows; ++row) {
    if (!matches[row]) arrow::bit_util::ClearBit(known.bitmap->mutable_data(), row);
  }
  return MakeFixedColumn(arrow::boolean(), rows, known, found.values->data()->buffers[1]);
}

/// Compares with item after item; a row leaves once it has matched.
Result<ColumnVector> CompareOneByOne(const ColumnVector& value,
                                     std::span<const ExpressionPtr> items, const Kernel& equal,
                                     const arrow::RecordBatch& batch, EvaluationContext* context) {
  const int64_t rows = batch.num_rows();
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> matches, arrow::AllocateEmptyBitmap(rows));
  ARROW_ASSIGN_OR_RAISE(Validity value_set, CombineValidity(std::span(&value, 1), rows));
  if (value_set.all_null) return NullConstant(arrow::boolean());
  Validity validity;
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(value_set, rows));
  std::vector<bool> unknown(rows, false);
  for (const ExpressionPtr& item : items) {
    RowSelection selection = RowSelection::All(rows);
    if (item->may_fail()) {
      std::vector<int32_t> remaining;
      for (int64_t row = 0; row < rows; ++row) {
        if (value_set.IsValid(row) && !arrow::bit_util::GetBit(matches->data(), row)) {
          remaining.push_back(static_cast<int32_t>(row));
        }
      }
      if (remaining.empty()) break;
      selection = RowSelection::Of(rows, std::move(remaining));
    }
    ARROW_ASSIGN_OR_RAISE(ColumnVector other, EvaluateOnRows(*item, batch, selection, context));
    ColumnVector pair[] = {value, {}};
    if (selection.all()) {
      pair[1] = std::move(other);
    } else {
      // Back to one element per row of the batch, so that both sides line up.
      ARROW_ASSIGN_OR_RAISE(pair[1], Interleave({{selection, std::move(other)}}, item->type(),
                                                rows));
    }
    ARROW_ASSIGN_OR_RAISE(ColumnVector same, equal(pair, rows, context));
    const BooleanReader equals(same);
    for (int64_t row = 0; row < rows; ++row) {
      if (equals.IsNull(row)) {
        unknown[row] = true;
      } else if (equals[row]) {
        arrow::bit_util::SetBit(matches->mutable_data(), row);
      }
    }
  }
  for (int64_t row = 0; row < rows; ++row) {
    if (unknown[row] && !arrow::bit_util::GetBit(matches->data(), row)) {
      arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
    }
  }
  return MakeFixedColumn(arrow::boolean(), rows, validity, std::move(matches));
}

}  // namespace

LazyKernel MakeInKernel(const DataType& type) {
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type);
  Kernel equal = ComparisonKernel(ComparisonOp::kEqual, type);
  auto cache = std::make_shared<SetCache>();
  const bool is_null_type = type.id() == TypeId::kNull;
  return [=](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
    if (is_null_type) return NullConstant(arrow::boolean());
    ARROW_ASSIGN_OR_RAISE(ColumnVector value, arguments[0]->Evaluate(batch, context));
    const auto items = arguments.subspan(1);
    // Literals cannot fail and have one value; the optimizer has folded everything else.
    const bool literals =
        items.size() >= kSetThreshold &&
        std::all_of(items.begin(), items.end(),
                    [](const ExpressionPtr& item) { return As<Literal>(item) != nullptr; });
    if (!literals) return CompareOneByOne(value, items, equal, batch, context);
    std::shared_ptr<const ConstantSet> set;
    {
      std::lock_guard lock(cache->mutex);
      set = cache->set;
    }
    if (!set || !set->HoldsItems(items)) {
      ARROW_ASSIGN_OR_RAISE(set, MakeSet(items, batch, context, order));
      std::lock_guard lock(cache->mutex);
      cache->set = set;
    }
    return SearchSet(value, *set, batch.num_rows());
  };
}

}  // namespace firesteel
