#include "connectors/jdbc/jdbc_provider.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "connectors/jdbc/jdbc_options.h"
#include "connectors/jdbc/jdbc_write.h"
#include "connectors/jdbc/postgres_connection.h"
#include "connectors/jdbc/postgres_types.h"
#include "firesteel/connector/source.h"
#include "formats/json/json_column.h"
#include "types/arrow_types.h"
#include "types/time_zone.h"

namespace firesteel {
namespace {

/// A part of the table: what stands behind WHERE, or nothing.
class JdbcPartition final : public InputPartition {
 public:
  explicit JdbcPartition(std::string condition) : condition_(std::move(condition)) {}
  const std::string& condition() const { return condition_; }

 private:
  const std::string condition_;
};

/// Reads the answer of one query by COPY, as it comes.
class JdbcReader final : public BatchReader {
 public:
  JdbcReader(std::unique_ptr<PostgresConnection> connection, const Schema& columns,
             std::shared_ptr<const TimeZone> zone, ReadContext context)
      : connection_(std::move(connection)),
        columns_(columns),
        rows_(columns, std::move(zone)),
        context_(context) {
    for (const StructField& field : columns_.fields()) values_.emplace_back(field.type);
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    int64_t count = 0;
    while (count < context_.batch_rows && !ended_) {
      ARROW_ASSIGN_OR_RAISE(const auto row, connection_->ReadCopy(context_.cancelled));
      if (!row) {
        ended_ = true;
        break;
      }
      ARROW_RETURN_NOT_OK(rows_.Append(*row, &values_));
      ++count;
    }
    if (count == 0) return nullptr;
    if (context_.input_rows != nullptr) *context_.input_rows += count;
    arrow::ArrayVector arrays;
    for (JsonColumn& values : values_) {
      ARROW_ASSIGN_OR_RAISE(auto array, values.Finish());
      arrays.push_back(std::move(array));
    }
    return arrow::RecordBatch::Make(ToArrowSchema(columns_), count, std::move(arrays));
  }

 private:
  const std::unique_ptr<PostgresConnection> connection_;
  const Schema columns_;
  CopyRowReader rows_;
  const ReadContext context_;
  std::vector<JsonColumn> values_;
  bool ended_ = false;
};

class JdbcScan final : public Scan {
 public:
  JdbcScan(JdbcOptions options, Schema columns, std::shared_ptr<const TimeZone> zone)
      : options_(std::move(options)), columns_(std::move(columns)), zone_(std::move(zone)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    for (const std::string& predicate : options_.predicates) {
      partitions.push_back(std::make_shared<JdbcPartition>("(" + predicate + ")"));
    }
    if (!partitions.empty()) return partitions;
    if (!options_.partitioning || options_.partitioning->count == 1) {
      partitions.push_back(std::make_shared<JdbcPartition>(""));
      return partitions;
    }
    ARROW_ASSIGN_OR_RAISE(auto connection, PostgresConnection::Open(options_));
    const std::string column = connection->QuoteName(options_.partitioning->column);
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> bounds, Bounds(connection.get()));
    for (size_t i = 0; i <= bounds.size(); ++i) {
      std::string condition;
      if (i > 0) condition = column + " >= " + bounds[i - 1];
      if (i < bounds.size()) {
        condition += (i > 0 ? " AND " : "") + column + " < " + bounds[i];
      }
      // The rows outside of the bounds and those without a value are someone's too.
      if (i == 0) condition += " OR " + column + " IS NULL";
      partitions.push_back(std::make_shared<JdbcPartition>(bounds.empty() ? "" : condition));
    }
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    ARROW_ASSIGN_OR_RAISE(auto connection, PostgresConnection::Open(options_));
    std::string list;
    for (const StructField& field : columns_.fields()) {
      list += (list.empty() ? "" : ", ") + connection->QuoteName(field.name);
    }
    const std::string& condition = static_cast<const JdbcPartition&>(partition).condition();
    // Without columns the rows are still to be counted: a row of no values is an empty line.
    ARROW_RETURN_NOT_OK(
        connection->BeginCopyOut("COPY (SELECT " + list + " FROM " + options_.relation +
                                 (condition.empty() ? "" : " WHERE " + condition) + ") TO STDOUT"));
    return std::make_unique<JdbcReader>(std::move(connection), columns_, zone_, context);
  }

  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", "jdbc"}, {"operation", "micro-batch scan"}});
  }

  std::string Describe() const override {
    const int64_t count = options_.partitioning ? options_.partitioning->count : 1;
    return "JDBCRelation(" + options_.relation + ") [numPartitions=" + std::to_string(count) + "]";
  }

 private:
  // The places where one partition ends and the next begins, as the server counts for the
  // column's type.
  Result<std::vector<std::string>> Bounds(PostgresConnection* connection) {
    const JdbcPartitioning& wanted = *options_.partitioning;
    ARROW_ASSIGN_OR_RAISE(const auto described,
                          connection->Describe("SELECT " + connection->QuoteName(wanted.column) +
                                               " FROM " + options_.relation));
    const TypeId type = PostgresToSparkType(described.at(0), false).id();
    const bool number = DataType(type).is_numeric();
    if (!number && type != TypeId::kDate && type != TypeId::kTimestamp) {
      return InvalidJdbcOption("partitionColumn", "it must be a number, a date or a timestamp");
    }
    const std::string cast = number                  ? "::numeric"
                             : type == TypeId::kDate ? "::date"
                                                     : "::timestamp";
    const std::string lower = connection->QuoteText(wanted.lower) + cast;
    const std::string upper = connection->QuoteText(wanted.upper) + cast;
    ARROW_ASSIGN_OR_RAISE(const auto order, connection->Query("SELECT " + lower + " <= " + upper));
    if (order.at(0).at(0) != "t") {
      return InvalidJdbcOption("lowerBound", "it must not be above upperBound");
    }
    const std::string count = std::to_string(wanted.count);
    std::string value = lower + " + (" + upper + " - " + lower + ") * i / " + count;
    if (number) value = "floor(" + value + ")";
    ARROW_ASSIGN_OR_RAISE(
        const auto rows,
        connection->Query("SELECT DISTINCT (" + value + ")::text, (" + value +
                          ") FROM generate_series(1, " + count + " - 1) AS i ORDER BY 2"));
    std::vector<std::string> bounds;
    for (const auto& row : rows) {
      const std::string text = row.at(0).value_or("0");
      bounds.push_back(number ? text : connection->QuoteText(text) + cast);
    }
    return bounds;
  }

  const JdbcOptions options_;
  const Schema columns_;
  const std::shared_ptr<const TimeZone> zone_;
};

class JdbcTable final : public Table {
 public:
  /// What is wrong with the options shows when they are used.
  JdbcTable(Schema schema, Options options, std::shared_ptr<const TimeZone> zone)
      : schema_(std::move(schema)), options_(std::move(options)), zone_(std::move(zone)) {}

  std::string Name() const override {
    return "JDBCRelation(" + options_.GetOr("dbtable", options_.GetOr("query", "")) + ")";
  }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kBatchRead | kBatchWrite; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    ARROW_ASSIGN_OR_RAISE(JdbcOptions options, JdbcOptions::Make(options_));
    return std::make_shared<JdbcScan>(std::move(options), request.columns, zone_);
  }
  Result<std::unique_ptr<StreamingWrite>> NewBatchWrite(const WriteRequest& request,
                                                        SaveMode mode) override {
    if (!request.partition_columns.empty()) {
      return InvalidJdbcOption("dbtable", "partitionBy does not go with format(\"jdbc\")");
    }
    ARROW_ASSIGN_OR_RAISE(
        const JdbcOptions options,
        JdbcOptions::Make(request.options.All().empty() ? options_ : request.options));
    return BeginJdbcWrite(options, request.schema, mode, zone_);
  }

 private:
  const Schema schema_;
  const Options options_;
  const std::shared_ptr<const TimeZone> zone_;
};

class JdbcProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "jdbc"; }

  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options& options,
                               bool streaming, const ConnectorContext&) override {
    if (streaming) {
      return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                       {{"tableName", "jdbc"}, {"operation", "micro-batch scan"}});
    }
    if (user_schema) {
      return InvalidJdbcOption("customSchema", "format(\"jdbc\") takes no schema; use this option");
    }
    ARROW_ASSIGN_OR_RAISE(const JdbcOptions parsed, JdbcOptions::Make(options));
    ARROW_ASSIGN_OR_RAISE(auto connection, PostgresConnection::Open(parsed));
    ARROW_ASSIGN_OR_RAISE(const auto columns,
                          connection->Describe("SELECT * FROM " + parsed.relation));
    Schema schema;
    for (const PostgresColumn& column : columns) {
      DataType type = PostgresToSparkType(column, parsed.prefer_ntz);
      const int custom = parsed.custom_schema ? parsed.custom_schema->IndexOf(column.name) : -1;
      if (custom >= 0) type = parsed.custom_schema->field(custom).type;
      schema.Add(column.name, std::move(type));
    }
    return schema;
  }

  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Find(context.session_time_zone));
    return std::make_shared<JdbcTable>(schema, options, std::move(zone));
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewJdbcProvider() { return std::make_shared<JdbcProvider>(); }

}  // namespace firesteel
