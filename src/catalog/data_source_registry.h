#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"

namespace firesteel {

/// The connectors by format name, any case; Spark's class names
/// (`org.apache.spark.sql.execution.datasources.json.JsonFileFormat`) are not looked for. Filled
/// once by the composition root, then read-only and thread-safe.
class DataSourceRegistry {
 public:
  void Register(std::shared_ptr<TableProvider> provider);
  /// Errors: DATA_SOURCE_NOT_FOUND, with the names that exist.
  Result<std::shared_ptr<TableProvider>> Find(std::string_view format) const;
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, std::shared_ptr<TableProvider>, std::less<>> providers_;
};

}  // namespace firesteel
