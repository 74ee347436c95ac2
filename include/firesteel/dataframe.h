#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/column.h"
#include "firesteel/error.h"
#include "firesteel/export.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel {

class DataFrameWriter;
class DataStreamWriter;
class GroupedData;
class LogicalPlan;
class Observation;
class SessionBackend;

/// A table that is yet to be computed, from files, rows or a stream: a cheap value. Transformations
/// never fail: the first mistake is kept and every action returns it. Thread-safe.
class FIRESTEEL_EXPORT DataFrame {
 public:
  /// For the engine and its front ends: a plan in a session.
  DataFrame(std::shared_ptr<SessionBackend> backend, std::shared_ptr<const LogicalPlan> plan);
  DataFrame(std::shared_ptr<SessionBackend> backend, Status error);

  // Transformations
  DataFrame Select(const std::vector<Column>& columns) const;
  /// SQL expressions: `SelectExpr({"a + 1 AS b", "*"})`.
  DataFrame SelectExpr(const std::vector<std::string>& expressions) const;
  DataFrame Where(const Column& condition) const;
  /// A condition as SQL text: `Where("gt is not null")`.
  DataFrame Where(std::string_view condition) const;
  DataFrame Where(const std::string& condition) const { return Where(std::string_view(condition)); }
  DataFrame Where(const char* condition) const { return Where(std::string_view(condition)); }
  DataFrame Filter(const Column& condition) const { return Where(condition); }
  DataFrame Filter(std::string_view condition) const { return Where(condition); }
  DataFrame Filter(const std::string& condition) const { return Where(condition); }
  DataFrame Filter(const char* condition) const { return Where(std::string_view(condition)); }
  /// Adds a column or replaces those of that name.
  DataFrame WithColumn(const std::string& name, const Column& value) const;
  DataFrame WithColumnRenamed(const std::string& name, const std::string& new_name) const;
  /// Names that do not exist are ignored.
  DataFrame Drop(const std::vector<std::string>& names) const;
  /// Names the table, for `name.column`.
  DataFrame As(const std::string& name) const;
  GroupedData GroupBy(const std::vector<Column>& columns) const;
  /// Aggregates over all rows.
  DataFrame Agg(const std::vector<Column>& aggregates) const;
  /// All rows of both, by position. Errors: NUM_COLUMNS_MISMATCH, INCOMPATIBLE_COLUMN_TYPE.
  DataFrame Union(const DataFrame& other) const;
  DataFrame UnionByName(const DataFrame& other, bool allow_missing_columns = false) const;
  DataFrame OrderBy(const std::vector<Column>& columns) const;
  DataFrame Sort(const std::vector<Column>& columns) const { return OrderBy(columns); }
  DataFrame Limit(int64_t rows) const;
  /// Leaves out the first rows.
  DataFrame Offset(int64_t rows) const;
  /// The same rows in so many partitions, and so of files where they are written: rows that are
  /// equal in `columns` come together, without columns they go round.
  DataFrame Repartition(int partitions, const std::vector<Column>& columns = {}) const;
  /// At most so many partitions: neighbouring ones are put together, in their order.
  DataFrame Coalesce(int partitions) const;
  /// Rows of both side by side where the condition holds. `type` is inner, left, right, full (each
  /// also with _outer), semi, anti, cross. Errors: UNSUPPORTED_JOIN_TYPE.
  DataFrame Join(const DataFrame& right, const Column& condition,
                 std::string_view type = "inner") const;
  /// Rows that are equal in columns of these names, which then appear once.
  DataFrame Join(const DataFrame& right, const std::vector<std::string>& columns,
                 std::string_view type = "inner") const;
  DataFrame Join(const DataFrame& right, std::initializer_list<const char*> columns,
                 std::string_view type = "inner") const {
    return Join(right, std::vector<std::string>(columns.begin(), columns.end()), type);
  }
  /// Every row with every row.
  DataFrame CrossJoin(const DataFrame& right) const;
  /// Each row once.
  DataFrame Distinct() const;
  /// One row for each combination of values of these columns (all columns where none are named).
  DataFrame DropDuplicates(const std::vector<std::string>& columns = {}) const;
  /// As DropDuplicates, for a stream with a watermark: a combination of values is forgotten when
  /// the watermark has passed the event time of its first row by the watermark's delay.
  DataFrame DropDuplicatesWithinWatermark(const std::vector<std::string>& columns = {}) const;
  /// Says how late rows of a stream may come: the watermark is the greatest `event_time` seen less
  /// `delay` (`10 minutes`). Rows before it may be dropped, state before it is. Nothing for a
  /// DataFrame that is no stream. Errors: CANNOT_PARSE_INTERVAL,
  /// EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE.
  DataFrame WithWatermark(std::string_view event_time, std::string_view delay) const;
  /// Computes aggregates of the rows that come by here while a query runs, without a pass of their
  /// own: `Observe("seen", {Count(Lit(1)).As("rows")})`. A stream reports them with every batch in
  /// its progress. Errors: INVALID_OBSERVED_METRICS.*, DUPLICATED_METRICS_NAME.
  DataFrame Observe(const std::string& name, const std::vector<Column>& metrics) const;
  /// The same for a batch query, whose metrics `observation` gives. It observes one DataFrame only.
  DataFrame Observe(const Observation& observation, const std::vector<Column>& metrics) const;
  // Rows of both or only of this one, by position; without All each row once.
  DataFrame Intersect(const DataFrame& other) const;
  DataFrame IntersectAll(const DataFrame& other) const;
  DataFrame Except(const DataFrame& other) const;
  DataFrame ExceptAll(const DataFrame& other) const;
  /// As GroupBy with subtotals: of each leading part of the columns, or of every subset of them.
  GroupedData Rollup(const std::vector<Column>& columns) const;
  GroupedData Cube(const std::vector<Column>& columns) const;

  // What can be known without running it
  Result<firesteel::Schema> Schema() const;
  Result<std::vector<std::string>> Columns() const;
  Result<bool> IsStreaming() const;
  /// Prints the schema as a tree to standard output.
  Status PrintSchema() const;
  /// The plans as text; prints nothing.
  Result<std::string> Explain(bool extended = false) const;

  // Actions; errors for a streaming DataFrame
  Result<std::vector<Row>> Collect() const;
  Result<std::vector<Row>> Take(int64_t rows) const;
  Result<int64_t> Count() const;
  /// Prints the first rows to standard output as Spark does. `truncate` is the number of characters
  /// a cell keeps, 0 for all.
  Status Show(int rows = 20, int truncate = 20, bool vertical = false) const;
  /// The text that Show prints.
  Result<std::string> ShowString(int rows = 20, int truncate = 20, bool vertical = false) const;
  /// Keeps the rows from when they are first needed on; this session's queries that hold this one use
  /// them. Rows are kept in memory.
  Status Cache() const;
  Status Persist() const { return Cache(); }
  Status Unpersist() const;
  /// Names the table in the session. Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS.
  Status CreateTempView(const std::string& name) const;
  Status CreateOrReplaceTempView(const std::string& name) const;

  /// Starts the definition of a batch write of this DataFrame.
  DataFrameWriter Write() const;
  /// Starts the definition of a streaming query over this DataFrame.
  DataStreamWriter WriteStream() const;

  // For the engine and its front ends
  const Status& status() const { return status_; }
  const std::shared_ptr<const LogicalPlan>& plan() const { return plan_; }
  const std::shared_ptr<SessionBackend>& backend() const { return backend_; }

 private:
  DataFrame With(Result<std::shared_ptr<const LogicalPlan>> plan) const;
  DataFrame ObserveInto(const std::string& name, const std::vector<Column>& metrics,
                        std::function<void(const Result<Row>& metrics)> receiver) const;
  std::shared_ptr<SessionBackend> backend_;
  std::shared_ptr<const LogicalPlan> plan_;
  Status status_;
};

}  // namespace firesteel
