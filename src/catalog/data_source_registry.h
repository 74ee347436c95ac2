#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"

namespace firesteel {

/// The connectors by format name, any case; Spark's class names
/// (`org.apache.spark.sql.execution.datasources.json.JsonFileFormat`) are not looked for.
/// Thread-safe.
class DataSourceRegistry {
 public:
  /// Of two with one name, the later one counts.
  explicit DataSourceRegistry(std::vector<std::shared_ptr<TableProvider>> providers = {});
  /// One of its own with the same connectors.
  DataSourceRegistry(const DataSourceRegistry& other);

  /// Errors: DATA_SOURCE_ALREADY_EXISTS.
  Status Register(std::shared_ptr<TableProvider> provider);
  /// Errors: DATA_SOURCE_NOT_FOUND, with the names that exist.
  Result<std::shared_ptr<TableProvider>> Find(std::string_view format) const;
  std::vector<std::string> Names() const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::map<std::string, std::shared_ptr<TableProvider>, std::less<>> providers_;
};

}  // namespace firesteel
