#include "state/state_codec.h"

#include <algorithm>
#include <cctype>

#include "common/error.h"

namespace firesteel {

Result<std::unique_ptr<StateCompressor>> MakeStateCompressor(std::string_view codec) {
  std::string name(codec);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto is = [&](std::string_view short_name, std::string_view class_name) {
    return name == short_name || codec == class_name;
  };
  if (is("lz4", "org.apache.spark.io.LZ4CompressionCodec")) return MakeLz4BlockCompressor();
  if (is("zstd", "org.apache.spark.io.ZStdCompressionCodec")) return MakeZstdCompressor();
  if (is("snappy", "org.apache.spark.io.SnappyCompressionCodec")) return MakeSnappyCompressor();
  if (is("lzf", "org.apache.spark.io.LZFCompressionCodec")) return MakeLzfCompressor();
  return MakeError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                   {{"codecName", std::string(codec)},
                    {"availableCodecs", "lz4, lzf, snappy, zstd"}});
}

Result<std::unique_ptr<StateDecompressor>> MakeStateDecompressor(StateFileInput* input) {
  ARROW_ASSIGN_OR_RAISE(const std::string_view start, input->Peek(8));
  if (start.empty()) return input->Damaged(0, "it is empty");
  if (start.starts_with(kLz4BlockMagic)) return MakeLz4BlockDecompressor(input);
  if (start.starts_with(kZstdMagic)) return MakeZstdDecompressor(input);
  if (start.starts_with(kSnappyMagic)) return MakeSnappyDecompressor(input);
  if (start.starts_with(kLzfMagic)) return MakeLzfDecompressor(input);
  return input->Damaged(0, "it does not start as a file of lz4, lzf, snappy or zstd does");
}

}  // namespace firesteel
