#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "firesteel/error.h"

namespace firesteel {

/// A line and when it came.
struct TimedLine {
  std::string text;
  int64_t arrival_micros = 0;
};

/// The lines that came over a connection and no committed batch holds yet. Line n has offset n,
/// counted from 0 at the query's first start. The reading thread waits when more than
/// `capacity_bytes` are held, so that a fast sender cannot exhaust memory. Thread-safe.
class LineBuffer {
 public:
  /// A line longer than `longest_line_bytes` ends the stream with an error.
  LineBuffer(Clock* clock, int64_t capacity_bytes, int64_t longest_line_bytes = int64_t{64} << 20);

  /// Cuts `bytes` at line ends (\n, \r\n or \r) and adds the lines; a cut line waits for the rest.
  /// Returns false once the buffer is closed or has failed.
  bool Append(std::string_view bytes);
  /// The sender closed the connection: what is left without a line end is a line too.
  void EndOfStream();
  /// Wakes a waiting Append for good.
  void Close();

  /// What made it fail; the lines before that stay.
  Status Failure() const;

  /// Continues the numbering after `offset`, when a query goes on from a checkpoint.
  void StartAfter(int64_t offset);
  /// The offset of the newest line, -1 when there was none.
  int64_t Latest() const;
  /// The lines in (start, end] that are still held, and how many are not.
  std::vector<TimedLine> Range(int64_t start, int64_t end, int64_t* lost) const;
  /// Forgets the lines up to `end`.
  void Release(int64_t end);
  void SetWaker(std::function<void()> wake);

 private:
  void AddLine(std::string_view line);

  Clock* const clock_;
  const int64_t capacity_bytes_;
  const int64_t longest_line_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  // All below guarded by mutex_.
  std::string partial_;
  bool after_carriage_return_ = false;
  std::vector<TimedLine> lines_;
  int64_t first_offset_ = 0;  // of lines_[0]
  int64_t held_bytes_ = 0;
  bool closed_ = false;
  bool too_long_ = false;  // a line was
  std::function<void()> wake_;
};

}  // namespace firesteel
