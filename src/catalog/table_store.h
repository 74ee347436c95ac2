#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// A table of files under a name, or a view that all sessions see.
struct StoredTable {
  std::string database;
  std::string name;  ///< as written when it was made
  std::string format;
  Schema schema;  ///< partition columns last; of a view: what it gave when it was made
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> defaults;  ///< SQL of columns' defaults, by the column's name
  std::string location;   ///< a local directory
  bool external = false;  ///< dropping it leaves its files
  Options options;
  std::map<std::string, std::string> properties;
  std::optional<std::string> comment;
  int64_t created_ms = 0;
  /// Of a view: its query, unresolved, so that it means the tables of the day; and its text.
  PlanPtr view;
  std::string view_text;
  bool is_view() const { return view != nullptr; }
  /// The columns as they are read: nothing keeps NULLs out of files, whatever was declared.
  Schema ReadSchema() const;
};

struct StoredDatabase {
  std::string name;
  std::string location;
  std::optional<std::string> comment;
  std::map<std::string, std::string> properties;
};

/// The databases and tables that the sessions of a process share. The files outlive the process,
/// what is known about them does not, as with Spark without a metastore. Names are compared without
/// case. Knows no files: whoever makes or drops a table sees to them. Thread-safe.
class TableStore {
 public:
  TableStore();

  // False when the name is taken, or there is none to drop.
  bool PutDatabase(StoredDatabase database);
  bool RemoveDatabase(std::string_view name);
  std::optional<StoredDatabase> FindDatabase(std::string_view name) const;
  /// Sorted.
  std::vector<StoredDatabase> Databases() const;

  bool Put(StoredTable table, bool replace);
  bool Remove(std::string_view database, std::string_view name);
  std::optional<StoredTable> Find(std::string_view database, std::string_view name) const;
  /// Those of one database, sorted by name.
  std::vector<StoredTable> Tables(std::string_view database) const;

 private:
  using TablesByName = std::map<std::string, StoredTable, std::less<>>;  // by lower-case name

  mutable std::mutex mutex_;
  // By lower-case name; guarded by mutex_:
  std::map<std::string, StoredDatabase, std::less<>> databases_;
  std::map<std::string, TablesByName, std::less<>> tables_;  // by database
};

}  // namespace firesteel
