#include "streaming/streaming_query_manager_impl.h"

#include <utility>

#include "analyzer/unsupported_operation_checker.h"
#include "checkpoint/stream_metadata.h"
#include "common/config_keys.h"
#include "common/error.h"
#include "common/random.h"
#include "streaming/iso_timestamp.h"
#include "streaming/micro_batch_execution.h"
#include "streaming/query_registry.h"

namespace firesteel {
namespace {

Status CheckSink(const StreamDefinition& definition) {
  if (definition.batch_sink != nullptr) return Status::OK();
  if (definition.sink == nullptr) return InternalError("A streaming query has no sink.");
  const unsigned capabilities = definition.sink->capabilities();
  const bool fits =
      (capabilities & Table::kStreamingWrite) != 0 &&
      (definition.mode != OutputMode::kUpdate || (capabilities & Table::kUpdateMode) != 0) &&
      (definition.mode != OutputMode::kComplete || (capabilities & Table::kCompleteMode) != 0);
  if (fits) return Status::OK();
  return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                   {{"className", definition.sink->Name()},
                    {"outputMode", std::string(ToString(definition.mode))}});
}

Result<StreamingSink> OpenSink(const StreamDefinition& definition, const std::string& query_id) {
  if (definition.batch_sink != nullptr) {
    return StreamingSink{.write = nullptr, .batch_sink = definition.batch_sink};
  }
  ARROW_ASSIGN_OR_RAISE(StreamingSink sink, definition.sink->NewStreamingSink(
                                                {.schema = definition.analyzed_plan->schema(),
                                                 .mode = definition.mode,
                                                 .query_id = query_id,
                                                 .query_name = definition.name,
                                                 .partition_columns =
                                                     definition.partition_columns}));
  if (sink.write == nullptr && sink.batch_sink == nullptr) {
    return InternalError("The sink " + definition.sink->Name() + " gave nothing to write to.");
  }
  return sink;
}

class Manager final : public LocalStreamingQueryManager {
 public:
  explicit Manager(const StreamingServices* services)
      : services_(services),
        listeners_(std::make_shared<ListenerBus>()),
        registry_(std::make_shared<QueryRegistry>()) {}

  ~Manager() override { registry_->StopAll(); }

  Result<std::shared_ptr<StreamingQuery>> Start(StreamDefinition definition) override {
    const std::lock_guard lock(start_mutex_);
    registry_->Reap();
    if (definition.config.Get(config::kUnsupportedOperationCheck)) {
      ARROW_RETURN_NOT_OK(CheckForStreaming(
          definition.analyzed_plan, definition.mode,
          definition.config.Get(config::kCheckStatefulCorrectness)));
    }
    ARROW_RETURN_NOT_OK(CheckSink(definition));
    if (!definition.name.empty() && registry_->HasActiveName(definition.name)) {
      return Status::Invalid("A query with the name ", definition.name,
                             " is active already. Stop it, or give the new query another name.");
    }
    ARROW_RETURN_NOT_OK(EndActiveRun(definition));
    ARROW_ASSIGN_OR_RAISE(
        std::unique_ptr<QueryCheckpoint> checkpoint,
        QueryCheckpoint::Open(services_->execution.env, definition.checkpoint_directory,
                              definition.temporary_checkpoint));
    const std::string id = checkpoint->query_id();
    ARROW_ASSIGN_OR_RAISE(StreamingSink sink, OpenSink(definition, id));
    const std::shared_ptr<StreamExecution> query = NewQuery(id, definition);
    auto run = std::make_unique<MicroBatchExecution>(services_, std::move(definition),
                                                     std::move(checkpoint), std::move(sink));
    ARROW_RETURN_NOT_OK(Launch(query, std::move(run)));
    return query;
  }

  std::vector<std::shared_ptr<StreamingQuery>> Active() const override {
    const auto active = registry_->Active();
    return {active.begin(), active.end()};
  }
  std::shared_ptr<StreamingQuery> Get(std::string_view id) const override {
    return registry_->FindActive(id);
  }
  Result<bool> AwaitAnyTermination(int64_t timeout_ms) override {
    return registry_->AwaitAnyTermination(timeout_ms);
  }
  void ResetTerminated() override { registry_->ResetTerminated(); }
  ListenerBus* listeners() override { return listeners_.get(); }

 private:
  // Stops the run of the same query that this manager has, or refuses the new one.
  Status EndActiveRun(const StreamDefinition& definition) {
    CheckpointFileManager files(services_->execution.env);
    ARROW_ASSIGN_OR_RAISE(
        const std::optional<StreamMetadata> metadata,
        StreamMetadata::Read(&files, definition.checkpoint_directory + "/metadata"));
    if (!metadata) return Status::OK();
    const std::shared_ptr<StreamExecution> active = registry_->FindActive(metadata->id);
    if (active == nullptr) return Status::OK();
    if (definition.config.Get(config::kStopActiveRunOnRestart)) return active->Stop();
    return Status::AlreadyExists(
        "The query with the id ", metadata->id, " is active already, as run ", active->RunId(),
        ". Stop it, or set ", config::kStopActiveRunOnRestart.name, " to true.");
  }

  std::shared_ptr<StreamExecution> NewQuery(const std::string& id,
                                            const StreamDefinition& definition) {
    return std::make_shared<StreamExecution>(StreamExecution::Options{
        .identity = {.id = id, .run_id = NewUuid(), .name = definition.name},
        .clock = services_->execution.clock,
        .progress_retention = definition.config.Get(config::kProgressRetention),
        .stop_timeout_ms = definition.config.Get(config::kStopTimeoutMs),
        .stop_gracefully = definition.config.Get(config::kStopGracefully),
        .listeners = listeners_,
        .on_stop_requested = definition.on_stop_requested,
        .on_ended = [registry =
                         std::weak_ptr<QueryRegistry>(registry_)](const StreamExecution& ended) {
          if (const auto known = registry.lock()) known->OnEnded(ended);
        }});
  }

  // Lists the query and tells the listeners before its thread can do anything, so that nobody hears
  // of its end first.
  Status Launch(const std::shared_ptr<StreamExecution>& query, std::unique_ptr<StreamRun> run) {
    registry_->Add(query);
    listeners_->Post(QueryStartedEvent{query->Id(), query->RunId(), query->Name(),
                                       IsoTimestamp(services_->execution.clock->NowMs())});
    const Status started = query->Start(std::move(run));
    if (!started.ok()) registry_->Remove(*query);
    return started;
  }

  const StreamingServices* services_;
  const std::shared_ptr<ListenerBus> listeners_;
  const std::shared_ptr<QueryRegistry> registry_;
  std::mutex start_mutex_;  // one start at a time: names and ids are checked, then taken
};

}  // namespace

std::shared_ptr<LocalStreamingQueryManager> LocalStreamingQueryManager::Make(
    const StreamingServices* services) {
  return std::make_shared<Manager>(services);
}

}  // namespace firesteel
