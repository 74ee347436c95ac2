#pragma once

#include <memory>

#include "firesteel/connector/batch_reader.h"
#include "formats/csv/csv_options.h"
#include "formats/file_format.h"

namespace firesteel {

/// Checks a request for what no option tells: the types of its columns.
Status CheckCsvSchema(const FileReadRequest& request, const CsvReadOptions& options);

/// Opens a reader of one CSV file.
Result<std::unique_ptr<BatchReader>> OpenCsvReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    const CsvReadOptions& options, int64_t* input_rows);

}  // namespace firesteel
