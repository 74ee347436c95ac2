#include "connectors/kafka/kafka_records.h"

#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {
namespace {

Status BadColumns(std::string message) {
  return MakeError("_LEGACY_ERROR_TEMP_3080", {{"msg", std::move(message)}});
}

/// The column of that name, -1 where there is none. Errors: it has none of the types.
Result<int> FindColumn(const Schema& schema, const char* name, const std::vector<DataType>& types) {
  for (int i = 0; i < schema.size(); ++i) {
    if (schema.field(i).name != name) continue;
    std::string wanted;
    for (const DataType& type : types) {
      if (schema.field(i).type.SameType(type)) return i;
      wanted += (wanted.empty() ? "" : " or ") + type.SimpleString();
    }
    return BadColumns(std::string(name) + " attribute unsupported type " +
                      schema.field(i).type.SimpleString() + ": it must be " + wanted + ".");
  }
  return -1;
}

RecordBatchView::Bytes BytesOf(const arrow::BinaryArray* array, int64_t row) {
  if (array == nullptr || array->IsNull(row)) return {};
  const std::string_view value = array->GetView(row);
  // What is empty is not NULL, so it needs an address.
  return {value.data() == nullptr ? "" : value.data(), value.size()};
}

template <typename Array>
const Array* ColumnAt(const arrow::RecordBatch& batch, int column) {
  // The batch keeps the array it gives out.
  return column < 0 ? nullptr : static_cast<const Array*>(batch.column(column).get());
}

}  // namespace

Result<KafkaRecordColumns> KafkaRecordColumns::Make(const Schema& schema,
                                                    const std::optional<std::string>& topic) {
  const DataType text = TypeId::kString;
  const DataType bytes = TypeId::kBinary;
  const DataType headers = DataType::Array(
      DataType::Struct({{.name = "key", .type = text}, {.name = "value", .type = bytes}}));
  KafkaRecordColumns columns;
  if (topic) {
    columns.topic_ = *topic;
  } else {
    ARROW_ASSIGN_OR_RAISE(columns.topic_column_, FindColumn(schema, "topic", {text}));
    if (columns.topic_column_ < 0) {
      return BadColumns(
          "topic option required when no 'topic' attribute is present: the option topic says where "
          "records go.");
    }
  }
  ARROW_ASSIGN_OR_RAISE(columns.key_column_, FindColumn(schema, "key", {text, bytes}));
  ARROW_ASSIGN_OR_RAISE(columns.value_column_, FindColumn(schema, "value", {text, bytes}));
  if (columns.value_column_ < 0) return BadColumns("Required attribute 'value' not found.");
  ARROW_ASSIGN_OR_RAISE(columns.headers_column_, FindColumn(schema, "headers", {headers}));
  ARROW_ASSIGN_OR_RAISE(columns.partition_column_,
                        FindColumn(schema, "partition", {DataType(TypeId::kInteger)}));
  return columns;
}

RecordBatchView::RecordBatchView(const KafkaRecordColumns& columns, const arrow::RecordBatch& batch)
    : columns_(columns),
      size_(batch.num_rows()),
      topics_(ColumnAt<arrow::BinaryArray>(batch, columns.topic_column_)),
      keys_(ColumnAt<arrow::BinaryArray>(batch, columns.key_column_)),
      payloads_(ColumnAt<arrow::BinaryArray>(batch, columns.value_column_)),
      partitions_(ColumnAt<arrow::Int32Array>(batch, columns.partition_column_)),
      headers_(ColumnAt<arrow::ListArray>(batch, columns.headers_column_)) {
  if (headers_ == nullptr) return;
  const auto& elements = static_cast<const arrow::StructArray&>(*headers_->values());
  header_names_ = static_cast<const arrow::BinaryArray*>(elements.field(0).get());
  header_values_ = static_cast<const arrow::BinaryArray*>(elements.field(1).get());
}

Result<std::string_view> RecordBatchView::Topic(int64_t row) const {
  if (topics_ == nullptr) return std::string_view(columns_.topic_);
  if (topics_->IsNull(row)) return MakeError("KAFKA_NULL_TOPIC_IN_DATA");
  return topics_->GetView(row);
}

RecordBatchView::Bytes RecordBatchView::Key(int64_t row) const { return BytesOf(keys_, row); }

RecordBatchView::Bytes RecordBatchView::Payload(int64_t row) const {
  return BytesOf(payloads_, row);
}

std::optional<int32_t> RecordBatchView::Partition(int64_t row) const {
  if (partitions_ == nullptr || partitions_->IsNull(row)) return std::nullopt;
  return partitions_->Value(row);
}

std::pair<int64_t, int64_t> RecordBatchView::HeaderRange(int64_t row) const {
  if (headers_ == nullptr || headers_->IsNull(row)) return {0, 0};
  return {headers_->value_offset(row), headers_->value_offset(row) + headers_->value_length(row)};
}

std::string_view RecordBatchView::HeaderName(int64_t header) const {
  return header_names_->IsNull(header) ? std::string_view() : header_names_->GetView(header);
}

RecordBatchView::Bytes RecordBatchView::HeaderValue(int64_t header) const {
  return BytesOf(header_values_, header);
}

}  // namespace firesteel
