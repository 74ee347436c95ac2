#include "testing/stream_driver.h"

#include <string_view>

#include "arrow/record_batch.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "testing/test_session.h"
#include "types/arrow_types.h"

namespace firesteel::testing {
namespace {

// An hour after the epoch: a round number that shows where a time was not taken from the clock.
constexpr int64_t kStartMs = 3'600'000;
constexpr int64_t kPatienceMs = 120'000;

}  // namespace

StreamDriver::QueryRun::~QueryRun() {
  // Fails only when a stop time-out is configured; the thread is waited for either way.
  (void)query->Stop();
  watcher.join();
}

StreamDriver::StreamDriver(Options options)
    : options_(std::move(options)),
      clock_(kStartMs),
      memory_env_(&clock_),
      sink_(std::make_shared<RecordingSink>()) {}

StreamDriver::~StreamDriver() = default;

Result<std::unique_ptr<StreamDriver>> StreamDriver::Make(Options options) {
  std::unique_ptr<StreamDriver> driver(new StreamDriver(std::move(options)));
  ARROW_RETURN_NOT_OK(driver->Prepare());
  return driver;
}

Status StreamDriver::Prepare() {
  TestEngineOptions engine;
  engine.clock = &clock_;
  engine.env = options_.env != nullptr ? options_.env : &memory_env_;
  engine.failpoint = [this](std::string_view point) { return crash_point_.Pass(point); };
  ARROW_ASSIGN_OR_RAISE(session_, MakeTestSession(engine, options_.settings));
  std::vector<DataFrame> frames;
  for (const Schema& schema : options_.inputs) {
    const auto table = std::make_shared<MemoryStreamTable>(schema);
    if (options_.one_row_batches) {
      table->SetOneRowPerBlock(true);
      table->SetMaxBlocksPerBatch(1);
    }
    inputs_.push_back(table);
    frames.emplace_back(session_->backend(), TableScan::Make(table, /*streaming=*/true));
  }
  output_ = options_.query(frames);
  return Status::OK();
}

Status StreamDriver::Start(const Trigger& trigger) {
  if (running()) return Status::Invalid("The query runs already.");
  run_.reset();
  ARROW_RETURN_NOT_OK(output_->status());
  StreamStartRequest request;
  request.plan = output_->plan();
  request.batch_sink = sink_;
  request.options.Set("checkpointLocation", options_.checkpoint_directory);
  request.mode = ToString(options_.mode);
  request.trigger = trigger;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<StreamingQuery> query,
                        output_->backend()->StartStream(request));
  run_ = std::make_unique<QueryRun>();
  run_->query = std::move(query);
  run_->watcher = std::thread([this, run = run_.get()] {
    (void)run->query->AwaitTermination();  // whoever waits for the query asks for its error
    run->ended.store(true);
    clock_.WakeAll();
  });
  return Status::OK();
}

Status StreamDriver::Stop() {
  if (!running()) return Status::OK();
  ARROW_RETURN_NOT_OK(run_->query->Stop());
  return AwaitRest();
}

Status StreamDriver::AddData(const std::vector<Row>& rows, int input) {
  if (input < 0 || input >= static_cast<int>(inputs_.size())) {
    return Status::Invalid("There is no input ", input, ".");
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch,
                        MakeBatch(rows, inputs_[input]->schema()));
  kept_.emplace_back(input, std::move(batch));
  return Status::OK();
}

Status StreamDriver::HandOver() {
  if (kept_.empty()) return Status::OK();
  if (running()) ARROW_RETURN_NOT_OK(AwaitRest());
  const ManualClock::Hold hold(&clock_);
  for (auto& [input, batch] : kept_) inputs_[input]->Add(std::move(batch));
  kept_.clear();
  return Status::OK();
}

Status StreamDriver::AwaitRest() {
  if (run_ == nullptr) return Status::OK();
  if (!clock_.AwaitIdle(run_->ended, kPatienceMs)) {
    return Status::Invalid("The query did not come to rest within ", kPatienceMs,
                           " ms; its status is '", run_->query->GetStatus().message, "'.");
  }
  return run_->ended.load() ? run_->query->Exception() : Status::OK();
}

Status StreamDriver::Advance(int64_t milliseconds) {
  if (running()) ARROW_RETURN_NOT_OK(AwaitRest());
  clock_.Advance(milliseconds);
  return Status::OK();
}

Status StreamDriver::AdvanceToNextTrigger() {
  ARROW_RETURN_NOT_OK(AwaitRest());
  const int64_t next_ms = clock_.NextDeadlineMs();
  if (next_ms < 0) return Status::Invalid("The query does not wait for a time.");
  clock_.Advance(next_ms - clock_.NowMs());
  return Status::OK();
}

Status StreamDriver::SetConfig(const std::string& name, const std::string& value) {
  return session_->Conf().Set(name, value);
}

std::optional<StreamingQueryProgress> StreamDriver::LastBatchProgress() const {
  if (run_ == nullptr) return std::nullopt;
  const std::vector<StreamingQueryProgress> recent = run_->query->RecentProgress();
  for (auto progress = recent.rbegin(); progress != recent.rend(); ++progress) {
    if (progress->duration_ms.contains("addBatch")) return *progress;
  }
  return std::nullopt;
}

}  // namespace firesteel::testing
