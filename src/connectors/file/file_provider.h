#pragma once

#include <memory>

#include "firesteel/connector/table.h"
#include "formats/file_format.h"

namespace firesteel {

/// A file format as a data source, to read and to write: `json`, `text`, `parquet`, …
std::shared_ptr<TableProvider> NewFileProvider(const FileFormat* format);

}  // namespace firesteel
