#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "arrow/type_fwd.h"
#include "arrow/util/type_fwd.h"
#include "firesteel/error.h"

namespace arrow::io {
class InputStream;
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// Returns the bytes of `file`, decompressed when the ending of `path` names a codec: .gz,
/// .deflate, .bz2, .zst, .snappy and .lz4. Errors: an ending of a codec that cannot be read (.lzo);
/// damaged data makes the stream's reads fail.
Result<std::shared_ptr<arrow::io::InputStream>> OpenDecompressed(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const std::string& path);

/// As OpenDecompressed, for callers who do not know the path: looks at the first bytes instead.
Result<std::shared_ptr<arrow::io::InputStream>> OpenDecompressedByContent(
    std::shared_ptr<arrow::io::RandomAccessFile> file);

/// Returns the ending that files written with this codec get (".gz" for gzip, "" for none).
/// Errors: CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION.
Result<std::string> CompressedFileEnding(std::string_view codec);

/// Returns a stream that compresses into `out` (or not, for "none"). Closing it writes what the
/// codec still holds and leaves `out` open.
Result<std::shared_ptr<arrow::io::OutputStream>> OpenCompressed(
    std::shared_ptr<arrow::io::OutputStream> out, std::string_view codec);

}  // namespace firesteel
