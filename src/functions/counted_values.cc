#include "functions/counted_values.h"

#include <string_view>
#include <utility>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_binary.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/take.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

constexpr int32_t kEnd = -1;

void AppendSize(int32_t size, std::string* bytes) {
  const auto value = static_cast<uint32_t>(size);
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<char>(value >> shift));
}

bool ReadSize(std::string_view* bytes, int32_t* size) {
  if (bytes->size() < 4) return false;
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
  *size = static_cast<int32_t>(value);
  bytes->remove_prefix(4);
  return true;
}

Status DamagedBuffer() {
  return InternalError("The state of counted values is damaged: a size does not fit");
}

}  // namespace

void CountedValues::Count(int32_t group, const arrow::Array& values, int64_t i, int64_t count,
                          std::vector<int64_t>* rows) {
  std::string key(reinterpret_cast<const char*>(&group), sizeof(group));
  AppendValueKey(values, i, &key);
  auto [entry, is_new] = places_.try_emplace(std::move(key), counts_.size());
  if (!is_new) {
    counts_[entry->second] += count;
    return;
  }
  counts_.push_back(count);
  group_of_value_.push_back(group);
  rows->push_back(i);
}

Status CountedValues::Keep(const std::shared_ptr<arrow::Array>& values,
                           const std::vector<int64_t>& rows) {
  if (rows.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto kept, TakeElements(values, rows));
  chunks_.push_back(std::move(kept));
  return Status::OK();
}

Status CountedValues::Update(std::span<const ColumnVector> arguments,
                             std::span<const int32_t> groups) {
  const ColumnVector& column = arguments[0];
  std::vector<int64_t> rows;
  Status status;
  ForEachSet(column, groups, [&](int32_t group, int64_t row) {
    int64_t count = 1;
    if (arguments.size() > 1) {
      const FixedReader<int64_t> frequency(arguments[1]);
      count = frequency.IsNull(row) ? 0 : frequency[row];
      if (count < 0 && status.ok()) {
        status = MakeError("_LEGACY_ERROR_TEMP_2013",
                           {{"frequencyExpression", std::to_string(count)}});
      }
    }
    if (count > 0) Count(group, *column.values, column.constant ? 0 : row, count, &rows);
  });
  ARROW_RETURN_NOT_OK(status);
  return Keep(column.values, rows);
}

Status CountedValues::Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
                            std::span<const int32_t> groups) {
  const auto& states = static_cast<const arrow::BinaryArray&>(*buffers[0]);
  std::vector<std::string_view> encoded;
  std::vector<int32_t> group_of_row;
  for (size_t row = 0; row < groups.size(); ++row) {
    if (groups[row] < 0 || states.IsNull(row)) continue;
    std::string_view bytes = states.GetView(row);
    while (true) {
      int32_t size;
      if (!ReadSize(&bytes, &size)) return DamagedBuffer();
      if (size == kEnd) break;
      if (size < 0 || static_cast<size_t>(size) > bytes.size()) return DamagedBuffer();
      encoded.push_back(bytes.substr(0, size));
      group_of_row.push_back(groups[row]);
      bytes.remove_prefix(size);
    }
  }
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make({type_, TypeId::kLong}));
  ARROW_ASSIGN_OR_RAISE(auto columns, codec.Decode(encoded));
  const auto& counts = static_cast<const arrow::Int64Array&>(*columns[1]);
  std::vector<int64_t> rows;
  for (size_t i = 0; i < encoded.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    if (columns[0]->IsNull(place) || counts.IsNull(place)) continue;
    Count(group_of_row[i], *columns[0], place, counts.Value(place), &rows);
  }
  return Keep(columns[0], rows);
}

Result<std::vector<std::shared_ptr<arrow::Array>>> CountedValues::BufferArrays() const {
  ARROW_ASSIGN_OR_RAISE(auto values, Values());
  ARROW_ASSIGN_OR_RAISE(auto counts, MakeFixedArray(arrow::int64(), counts_, {}));
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make({type_, TypeId::kLong}));
  EncodedRows encoded;
  ARROW_RETURN_NOT_OK(codec.Encode({values, counts}, false, &encoded));
  arrow::BinaryBuilder builder;
  std::string bytes;
  for (const std::vector<int64_t>& places : PlacesByGroup()) {
    bytes.clear();
    for (const int64_t place : places) {
      AppendSize(static_cast<int32_t>(encoded[place].size()), &bytes);
      bytes += encoded[place];
    }
    AppendSize(kEnd, &bytes);
    ARROW_RETURN_NOT_OK(builder.Append(bytes));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> states, builder.Finish());
  return std::vector{std::move(states)};
}

Result<std::shared_ptr<arrow::Array>> CountedValues::Values() const {
  if (chunks_.empty()) return arrow::MakeEmptyArray(ToArrowType(type_));
  return arrow::Concatenate(chunks_);
}

std::vector<std::vector<int64_t>> CountedValues::PlacesByGroup() const {
  std::vector<std::vector<int64_t>> places(groups_);
  for (size_t i = 0; i < group_of_value_.size(); ++i) {
    places[group_of_value_[i]].push_back(static_cast<int64_t>(i));
  }
  return places;
}

}  // namespace firesteel
