#include "catalog/table_store.h"

#include <utility>

#include "plan/identifier.h"

namespace firesteel {

Schema StoredTable::ReadSchema() const {
  std::vector<StructField> fields = schema.fields();
  for (StructField& field : fields) field.nullable = true;
  return Schema(std::move(fields));
}

TableStore::TableStore() {
  PutDatabase({"default", "", "default database", {}});
}

bool TableStore::PutDatabase(StoredDatabase database) {
  std::string key = FoldCase(database.name);
  const std::lock_guard<std::mutex> lock(mutex_);
  return databases_.emplace(std::move(key), std::move(database)).second;
}

bool TableStore::RemoveDatabase(std::string_view name) {
  const std::string key = FoldCase(name);
  const std::lock_guard<std::mutex> lock(mutex_);
  tables_.erase(key);
  return databases_.erase(key) > 0;
}

std::optional<StoredDatabase> TableStore::FindDatabase(std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = databases_.find(FoldCase(name));
  if (found == databases_.end()) return std::nullopt;
  return found->second;
}

std::vector<StoredDatabase> TableStore::Databases() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<StoredDatabase> databases;
  for (const auto& [name, database] : databases_) databases.push_back(database);
  return databases;
}

bool TableStore::Put(StoredTable table, bool replace) {
  const std::string database = FoldCase(table.database);
  std::string key = FoldCase(table.name);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (databases_.count(database) == 0) return false;
  TablesByName& tables = tables_[database];
  if (!replace && tables.count(key) > 0) return false;
  tables.insert_or_assign(std::move(key), std::move(table));
  return true;
}

bool TableStore::Remove(std::string_view database, std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tables_.find(FoldCase(database));
  return found != tables_.end() && found->second.erase(FoldCase(name)) > 0;
}

std::optional<StoredTable> TableStore::Find(std::string_view database,
                                            std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto tables = tables_.find(FoldCase(database));
  if (tables == tables_.end()) return std::nullopt;
  const auto found = tables->second.find(FoldCase(name));
  if (found == tables->second.end()) return std::nullopt;
  return found->second;
}

std::vector<StoredTable> TableStore::Tables(std::string_view database) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<StoredTable> tables;
  const auto found = tables_.find(FoldCase(database));
  if (found == tables_.end()) return tables;
  for (const auto& [name, table] : found->second) tables.push_back(table);
  return tables;
}

}  // namespace firesteel
