#include "formats/record_columns.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/read_failed.h"
#include "formats/utf8.h"
#include "types/arrow_types.h"

namespace firesteel {

RecordColumns::RecordColumns(const FileReadRequest& request, ParseMode mode,
                             const std::string& corrupt_column)
    : path_(request.path),
      mode_(mode),
      arrow_schema_(ToArrowSchema(request.columns)),
      corrupt_index_(request.columns.IndexOf(corrupt_column)),
      corrupt_(DataType(TypeId::kString)) {
  for (int i = 0; i < request.columns.size(); ++i) {
    if (i == corrupt_index_) continue;
    const StructField& field = request.columns.field(i);
    parsed_schema_.Add(field.name, field.type, field.nullable);
    parsed_.emplace_back(field.type);
  }
}

Status RecordColumns::HandleMalformed(std::string_view record, int64_t rows,
                                      const std::function<Status()>& cause) {
  switch (mode_) {
    case ParseMode::kPermissive:
      if (corrupt_index_ < 0) return Status::OK();
      ARROW_RETURN_NOT_OK(PadCorruptColumn(rows_ - rows));
      while (corrupt_.length() < rows_) {
        ARROW_RETURN_NOT_OK(corrupt_.AppendBytes(
            IsValidUtf8(record) ? std::string(record) : ReplaceInvalidUtf8(record)));
      }
      return Status::OK();
    case ParseMode::kDropMalformed:
      rows_ -= rows;
      for (JsonColumn& column : parsed_) column.Truncate(rows_);
      return Status::OK();
    case ParseMode::kFailFast:
      break;
  }
  ARROW_ASSIGN_OR_RAISE(const std::string row, DescribeRow(rows_ - rows));
  return ReadFailed(path_,
                    MakeErrorCausedBy("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                                      {{"badRecord", row}, {"failFastMode", "FAILFAST"}}, cause()));
}

// Shows what could be read of a row, for an error. The columns are not used afterwards.
Result<std::string> RecordColumns::DescribeRow(int64_t row) {
  std::string text = "[";
  for (JsonColumn& column : parsed_) {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> array, column.Finish());
    const Value value = GetValue(*array, row, column.type());
    if (text.size() > 1) text += ",";
    text += value.is_null() ? "null" : value.ToString();
  }
  return text + "]";
}

Status RecordColumns::PadCorruptColumn(int64_t length) {
  while (corrupt_.length() < length) ARROW_RETURN_NOT_OK(corrupt_.AppendNull());
  return Status::OK();
}

Result<std::shared_ptr<arrow::RecordBatch>> RecordColumns::Finish() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (JsonColumn& column : parsed_) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, column.Finish());
    arrays.push_back(std::move(array));
  }
  if (corrupt_index_ >= 0) {
    ARROW_RETURN_NOT_OK(PadCorruptColumn(rows_));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array, corrupt_.Finish());
    arrays.insert(arrays.begin() + corrupt_index_, std::move(array));
  }
  return arrow::RecordBatch::Make(arrow_schema_, std::exchange(rows_, 0), std::move(arrays));
}

Status CheckRecordSchemas(const FileReadRequest& request, const std::string& corrupt_column,
                          const std::function<Status(const Schema&)>& check_schema) {
  for (const Schema* schema : {&request.full_schema, &request.columns}) {
    const int corrupt = schema->IndexOf(corrupt_column);
    if (corrupt >= 0 && schema->field(corrupt).type.id() != TypeId::kString) {
      return MakeError("INVALID_CORRUPT_RECORD_TYPE",
                       {{"columnName", "`" + corrupt_column + "`"},
                        {"actualType", "\"" + schema->field(corrupt).type.Sql() + "\""}});
    }
    ARROW_RETURN_NOT_OK(check_schema(*schema));
  }
  if (request.columns.size() == 1 && request.columns.field(0).name == corrupt_column) {
    return MakeError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", {});
  }
  return Status::OK();
}

}  // namespace firesteel
