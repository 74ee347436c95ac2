#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace firesteel {

/// What the view shows.
struct LiveState {
  int64_t batches = 0;
  int64_t rows = 0;
  int64_t expected_rows = 0;
  double seconds = 0;
  std::string table;  ///< the newest batch as the console sink prints it
};

/// Shows a running query on a terminal: a progress line and the newest table, drawn over the last
/// ones. Where the output is no terminal it prints one plain line per call instead, without control
/// characters. Not thread-safe.
class LiveView {
 public:
  LiveView(std::FILE* out, bool terminal) : out_(out), terminal_(terminal) {}

  /// Whether `out` is a terminal that understands cursor movement.
  static bool IsTerminal(std::FILE* out);

  void Update(const LiveState& state);
  /// Removes what Update drew, so that final output follows the command line.
  void Clear();

  /// `[#####-----]  50 %  100,000 of 200,000 rows  20 batches  410,000 rows/s`
  static std::string ProgressLine(const LiveState& state, bool bar);

 private:
  std::FILE* out_;
  bool terminal_;
  int drawn_lines_ = 0;
  int64_t last_batches_ = -1;
};

/// 1234567 as `1,234,567`.
std::string WithThousands(int64_t number);

}  // namespace firesteel
