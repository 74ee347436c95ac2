#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/jdbc/jdbc_options.h"

struct pg_conn;

namespace firesteel {

/// A column that a query gives.
struct PostgresColumn {
  std::string name;
  uint32_t type = 0;  ///< its OID
  int modifier = -1;  ///< precision and scale of numeric
};

/// A connection to a PostgreSQL server. Not thread-safe. Errors: FAILED_JDBC.CONNECTION,
/// FAILED_JDBC.UNCLASSIFIED with the server's words; none of them shows a password.
class PostgresConnection {
 public:
  static Result<std::unique_ptr<PostgresConnection>> Open(const JdbcOptions& options);
  ~PostgresConnection();

  /// Runs statements without an answer.
  Status Execute(const std::string& sql);
  /// Runs a query; values as text, nullopt for NULL.
  Result<std::vector<std::vector<std::optional<std::string>>>> Query(const std::string& sql);
  /// The columns that a query would give.
  Result<std::vector<PostgresColumn>> Describe(const std::string& query);

  /// `COPY … TO STDOUT`: then ReadCopy until it gives nullopt.
  Status BeginCopyOut(const std::string& sql);
  /// The next row, with its line break; valid until the next call. Errors also: cancelled.
  Result<std::optional<std::string_view>> ReadCopy(const std::atomic<bool>* cancelled);

  /// `COPY … FROM STDIN`: then WriteCopy any number of times, then EndCopyIn.
  Status BeginCopyIn(const std::string& sql);
  Status WriteCopy(std::string_view rows);
  Status EndCopyIn();

  std::string QuoteName(std::string_view name) const;
  std::string QuoteText(std::string_view text) const;

 private:
  PostgresConnection(pg_conn* connection, std::string shown)
      : connection_(connection), shown_(std::move(shown)) {}
  Status Failed() const;
  Status Failed(const char* message) const;

  pg_conn* connection_;
  std::string shown_;
  char* row_ = nullptr;  // of ReadCopy
};

}  // namespace firesteel
