#include "python/column_task.h"

#include <deque>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/ipc/reader.h"
#include "arrow/ipc/writer.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "nlohmann/json.hpp"
#include "python/worker_error.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Json = nlohmann::json;

// How long functions that nobody listens to any more may take to end.
constexpr std::chrono::milliseconds kLeavePatience{200};

const char* ShapeName(UserColumnFunction::Shape shape) {
  using Shape = UserColumnFunction::Shape;
  switch (shape) {
    case Shape::kScalar: return "scalar";
    case Shape::kScalarIterator: return "scalarIterator";
    case Shape::kAggregate: return "aggregate";
    case Shape::kRows: return "rows";
    case Shape::kGroup: return "group";
    case Shape::kCoGroup: return "coGroup";
    case Shape::kTable:
      return "table";
  }
  return "";
}

Json Parsed(const std::string& json) {
  return Json::parse(json, nullptr, /*allow_exceptions=*/false);
}

Json DescribeCall(const UserColumnTask::Call& call) {
  const UserColumnFunction& function = *call.function;
  return {{"name", function.name},
          {"shape", ShapeName(function.shape)},
          {"protocol", function.protocol},
          {"size", function.code.size()},
          {"analysisSize", function.analysis.size()},
          {"columns", call.columns},
          {"names", call.names},
          {"table", function.table},
          {"result", Parsed(function.result.Json())}};
}

/// uint32 length of a JSON object, little endian | the object | the output's Arrow schema, of which
/// the object has the size | the functions one after another, each followed by what it found in its
/// analysis; the object has their sizes too.
Result<std::string> LoadMessage(const UserColumnTask& task) {
  const UserColumnFunction& first = *task.calls[0].function;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> output,
                        arrow::ipc::SerializeSchema(*ToArrowSchema(task.output)));
  Json header = {{"kind", "columns"},
                 {"pythonVersion", first.language_version},
                 {"keyColumns", task.key_columns},
                 {"partition", task.partition},
                 {"rowsPerBatch", task.rows_per_batch},
                 {"output", Parsed(task.output.Json())},
                 {"outputSize", output->size()},
                 {"settings", Json::object()}};
  if (first.settings) header["settings"] = first.settings();
  for (const Schema& input : task.inputs) header["inputs"].push_back(Parsed(input.Json()));
  for (const auto& call : task.calls) header["calls"].push_back(DescribeCall(call));
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string message;
  const auto length = static_cast<uint32_t>(text.size());
  for (int i = 0; i < 4; ++i) message.push_back(static_cast<char>(length >> (8 * i)));
  message += text;
  message += std::string_view(*output);
  for (const auto& call : task.calls) message += call.function->code + call.function->analysis;
  return message;
}

/// What a worker gives, as the columns they have to be. Errors: anything else.
class OutputChecker {
 public:
  explicit OutputChecker(const Schema& output) : schema_(ToArrowSchema(output)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Check(const arrow::RecordBatch& batch) const {
    bool fits = batch.num_columns() == schema_->num_fields();
    for (int i = 0; fits && i < batch.num_columns(); ++i) {
      fits = batch.column(i)->type()->Equals(*schema_->field(i)->type());
    }
    if (!fits) {
      return MakeError("PYTHON_WORKER_FAILED",
                       {{"what", "gave columns of " + batch.schema()->ToString() +
                                     " instead of " + schema_->ToString()}});
    }
    // They come from a process that may have gone wild.
    const Status valid = batch.ValidateFull();
    if (!valid.ok()) {
      return MakeError("PYTHON_WORKER_FAILED", {{"what", "gave broken rows: " + valid.message()}});
    }
    return arrow::RecordBatch::Make(schema_, batch.num_rows(), batch.columns());
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
};

class ColumnTaskReader final : public BatchReader {
 public:
  ColumnTaskReader(std::shared_ptr<WorkerPool> pool, std::unique_ptr<WorkerProcess> process,
                   const UserColumnTask& task, UserFrameSource source)
      : pool_(std::move(pool)),
        owner_(task.calls[0].function->owner),
        process_(std::move(process)),
        checker_(task.output),
        source_(std::move(source)) {}

  ~ColumnTaskReader() override {
    if (running_) running_ = !Leave();
    process_->WatchCancellation(nullptr);
    if (!running_) pool_->Return(owner_, std::move(process_));
  }

  Status Start(const UserColumnTask& task) {
    process_->WatchCancellation(task.cancelled);
    ARROW_ASSIGN_OR_RAISE(const std::string load, LoadMessage(task));
    running_ = true;
    ARROW_RETURN_NOT_OK(process_->Send('L', load));
    ARROW_ASSIGN_OR_RAISE(const WorkerMessage answer,
                          process_->Receive(pool_->options().load_timeout));
    if (answer.kind != 'O') return Failed(answer);
    return process_->Send('C', "");
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (ready_.empty() && running_) {
      ARROW_ASSIGN_OR_RAISE(WorkerMessage message, process_->Receive());
      switch (message.kind) {
        case 'I': ARROW_RETURN_NOT_OK(SendInput()); break;
        case 'R': ARROW_RETURN_NOT_OK(ReadRows(std::move(message.payload))); break;
        case 'O': running_ = false; break;
        default: return Failed(message);
      }
    }
    if (ready_.empty()) return nullptr;
    std::shared_ptr<arrow::RecordBatch> batch = std::move(ready_.front());
    ready_.pop_front();
    return batch;
  }

 private:
  Status Failed(const WorkerMessage& message) {
    if (message.kind != 'E') {
      process_->Kill();
      return MakeError("PYTHON_WORKER_FAILED", {{"what", "answered something unexpected"}});
    }
    running_ = false;  // the worker is ready for the next function
    const WorkerError error = ParseWorkerError(message.payload);
    return MakeError("PYTHON_EXCEPTION", {{"msg", error.message}, {"traceback", error.traceback}});
  }

  Status SendInput() {
    ARROW_ASSIGN_OR_RAISE(const std::vector<UserFrame> frames, source_());
    if (frames.empty()) return process_->Send('F', "");
    for (const UserFrame& frame : frames) {
      ARROW_ASSIGN_OR_RAISE(const auto stream, arrow::io::BufferOutputStream::Create());
      ARROW_ASSIGN_OR_RAISE(const auto writer,
                            arrow::ipc::MakeStreamWriter(stream, frame.schema));
      for (const auto& batch : frame.batches) {
        ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
      }
      ARROW_RETURN_NOT_OK(writer->Close());
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> bytes, stream->Finish());
      ARROW_RETURN_NOT_OK(process_->Send('R', std::string_view(*bytes)));
    }
    return Status::OK();
  }

  Status ReadRows(std::string payload) {
    const auto input = std::make_shared<arrow::io::BufferReader>(
        arrow::Buffer::FromString(std::move(payload)));
    const auto opened = arrow::ipc::RecordBatchStreamReader::Open(input);
    if (!opened.ok()) {
      return MakeError("PYTHON_WORKER_FAILED",
                       {{"what", "gave broken rows: " + opened.status().message()}});
    }
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      const Status read = (*opened)->ReadNext(&batch);
      if (!read.ok()) {
        return MakeError("PYTHON_WORKER_FAILED",
                         {{"what", "gave broken rows: " + read.message()}});
      }
      if (batch == nullptr) return Status::OK();
      if (batch->num_rows() == 0) continue;
      ARROW_ASSIGN_OR_RAISE(batch, checker_.Check(*batch));
      ready_.push_back(std::move(batch));
    }
  }

  /// Tells the worker that nobody wants the rest. False when it does not stop soon.
  bool Leave() {
    if (!process_->healthy() || !process_->Send('X', "").ok()) return false;
    while (true) {
      const Result<WorkerMessage> answer = process_->Receive(kLeavePatience);
      if (!answer.ok()) return false;
      if (answer->kind == 'O' || answer->kind == 'E') return true;
    }
  }

  const std::shared_ptr<WorkerPool> pool_;
  const std::string owner_;
  std::unique_ptr<WorkerProcess> process_;
  const OutputChecker checker_;
  const UserFrameSource source_;
  std::deque<std::shared_ptr<arrow::RecordBatch>> ready_;
  bool running_ = false;  // the worker is inside of the functions
};

}  // namespace

Result<std::unique_ptr<BatchReader>> StartColumnTask(std::shared_ptr<WorkerPool> pool,
                                                     UserColumnTask task, UserFrameSource source) {
  if (task.calls.empty()) return InternalError("A task without functions cannot run.");
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<WorkerProcess> process,
                        pool->Take(task.calls[0].function->owner));
  auto reader = std::make_unique<ColumnTaskReader>(std::move(pool), std::move(process), task,
                                                   std::move(source));
  ARROW_RETURN_NOT_OK(reader->Start(task));
  return reader;
}

}  // namespace firesteel
