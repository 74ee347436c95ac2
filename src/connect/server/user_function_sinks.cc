#include "connect/server/user_function_sinks.h"

#include <mutex>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "common/random.h"
#include "connect/server/plan_translator.h"
#include "connect/server/server_environment.h"
#include "connect/server/user_functions.h"
#include "session/batch_frame.h"

namespace firesteel {

namespace {

/// A call that may be killed while it is replaced. Thread-safe.
class CallSlot {
 public:
  /// False after Interrupt.
  bool Set(UserFunctionCall* call) {
    const std::lock_guard lock(mutex_);
    if (interrupted_) return false;
    call_ = call;
    return true;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    call_ = nullptr;
  }
  void Interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    if (call_ != nullptr) call_->Kill();
  }

 private:
  std::mutex mutex_;
  UserFunctionCall* call_ = nullptr;  // guarded by mutex_
  bool interrupted_ = false;          // guarded by mutex_
};

Status Interrupted() { return Status::Cancelled("The query was asked to stop."); }

class ForeachBatchFunctionSink final : public UserFunctionSink {
 public:
  ForeachBatchFunctionSink(const std::shared_ptr<ServerSession>& session,
                           std::unique_ptr<UserFunctionCall> call)
      : session_(session), call_(std::move(call)) {
    slot_.Set(call_.get());
    frames_ = NewForeachBatchSink(
        session->session().backend(),
        [this](const DataFrame& batch, int64_t batch_id) { return Call(batch, batch_id); });
  }

  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override {
    return frames_->AddBatch(batch_id, batch);
  }
  void Interrupt() override { slot_.Interrupt(); }
  std::string Describe() const override { return frames_->Describe(); }
  bool ReportsOutputRows() const override { return frames_->ReportsOutputRows(); }

 private:
  /// The worker asks for the frame, under this id, over a connection of its own.
  Status Call(const DataFrame& batch, int64_t batch_id) {
    const std::shared_ptr<ServerSession> session = session_.lock();
    if (session == nullptr) return Interrupted();
    const std::string id = NewUuid();
    session->KeepRelation(id, batch);
    Status result = call_->CallWithFrame(id, batch_id);
    session->RemoveRelation(id);
    return result;
  }

  const std::weak_ptr<ServerSession> session_;
  const std::unique_ptr<UserFunctionCall> call_;
  CallSlot slot_;
  std::shared_ptr<BatchSink> frames_;
};

class ForeachFunctionSink final : public UserFunctionSink {
 public:
  ForeachFunctionSink(std::shared_ptr<UserFunctionRuntime> runtime, UserFunction function)
      : runtime_(std::move(runtime)), function_(std::move(function)) {}

  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override {
    for (int partition = 0; partition < batch.partitions(); ++partition) {
      ARROW_RETURN_NOT_OK(AddPartition(partition, batch_id, batch));
    }
    return Status::OK();
  }
  void Interrupt() override { slot_.Interrupt(); }
  std::string Describe() const override { return "ForeachWriterTable"; }

 private:
  // The function is loaded anew each time: nothing of one partition or batch is seen in the next.
  Status AddPartition(int partition, int64_t batch_id, const BatchHandle& batch) {
    UserFunction function = function_;
    function.input = batch.schema();
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<UserFunctionCall> call, runtime_->Load(function));
    if (!slot_.Set(call.get())) return Interrupted();
    const Status result = Feed(call.get(), partition, batch_id, batch);
    slot_.Clear();
    return result;
  }

  static Status Feed(UserFunctionCall* call, int partition, int64_t batch_id,
                     const BatchHandle& batch) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> rows, batch.Open(partition));
    ARROW_RETURN_NOT_OK(call->BeginRows(partition, batch_id));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> next, rows->Next());
      if (next == nullptr) return call->EndRows();
      ARROW_RETURN_NOT_OK(call->WriteRows(*next));
    }
  }

  const std::shared_ptr<UserFunctionRuntime> runtime_;
  const UserFunction function_;
  CallSlot slot_;
};

Result<UserFunction> FromProtocol(const spark::connect::StreamingForeachFunction& sent,
                                  const ServerSession& session) {
  if (!sent.has_python_function()) {
    return UnsupportedMessage("StreamingForeachFunction that is not Python's");
  }
  if (session.environment().user_functions == nullptr) {
    return UnsupportedMessage("StreamingForeachFunction (this server has no Python)");
  }
  UserFunction function;
  function.code = sent.python_function().command();
  function.language_version = sent.python_function().python_ver();
  function.owner = WorkerOwner(session);
  function.files = session.FilesDirectory();
  return function;
}

}  // namespace

Result<std::shared_ptr<UserFunctionSink>> NewForeachBatchFunctionSink(
    const spark::connect::StreamingForeachFunction& sent,
    const std::shared_ptr<ServerSession>& session) {
  ARROW_ASSIGN_OR_RAISE(UserFunction function, FromProtocol(sent, *session));
  function.kind = UserFunction::Kind::kForeachBatch;
  function.session_url = session->LocalUrl();
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<UserFunctionCall> call,
                        session->environment().user_functions->Load(function));
  return std::make_shared<ForeachBatchFunctionSink>(session, std::move(call));
}

Result<std::shared_ptr<UserFunctionSink>> NewForeachFunctionSink(
    const spark::connect::StreamingForeachFunction& sent,
    const std::shared_ptr<ServerSession>& session) {
  ARROW_ASSIGN_OR_RAISE(UserFunction function, FromProtocol(sent, *session));
  function.kind = UserFunction::Kind::kForeach;
  return std::make_shared<ForeachFunctionSink>(session->environment().user_functions,
                                               std::move(function));
}

}  // namespace firesteel
