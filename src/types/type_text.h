#pragma once

#include <string>
#include <string_view>

#include "firesteel/types.h"

namespace firesteel {

/// Returns `name` as an identifier of SQL: in backticks unless it is a plain word.
std::string QuoteIfNeeded(std::string_view name);

/// The text under "comment" in a field's metadata, "" when there is none.
std::string CommentOf(const StructField& field);

}  // namespace firesteel
