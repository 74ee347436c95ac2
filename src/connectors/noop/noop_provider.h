#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `noop`: a sink that counts rows and keeps nothing, for trials and benchmarks.
std::shared_ptr<TableProvider> NewNoopProvider();

}  // namespace firesteel
