#include "connect/server/arrow_results.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/cast.h"
#include "arrow/io/memory.h"
#include "arrow/ipc/reader.h"
#include "arrow/ipc/writer.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The type with the zone of instants replaced, at every depth.
std::shared_ptr<arrow::DataType> WithZone(const std::shared_ptr<arrow::DataType>& type,
                                          const std::string& zone) {
  switch (type->id()) {
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(*type);
      return timestamp.timezone().empty() ? type : arrow::timestamp(timestamp.unit(), zone);
    }
    case arrow::Type::LIST: {
      const auto& field = static_cast<const arrow::ListType&>(*type).value_field();
      return arrow::list(field->WithType(WithZone(field->type(), zone)));
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(
          map.key_field()->WithType(WithZone(map.key_type(), zone)),
          map.item_field()->WithType(WithZone(map.item_type(), zone)));
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type->fields()) {
        fields.push_back(field->WithType(WithZone(field->type(), zone)));
      }
      return arrow::struct_(std::move(fields));
    }
    default: return type;
  }
}

/// The same values under a type that lies in memory in the same way.
std::shared_ptr<arrow::ArrayData> Retyped(const std::shared_ptr<arrow::ArrayData>& data,
                                          const std::shared_ptr<arrow::DataType>& type) {
  auto copy = data->Copy();
  copy->type = type;
  for (size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = Retyped(copy->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return copy;
}

Result<std::shared_ptr<arrow::RecordBatch>> InOurLayout(
    const std::shared_ptr<arrow::RecordBatch>& batch, const Schema& schema) {
  const std::shared_ptr<arrow::Schema> wanted = ToArrowSchema(schema);
  if (batch->num_columns() != schema.size()) {
    return Status::Invalid("The rows have ", batch->num_columns(), " columns, the schema ",
                           schema.size(), ".");
  }
  arrow::ArrayVector columns;
  for (int i = 0; i < batch->num_columns(); ++i) {
    std::shared_ptr<arrow::Array> column = batch->column(i);
    const std::shared_ptr<arrow::DataType>& type = wanted->field(i)->type();
    if (!column->type()->Equals(type)) {
      arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(type);
      ARROW_ASSIGN_OR_RAISE(column, arrow::compute::Cast(*column, type, options));
    }
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(wanted, batch->num_rows(), std::move(columns));
}

}  // namespace

Result<std::string> ToArrowStream(const Schema& schema,
                                  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                  const std::string& time_zone) {
  const std::shared_ptr<arrow::Schema> in_memory = ToArrowSchema(schema);
  arrow::FieldVector fields;
  for (const auto& field : in_memory->fields()) {
    fields.push_back(field->WithType(WithZone(field->type(), time_zone)));
  }
  const auto labelled = arrow::schema(std::move(fields));
  ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(stream, labelled));
  for (const auto& batch : batches) {
    arrow::ArrayVector columns;
    for (int i = 0; i < batch->num_columns(); ++i) {
      columns.push_back(
          arrow::MakeArray(Retyped(batch->column_data(i), labelled->field(i)->type())));
    }
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(
        *arrow::RecordBatch::Make(labelled, batch->num_rows(), std::move(columns))));
  }
  if (batches.empty()) {  // clients want one even so
    ARROW_ASSIGN_OR_RAISE(const auto empty, arrow::RecordBatch::MakeEmpty(labelled));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*empty));
  }
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> bytes, stream->Finish());
  return bytes->ToString();
}

Result<LocalRows> FromArrowStream(const std::string& bytes, const Schema* schema) {
  arrow::io::BufferReader input(arrow::Buffer::FromString(bytes));
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(&input));
  LocalRows rows;
  if (schema != nullptr) {
    rows.schema = *schema;
  } else {
    ARROW_ASSIGN_OR_RAISE(rows.schema, FromArrowSchema(*reader->schema()));
  }
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader->ReadNext(&batch));
    if (batch == nullptr) return rows;
    if (batch->num_rows() == 0) continue;
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    ARROW_ASSIGN_OR_RAISE(rows.batches.emplace_back(), InOurLayout(batch, rows.schema));
  }
}

}  // namespace firesteel
