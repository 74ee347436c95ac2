#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// Finds where tokens begin in JSON text with simdjson's first stage: every brace, bracket, colon
/// and comma outside of strings, every opening quote, and the first byte of every number or word.
/// Not thread-safe.
class JsonStructuralIndex {
 public:
  /// Texts up to this length can be indexed.
  static Result<std::unique_ptr<JsonStructuralIndex>> Make(size_t capacity);
  ~JsonStructuralIndex();

  /// False when the text is not valid UTF-8, a string is not closed or holds a control character.
  /// A line break is one, so then each line can be read on its own.
  bool Build(std::string_view text);

  /// Offsets of the tokens of the last text, ascending; behind the last stands the text's length,
  /// kEndCopies times.
  static constexpr size_t kEndCopies = 4;
  const uint32_t* begin() const;
  const uint32_t* end() const;

 private:
  struct State;
  explicit JsonStructuralIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace firesteel
