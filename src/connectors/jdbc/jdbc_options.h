#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"

namespace firesteel {

/// Where a database is and how to get in. Holds a password: never printed.
struct PostgresAddress {
  /// Keywords of libpq with their values.
  std::vector<std::pair<std::string, std::string>> parameters;
  /// The address for messages: without user, password and parameters.
  std::string shown;

  /// From `jdbc:postgresql://host:port/database?name=value&…`; `options` may name user, password
  /// and the rest too. Errors: UNSUPPORTED_BUILT_IN_JDBC_DIALECT, JDBC_INVALID_OPTION.
  static Result<PostgresAddress> Parse(std::string_view url, const Options& options);
};

/// How a scan is cut: ranges of a column.
struct JdbcPartitioning {
  std::string column;
  std::string lower;
  std::string upper;
  int64_t count = 1;
};

/// The options of format("jdbc").
struct JdbcOptions {
  PostgresAddress address;
  std::string table;     ///< dbtable, for writing; empty when `query` was given
  std::string relation;  ///< what stands behind FROM: the table, or the query in parentheses
  std::optional<JdbcPartitioning> partitioning;
  /// firesteel.jdbc.predicates, a JSON list of conditions in SQL: a partition for each.
  std::vector<std::string> predicates;
  std::string session_statement;  ///< sessionInitStatement
  int64_t query_timeout_s = 0;    ///< queryTimeout; 0: none
  std::optional<Schema> custom_schema;
  bool prefer_ntz = false;    ///< preferTimestampNTZ
  int64_t batch_rows = 8192;  ///< fetchsize when reading, 0: up to us
  // For writing.
  bool truncate = false;
  bool cascade_truncate = false;
  std::string create_table_options;
  std::string create_table_column_types;
  std::string isolation_level;  ///< in SQL

  /// Errors: JDBC_INVALID_OPTION, and those of the address.
  static Result<JdbcOptions> Make(const Options& options);
};

/// JDBC_INVALID_OPTION.
Status InvalidJdbcOption(std::string_view option, std::string_view reason);

}  // namespace firesteel
