#pragma once

#include <memory>

#include "arrow/type_fwd.h"
#include "arrow/util/type_fwd.h"
#include "firesteel/error.h"

namespace arrow::io {
class InputStream;
class OutputStream;
}  // namespace arrow::io

namespace firesteel {

/// The frame that Hadoop puts around codecs without a stream format of their own (snappy, lz4):
///
///   block*    block = uncompressed bytes (4) · chunk*    chunk = compressed bytes (4) · data
///
/// with big-endian counts; the chunks of a block add up to its uncompressed bytes, and each is
/// compressed by itself. Bounds memory by one block.
Result<std::shared_ptr<arrow::io::InputStream>> ReadHadoopBlocks(
    std::shared_ptr<arrow::io::InputStream> in, std::unique_ptr<arrow::util::Codec> codec);

/// Writes such a frame with blocks of 256 KiB, of one chunk each. Closing closes `out`.
std::shared_ptr<arrow::io::OutputStream> WriteHadoopBlocks(
    std::shared_ptr<arrow::io::OutputStream> out, std::unique_ptr<arrow::util::Codec> codec);

}  // namespace firesteel
