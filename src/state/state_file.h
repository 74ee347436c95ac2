#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "state/state_codec.h"
#include "state/state_file_input.h"
#include "state/unsafe_row_shape.h"
#include "state/versioned_map.h"

namespace firesteel {

// `<version>.delta` and `<version>.snapshot` of one store: records as drawn in state_record.h,
// compressed by the codec of the checkpoint. With row checksums a value is stored behind the CRC32C
// of key and value, the key of a removal behind that of the key, four bytes little-endian.

enum class StateFileKind { kDelta, kSnapshot };

/// What all files of one store have in common.
struct StateFileFormat {
  std::string store;  ///< how messages name the store
  std::string codec;
  bool row_checksum = false;
  UnsafeRowShape key_shape;
  UnsafeRowShape value_shape;
};

/// Returns `<directory>/<version>.delta` or `.snapshot`.
std::string StateFilePath(const std::string& directory, int64_t version, StateFileKind kind);

/// Writes one state file; it appears when Finish succeeded, replacing an older one. Not
/// thread-safe.
class StateFileWriter {
 public:
  static Result<std::unique_ptr<StateFileWriter>> Make(CheckpointFileManager* files,
                                                       const std::string& path,
                                                       const StateFileFormat& format);
  /// Takes whole records, framed without checksums.
  Status Append(std::string_view records);
  /// Appends the end of records and publishes the file.
  Status Finish();

 private:
  StateFileWriter(std::unique_ptr<AtomicFile> file, std::unique_ptr<StateCompressor> compressor,
                  bool row_checksum)
      : file_(std::move(file)), compressor_(std::move(compressor)), row_checksum_(row_checksum) {}
  Status AppendPlain(std::string_view plain);

  std::unique_ptr<AtomicFile> file_;
  std::unique_ptr<StateCompressor> compressor_;
  const bool row_checksum_;
  std::string packed_;
  std::string checked_;
};

/// Reads one state file, which is taken for damaged until checked: a wrong size, a cut or flipped
/// file is an error of condition CANNOT_LOAD_STATE_STORE.* that names file and place, and never
/// costs more memory than the file has bytes times the best ratio of its codec. A damage behind the
/// end of the records is only logged. Not thread-safe.
class StateFileReader {
 public:
  /// Errors: CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS and the like.
  static Result<std::unique_ptr<StateFileReader>> Open(Env* env, const std::string& path,
                                                       StateFileKind kind,
                                                       const StateFileFormat& format);
  /// Replaces `*records` by some of the next ones; false at the end. They are valid until the next
  /// call.
  Result<bool> Next(std::vector<StateRecord>* records);

 private:
  StateFileReader(std::unique_ptr<StateFileInput> input, StateFileKind kind,
                  const StateFileFormat& format)
      : input_(std::move(input)), kind_(kind), format_(format) {}

  Result<bool> ReadGroup(std::vector<StateRecord>* records);
  /// Reads one record at `parsed_`, false when the plain bytes at hand do not hold all of it.
  Result<bool> ReadRecord(std::vector<StateRecord>* records);
  Status AddRecord(std::string_view key, std::optional<std::string_view> value,
                   std::vector<StateRecord>* records);
  Status CheckRows(const StateRecord& record);
  /// Gets more plain bytes and forgets those that were parsed; false at the end of the file.
  Result<bool> Fill();
  Status CheckRest();
  Status Damaged(std::string_view reason) const;
  Status WrongSize(const char* what, int32_t size) const;

  std::unique_ptr<StateFileInput> input_;
  std::unique_ptr<StateDecompressor> decompressor_;
  const StateFileKind kind_;
  const StateFileFormat& format_;
  std::string plain_;
  size_t parsed_ = 0;         // of plain_
  int64_t plain_offset_ = 0;  // of plain_'s first byte in the whole plain content
  bool ended_ = false;
  bool first_ = true;
};

}  // namespace firesteel
