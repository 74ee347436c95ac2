#pragma once

#include <memory>
#include <string>

#include "common/env.h"

namespace arrow::io {
class OutputStream;
}  // namespace arrow::io

namespace firesteel {

/// Makes an Arrow stream that writes into `file`. Closing the stream syncs and closes the file.
std::shared_ptr<arrow::io::OutputStream> MakeOutputStream(std::unique_ptr<WritableFile> file);

}  // namespace firesteel
