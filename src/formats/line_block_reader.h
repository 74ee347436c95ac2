#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"

namespace arrow::io {
class InputStream;
}  // namespace arrow::io

namespace firesteel {

/// Reads a stream in blocks that end where a line ends. Memory is bounded by one block plus the
/// longest line. Not thread-safe.
class LineBlockReader {
 public:
  /// Bytes after a block that may be read (they are zero), so that parsers can load whole words.
  static constexpr int64_t kPaddingBytes = 64;

  /// An empty `separator` stands for \n, \r\n and \r.
  LineBlockReader(std::shared_ptr<arrow::io::InputStream> stream, std::string separator);

  /// The next whole lines with the separators that end them; the last block of a stream may lack
  /// the final one. Valid until the next call. Empty at the end. A \r\n is never cut in two.
  Result<std::string_view> NextBlock();

  const std::string& separator() const { return separator_; }

 private:
  Status Fill();
  int64_t FindCut();
  int64_t FindNewLineCut();
  int64_t FindSeparatorCut();

  std::shared_ptr<arrow::io::InputStream> stream_;
  std::string separator_;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  int64_t begin_ = 0;  // of the bytes not given yet
  int64_t end_ = 0;
  int64_t searched_ = 0;  // up to here no line ends
  bool at_end_ = false;
};

/// Cuts a block into lines. Usable on each block of a LineBlockReader.
class LineCutter {
 public:
  LineCutter(std::string_view block, std::string_view separator)
      : rest_(block), separator_(separator) {}

  /// Gives the next line without its separator; false when the block is used up.
  bool Next(std::string_view* line);
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::string_view separator_;
};

}  // namespace firesteel
