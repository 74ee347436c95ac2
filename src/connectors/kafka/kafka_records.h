#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "arrow/type_fwd.h"
#include "firesteel/connector/table.h"
#include "firesteel/types.h"

namespace firesteel {

/// Which columns of a written table are what of a record: `key`, `value`, `topic`, `partition` and
/// `headers`, by exactly these names. Immutable.
class KafkaRecordColumns {
 public:
  /// `topic` is the option, which goes before the column. Errors: _LEGACY_ERROR_TEMP_3080 where the
  /// value or the topic is missing or a column has another type than it must.
  static Result<KafkaRecordColumns> Make(const Schema& schema,
                                         const std::optional<std::string>& topic);

  const std::string& topic() const { return topic_; }
  bool has_topic_option() const { return topic_column_ < 0; }

 private:
  friend class RecordBatchView;
  std::string topic_;  // where topic_column_ is -1
  int topic_column_ = -1;
  int key_column_ = -1;
  int value_column_ = -1;
  int partition_column_ = -1;
  int headers_column_ = -1;
};

/// The rows of a batch as records.
class RecordBatchView {
 public:
  struct Bytes {
    const void* data = nullptr;  ///< nullptr: NULL
    size_t size = 0;
  };

  RecordBatchView(const KafkaRecordColumns& columns, const arrow::RecordBatch& batch);
  int64_t size() const { return size_; }
  /// Errors: KAFKA_NULL_TOPIC_IN_DATA.
  Result<std::string_view> Topic(int64_t row) const;
  Bytes Key(int64_t row) const;
  Bytes Payload(int64_t row) const;
  std::optional<int32_t> Partition(int64_t row) const;
  /// The elements of `header_names` and `header_values` that are the row's headers.
  std::pair<int64_t, int64_t> HeaderRange(int64_t row) const;
  std::string_view HeaderName(int64_t header) const;
  Bytes HeaderValue(int64_t header) const;
  bool has_headers() const { return headers_ != nullptr; }

 private:
  const KafkaRecordColumns& columns_;
  int64_t size_;
  const arrow::BinaryArray* topics_ = nullptr;
  const arrow::BinaryArray* keys_ = nullptr;
  const arrow::BinaryArray* payloads_ = nullptr;
  const arrow::Int32Array* partitions_ = nullptr;
  const arrow::ListArray* headers_ = nullptr;
  const arrow::BinaryArray* header_names_ = nullptr;
  const arrow::BinaryArray* header_values_ = nullptr;
};

}  // namespace firesteel
