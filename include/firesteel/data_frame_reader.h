#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "firesteel/dataframe.h"
#include "firesteel/types.h"

namespace firesteel {

class SessionBackend;

/// Reads a table as it is now: `session.Read().Json("/in")`. A cheap value.
class FIRESTEEL_EXPORT DataFrameReader {
 public:
  explicit DataFrameReader(std::shared_ptr<SessionBackend> backend);

  /// Errors when the DataFrame is used: DATA_SOURCE_NOT_FOUND.
  DataFrameReader& Format(std::string_view name);
  DataFrameReader& Schema(const firesteel::Schema& schema);
  /// A schema as DDL text: `a INT, b STRING`.
  DataFrameReader& Schema(std::string_view ddl);
  DataFrameReader& Schema(const char* ddl) { return Schema(std::string_view(ddl)); }
  DataFrameReader& Option(std::string_view name, std::string value);
  DataFrameReader& Option(std::string_view name, const char* value) {
    return Option(name, std::string(value));
  }
  DataFrameReader& Option(std::string_view name, int64_t value) {
    return Option(name, std::to_string(value));
  }
  DataFrameReader& Option(std::string_view name, int value) {
    return Option(name, std::to_string(value));
  }
  DataFrameReader& Option(std::string_view name, bool value) {
    return Option(name, std::string(value ? "true" : "false"));
  }

  DataFrame Load() const;
  DataFrame Load(std::string_view path) const;
  DataFrame Json(std::string_view path) const;
  DataFrame Text(std::string_view path) const;
  DataFrame Parquet(std::string_view path) const;
  DataFrame Csv(std::string_view path) const;
  DataFrame Orc(std::string_view path) const;
  /// A table or view of the session by name. Errors: TABLE_OR_VIEW_NOT_FOUND.
  DataFrame Table(std::string_view name) const;

 private:
  std::shared_ptr<SessionBackend> backend_;
  std::string format_ = "parquet";
  std::optional<firesteel::Schema> schema_;
  Options options_;
  Status status_;
};

}  // namespace firesteel
