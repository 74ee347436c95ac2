#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// Collects typed lines until they make whole statements: a `;` outside of texts, quoted names and
/// comments ends one. Not thread-safe.
class StatementBuffer {
 public:
  /// Takes a line, without its line break; returns the statements that it ended, without their `;`.
  std::vector<std::string> AddLine(std::string_view line);
  /// Whether nothing but white space and comments waits for its `;`.
  bool empty() const { return blank_; }
  /// What waits, and forgets it.
  std::string TakeRest();

 private:
  enum class State { kPlain, kQuoted, kLineComment, kBlockComment };
  /// Takes the byte at `i` of `line` and returns how many more bytes belong to it.
  size_t TakeByte(std::string_view line, size_t i);
  void TakePlainByte(std::string_view line, size_t i);

  std::string text_;
  State state_ = State::kPlain;
  char quote_ = 0;
  int comment_depth_ = 0;
  bool ended_ = false;  // by the byte taken last
  bool blank_ = true;
};

}  // namespace firesteel
