#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/jdbc/postgres_connection.h"
#include "firesteel/types.h"
#include "formats/json/json_column.h"
#include "types/column_view.h"
#include "types/time_zone.h"

namespace firesteel {

/// The type that Spark reads a column of PostgreSQL as. Types it does not know are STRING.
DataType PostgresToSparkType(const PostgresColumn& column, bool prefer_ntz);

/// The type of a column that a table gets for this type. Errors: UNSUPPORTED_DATATYPE.
Result<std::string> SparkToPostgresType(const DataType& type);

/// Reads rows of COPY's text format: values separated by tabs, `\N` is NULL, backslash escapes.
/// Not thread-safe.
class CopyRowReader {
 public:
  CopyRowReader(const Schema& columns, std::shared_ptr<const TimeZone> zone)
      : columns_(columns), zone_(std::move(zone)) {}
  /// Appends one element to each column. Errors: FAILED_JDBC.UNCLASSIFIED for a value that does not
  /// fit its column's type.
  Status Append(std::string_view row, std::vector<JsonColumn>* columns);

 private:
  bool AppendValue(std::string_view text, const DataType& type, JsonColumn* column);
  bool AppendNumber(std::string_view text, const DataType& type, JsonColumn* column);
  bool AppendTime(std::string_view text, const DataType& type, JsonColumn* column);
  bool AppendArray(std::string_view text, const DataType& type, JsonColumn* column);
  bool Keep(Status status);

  const Schema columns_;
  const std::shared_ptr<const TimeZone> zone_;
  std::string value_;
  Status status_;
};

/// Writes rows in COPY's text format. Not thread-safe.
class CopyRowWriter {
 public:
  explicit CopyRowWriter(const TimeZone& zone) : zone_(zone) {}
  void AppendRow(const std::vector<ColumnView>& columns, int64_t row, std::string* out);

 private:
  // The value's text, not escaped yet.
  void AppendText(const ColumnView& view, int64_t row, std::string* out);
  void AppendArray(const ColumnView& view, int64_t row, std::string* out);
  void AppendTimestamp(int64_t micros, std::string* out);

  const TimeZone& zone_;
  std::string value_;
};

}  // namespace firesteel
