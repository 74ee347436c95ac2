#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/connector/batch_sink.h"
#include "firesteel/connector/table.h"
#include "firesteel/connector/user_function.h"
#include "firesteel/output_mode.h"
#include "firesteel/streaming_query_manager.h"
#include "firesteel/trigger.h"
#include "plan/logical_plan.h"

namespace firesteel {

class Catalog;
class CancellationToken;
class ListenerBus;
struct SessionObjects;
struct SqlFunction;

/// What a DataStreamWriter asks for.
struct StreamStartRequest {
  PlanPtr plan;
  std::string format;  ///< not looked at with one of the next two
  std::shared_ptr<BatchSink> batch_sink;
  std::shared_ptr<Table> sink;
  std::function<void()> on_stop_requested;  ///< called, from any thread, when it is; may be null
  Options options;
  std::vector<std::string> partition_columns;
  std::string mode;
  Trigger trigger;
  std::string name;
};

/// What a DataFrameWriter asks for.
struct BatchWriteRequest {
  PlanPtr plan;
  std::string format;
  Options options;
  std::vector<std::string> partition_columns;
  SaveMode mode = SaveMode::kErrorIfExists;
};

/// The rows of a query with their schema.
struct QueryResult {
  Schema schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

/// Where a session's plans are analysed and run: in this process (LocalBackend) or, one day, on a
/// Spark cluster. DataFrame and Session are thin shells over this. Thread-safe.
class SessionBackend {
 public:
  virtual ~SessionBackend() = default;

  /// Resolves a plan; errors as the analyzer's.
  virtual Result<PlanPtr> AnalyzePlan(const PlanPtr& plan) = 0;
  /// The same, which also says what the query uses of the session.
  virtual Result<PlanPtr> AnalyzePlan(const PlanPtr& plan, SessionObjects* used) = 0;
  /// The type of what a function to be made gives; errors as CheckFunction (analyzer/analyzer.h).
  virtual Result<DataType> CheckFunction(const SqlFunction& function) = 0;
  /// Runs a batch plan and returns all of its rows.
  virtual Result<QueryResult> ExecutePlan(const PlanPtr& plan) = 0;
  /// The same, which fails soon after the token, that may be null, is cancelled.
  virtual Result<QueryResult> ExecutePlan(const PlanPtr& plan,
                                          const CancellationToken* cancellation) = 0;
  /// Runs a Command (plan/commands.h) and returns its small table.
  virtual Result<QueryResult> ExecuteCommand(const PlanPtr& command) = 0;
  virtual Result<std::string> ExplainPlan(const PlanPtr& plan, bool extended) = 0;
  /// Keeps the rows of a plan from when they are first needed on, or forgets them.
  virtual Status SetCached(const PlanPtr& plan, bool cached) = 0;
  virtual Result<bool> IsCached(const PlanPtr& plan) = 0;
  /// Forgets the cached rows of what reads files of this directory. Errors: no path.
  virtual Status RefreshCachedPath(const std::string& path) = 0;
  /// What names stand for; lives as long as the backend.
  virtual Catalog* catalog() = 0;
  /// Runs a batch plan and writes its rows.
  virtual Status WriteBatch(const BatchWriteRequest& request) = 0;
  virtual Result<std::shared_ptr<StreamingQuery>> StartStream(
      const StreamStartRequest& request) = 0;
  virtual std::shared_ptr<StreamingQueryManager> Streams() = 0;
  /// Where to hear of the session's queries; lives as long as the backend.
  virtual ListenerBus* StreamListeners() = 0;
  virtual Status CreateTempView(const std::string& name, const PlanPtr& plan, bool replace) = 0;
  /// Makes a function of the client known to SQL texts; takes the place of one of its name.
  virtual Status RegisterFunction(std::shared_ptr<const UserColumnFunction> function) = 0;
  virtual Status RegisterConnector(std::shared_ptr<TableProvider> connector) = 0;
  virtual Status SetConfig(std::string_view name, std::string_view value) = 0;
  virtual std::optional<std::string> GetConfig(std::string_view name) = 0;
  virtual void UnsetConfig(std::string_view name) = 0;
  virtual std::map<std::string, std::string> AllConfig() = 0;
  virtual bool IsConfigModifiable(std::string_view name) = 0;
  virtual Status Stop() = 0;
};

}  // namespace firesteel
