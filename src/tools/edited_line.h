#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firesteel {

/// A key of a terminal.
struct Key {
  enum class Kind {
    kText, kEnter, kBackspace, kDelete, kLeft, kRight, kWordLeft, kWordRight, kHome, kEnd, kUp,
    kDown, kEraseToEnd, kEraseToStart, kEraseWord, kClearScreen, kInterrupt, kEndOfInput, kOther
  };
  Kind kind = Kind::kOther;
  std::string text;  ///< of kText: one character in UTF-8
};

/// Puts the bytes that a terminal sends together to keys. Not thread-safe.
class KeyDecoder {
 public:
  /// Takes a byte; gives a key when one is complete.
  std::optional<Key> TakeByte(char byte);

 private:
  std::optional<Key> TakeSequenceByte(char byte);
  std::string pending_;  // an escape sequence or a character that is not complete
};

/// A line of text with a cursor, as it is being edited. Not thread-safe.
class EditedLine {
 public:
  void Set(std::string text);
  const std::string& text() const { return text_; }
  /// Bytes before the cursor.
  size_t cursor() const { return cursor_; }
  /// Does what a key of editing says; others do nothing.
  void Apply(const Key& key);
  /// The part of the text that fits into so many columns with the cursor in it, and the column of
  /// the cursor in it. A character counts as one column.
  std::string_view Visible(size_t columns, size_t* cursor_column) const;

 private:
  size_t Before(size_t position) const;
  size_t After(size_t position) const;
  size_t WordBefore() const;
  size_t WordAfter() const;
  std::string text_;
  size_t cursor_ = 0;
};

}  // namespace firesteel
