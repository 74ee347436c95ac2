#pragma once

#include <memory>
#include <string>

#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

/// The ending of files: `.zstd.orc`. Errors: CODEC_NOT_AVAILABLE….
Result<std::string> OrcFileExtension(const Options& options);

/// Opens a writer. Timestamps are written by UTC's clock, and types that ORC does not know (local
/// timestamps, intervals) are noted beside the column as Spark notes them. Memory is bounded by one
/// stripe.
Result<std::unique_ptr<FileFormatWriter>> OpenOrcWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options);

}  // namespace firesteel
