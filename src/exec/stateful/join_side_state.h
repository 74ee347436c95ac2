#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exec/byte_key_table.h"
#include "exec/stateful/event_time_key.h"
#include "exec/stateful/state_options.h"
#include "state/state_store.h"
#include "state/state_store_coordinator.h"
#include "state/unsafe_row_shape.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// How one side of a stream-stream join keeps its rows (Spark's join state format 2):
///
///   <side>-keyToNumValues        join keys                -> value LONG, the number of rows
///   <side>-keyWithIndexToValue   join keys, index LONG    -> the side's columns, matched BOOLEAN
///
/// The rows of a key have the indexes 0, 1, 2 … without gaps. Immutable.
class JoinSideLayout {
 public:
  /// `prefix`: "left" or "right". `event_time_key`: which join key the watermark ends, -1 for none.
  /// `event_time_column`: the column by which it ends rows, -1 for none.
  static Result<JoinSideLayout> Make(std::string prefix, const std::vector<DataType>& key_types,
                                     const Schema& columns, int event_time_key,
                                     int event_time_column, const StateOptions& options);

  const std::vector<StatefulOperatorInfo::Store>& stores() const { return stores_; }
  const StateStoreOptions& store_options(int store) const { return store_options_[store]; }
  const UnsafeRowCodec& key_codec() const { return key_codec_; }
  const UnsafeRowCodec& value_codec() const { return value_codec_; }
  int column_count() const { return column_count_; }

  /// Whether the watermark ends rows at all, and whether it ends this one.
  bool ends() const { return key_time_ || value_time_; }
  bool ends_by_key() const { return key_time_.has_value(); }
  bool KeyIsOver(std::string_view key, int64_t watermark_micros) const {
    return key_time_ && key_time_->IsAtOrBefore(key, watermark_micros);
  }
  /// The flag of a value.
  Result<bool> IsMatched(std::string_view value) const;

  /// Appends the key row with the index behind its fields: what follows them moves back.
  void AppendWithIndex(std::string_view key, int64_t index, EncodedRows* rows) const;
  /// The same for many: key `rows[i]` of `keys` with `indexes[i]`.
  EncodedRows WithIndexes(const EncodedRows& keys, const std::vector<int32_t>& rows,
                          const std::vector<int64_t>& indexes) const;
  /// Takes such a row apart again. Errors: STATE_STORE_INVALID_ROW for a row that is too short.
  Result<int64_t> SplitIndex(std::string_view row, EncodedRows* keys) const;

 private:
  JoinSideLayout(UnsafeRowCodec key_codec, UnsafeRowCodec value_codec, UnsafeRowShape indexed_shape)
      : key_codec_(std::move(key_codec)),
        value_codec_(std::move(value_codec)),
        indexed_shape_(std::move(indexed_shape)) {}

  /// How many bytes a key row grows by with an index.
  size_t IndexBytes() const;
  /// Writes a key row with an index to `at`.
  void WriteWithIndex(std::string_view key, int64_t index, char* at) const;

  UnsafeRowCodec key_codec_;
  UnsafeRowCodec value_codec_;
  UnsafeRowShape indexed_shape_;  // of keys with an index
  int key_count_ = 0;
  int column_count_ = 0;
  std::vector<int> variable_keys_;  // key fields whose word is an offset
  std::optional<EncodedEventTimeReader> key_time_;
  std::optional<EncodedEventTimeReader> value_time_;
  std::vector<StatefulOperatorInfo::Store> stores_;
  std::vector<StateStoreOptions> store_options_;
};

/// The rows of one side in one partition of one batch. Not thread-safe.
class JoinSideState {
 public:
  /// Opens the version that `batch` reads.
  static Result<std::unique_ptr<JoinSideState>> Open(const JoinSideLayout* layout,
                                                     const BatchContext& batch, int operator_id,
                                                     int partition);

  /// Writes how many rows each key has.
  Status Count(const EncodedRows& keys, std::vector<int64_t>* counts);
  /// Finds rows by key and index, which must be there; they hold until the next change.
  Status Find(const EncodedRows& keys_with_index, std::vector<StateEntry>* rows);
  /// Sets the flag of rows found so.
  Status SetMatched(const std::vector<StateEntry>& rows);
  /// Adds rows behind those that their keys have already.
  Status Append(const EncodedRows& keys, const EncodedRows& values);
  /// Removes rows; the last ones of their keys take their places.
  Status Remove(const EncodedRows& keys_with_index);
  /// Removes what the watermark has ended and returns how many rows that were; calls `on_unmatched`
  /// for each of them without a match, unless it is empty.
  Result<int64_t> RemoveOver(int64_t watermark_micros,
                             const std::function<void(std::string_view value)>& on_unmatched);

  Status Commit();
  /// After Commit.
  int64_t rows() const { return rows_; }
  int64_t memory_bytes() const { return memory_bytes_; }

 private:
  explicit JoinSideState(const JoinSideLayout* layout) : layout_(layout) {}

  Result<int64_t> RemoveOverByKey(int64_t watermark_micros,
                                  const std::function<void(std::string_view value)>& on_unmatched);
  Result<int64_t> RemoveOverByValue(
      int64_t watermark_micros, const std::function<void(std::string_view value)>& on_unmatched);
  Status TellUnmatched(std::string_view value,
                       const std::function<void(std::string_view value)>& on_unmatched) const;

  const JoinSideLayout* layout_;
  std::unique_ptr<StateStore> counts_;
  std::unique_ptr<StateStore> values_;
  int64_t rows_ = 0;
  int64_t memory_bytes_ = 0;
};

}  // namespace firesteel
