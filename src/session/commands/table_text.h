#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "session/command_runner.h"

namespace firesteel {

// What several commands say about tables.

/// Where a database's managed tables lie: the warehouse for `default`.
Result<std::string> DatabaseDirectory(const StoredDatabase& database,
                                      const CommandContext& context);
/// Errors: TABLE_OR_VIEW_NOT_FOUND; EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE naming `operation`.
Result<StoredTable> FindWritableTable(const std::vector<std::string>& name,
                                      std::string_view operation, const CommandContext& context);
/// The statement that makes such a table.
std::string CreateStatement(const StoredTable& table);
/// The partitions there are, as `p=1/q=x`, sorted. Errors: of the file system.
Result<std::vector<std::string>> ListPartitions(const StoredTable& table, Env* env);
/// MANAGED, EXTERNAL or VIEW.
std::string_view TableKind(const StoredTable& table);
/// The comment in a column's metadata, NULL if there is none.
Value CommentOf(const std::string& metadata);
/// Forgets the cached rows of what reads the table.
Status RefreshCached(const std::vector<std::string>& name, const CommandContext& context);

}  // namespace firesteel
