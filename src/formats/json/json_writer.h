#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

/// Opens a writer of JSON lines in Spark's form: fields that are NULL are left out (unless
/// ignoreNullFields is false), timestamps are `2024-01-02T03:04:05.123Z` in the session's zone.
/// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, a codec or pattern that is not known.
Result<std::unique_ptr<FileFormatWriter>> OpenJsonWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options,
    const std::string& session_time_zone);

}  // namespace firesteel
