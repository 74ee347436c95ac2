#include "python/table_analysis.h"

#include <string>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/ipc/writer.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "nlohmann/json.hpp"
#include "python/worker_error.h"

namespace firesteel {

namespace {

using Json = nlohmann::json;

Result<std::string> ToStream(const arrow::RecordBatch& batch) {
  ARROW_ASSIGN_OR_RAISE(const auto stream, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(const auto writer, arrow::ipc::MakeStreamWriter(stream, batch.schema()));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(batch));
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> bytes, stream->Finish());
  return std::string(std::string_view(*bytes));
}

void AppendLength(size_t size, std::string* message) {
  const auto length = static_cast<uint32_t>(size);
  for (int i = 0; i < 4; ++i) message->push_back(static_cast<char>(length >> (8 * i)));
}

/// uint32 length of a JSON object, little endian | the object | the constants, an Arrow stream of
/// one row, of which the object has the size | the class as the client sent it.
Result<std::string> LoadMessage(const UserColumnFunction& function,
                                const UserTableRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const std::string constants, ToStream(*request.constants));
  Json header = {{"kind", "analyze"},
                 {"pythonVersion", function.language_version},
                 {"constantsSize", constants.size()},
                 {"arguments", Json::array()},
                 {"settings", Json::object()}};
  if (function.settings) header["settings"] = function.settings();
  Schema types;
  for (size_t i = 0; i < request.arguments.size(); ++i) {
    const UserTableRequest::Argument& argument = request.arguments[i];
    types = types.Add("a" + std::to_string(i), argument.type);
    header["arguments"].push_back(
        {{"name", argument.name}, {"table", argument.is_table}, {"constant", argument.constant}});
  }
  header["types"] = Json::parse(types.Json(), nullptr, /*allow_exceptions=*/false);
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string message;
  AppendLength(text.size(), &message);
  return message + text + constants + function.code;
}

Status Nonsense(WorkerProcess* process) {
  process->Kill();
  return MakeError("PYTHON_WORKER_FAILED", {{"what", "gave no analysis of a function"}});
}

/// The answer: uint32 length of a JSON object | the object | what the function keeps for itself.
Result<UserTableAnalysis> Parse(const std::string& payload, WorkerProcess* process) {
  if (payload.size() < 4) return Nonsense(process);
  uint32_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<uint8_t>(payload[i]);
  if (length > payload.size() - 4) return Nonsense(process);
  const Json answer = Json::parse(payload.substr(4, length), nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || !answer.contains("schema")) return Nonsense(process);
  UserTableAnalysis analysis;
  ARROW_ASSIGN_OR_RAISE(const Schema schema, Schema::FromJson(answer["schema"].dump()));
  analysis.result = schema.AsStruct();
  analysis.single_partition = answer.value("singlePartition", false);
  for (const Json& name : answer.value("partitionBy", Json::array())) {
    if (!name.is_string()) return Nonsense(process);
    analysis.partition_by.push_back(name.get<std::string>());
  }
  for (const Json& order : answer.value("orderBy", Json::array())) {
    if (!order.is_object()) return Nonsense(process);
    analysis.order_by.push_back({order.value("name", std::string()), order.value("ascending", true),
                                 order.value("nullsFirst", true)});
  }
  for (const Json& column : answer.value("select", Json::array())) {
    if (!column.is_object()) return Nonsense(process);
    analysis.select.push_back(
        {column.value("expression", std::string()), column.value("alias", std::string())});
  }
  analysis.state = payload.substr(4 + length);
  return analysis;
}

}  // namespace

Result<UserTableAnalysis> AnalyzeTableFunction(WorkerPool* pool, const UserColumnFunction& function,
                                               const UserTableRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const std::string load, LoadMessage(function, request));
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<WorkerProcess> process, pool->Take(function.owner));
  ARROW_RETURN_NOT_OK(process->Send('L', load));
  ARROW_ASSIGN_OR_RAISE(WorkerMessage answer, process->Receive(pool->options().load_timeout));
  if (answer.kind == 'O') {
    ARROW_RETURN_NOT_OK(process->Send('C', ""));
    ARROW_ASSIGN_OR_RAISE(answer, process->Receive(pool->options().load_timeout));
  }
  if (answer.kind == 'E') {
    const WorkerError error = ParseWorkerError(answer.payload);
    pool->Return(function.owner, std::move(process));
    return MakeError("TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON",
                     {{"msg", error.message + "\n" + error.traceback}});
  }
  if (answer.kind != 'O') return Nonsense(process.get());
  ARROW_ASSIGN_OR_RAISE(UserTableAnalysis analysis, Parse(answer.payload, process.get()));
  pool->Return(function.owner, std::move(process));
  return analysis;
}

}  // namespace firesteel
