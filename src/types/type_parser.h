#pragma once

#include <cstddef>
#include <string_view>

#include "firesteel/types.h"

namespace firesteel {

/// How deep types may be nested in text. More is answered with an error: a parser of outside text
/// must not run out of stack.
inline constexpr int kMaxTypeDepth = 1000;

/// A type at the start of a longer text, and how many bytes of the text it took.
struct TypePrefix {
  DataType type;
  size_t length = 0;
};

/// Parses the type that starts at `offset` of `text` (as in `CAST(x AS array<int>)`); what follows
/// it is the caller's. Error positions count from the start of `text`.
Result<TypePrefix> ParseTypePrefix(std::string_view text, size_t offset);

/// Parses what functions and clients take as a schema: Spark's JSON, the text of a type, or columns
/// (`a INT, b STRING`), which make a struct.
Result<DataType> ParseTypeOrSchema(std::string_view text);

}  // namespace firesteel
