#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/edited_line.h"

namespace firesteel {

/// Lines that were entered, oldest first, kept in a file over runs. Not thread-safe.
class LineHistory {
 public:
  /// Reads `path`; a file that cannot be read is an empty history. "" keeps nothing.
  explicit LineHistory(std::string path);
  /// Adds an entry, unless it repeats the last one, to the list and to the file. Line breaks become
  /// spaces. A file that cannot be written is not an error: history is a comfort.
  void Add(std::string_view entry);
  const std::vector<std::string>& entries() const { return entries_; }

 private:
  std::string path_;
  std::vector<std::string> entries_;
};

/// Reads lines from a terminal with editing and history: arrows, Home, End, Ctrl-A E B F K U W L D,
/// Up and Down. A line longer than the terminal is scrolled. Not thread-safe.
class LineEditor {
 public:
  enum class Event { kLine, kInterrupted, kEnd };
  LineEditor(int input, int output, LineHistory* history)
      : input_(input), output_(output), history_(history) {}

  /// Whether both are terminals that understand cursor movement.
  bool IsTerminal() const;
  /// Reads one line. kInterrupted is Ctrl-C, kEnd Ctrl-D on an empty line or the end of the input.
  Event ReadLine(std::string_view prompt, std::string* line);

 private:
  Event EditLine(std::string_view prompt, std::string* line);
  Event TakeKey(const Key& key, bool* done);
  void Recall(int step);
  void Draw(std::string_view prompt) const;
  void Write(std::string_view bytes) const;

  int input_;
  int output_;
  LineHistory* history_;
  EditedLine line_;
  size_t recalled_ = 0;    // the entry shown; the number of entries is the new line
  std::string new_line_;   // what was typed before going up
};

}  // namespace firesteel
