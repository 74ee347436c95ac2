#pragma once

#include <memory>
#include <vector>

#include "firesteel/connector/batch_reader.h"
#include "formats/file_format.h"

namespace firesteel {

/// Opens a reader of one ORC file: only the columns asked for, stripe by stripe, with timestamps of
/// every year. Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER for what is no ORC file,
/// FAILED_READ_FILE.NO_HINT for damage further in and for a column that cannot be read as its type.
Result<std::unique_ptr<BatchReader>> OpenOrcReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    int64_t* input_rows);

/// Reads the schema from a file's footer. Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER.
Result<Schema> InferOrcSchema(const InferenceFile& file);

}  // namespace firesteel
