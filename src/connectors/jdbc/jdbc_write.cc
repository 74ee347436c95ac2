#include "connectors/jdbc/jdbc_write.h"

#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "connectors/jdbc/postgres_connection.h"
#include "connectors/jdbc/postgres_types.h"
#include "types/column_view.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

constexpr size_t kSendBytes = 1 << 18;

bool SameColumnName(std::string_view a, std::string_view b) {
  return AsciiUpperCase(a) == AsciiUpperCase(b);
}

/// The one connection of a write; its writers take turns. Thread-safe.
class CopyStream {
 public:
  explicit CopyStream(std::unique_ptr<PostgresConnection> connection)
      : connection_(std::move(connection)) {}
  Status Send(std::string_view rows) {
    const std::lock_guard lock(mutex_);
    return connection_->WriteCopy(rows);
  }
  Status Commit() {
    const std::lock_guard lock(mutex_);
    ARROW_RETURN_NOT_OK(connection_->EndCopyIn());
    return connection_->Execute("COMMIT");
  }
  /// Ends the connection, and with it the transaction.
  void Drop() {
    const std::lock_guard lock(mutex_);
    connection_.reset();
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<PostgresConnection> connection_;
};

class JdbcWriter final : public DataWriter {
 public:
  JdbcWriter(std::shared_ptr<CopyStream> stream, Schema schema,
             std::shared_ptr<const TimeZone> zone)
      : stream_(std::move(stream)),
        schema_(std::move(schema)),
        zone_(std::move(zone)),
        writer_(*zone_) {}

  Status Write(const arrow::RecordBatch& batch) override {
    std::vector<ColumnView> views;
    for (int i = 0; i < schema_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ColumnView view,
                            ColumnView::Make(*batch.column_data(i), schema_.field(i).type));
      views.push_back(std::move(view));
    }
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      writer_.AppendRow(views, row, &rows_);
      if (rows_.size() >= kSendBytes) ARROW_RETURN_NOT_OK(Send());
    }
    return Send();
  }
  Result<WriterCommitMessage> Commit() override { return WriterCommitMessage{}; }
  void Abort() override {}

 private:
  Status Send() {
    if (rows_.empty()) return Status::OK();
    const Status status = stream_->Send(rows_);
    rows_.clear();
    return status;
  }

  const std::shared_ptr<CopyStream> stream_;
  const Schema schema_;
  const std::shared_ptr<const TimeZone> zone_;
  CopyRowWriter writer_;
  std::string rows_;
};

class JdbcWrite final : public StreamingWrite {
 public:
  /// `stream` is null where there is nothing to do.
  JdbcWrite(std::shared_ptr<CopyStream> stream, Schema schema, std::shared_ptr<const TimeZone> zone,
            std::string table)
      : stream_(std::move(stream)),
        schema_(std::move(schema)),
        zone_(std::move(zone)),
        table_(std::move(table)) {}

  Result<bool> IsCommitted(int64_t) override { return stream_ == nullptr; }
  Result<std::unique_ptr<DataWriter>> CreateWriter(int, int64_t) override {
    return std::make_unique<JdbcWriter>(stream_, schema_, zone_);
  }
  Status Commit(int64_t, const std::vector<WriterCommitMessage>&) override {
    return stream_ == nullptr ? Status::OK() : stream_->Commit();
  }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override {
    if (stream_ != nullptr) stream_->Drop();
    return Status::OK();
  }
  std::string Describe() const override { return "JDBCWrite(" + table_ + ")"; }

 private:
  const std::shared_ptr<CopyStream> stream_;
  const Schema schema_;
  const std::shared_ptr<const TimeZone> zone_;
  const std::string table_;
};

/// The types that the option createTableColumnTypes gives, as it writes them: `a NUMERIC(5,2)`.
/// Commas in parentheses do not separate.
std::vector<std::pair<std::string, std::string>> SplitColumnTypes(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> types;
  std::string one;
  int depth = 0;
  const auto end_one = [&] {
    const size_t begin = one.find_first_not_of(' ');
    const size_t space = one.find(' ', begin == std::string::npos ? 0 : begin);
    if (begin != std::string::npos && space != std::string::npos) {
      types.emplace_back(one.substr(begin, space - begin), one.substr(space + 1));
    }
    one.clear();
  };
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      end_one();
    } else {
      one += c;
    }
  }
  end_one();
  return types;
}

Result<std::string> CreateTableSql(const JdbcOptions& options, const Schema& schema,
                                   const PostgresConnection& connection) {
  const auto given = SplitColumnTypes(options.create_table_column_types);
  std::string sql = "CREATE TABLE " + options.table + " (";
  for (int i = 0; i < schema.size(); ++i) {
    const StructField& field = schema.field(i);
    ARROW_ASSIGN_OR_RAISE(std::string type, SparkToPostgresType(field.type));
    for (const auto& [name, wanted] : given) {
      if (SameColumnName(name, field.name)) type = wanted;
    }
    sql += (i > 0 ? ", " : "") + connection.QuoteName(field.name) + " " + type +
           (field.nullable ? "" : " NOT NULL");
  }
  return sql + ") " + options.create_table_options;
}

/// The names that the table's columns have for those of the schema.
Result<std::string> ColumnList(const JdbcOptions& options, const Schema& schema,
                               PostgresConnection* connection) {
  ARROW_ASSIGN_OR_RAISE(const auto columns, connection->Describe("SELECT * FROM " + options.table));
  std::string list;
  for (const StructField& field : schema.fields()) {
    std::optional<std::string> name;
    for (const PostgresColumn& column : columns) {
      if (column.name == field.name || (!name && SameColumnName(column.name, field.name))) {
        name = column.name;
      }
    }
    if (!name) {
      return MakeError(
          "FAILED_JDBC.UNCLASSIFIED",
          {{"url", options.address.shown},
           {"message", "The table " + options.table + " has no column " + field.name + "."}});
    }
    list += (list.empty() ? "" : ", ") + connection->QuoteName(*name);
  }
  return list;
}

}  // namespace

Result<std::unique_ptr<StreamingWrite>> BeginJdbcWrite(const JdbcOptions& options,
                                                       const Schema& schema, SaveMode mode,
                                                       std::shared_ptr<const TimeZone> zone) {
  if (options.table.empty()) return InvalidJdbcOption("query", "only dbtable can be written");
  if (schema.size() == 0) return InvalidJdbcOption("dbtable", "there are no columns to write");
  for (const StructField& field : schema.fields()) {
    ARROW_RETURN_NOT_OK(SparkToPostgresType(field.type).status());
  }
  ARROW_ASSIGN_OR_RAISE(auto connection, PostgresConnection::Open(options));
  ARROW_RETURN_NOT_OK(connection->Execute("BEGIN ISOLATION LEVEL " + options.isolation_level));
  ARROW_ASSIGN_OR_RAISE(const auto found,
                        connection->Query("SELECT to_regclass(" +
                                          connection->QuoteText(options.table) + ") IS NOT NULL"));
  const bool exists = found.at(0).at(0) == "t";
  if (exists && mode == SaveMode::kIgnore) {
    return std::make_unique<JdbcWrite>(nullptr, schema, std::move(zone), options.table);
  }
  if (exists && mode == SaveMode::kErrorIfExists) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", options.table}});
  }
  bool create = !exists;
  if (exists && mode == SaveMode::kOverwrite) {
    create = !options.truncate;
    ARROW_RETURN_NOT_OK(
        connection->Execute(create ? "DROP TABLE " + options.table
                                   : "TRUNCATE TABLE ONLY " + options.table +
                                         (options.cascade_truncate ? " CASCADE" : "")));
  }
  if (create) {
    ARROW_ASSIGN_OR_RAISE(const std::string sql, CreateTableSql(options, schema, *connection));
    ARROW_RETURN_NOT_OK(connection->Execute(sql));
  }
  ARROW_ASSIGN_OR_RAISE(const std::string columns, ColumnList(options, schema, connection.get()));
  ARROW_RETURN_NOT_OK(
      connection->BeginCopyIn("COPY " + options.table + " (" + columns + ") FROM STDIN"));
  return std::make_unique<JdbcWrite>(std::make_shared<CopyStream>(std::move(connection)), schema,
                                     std::move(zone), options.table);
}

}  // namespace firesteel
