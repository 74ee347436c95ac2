#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Takes a batch's text as a whole, from the query's thread.
using ConsoleOutput = std::function<Status(std::string_view text)>;

/// Format `console`: prints every batch as Spark's console sink does, to the character. Options:
/// `numRows` (20) rows per batch at most, `truncate` (true): true is 20 characters a cell, false
/// all of them, a number that many.
std::shared_ptr<TableProvider> NewConsoleProvider(ConsoleOutput output);

/// Writes to the process's standard output.
ConsoleOutput StandardOutput();

}  // namespace firesteel
