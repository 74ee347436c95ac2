#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace arrow::io {
class OutputStream;
}  // namespace arrow::io

namespace firesteel {

/// Collects text and writes it in large pieces, compressed if asked. Not thread-safe.
class LineWriter {
 public:
  /// The text is written in the character set `encoding` (see text_encoding.h). Errors:
  /// CODEC_NOT_AVAILABLE….
  static Result<std::unique_ptr<LineWriter>> Make(std::shared_ptr<arrow::io::OutputStream> out,
                                                  std::string_view codec,
                                                  const std::string& encoding = "UTF-8");

  /// The text not written yet; append to it.
  std::string& text() { return text_; }
  /// Writes the text once it is large.
  Status FlushIfLarge() { return text_.size() < kFlushBytes ? Status::OK() : Flush(); }
  /// Writes everything, the end of compressed data too. The stream given stays open.
  Status Finish();

 private:
  static constexpr size_t kFlushBytes = size_t{256} << 10;
  explicit LineWriter(std::shared_ptr<arrow::io::OutputStream> out) : out_(std::move(out)) {}
  Status Flush();

  std::shared_ptr<arrow::io::OutputStream> out_;
  std::string text_;
};

}  // namespace firesteel
