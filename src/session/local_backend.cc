#include "session/local_backend.h"

#include <mutex>
#include <utility>

#include "analyzer/analyzer.h"
#include "analyzer/unsupported_operation_checker.h"
#include "common/config_keys.h"
#include "common/error.h"
#include "common/logging.h"
#include "plan/relations.h"
#include "session/batch_writer.h"
#include "session/command_runner.h"
#include "session/plan_cache.h"
#include "session/query_runner.h"
#include "session/stream_starter.h"
#include "sql/parser.h"
#include "types/time_zone.h"

namespace firesteel {
namespace {

/// A session in this process: its settings, views and queries over the shared engine.
class LocalBackend final : public SessionBackend {
 public:
  explicit LocalBackend(std::shared_ptr<const Engine> engine)
      : engine_(std::move(engine)),
        connectors_(std::make_shared<DataSourceRegistry>(*engine_->registry)),
        catalog_(std::make_shared<Catalog>(connectors_, engine_->global_views,
                                           engine_->tables)),
        streams_(LocalStreamingQueryManager::Make(&engine_->services)) {}

  ~LocalBackend() override {
    const Status stopped = Stop();
    if (!stopped.ok()) LogWarning("Stopping a session's queries failed: " + stopped.ToString());
  }

  Result<PlanPtr> AnalyzePlan(const PlanPtr& plan) override {
    return Analyze(plan, NewAnalysisContext());
  }

  Result<PlanPtr> AnalyzePlan(const PlanPtr& plan, SessionObjects* used) override {
    AnalysisContext context = NewAnalysisContext();
    context.used = used;
    return Analyze(plan, context);
  }

  Result<DataType> CheckFunction(const SqlFunction& function) override {
    return firesteel::CheckFunction(function, NewAnalysisContext());
  }

  Result<QueryResult> ExecutePlan(const PlanPtr& plan) override {
    return ExecutePlan(plan, nullptr);
  }

  Result<QueryResult> ExecutePlan(const PlanPtr& plan,
                                  const CancellationToken* cancellation) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(plan));
    const auto run = [&](const PlanPtr& query) {
      return RunBatchQuery(query, config_, engine_->services.execution, cancellation);
    };
    // Streams are refused before anything they share with a cached query runs.
    if (analyzed->is_streaming()) return run(analyzed);
    ARROW_ASSIGN_OR_RAISE(const PlanPtr cached, cache_.Apply(analyzed, run));
    return run(cached);
  }

  Result<QueryResult> ExecuteCommand(const PlanPtr& command) override {
    return RunCommand(command,
                      {this, catalog_.get(), &config_, &cache_, engine_->services.execution.env,
                       engine_->services.execution.clock});
  }

  Status SetCached(const PlanPtr& plan, bool cached) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(plan));
    if (!cached) {
      cache_.Remove(analyzed);
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(CheckForBatch(analyzed));
    cache_.Add(analyzed);
    return Status::OK();
  }

  Status WriteBatch(const BatchWriteRequest& request) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(request.plan));
    const BatchWriter writer{catalog_.get(), &config_, NewConnectorContext(),
                             engine_->services.execution};
    return writer.Write(request, analyzed);
  }

  Result<std::string> ExplainPlan(const PlanPtr& plan, bool extended) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(plan));
    return ExplainAnalyzed(plan, analyzed, extended, config_);
  }

  Result<std::shared_ptr<StreamingQuery>> StartStream(const StreamStartRequest& request) override {
    const std::lock_guard<std::mutex> lock(start_mutex_);
    if (stopped_) return Status::Invalid("The session is stopped and cannot start a query.");
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(request.plan));
    const StreamStarter starter{catalog_.get(), &config_, NewConnectorContext()};
    ARROW_ASSIGN_OR_RAISE(StreamDefinition definition, starter.Define(request, analyzed));
    const std::shared_ptr<Table> sink = definition.sink;
    const std::string name = definition.name;
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<StreamingQuery> query,
                          streams_->Start(std::move(definition)));
    if (sink != nullptr && (sink->capabilities() & Table::kNamedByQuery) != 0) {
      ARROW_RETURN_NOT_OK(catalog_->CreateTempView(name, TableScan::Make(sink, false), true));
    }
    return query;
  }

  Status RefreshCachedPath(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(const std::string directory, ToLocalPath(path));
    cache_.RefreshPath(directory);
    return Status::OK();
  }
  Catalog* catalog() override { return catalog_.get(); }
  Result<bool> IsCached(const PlanPtr& plan) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(plan));
    return cache_.Contains(analyzed);
  }

  std::shared_ptr<StreamingQueryManager> Streams() override { return streams_; }
  ListenerBus* StreamListeners() override { return streams_->listeners(); }

  Status CreateTempView(const std::string& name, const PlanPtr& plan, bool replace) override {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, AnalyzePlan(plan));
    return catalog_->CreateTempView(name, analyzed, replace);
  }

  Status RegisterFunction(std::shared_ptr<const UserColumnFunction> function) override {
    catalog_->user_functions().Put(std::move(function));
    return Status::OK();
  }

  Status RegisterConnector(std::shared_ptr<TableProvider> connector) override {
    return connectors_->Register(std::move(connector));
  }

  Status SetConfig(std::string_view name, std::string_view value) override {
    if (name == config::kSessionTimeZone.name && !TimeZone::Find(value).ok()) {
      return MakeError("INVALID_CONF_VALUE.TIME_ZONE", {{"confName", std::string(name)},
                                                        {"confValue", std::string(value)}});
    }
    return config_.Set(name, value);
  }
  std::optional<std::string> GetConfig(std::string_view name) override { return config_.Get(name); }
  void UnsetConfig(std::string_view name) override {
    const auto initial = initial_settings_.find(name);
    if (initial == initial_settings_.end()) {
      config_.Unset(name);
    } else {
      // It was valid when the session began.
      (void)config_.SetStatic(name, initial->second);
    }
  }
  std::map<std::string, std::string> AllConfig() override { return config_.All(); }
  bool IsConfigModifiable(std::string_view name) override { return Config::IsModifiable(name); }
  /// As SetConfig, also for what cannot be changed later.
  Status SetInitialConfig(std::string_view name, std::string_view value) {
    return Config::IsModifiable(name) ? SetConfig(name, value) : config_.SetStatic(name, value);
  }
  /// What is set from now on is undone by RESET.
  void KeepInitialSettings() {
    for (const auto& [name, value] : config_.All()) initial_settings_.emplace(name, value);
  }

  Status Stop() override {
    {
      const std::lock_guard<std::mutex> lock(start_mutex_);
      stopped_ = true;
    }
    Status result;
    for (const std::shared_ptr<StreamingQuery>& query : streams_->Active()) {
      const Status stopped = query->Stop();
      if (result.ok()) result = stopped;
    }
    return result;
  }

 private:
  ConnectorContext NewConnectorContext() const {
    ConnectorContext context;
    context.env = engine_->services.execution.env;
    context.clock = engine_->services.execution.clock;
    context.session_time_zone = config_.Get(config::kSessionTimeZone);
    context.default_parallelism = engine_->scheduler->threads();
    context.conf = [config = config_](std::string_view name) { return config.Get(name); };
    return context;
  }

  AnalysisContext NewAnalysisContext() const {
    AnalysisContext context;
    context.catalog = catalog_.get();
    context.connectors = NewConnectorContext();
    context.settings.ansi = config_.Get(config::kAnsiEnabled);
    context.settings.time_zone = config_.Get(config::kSessionTimeZone);
    context.settings.last_map_key_wins = config_.Get(config::kMapKeyDedupPolicy) == "LAST_WIN";
    context.case_sensitive = config_.Get(config::kCaseSensitive);
    context.parse_expression = ParseExpression;
    return context;
  }

  std::shared_ptr<const Engine> engine_;
  Config config_;
  std::map<std::string, std::string, std::less<>> initial_settings_;
  PlanCache cache_;
  const std::shared_ptr<DataSourceRegistry> connectors_;  // the engine's and the session's own
  std::shared_ptr<Catalog> catalog_;
  std::shared_ptr<LocalStreamingQueryManager> streams_;
  std::mutex start_mutex_;
  bool stopped_ = false;  // guarded by start_mutex_
};

}  // namespace

Result<std::shared_ptr<SessionBackend>> NewLocalBackend(
    std::shared_ptr<const Engine> engine, const std::map<std::string, std::string>& settings) {
  const int cores = engine->scheduler->threads();
  auto backend = std::make_shared<LocalBackend>(std::move(engine));
  ARROW_RETURN_NOT_OK(
      backend->SetConfig(config::kShufflePartitions.name, std::to_string(cores)));
  for (const auto& [name, value] : settings) {
    ARROW_RETURN_NOT_OK(backend->SetInitialConfig(name, value));
  }
  backend->KeepInitialSettings();
  return backend;
}

}  // namespace firesteel
