#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firesteel/error.h"
#include "state/state_file_input.h"

namespace firesteel {

/// Compresses a state file as it is written. Not thread-safe.
class StateCompressor {
 public:
  virtual ~StateCompressor() = default;
  /// Takes plain bytes and appends what is ready of the file to `file`.
  virtual Status Append(std::string_view plain, std::string* file) = 0;
  /// Appends the rest.
  virtual Status Finish(std::string* file) = 0;
};

/// Decompresses a state file. The bytes are taken for damaged until checked. Not thread-safe.
class StateDecompressor {
 public:
  virtual ~StateDecompressor() = default;
  /// Appends the next plain bytes to `plain`; false at the file's proper end.
  virtual Result<bool> Next(std::string* plain) = 0;
};

/// Makes the compressor that `codec` names as Spark does: lz4, lzf, snappy, zstd, or the name of
/// Spark's class. Errors: CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION.
Result<std::unique_ptr<StateCompressor>> MakeStateCompressor(std::string_view codec);
/// Makes the decompressor for `input`, which its first bytes tell. `input` must outlive it.
Result<std::unique_ptr<StateDecompressor>> MakeStateDecompressor(StateFileInput* input);

// The codecs, each in its own file, with the first bytes of their files.

inline constexpr std::string_view kLz4BlockMagic = "LZ4Block";
std::unique_ptr<StateCompressor> MakeLz4BlockCompressor();
std::unique_ptr<StateDecompressor> MakeLz4BlockDecompressor(StateFileInput* input);

inline constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
Result<std::unique_ptr<StateCompressor>> MakeZstdCompressor();
Result<std::unique_ptr<StateDecompressor>> MakeZstdDecompressor(StateFileInput* input);

inline constexpr std::string_view kSnappyMagic{"\x82SNAPPY\0", 8};
std::unique_ptr<StateCompressor> MakeSnappyCompressor();
std::unique_ptr<StateDecompressor> MakeSnappyDecompressor(StateFileInput* input);

inline constexpr std::string_view kLzfMagic = "ZV";
std::unique_ptr<StateCompressor> MakeLzfCompressor();
std::unique_ptr<StateDecompressor> MakeLzfDecompressor(StateFileInput* input);

}  // namespace firesteel
