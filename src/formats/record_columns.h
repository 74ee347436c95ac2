#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"
#include "formats/file_format.h"
#include "formats/json/json_column.h"
#include "formats/json/json_read_options.h"

namespace firesteel {

/// The columns that a reader of records (CSV, JSON) fills, and what becomes of malformed records:
/// they are kept, with their text in the corrupt-record column if the query wants it, or dropped,
/// or fail the read. Not thread-safe.
class RecordColumns {
 public:
  RecordColumns(const FileReadRequest& request, ParseMode mode, const std::string& corrupt_column);

  /// The columns to fill: those asked for without the corrupt-record column.
  const Schema& parsed_schema() const { return parsed_schema_; }
  std::vector<JsonColumn>* parsed() { return &parsed_; }
  /// Whether the query wants the text of malformed records.
  bool keeps_corrupt_records() const { return corrupt_index_ >= 0; }

  /// Rows in the columns. The reader adds to it what it has appended to each of them.
  int64_t rows() const { return rows_; }
  void AddRows(int64_t rows) { rows_ += rows; }

  /// Deals with the last `rows` rows, which one malformed record gave. `cause` is for the error.
  Status HandleMalformed(std::string_view record, int64_t rows,
                         const std::function<Status()>& cause);

  /// Gives the rows as a batch and starts anew.
  Result<std::shared_ptr<arrow::RecordBatch>> Finish();

 private:
  Result<std::string> DescribeRow(int64_t row);
  Status PadCorruptColumn(int64_t length);

  const std::string path_;
  const ParseMode mode_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const int corrupt_index_;  // in the request's columns; -1: not wanted
  Schema parsed_schema_;
  std::vector<JsonColumn> parsed_;
  JsonColumn corrupt_;  // shorter than the others until a record is malformed
  int64_t rows_ = 0;
};

/// Checks the columns declared and those asked for: a corrupt-record column must be a string and
/// not the only one; `check_schema` tells what else the format wants of them.
Status CheckRecordSchemas(const FileReadRequest& request, const std::string& corrupt_column,
                          const std::function<Status(const Schema&)>& check_schema);

}  // namespace firesteel
