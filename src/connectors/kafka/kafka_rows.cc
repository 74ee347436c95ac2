#include "connectors/kafka/kafka_rows.h"

#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_nested.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

using Records = std::span<const KafkaMessage>;
using ArrayResult = Result<std::shared_ptr<arrow::Array>>;

constexpr int64_t kMicrosPerMs = 1000;

ArrayResult Bytes(Records records, void* (*data)(const rd_kafka_message_t&),
                  size_t (*size)(const rd_kafka_message_t&)) {
  arrow::BinaryBuilder builder;
  int64_t total = 0;
  for (const KafkaMessage& record : records) total += static_cast<int64_t>(size(*record));
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records.size())));
  ARROW_RETURN_NOT_OK(builder.ReserveData(total));
  for (const KafkaMessage& record : records) {
    if (data(*record) == nullptr) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(static_cast<const uint8_t*>(data(*record)),
                           static_cast<int32_t>(size(*record)));
    }
  }
  return builder.Finish();
}

ArrayResult Keys(Records records) {
  return Bytes(
      records, [](const rd_kafka_message_t& m) { return m.key; },
      [](const rd_kafka_message_t& m) { return m.key_len; });
}

ArrayResult Payloads(Records records) {
  return Bytes(
      records, [](const rd_kafka_message_t& m) { return m.payload; },
      [](const rd_kafka_message_t& m) { return m.len; });
}

ArrayResult Topics(size_t count, const std::string& topic) {
  arrow::StringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(count)));
  ARROW_RETURN_NOT_OK(builder.ReserveData(static_cast<int64_t>(count * topic.size())));
  for (size_t i = 0; i < count; ++i) builder.UnsafeAppend(topic);
  return builder.Finish();
}

ArrayResult Partitions(Records records) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records.size())));
  for (const KafkaMessage& record : records) builder.UnsafeAppend(record->partition);
  return builder.Finish();
}

ArrayResult RecordOffsets(Records records) {
  arrow::Int64Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records.size())));
  for (const KafkaMessage& record : records) builder.UnsafeAppend(record->offset);
  return builder.Finish();
}

ArrayResult Timestamps(Records records) {
  arrow::TimestampBuilder builder(ToArrowType(TypeId::kTimestamp), arrow::default_memory_pool());
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records.size())));
  for (const KafkaMessage& record : records) {
    rd_kafka_timestamp_type_t type;
    int64_t micros = 0;
    const int64_t ms = rd_kafka_message_timestamp(record.get(), &type);
    if (__builtin_mul_overflow(ms, kMicrosPerMs, &micros)) {
      return Status::Invalid("The record at offset ", record->offset, " of the Kafka partition ",
                             record->partition, " has the time ", ms,
                             " (milliseconds), which no timestamp can hold.");
    }
    builder.UnsafeAppend(micros);
  }
  return builder.Finish();
}

ArrayResult TimestampTypes(Records records) {
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records.size())));
  for (const KafkaMessage& record : records) {
    rd_kafka_timestamp_type_t type;
    rd_kafka_message_timestamp(record.get(), &type);
    // Java's numbers: -1 none, 0 when made, 1 when appended.
    builder.UnsafeAppend(static_cast<int32_t>(type) - 1);
  }
  return builder.Finish();
}

DataType HeadersType() {
  return DataType::Array(DataType::Struct(
      {{.name = "key", .type = TypeId::kString}, {.name = "value", .type = TypeId::kBinary}}));
}

ArrayResult Headers(Records records) {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<arrow::ArrayBuilder> made,
                        arrow::MakeBuilder(ToArrowType(HeadersType())));
  auto* list = static_cast<arrow::ListBuilder*>(made.get());
  auto* element = static_cast<arrow::StructBuilder*>(list->value_builder());
  auto* names = static_cast<arrow::StringBuilder*>(element->field_builder(0));
  auto* values = static_cast<arrow::BinaryBuilder*>(element->field_builder(1));
  for (const KafkaMessage& record : records) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(record.get(), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_cnt(headers) == 0) {
      ARROW_RETURN_NOT_OK(list->AppendNull());
      continue;
    }
    ARROW_RETURN_NOT_OK(list->Append());
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      ARROW_RETURN_NOT_OK(element->Append());
      ARROW_RETURN_NOT_OK(names->Append(name));
      ARROW_RETURN_NOT_OK(value == nullptr ? values->AppendNull()
                                           : values->Append(static_cast<const uint8_t*>(value),
                                                            static_cast<int32_t>(size)));
    }
  }
  std::shared_ptr<arrow::Array> array;
  ARROW_RETURN_NOT_OK(list->Finish(&array));
  return array;
}

ArrayResult ColumnOf(const std::string& name, Records records, const std::string& topic) {
  if (name == "key") return Keys(records);
  if (name == "value") return Payloads(records);
  if (name == "topic") return Topics(records.size(), topic);
  if (name == "partition") return Partitions(records);
  if (name == "offset") return RecordOffsets(records);
  if (name == "timestamp") return Timestamps(records);
  if (name == "timestampType") return TimestampTypes(records);
  return Headers(records);
}

}  // namespace

Schema KafkaSchema(bool include_headers) {
  Schema schema;
  schema.Add("key", TypeId::kBinary)
      .Add("value", TypeId::kBinary)
      .Add("topic", TypeId::kString)
      .Add("partition", TypeId::kInteger)
      .Add("offset", TypeId::kLong)
      .Add("timestamp", TypeId::kTimestamp)
      .Add("timestampType", TypeId::kInteger);
  if (include_headers) schema.Add("headers", HeadersType());
  return schema;
}

Result<std::shared_ptr<arrow::RecordBatch>> MakeKafkaBatch(Records records,
                                                           const std::string& topic,
                                                           const Schema& columns) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const StructField& field : columns.fields()) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array,
                          ColumnOf(field.name, records, topic));
    arrays.push_back(std::move(array));
  }
  return arrow::RecordBatch::Make(ToArrowSchema(columns), static_cast<int64_t>(records.size()),
                                  std::move(arrays));
}

}  // namespace firesteel
