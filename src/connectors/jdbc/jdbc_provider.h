#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// format("jdbc"): tables of PostgreSQL, to be read and written in batches.
std::shared_ptr<TableProvider> NewJdbcProvider();

}  // namespace firesteel
