#include "connectors/jdbc/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <utility>

#include "common/error.h"

namespace firesteel {
namespace {

constexpr int kCancelCheckMs = 100;

/// A result of libpq, freed at the end.
class PostgresResult {
 public:
  explicit PostgresResult(PGresult* result) : result_(result) {}
  ~PostgresResult() { PQclear(result_); }
  PostgresResult(const PostgresResult&) = delete;
  PostgresResult& operator=(const PostgresResult&) = delete;
  PGresult* get() const { return result_; }
  ExecStatusType status() const { return PQresultStatus(result_); }

 private:
  PGresult* result_;
};

void IgnoreNotice(void*, const PGresult*) {}

/// What libpq says, without the ends of lines behind it.
std::string MessageText(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string QuoteWith(char quote, std::string_view text) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

PostgresConnection::~PostgresConnection() {
  if (row_ != nullptr) PQfreemem(row_);
  PQfinish(connection_);
}

Status PostgresConnection::Failed(const char* message) const {
  return MakeError("FAILED_JDBC.UNCLASSIFIED",
                   {{"url", shown_}, {"message", MessageText(message)}});
}

Status PostgresConnection::Failed() const { return Failed(PQerrorMessage(connection_)); }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(const JdbcOptions& options) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : options.address.parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back("client_encoding");
  values.push_back("UTF8");
  names.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* connection = PQconnectdbParams(names.data(), values.data(), /*expand_dbname=*/0);
  if (connection == nullptr) return Status::OutOfMemory("libpq has no memory for a connection.");
  std::unique_ptr<PostgresConnection> opened(
      new PostgresConnection(connection, options.address.shown));
  if (PQstatus(connection) != CONNECTION_OK) {
    return MakeError(
        "FAILED_JDBC.CONNECTION",
        {{"url", options.address.shown}, {"message", MessageText(PQerrorMessage(connection))}});
  }
  PQsetNoticeReceiver(connection, IgnoreNotice, nullptr);
  std::string settings =
      "SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = "
      "'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1;";
  if (options.query_timeout_s > 0) {
    settings += " SET statement_timeout = '" + std::to_string(options.query_timeout_s) + "s';";
  }
  ARROW_RETURN_NOT_OK(opened->Execute(settings));
  if (!options.session_statement.empty()) {
    ARROW_RETURN_NOT_OK(opened->Execute(options.session_statement));
  }
  return opened;
}

Status PostgresConnection::Execute(const std::string& sql) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  const ExecStatusType status = result.status();
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    return Status::OK();
  }
  return Failed();
}

Result<std::vector<std::vector<std::optional<std::string>>>> PostgresConnection::Query(
    const std::string& sql) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  if (result.status() != PGRES_TUPLES_OK) return Failed();
  std::vector<std::vector<std::optional<std::string>>> rows(
      static_cast<size_t>(PQntuples(result.get())));
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      std::optional<std::string>& value = rows[row].emplace_back();
      if (PQgetisnull(result.get(), row, column)) continue;
      value.emplace(PQgetvalue(result.get(), row, column),
                    static_cast<size_t>(PQgetlength(result.get(), row, column)));
    }
  }
  return rows;
}

Result<std::vector<PostgresColumn>> PostgresConnection::Describe(const std::string& query) {
  const PostgresResult prepared(PQprepare(connection_, "", query.c_str(), 0, nullptr));
  if (prepared.status() != PGRES_COMMAND_OK) return Failed();
  const PostgresResult described(PQdescribePrepared(connection_, ""));
  if (described.status() != PGRES_COMMAND_OK) return Failed();
  std::vector<PostgresColumn> columns;
  for (int i = 0; i < PQnfields(described.get()); ++i) {
    columns.push_back(
        {PQfname(described.get(), i), PQftype(described.get(), i), PQfmod(described.get(), i)});
  }
  return columns;
}

Status PostgresConnection::BeginCopyOut(const std::string& sql) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  return result.status() == PGRES_COPY_OUT ? Status::OK() : Failed();
}

Result<std::optional<std::string_view>> PostgresConnection::ReadCopy(
    const std::atomic<bool>* cancelled) {
  if (row_ != nullptr) PQfreemem(std::exchange(row_, nullptr));
  while (true) {
    const int size = PQgetCopyData(connection_, &row_, /*async=*/1);
    if (size > 0) return std::string_view(row_, static_cast<size_t>(size));
    if (size == -2) return Failed();
    if (size == -1) break;
    if (cancelled != nullptr && cancelled->load()) return Status::Cancelled("The query ended.");
    pollfd waiting{PQsocket(connection_), POLLIN, 0};
    poll(&waiting, 1, kCancelCheckMs);
    if (waiting.revents != 0 && PQconsumeInput(connection_) == 0) return Failed();
  }
  while (PGresult* last = PQgetResult(connection_)) {
    const PostgresResult result(last);
    if (result.status() != PGRES_COMMAND_OK) return Failed(PQresultErrorMessage(last));
  }
  return std::nullopt;
}

Status PostgresConnection::BeginCopyIn(const std::string& sql) {
  const PostgresResult result(PQexec(connection_, sql.c_str()));
  return result.status() == PGRES_COPY_IN ? Status::OK() : Failed();
}

Status PostgresConnection::WriteCopy(std::string_view rows) {
  if (PQputCopyData(connection_, rows.data(), static_cast<int>(rows.size())) == 1) {
    return Status::OK();
  }
  return Failed();
}

Status PostgresConnection::EndCopyIn() {
  if (PQputCopyEnd(connection_, nullptr) != 1) return Failed();
  Status status;
  while (PGresult* last = PQgetResult(connection_)) {
    const PostgresResult result(last);
    if (result.status() != PGRES_COMMAND_OK && status.ok()) {
      status = Failed(PQresultErrorMessage(last));
    }
  }
  return status;
}

std::string PostgresConnection::QuoteName(std::string_view name) const {
  return QuoteWith('"', name);
}

std::string PostgresConnection::QuoteText(std::string_view text) const {
  return QuoteWith('\'', text);
}

}  // namespace firesteel
