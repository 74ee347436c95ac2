#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

// What all text logs of a checkpoint have in common. A file is
//
//   v1            the version of the form
//   <line>        what the log keeps, one or more lines
//
// without a line break at the end. One at the end, as an editor leaves it, is accepted, and so are
// Windows line breaks.

/// The newest form that is understood. Version 2 belongs to named sources and to state with unique
/// checkpoint ids, neither of which exists here.
inline constexpr int kLogVersion = 1;

/// Returns the lines after the version, as views into `text`. `path` is for messages only. Errors:
/// INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION for a newer form, MALFORMED_LOG_FILE otherwise.
Result<std::vector<std::string_view>> ParseLogLines(std::string_view text, const std::string& path);

/// Returns MALFORMED_LOG_FILE that names the file, the line (from 1; 0 for the whole file) and what
/// is wrong with it.
Status MalformedLog(const std::string& path, int64_t line, std::string_view reason);

/// Returns the batch id that a file name stands for, nullopt when it is not a plain number.
std::optional<int64_t> ParseBatchId(std::string_view name);

}  // namespace firesteel
