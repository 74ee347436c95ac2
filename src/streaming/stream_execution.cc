#include "streaming/stream_execution.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "common/error.h"

namespace firesteel {
namespace {

// Runs user code too (foreachBatch), which may throw what it likes.
Status RunGuarded(StreamRun* run, QueryMonitor* monitor) {
  try {
    return run->Run(monitor);
  } catch (const std::exception& error) {
    return Status::UnknownError("An exception came out of the query: ", error.what());
  }
}

}  // namespace

StreamExecution::StreamExecution(Options options)
    : options_(std::move(options)),
      monitor_(options_.identity, options_.clock, options_.progress_retention,
               options_.listeners.get()) {}

StreamExecution::~StreamExecution() { Join(); }

Status StreamExecution::Start(std::unique_ptr<StreamRun> run) {
  const std::lock_guard lock(thread_mutex_);
  try {
    thread_ = std::thread([self = shared_from_this(), run = std::move(run)]() mutable {
      self->thread_id_ = std::this_thread::get_id();
      self->RunThread(std::move(run));
    });
  } catch (const std::system_error& error) {
    return Status::ExecutionError("The thread of a query could not be started: ", error.what());
  }
  return Status::OK();
}

void StreamExecution::Join() {
  const std::lock_guard lock(thread_mutex_);
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void StreamExecution::RunThread(std::unique_ptr<StreamRun> run) {
  const Status status = RunGuarded(run.get(), &monitor_);
  // Ends everything the run holds, the checkpoint's lock included, before anyone is told: a new run
  // may start the moment this one counts as ended.
  run.reset();
  End(status);
}

void StreamExecution::End(const Status& status) {
  const bool failed = !status.ok() && !monitor_.stop_token().cancelled();
  Status error;
  if (failed) {
    error = MakeErrorCausedBy(
        "STREAM_FAILED", {{"id", Id()}, {"runId", RunId()}, {"message", status.message()}}, status);
    monitor_.SetMessage("Terminated with exception: " + status.message());
  } else {
    monitor_.SetMessage("Stopped");
  }
  monitor_.SetEnded(error);
  options_.on_ended(*this);
  options_.listeners->Post(QueryTerminatedEvent{Id(), RunId(), failed ? error.message() : "",
                                                failed ? ErrorCondition(status) : ""});
  monitor_.ReleaseWaiters();
}

bool StreamExecution::OnQueryThread() const {
  return thread_id_.load() == std::this_thread::get_id();
}

Status StreamExecution::CheckMayWait() const {
  if (!OnQueryThread()) return Status::OK();
  return Status::Invalid("The thread of a query cannot wait for the query itself.");
}

void StreamExecution::RequestStop() {
  monitor_.RequestStop();
  if (options_.on_stop_requested) options_.on_stop_requested();
}

Status StreamExecution::Stop() {
  const int64_t timeout_ms = options_.stop_timeout_ms > 0 ? options_.stop_timeout_ms : -1;
  if (options_.stop_gracefully) {
    ARROW_ASSIGN_OR_RAISE(const bool ended, StopGracefully(timeout_ms));
    if (ended || OnQueryThread()) return Status::OK();
  }
  RequestStop();
  // From inside of a batch (foreachBatch): the query ends when the batch gives control back.
  if (OnQueryThread()) return Status::OK();
  if (monitor_.WaitForEnd(timeout_ms)) return Status::OK();
  return Status::ExecutionError("The query [id = ", Id(), ", runId = ", RunId(),
                                "] did not stop within ", timeout_ms,
                                " milliseconds (spark.sql.streaming.stopTimeout).");
}

Result<bool> StreamExecution::StopGracefully(int64_t timeout_ms) {
  RequestEnd();
  return !OnQueryThread() && monitor_.WaitForEnd(timeout_ms);
}

Status StreamExecution::AwaitTermination() {
  ARROW_RETURN_NOT_OK(CheckMayWait());
  monitor_.WaitForEnd(-1);
  return monitor_.error();
}

Result<bool> StreamExecution::AwaitTermination(int64_t timeout_ms) {
  ARROW_RETURN_NOT_OK(CheckMayWait());
  if (!monitor_.WaitForEnd(std::max<int64_t>(timeout_ms, 0))) return false;
  ARROW_RETURN_NOT_OK(monitor_.error());
  return true;
}

Status StreamExecution::ProcessAllAvailable() {
  ARROW_RETURN_NOT_OK(CheckMayWait());
  if (monitor_.active()) monitor_.WaitForIdleTrigger();
  return monitor_.error();
}

Status StreamExecution::ProcessAllAvailable(const std::function<bool()>& give_up) {
  ARROW_RETURN_NOT_OK(CheckMayWait());
  if (monitor_.active()) monitor_.WaitForIdleTrigger(give_up);
  return monitor_.error();
}

}  // namespace firesteel
