#include "exec/stateful/join_side_state.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {

namespace {

constexpr size_t kWordBytes = 8;
// A count is a row of one LONG: a word of null bits, then the number.
constexpr size_t kCountBytes = 16;

size_t NullBitsBytes(size_t fields) { return (fields + 63) / 64 * kWordBytes; }

int64_t LoadWord(const char* at) {
  int64_t word;
  std::memcpy(&word, at, kWordBytes);
  return word;
}

void StoreWord(int64_t word, char* at) { std::memcpy(at, &word, kWordBytes); }

Status DamagedJoinState(std::string reason) {
  return MakeError("STATE_STORE_INVALID_ROW", {{"reason", std::move(reason)}});
}

/// Copies whole words, a few: a loop is faster than a call of memcpy. Returns the end of the
/// source.
const char* CopyWords(const char* from, size_t bytes, char* to) {
  for (size_t i = 0; i < bytes; i += kWordBytes) StoreWord(LoadWord(from + i), to + i);
  return from + bytes;
}

/// Whether a field's word is the offset of its bytes.
bool HasVariablePart(const DataType& type) {
  switch (type.id()) {
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
    case TypeId::kCalendarInterval: return true;
    case TypeId::kDecimal: return type.precision() > 18;
    default: return false;
  }
}

/// `most`: how many rows there are of all keys together.
Status CheckCount(int64_t count, int64_t most) {
  if (count >= 0 && count <= most) return Status::OK();
  return DamagedJoinState(fmt::format("a join key with {} of {} rows", count, most));
}

Result<int64_t> ReadCount(std::string_view value, int64_t most) {
  if (value.size() != kCountBytes) return DamagedJoinState("the number of rows of a join key");
  const int64_t count = LoadWord(value.data() + kWordBytes);
  ARROW_RETURN_NOT_OK(CheckCount(count, most));
  return count;
}

void AppendCount(int64_t count, EncodedRows* values) {
  char value[kCountBytes] = {};
  StoreWord(count, value + kWordBytes);
  values->Append({value, kCountBytes});
}

/// Orders indexes by group, and within a group by size. Returns where each group ends.
std::vector<int64_t> SortByGroup(const std::vector<int32_t>& group_of, int64_t groups,
                                 std::vector<int64_t>* indexes) {
  std::vector<int64_t> ends(groups, 0);
  for (const int32_t group : group_of) ++ends[group];
  int64_t end = 0;
  for (int64_t& count : ends) count = end += count;
  std::vector<int64_t> sorted(indexes->size());
  std::vector<int64_t> next = ends;
  for (size_t i = 0; i < indexes->size(); ++i) sorted[--next[group_of[i]]] = (*indexes)[i];
  for (int64_t group = 0; group < groups; ++group) {
    std::sort(sorted.begin() + next[group], sorted.begin() + ends[group]);
  }
  *indexes = std::move(sorted);
  return ends;
}

}  // namespace

Result<JoinSideLayout> JoinSideLayout::Make(std::string prefix,
                                            const std::vector<DataType>& key_types,
                                            const Schema& columns, int event_time_key,
                                            int event_time_column, const StateOptions& options) {
  std::vector<StructField> key_fields;
  for (size_t i = 0; i < key_types.size(); ++i) {
    key_fields.push_back({fmt::format("field{}", i), key_types[i]});
  }
  std::vector<StructField> indexed_fields = key_fields;
  indexed_fields.push_back({"index", TypeId::kLong});
  std::vector<StructField> value_fields = columns.fields();
  value_fields.push_back({"matched", TypeId::kBoolean});
  std::vector<DataType> value_types;
  for (const StructField& field : value_fields) value_types.push_back(field.type);

  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec key_codec, UnsafeRowCodec::Make(key_types));
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec value_codec, UnsafeRowCodec::Make(std::move(value_types)));
  JoinSideLayout layout(std::move(key_codec), std::move(value_codec),
                        UnsafeRowShape(Schema(indexed_fields)));
  layout.key_count_ = static_cast<int>(key_types.size());
  layout.column_count_ = columns.size();
  for (int i = 0; i < layout.key_count_; ++i) {
    if (HasVariablePart(key_types[i])) layout.variable_keys_.push_back(i);
  }
  if (event_time_key >= 0) layout.key_time_.emplace(Schema(key_fields), event_time_key);
  if (event_time_column >= 0) layout.value_time_.emplace(Schema(value_fields), event_time_column);
  layout.stores_ = {{prefix + "-keyToNumValues", AsStateSchema(key_fields),
                     AsStateSchema({{"value", TypeId::kLong}}), 0},
                    {prefix + "-keyWithIndexToValue", AsStateSchema(indexed_fields),
                     AsStateSchema(value_fields), 0}};
  for (const StatefulOperatorInfo::Store& store : layout.stores_) {
    layout.store_options_.push_back(options.OfStore(store));
  }
  // RemoveOver goes by the keys if they have a time, else by the rows.
  if (layout.key_time_) {
    layout.store_options_[0].time_of = [times = *layout.key_time_](std::string_view key,
                                                                   std::string_view) {
      return times.TimeOf(key);
    };
  } else if (layout.value_time_) {
    layout.store_options_[1].time_of = [times = *layout.value_time_](std::string_view,
                                                                     std::string_view value) {
      return times.TimeOf(value);
    };
  }
  return layout;
}

Result<bool> JoinSideLayout::IsMatched(std::string_view value) const {
  const auto fields = static_cast<size_t>(column_count_) + 1;
  const size_t at = NullBitsBytes(fields) + static_cast<size_t>(column_count_) * kWordBytes;
  if (value.size() < at + kWordBytes) return DamagedJoinState("a row of a join is too short");
  return value[at] != 0;
}

size_t JoinSideLayout::IndexBytes() const {
  const auto fields = static_cast<size_t>(key_count_);
  return NullBitsBytes(fields + 1) - NullBitsBytes(fields) + kWordBytes;
}

void JoinSideLayout::WriteWithIndex(std::string_view key, int64_t index, char* at) const {
  const auto fields = static_cast<size_t>(key_count_);
  const size_t old_bits = NullBitsBytes(fields);
  const size_t new_bits = NullBitsBytes(fields + 1);
  const size_t words = fields * kWordBytes;
  const char* from = CopyWords(key.data(), old_bits, at);
  std::memset(at + old_bits, 0, new_bits - old_bits);
  from = CopyWords(from, words, at + new_bits);
  const auto moved = static_cast<int64_t>(IndexBytes()) << 32;
  for (const int field : variable_keys_) {
    char* word_at = at + new_bits + static_cast<size_t>(field) * kWordBytes;
    const int64_t word = LoadWord(word_at);
    if (word != 0) StoreWord(word + moved, word_at);  // zero is NULL
  }
  StoreWord(index, at + new_bits + words);
  const size_t rest = key.size() - old_bits - words;
  if (rest > 0) std::memcpy(at + new_bits + words + kWordBytes, from, rest);
}

void JoinSideLayout::AppendWithIndex(std::string_view key, int64_t index, EncodedRows* rows) const {
  const size_t start = rows->bytes.size();
  rows->bytes.resize(start + key.size() + IndexBytes());
  WriteWithIndex(key, index, rows->bytes.data() + start);
  rows->offsets.push_back(static_cast<int64_t>(rows->bytes.size()));
}

EncodedRows JoinSideLayout::WithIndexes(const EncodedRows& keys, const std::vector<int32_t>& rows,
                                        const std::vector<int64_t>& indexes) const {
  EncodedRows indexed;
  indexed.offsets.reserve(rows.size() + 1);
  int64_t end = 0;
  for (const int32_t row : rows) {
    end += keys.offsets[row + 1] - keys.offsets[row] + static_cast<int64_t>(IndexBytes());
    indexed.offsets.push_back(end);
  }
  indexed.bytes.resize(static_cast<size_t>(end));
  for (size_t i = 0; i < rows.size(); ++i) {
    WriteWithIndex(keys[rows[i]], indexes[i], indexed.bytes.data() + indexed.offsets[i]);
  }
  return indexed;
}

Result<int64_t> JoinSideLayout::SplitIndex(std::string_view row, EncodedRows* keys) const {
  const auto fields = static_cast<size_t>(key_count_);
  const size_t at = NullBitsBytes(fields + 1) + fields * kWordBytes;
  if (row.size() < at + kWordBytes) return DamagedJoinState("a join key is too short");
  const char index_bits = row[static_cast<size_t>(key_count_) / 8];
  if ((index_bits >> (key_count_ % 8) & 1) != 0) return DamagedJoinState("a join key has no index");
  if (variable_keys_.empty()) {
    keys->bytes.append(row.substr(0, NullBitsBytes(fields)));
    keys->Append(row.substr(NullBitsBytes(fields + 1), fields * kWordBytes));
  } else {
    std::string key;
    ARROW_RETURN_NOT_OK(indexed_shape_.Prefix(row, key_count_, &key));
    keys->Append(key);
  }
  return LoadWord(row.data() + at);
}

Result<std::unique_ptr<JoinSideState>> JoinSideState::Open(const JoinSideLayout* layout,
                                                           const BatchContext& batch,
                                                           int operator_id, int partition) {
  std::unique_ptr<JoinSideState> state(new JoinSideState(layout));
  std::unique_ptr<StateStore>* const stores[] = {&state->counts_, &state->values_};
  for (int i = 0; i < 2; ++i) {
    ARROW_ASSIGN_OR_RAISE(*stores[i],
                          OpenStateStore(batch, operator_id, partition, layout->stores()[i].name,
                                         layout->store_options(i)));
  }
  return state;
}

Status JoinSideState::Count(const EncodedRows& keys, std::vector<int64_t>* counts) {
  std::vector<std::optional<std::string_view>> found;
  ARROW_RETURN_NOT_OK(counts_->GetBatch(keys, &found));
  counts->assign(found.size(), 0);
  const int64_t most = values_->metrics().keys;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    ARROW_ASSIGN_OR_RAISE((*counts)[i], ReadCount(*found[i], most));
  }
  return Status::OK();
}

Status JoinSideState::Find(const EncodedRows& keys_with_index, std::vector<StateEntry>* rows) {
  rows->clear();
  ARROW_RETURN_NOT_OK(values_->FindBatch(keys_with_index, 0, rows));
  for (const StateEntry& row : *rows) {
    if (row.ref == 0) return DamagedJoinState("a join key has fewer rows than its number says");
  }
  return Status::OK();
}

Status JoinSideState::SetMatched(const std::vector<StateEntry>& rows) {
  const auto columns = static_cast<size_t>(layout_->column_count());
  const size_t at = NullBitsBytes(columns + 1) + columns * kWordBytes;
  EncodedRows changed;
  for (const StateEntry& row : rows) {
    if (row.value.size() < at + kWordBytes) return DamagedJoinState("a row of a join is too short");
    const size_t start = changed.bytes.size();
    changed.Append(row.value);
    changed.bytes[start + at] = 1;
    // The flag is never NULL in what is written, but may be in what was read.
    changed.bytes[start + columns / 8] &= static_cast<char>(~(1 << (columns % 8)));
  }
  return values_->OverwriteFound(rows, changed);
}

Status JoinSideState::Append(const EncodedRows& keys, const EncodedRows& values) {
  if (keys.size() == 0) return Status::OK();
  const int64_t rows_before = values_->metrics().keys;
  std::vector<int64_t> indexes;
  ARROW_RETURN_NOT_OK(counts_->IncrementBatch(keys, &indexes));
  std::vector<int32_t> rows(indexes.size());
  for (size_t i = 0; i < indexes.size(); ++i) {
    ARROW_RETURN_NOT_OK(CheckCount(indexes[i], rows_before + static_cast<int64_t>(i)));
    rows[i] = static_cast<int32_t>(i);
  }
  return values_->PutBatch(layout_->WithIndexes(keys, rows, indexes), values);
}

Status JoinSideState::Remove(const EncodedRows& keys_with_index) {
  if (keys_with_index.size() == 0) return Status::OK();
  EncodedRows keys;
  std::vector<int64_t> indexes(keys_with_index.size());
  for (int64_t i = 0; i < keys_with_index.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(indexes[i], layout_->SplitIndex(keys_with_index[i], &keys));
  }
  ByteKeyTable groups;
  const char* end = keys.bytes.data() + keys.bytes.size();
  std::vector<int32_t> group_of(keys.size());
  groups.FindOrInsertAll(
      keys.size(), [&keys](int64_t i) { return keys[i]; }, end, group_of.data());
  const std::vector<int64_t> ends = SortByGroup(group_of, groups.size(), &indexes);
  std::vector<int64_t> counts;
  ARROW_RETURN_NOT_OK(Count(groups.keys(), &counts));

  EncodedRows from, to, gone, left_keys, left_counts, ended_keys;
  for (int32_t group = 0; group < static_cast<int32_t>(groups.size()); ++group) {
    const std::string_view key = groups.keys()[group];
    const int64_t begin = group == 0 ? 0 : ends[group - 1];
    const auto of_key = std::span<const int64_t>(indexes).subspan(begin, ends[group] - begin);
    const int64_t left = counts[group] - static_cast<int64_t>(of_key.size());
    if (left < 0 || of_key.back() >= counts[group]) {
      return DamagedJoinState("a join key has more rows than its number says");
    }
    // Rows behind the new end that stay move into the gaps before it.
    auto next_removed = std::lower_bound(of_key.begin(), of_key.end(), left);
    auto gap = of_key.begin();
    for (int64_t index = left; index < counts[group]; ++index) {
      if (next_removed != of_key.end() && *next_removed == index) {
        ++next_removed;
      } else {
        layout_->AppendWithIndex(key, index, &from);
        layout_->AppendWithIndex(key, *gap++, &to);
      }
      layout_->AppendWithIndex(key, index, &gone);
    }
    if (left == 0) {
      ended_keys.Append(key);
    } else {
      left_keys.Append(key);
      AppendCount(left, &left_counts);
    }
  }
  if (from.size() > 0) {
    std::vector<StateEntry> rows;
    ARROW_RETURN_NOT_OK(Find(from, &rows));
    EncodedRows moved;
    for (const StateEntry& row : rows) moved.Append(row.value);
    ARROW_RETURN_NOT_OK(values_->PutBatch(to, moved));
  }
  ARROW_RETURN_NOT_OK(values_->RemoveBatch(gone));
  if (left_keys.size() > 0) ARROW_RETURN_NOT_OK(counts_->PutBatch(left_keys, left_counts));
  return ended_keys.size() > 0 ? counts_->RemoveBatch(ended_keys) : Status::OK();
}

Status JoinSideState::TellUnmatched(
    std::string_view value,
    const std::function<void(std::string_view value)>& on_unmatched) const {
  if (!on_unmatched) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const bool matched, layout_->IsMatched(value));
  if (!matched) on_unmatched(value);
  return Status::OK();
}

Result<int64_t> JoinSideState::RemoveOverByKey(
    int64_t watermark_micros, const std::function<void(std::string_view value)>& on_unmatched) {
  std::vector<StateEntry> numbers;
  ARROW_RETURN_NOT_OK(counts_->FindUpTo(watermark_micros, &numbers));
  if (numbers.empty()) return 0;
  const int64_t most = values_->metrics().keys;
  EncodedRows indexed;
  for (const StateEntry& number : numbers) {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, ReadCount(number.value, most));
    for (int64_t i = 0; i < count; ++i) layout_->AppendWithIndex(number.key, i, &indexed);
  }
  std::vector<StateEntry> rows;
  ARROW_RETURN_NOT_OK(Find(indexed, &rows));
  for (const StateEntry& row : rows) {
    ARROW_RETURN_NOT_OK(TellUnmatched(row.value, on_unmatched));
  }
  ARROW_RETURN_NOT_OK(values_->RemoveFound(rows));
  ARROW_RETURN_NOT_OK(counts_->RemoveFound(numbers));
  return indexed.size();
}

// Most keys have one row, with which they go.
Result<int64_t> JoinSideState::RemoveOverByValue(
    int64_t watermark_micros, const std::function<void(std::string_view value)>& on_unmatched) {
  std::vector<StateEntry> rows;
  ARROW_RETURN_NOT_OK(values_->FindUpTo(watermark_micros, &rows));
  EncodedRows keys;
  std::vector<int64_t> indexes(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    ARROW_RETURN_NOT_OK(TellUnmatched(rows[i].value, on_unmatched));
    ARROW_ASSIGN_OR_RAISE(indexes[i], layout_->SplitIndex(rows[i].key, &keys));
  }
  std::vector<StateEntry> numbers;
  ARROW_RETURN_NOT_OK(counts_->FindBatch(keys, 0, &numbers));
  const int64_t most = values_->metrics().keys;
  const size_t removed = rows.size();
  size_t alone = 0;
  EncodedRows others;
  for (size_t i = 0; i < removed; ++i) {
    int64_t count = 0;
    if (numbers[i].ref != 0) {
      ARROW_ASSIGN_OR_RAISE(count, ReadCount(numbers[i].value, most));
    }
    if (count == 1 && indexes[i] == 0) {
      rows[alone] = rows[i];
      numbers[alone++] = numbers[i];
    } else {
      others.Append(rows[i].key);
    }
  }
  rows.resize(alone);
  numbers.resize(alone);
  ARROW_RETURN_NOT_OK(values_->RemoveFound(rows));
  ARROW_RETURN_NOT_OK(counts_->RemoveFound(numbers));
  ARROW_RETURN_NOT_OK(Remove(others));
  return static_cast<int64_t>(removed);
}

Result<int64_t> JoinSideState::RemoveOver(
    int64_t watermark_micros, const std::function<void(std::string_view value)>& on_unmatched) {
  if (!layout_->ends()) return 0;
  return layout_->ends_by_key() ? RemoveOverByKey(watermark_micros, on_unmatched)
                                : RemoveOverByValue(watermark_micros, on_unmatched);
}

Status JoinSideState::Commit() {
  for (std::unique_ptr<StateStore>* store : {&counts_, &values_}) {
    ARROW_RETURN_NOT_OK((*store)->Commit().status());
    const StateStoreMetrics metrics = (*store)->metrics();
    memory_bytes_ += metrics.memory_bytes;
    if (store == &values_) rows_ = metrics.keys;
    store->reset();
  }
  return Status::OK();
}

}  // namespace firesteel
