#pragma once

#include <memory>
#include <string>

#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

/// The ending of files: `.snappy.parquet`. Errors: CODEC_NOT_AVAILABLE….
Result<std::string> ParquetFileExtension(const Options& options);

/// Opens a writer. Timestamps are TIMESTAMP_MICROS, decimals of up to 18 digits whole numbers,
/// lists of three levels, and the footer carries Spark's schema, so that Spark reads the same types
/// back. Memory is bounded by one row group.
Result<std::unique_ptr<FileFormatWriter>> OpenParquetWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options);

}  // namespace firesteel
