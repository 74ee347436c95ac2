#pragma once

#include <string>

#include "catalog/table_store.h"
#include "session/command_runner.h"

namespace firesteel {

/// Whether the SQL `text` can be the default of a column. `statement` is what errors call the
/// statement. Errors: INVALID_DEFAULT_VALUE.*
Status CheckColumnDefault(const StructField& field, const std::string& text,
                          const std::string& statement, const CommandContext& context);

/// What a column gets that is given no value, unresolved: its default, or NULL.
Result<ExpressionPtr> DefaultOfColumn(const StoredTable& table, const StructField& field);

}  // namespace firesteel
