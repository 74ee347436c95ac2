#pragma once

#include <memory>
#include <vector>

#include "firesteel/connector/batch_reader.h"
#include "formats/file_format.h"

namespace firesteel {

/// Opens a reader of one Parquet file: only the columns asked for, row group by row group, in small
/// pieces. Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER for what is no Parquet file,
/// FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH for a column that cannot be read as its type.
Result<std::unique_ptr<BatchReader>> OpenParquetReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    int64_t* input_rows);

/// Reads the schema from the file's footer.
Result<Schema> InferParquetSchema(std::shared_ptr<arrow::io::RandomAccessFile> file);

}  // namespace firesteel
