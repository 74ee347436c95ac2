#include "functions/nested_columns.h"

#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/type.h"
#include "common/error.h"
#include "firesteel/row.h"
#include "functions/aggregate_support.h"
#include "functions/take.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<std::shared_ptr<arrow::Buffer>> MakeBitmap(const std::vector<uint8_t>& set) {
  if (set.empty()) return std::shared_ptr<arrow::Buffer>();
  const auto rows = static_cast<int64_t>(set.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap, arrow::AllocateEmptyBitmap(rows));
  for (int64_t row = 0; row < rows; ++row) {
    if (set[row]) arrow::bit_util::SetBit(bitmap->mutable_data(), row);
  }
  return bitmap;
}

Result<std::shared_ptr<arrow::Buffer>> MakeOffsets(const std::vector<int32_t>& offsets) {
  ARROW_ASSIGN_OR_RAISE(auto array, MakeFixedArray(arrow::int32(), offsets, {}));
  return array->data()->buffers[1];
}

int64_t NullCount(const std::vector<uint8_t>& set) {
  return set.empty() ? 0 : arrow::kUnknownNullCount;
}

Status Duplicate(const arrow::Array& keys, int64_t i, const DataType& type) {
  return MakeError("DUPLICATED_MAP_KEY",
                   {{"key", GetValue(keys, i, type).ToString()},
                    {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
}

/// The entries that stay: a repeated key keeps its first place and takes the last value.
struct KeptEntries {
  std::vector<int64_t> keys;
  std::vector<int64_t> values;
  std::vector<int32_t> offsets{0};
  bool all = true;  ///< nothing was dropped
};

Result<KeptEntries> FindDuplicates(const arrow::Array& keys, const DataType& key_type,
                                   const std::vector<int32_t>& offsets,
                                   const std::vector<uint8_t>& set, DuplicateKeys duplicates) {
  KeptEntries kept;
  std::unordered_map<std::string, size_t> seen;
  std::string key;
  for (size_t row = 0; row + 1 < offsets.size(); ++row) {
    seen.clear();
    for (int64_t i = offsets[row]; (set.empty() || set[row]) && i < offsets[row + 1]; ++i) {
      if (keys.IsNull(i)) return MakeError("NULL_MAP_KEY");
      if (offsets[row + 1] - offsets[row] > 1) {
        key.clear();
        AppendValueKey(keys, i, &key);
        auto [entry, is_new] = seen.try_emplace(key, kept.keys.size());
        if (!is_new) {
          if (duplicates == DuplicateKeys::kError) return Duplicate(keys, i, key_type);
          kept.values[entry->second] = i;
          kept.all = false;
          continue;
        }
      }
      kept.keys.push_back(i);
      kept.values.push_back(i);
    }
    kept.all = kept.all && static_cast<int64_t>(kept.keys.size()) == offsets[row + 1];
    kept.offsets.push_back(static_cast<int32_t>(kept.keys.size()));
  }
  return kept;
}

}  // namespace

FlatLists Flatten(const ColumnVector& lists, int64_t rows) {
  FlatLists flat;
  flat.offsets.reserve(rows + 1);
  if (lists.values->type_id() == arrow::Type::NA) {
    flat.set.assign(rows, 0);
    flat.offsets.assign(rows + 1, 0);
    return flat;
  }
  const auto& array = static_cast<const arrow::ListArray&>(*lists.values);
  const bool may_be_null = array.null_count() != 0;
  if (may_be_null) flat.set.assign(rows, 1);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = lists.constant ? 0 : row;
    if (may_be_null && array.IsNull(i)) {
      flat.set[row] = 0;
    } else {
      for (int64_t k = array.value_offset(i); k < array.value_offset(i + 1); ++k) {
        flat.elements.push_back(k);
        flat.parents.push_back(row);
      }
    }
    flat.offsets.push_back(static_cast<int32_t>(flat.elements.size()));
  }
  return flat;
}

Result<std::shared_ptr<arrow::Array>> GatherElements(const std::shared_ptr<arrow::Array>& child,
                                                     const FlatLists& flat) {
  const int64_t size = flat.size();
  if (size == 0) return child->Slice(0, 0);
  const int64_t first = flat.elements.front();
  bool in_one_piece = true;
  for (int64_t i = 0; i < size && in_one_piece; ++i) in_one_piece = flat.elements[i] == first + i;
  if (in_one_piece) return child->Slice(first, size);
  return TakeElements(child, flat.elements);
}

Result<std::shared_ptr<arrow::Array>> ElementPlaces(const FlatLists& flat) {
  std::vector<int32_t> places(flat.elements.size());
  for (size_t i = 0; i < places.size(); ++i) {
    places[i] = static_cast<int32_t>(i) - flat.offsets[flat.parents[i]];
  }
  return MakeFixedArray(arrow::int32(), places, {});
}

Result<ColumnVector> WrapLists(const DataType& type, const std::shared_ptr<arrow::Array>& values,
                               const std::vector<int32_t>& offsets,
                               const std::vector<uint8_t>& set) {
  const auto arrow_type = ToArrowType(type);
  ARROW_ASSIGN_OR_RAISE(auto elements, ViewAs(values, arrow_type->field(0)->type()));
  ARROW_ASSIGN_OR_RAISE(auto offset_buffer, MakeOffsets(offsets));
  ARROW_ASSIGN_OR_RAISE(auto bitmap, MakeBitmap(set));
  auto data = arrow::ArrayData::Make(arrow_type, static_cast<int64_t>(offsets.size()) - 1,
                                     {std::move(bitmap), std::move(offset_buffer)},
                                     {elements->data()}, NullCount(set));
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

Result<ColumnVector> WrapMaps(const DataType& type, std::shared_ptr<arrow::Array> keys,
                              std::shared_ptr<arrow::Array> values,
                              const std::vector<int32_t>& offsets, const std::vector<uint8_t>& set,
                              DuplicateKeys duplicates) {
  ARROW_ASSIGN_OR_RAISE(KeptEntries kept,
                        FindDuplicates(*keys, type.key_type(), offsets, set, duplicates));
  if (!kept.all) {
    ARROW_ASSIGN_OR_RAISE(keys, TakeElements(keys, kept.keys));
    ARROW_ASSIGN_OR_RAISE(values, TakeElements(values, kept.values));
  }
  const auto arrow_type = ToArrowType(type);
  const auto& entry_type = arrow_type->field(0)->type();
  ARROW_ASSIGN_OR_RAISE(keys, ViewAs(keys, entry_type->field(0)->type()));
  ARROW_ASSIGN_OR_RAISE(values, ViewAs(values, entry_type->field(1)->type()));
  const int64_t entry_count = keys->length();
  auto entries = arrow::ArrayData::Make(entry_type, entry_count, {nullptr},
                                        {keys->data(), values->data()}, 0);
  ARROW_ASSIGN_OR_RAISE(auto offset_buffer, MakeOffsets(kept.offsets));
  ARROW_ASSIGN_OR_RAISE(auto bitmap, MakeBitmap(set));
  auto data = arrow::ArrayData::Make(arrow_type, static_cast<int64_t>(offsets.size()) - 1,
                                     {std::move(bitmap), std::move(offset_buffer)},
                                     {std::move(entries)}, NullCount(set));
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

Result<std::shared_ptr<arrow::Array>> WrapStructs(
    const DataType& type, const std::vector<std::shared_ptr<arrow::Array>>& fields, int64_t length,
    const std::vector<uint8_t>& set) {
  const auto arrow_type = ToArrowType(type);
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (size_t i = 0; i < fields.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto field,
                          ViewAs(fields[i], arrow_type->field(static_cast<int>(i))->type()));
    children.push_back(field->data());
  }
  ARROW_ASSIGN_OR_RAISE(auto bitmap, MakeBitmap(set));
  return arrow::MakeArray(arrow::ArrayData::Make(arrow_type, length, {std::move(bitmap)},
                                                 std::move(children), NullCount(set)));
}

}  // namespace firesteel
