#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `memory`: a sink that keeps all rows in memory, readable as a table under the query's name
/// while the query runs and after it. For trials; not fault tolerant, but complete mode makes the
/// whole table again.
std::shared_ptr<TableProvider> NewMemorySinkProvider();

}  // namespace firesteel
