#pragma once

#include <cstdint>
#include <memory>

#include "firesteel/connector/batch_reader.h"
#include "formats/file_format.h"
#include "formats/json/json_read_options.h"

namespace firesteel {

/// Opens a reader of one JSON file. `input_rows` grows with every row given. Memory is bounded by a
/// block, the longest line and a batch.
Result<std::unique_ptr<BatchReader>> OpenJsonReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    const JsonReadOptions& options, int64_t* input_rows);

}  // namespace firesteel
