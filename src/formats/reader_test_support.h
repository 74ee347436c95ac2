#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/record_batch.h"
#include "firesteel/row.h"
#include "formats/file_format.h"
#include "types/arrow_types.h"

namespace firesteel {

/// Makes options from pairs.
inline Options MakeOptions(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Options options;
  for (const auto& [name, value] : pairs) options.Set(name, value);
  return options;
}

/// Makes a request for all columns of a schema.
inline FileReadRequest MakeRequest(const std::string& ddl, Options options = {}) {
  FileReadRequest request;
  request.full_schema = Schema::FromDdl(ddl).ValueOrDie();
  request.columns = request.full_schema;
  request.options = std::move(options);
  request.path = "/in/file";
  return request;
}

/// Reads a file made of `bytes`. Checks every batch, and `input_rows` against the rows: it may
/// count more than are given where there are filters. `counted`, if not null, is set to it.
inline Result<std::vector<Row>> ReadRows(const FileFormat* format, const std::string& bytes,
                                         const FileReadRequest& request,
                                         int64_t* counted = nullptr) {
  ARROW_RETURN_NOT_OK(format->ValidateRead(request));
  int64_t input_rows = 0;
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> reader,
                        format->OpenReader(std::make_shared<arrow::io::BufferReader>(
                                               arrow::Buffer::FromString(bytes)),
                                           request, &input_rows));
  const auto schema = std::make_shared<const Schema>(request.columns);
  std::vector<Row> rows;
  int64_t row_count = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, reader->Next());
    if (batch == nullptr) break;
    if (batch->num_rows() == 0) return Status::Invalid("The reader gave an empty batch.");
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    row_count += batch->num_rows();
    AppendRows(*batch, schema, &rows);
  }
  const bool fits = request.filters.empty() ? row_count == input_rows : row_count <= input_rows;
  if (!fits) return Status::Invalid("input_rows differs from the rows given.");
  if (counted != nullptr) *counted = input_rows;
  return rows;
}

/// Reads and renders: one line for each row.
inline std::string ReadText(const FileFormat* format, const std::string& bytes,
                            const FileReadRequest& request, int64_t* counted = nullptr) {
  Result<std::vector<Row>> rows = ReadRows(format, bytes, request, counted);
  if (!rows.ok()) return rows.status().ToString();
  std::string text;
  for (const Row& row : *rows) text += row.ToString() + "\n";
  return text;
}

}  // namespace firesteel
