#pragma once

#include <memory>

#include "firesteel/connector/table.h"

/// Format `tail`: the lines of one text file that only grows, such as a log, as a stream with the
/// column `line` and the byte `position` at which each line begins. Option: `path`. Offsets are the
/// number of bytes read, `{"bytes":120}`, so that a query goes on where it stopped. A line counts
/// when its line break has been written. Errors: a missing path, a file that became shorter.
std::shared_ptr<firesteel::TableProvider> NewTailProvider();
