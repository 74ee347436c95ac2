#include "python/python_runtime.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/ipc/writer.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "nlohmann/json.hpp"
#include "python/column_task.h"
#include "python/table_analysis.h"
#include "python/worker_error.h"
#include "python/worker_pool.h"

namespace firesteel {

namespace {

using Json = nlohmann::json;
using Kind = UserFunction::Kind;

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kForeachBatch: return "foreachBatch";
    case Kind::kForeach: return "foreach";
  }
  return "";
}

/// uint32 length of a JSON object, little endian | the object | the function as the client sent it.
std::string LoadMessage(const UserFunction& function) {
  const std::string header =
      Json({{"kind", NameOf(function.kind)},
            {"pythonVersion", function.language_version},
            {"sessionUrl", function.session_url},
            {"files", function.files},
            {"input", Json::parse(function.input.Json(), nullptr, /*allow_exceptions=*/false)}})
          .dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string message;
  const auto length = static_cast<uint32_t>(header.size());
  for (int i = 0; i < 4; ++i) message.push_back(static_cast<char>(length >> (8 * i)));
  return message + header + function.code;
}

Status ToStatus(Kind kind, const WorkerError& error) {
  if (kind == Kind::kForeach) {
    return MakeError("FOREACH_USER_FUNCTION_ERROR",
                     {{"reason", error.message + "\n" + error.traceback}});
  }
  return MakeError("PYTHON_EXCEPTION", {{"msg", error.message}, {"traceback", error.traceback}});
}

class LoadedFunction final : public UserFunctionCall {
 public:
  LoadedFunction(std::shared_ptr<WorkerPool> pool, Kind kind, std::string owner,
                 std::unique_ptr<WorkerProcess> process)
      : pool_(std::move(pool)),
        kind_(kind),
        owner_(std::move(owner)),
        process_(std::move(process)) {}

  ~LoadedFunction() override {
    // One that talks to its session as a client stays that client.
    if (kind_ != Kind::kForeachBatch && between_calls_) pool_->Return(owner_, std::move(process_));
  }

  Status CallWithFrame(const std::string& frame_id, int64_t batch_id) override {
    between_calls_ = false;
    ARROW_RETURN_NOT_OK(
        process_->Send('B', Json({{"frame", frame_id}, {"batchId", batch_id}}).dump()));
    return Finish();
  }

  Status BeginRows(int partition, int64_t batch_id) override {
    between_calls_ = false;
    return process_->Send('P', Json({{"partition", partition}, {"batchId", batch_id}}).dump());
  }

  Status WriteRows(const arrow::RecordBatch& rows) override {
    ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::BufferOutputStream::Create());
    ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(stream, rows.schema()));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(rows));
    ARROW_RETURN_NOT_OK(writer->Close());
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> bytes, stream->Finish());
    return process_->Send('R', std::string_view(*bytes));
  }

  Status EndRows() override {
    ARROW_RETURN_NOT_OK(process_->Send('F', ""));
    return Finish();
  }

  void Kill() override { process_->Kill(); }

 private:
  Status Finish() {
    ARROW_ASSIGN_OR_RAISE(const WorkerMessage answer, process_->Receive());
    if (answer.kind == 'E') return ToStatus(kind_, ParseWorkerError(answer.payload));
    between_calls_ = true;
    return Status::OK();
  }

  const std::shared_ptr<WorkerPool> pool_;
  const Kind kind_;
  const std::string owner_;
  std::unique_ptr<WorkerProcess> process_;
  bool between_calls_ = true;
};

class PythonRuntime final : public UserFunctionRuntime {
 public:
  explicit PythonRuntime(PythonOptions options)
      : pool_(std::make_shared<WorkerPool>(std::move(options))) {}

  Result<std::unique_ptr<UserFunctionCall>> Load(const UserFunction& function) override {
    Result<std::unique_ptr<UserFunctionCall>> loaded = TryLoad(function);
    if (loaded.ok() || function.kind != Kind::kForeachBatch) return loaded;
    return MakeErrorCausedBy("STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE",
                             {{"msg", loaded.status().message()}}, loaded.status());
  }

  Result<std::unique_ptr<BatchReader>> Run(UserColumnTask task, UserFrameSource source) override {
    return StartColumnTask(pool_, std::move(task), std::move(source));
  }

  Result<UserTableAnalysis> Analyze(const UserColumnFunction& function,
                                    const UserTableRequest& request) override {
    return AnalyzeTableFunction(pool_.get(), function, request);
  }

  void Forget(const std::string& owner) override { pool_->Forget(owner); }

 private:
  Result<std::unique_ptr<UserFunctionCall>> TryLoad(const UserFunction& function) {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<WorkerProcess> process, pool_->Take(function.owner));
    ARROW_RETURN_NOT_OK(process->Send('L', LoadMessage(function)));
    ARROW_ASSIGN_OR_RAISE(const WorkerMessage answer,
                          process->Receive(pool_->options().load_timeout));
    if (answer.kind == 'E') return ToStatus(function.kind, ParseWorkerError(answer.payload));
    return std::make_unique<LoadedFunction>(pool_, function.kind, function.owner,
                                            std::move(process));
  }

  const std::shared_ptr<WorkerPool> pool_;
};

}  // namespace

std::shared_ptr<UserFunctionRuntime> NewPythonRuntime(PythonOptions options) {
  return std::make_shared<PythonRuntime>(std::move(options));
}

PythonOptions DefaultPythonOptions(const std::string& python) {
  std::string interpreter = python;
  if (interpreter.empty()) {
    const char* given = std::getenv("PYSPARK_PYTHON");
    if (given != nullptr) interpreter = given;
  }
  if (interpreter.empty() && access(FIRESTEEL_PYTHON, X_OK) == 0) interpreter = FIRESTEEL_PYTHON;
  if (interpreter.empty()) interpreter = "python3";
  PythonOptions options;
  options.command = {interpreter, "-m", "firesteel.worker"};
  const char* directory = std::getenv("FIRESTEEL_PYTHON_PACKAGE");
  options.package_directory = directory != nullptr ? directory : FIRESTEEL_PYTHON_PACKAGE;
  return options;
}

}  // namespace firesteel
