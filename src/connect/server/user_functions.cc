#include "connect/server/user_functions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using Shape = UserColumnFunction::Shape;

struct FunctionKind {
  int protocol;  ///< PySpark's eval type
  Shape shape;
};

// What the clients' functions are; the worker knows the same numbers.
constexpr FunctionKind kFunctionKinds[] = {
    {100, Shape::kScalar},          // row by row
    {101, Shape::kScalar},          // row by row, with Arrow's conversions
    {200, Shape::kScalar},          // of pandas' Series
    {201, Shape::kGroup},           // applyInPandas
    {202, Shape::kAggregate},       // of pandas' Series
    {204, Shape::kScalarIterator},  // of pandas' Series
    {205, Shape::kRows},            // mapInPandas
    {206, Shape::kCoGroup},         // cogroup().applyInPandas
    {207, Shape::kRows},            // mapInArrow
    {209, Shape::kGroup},           // applyInArrow
    {210, Shape::kCoGroup},         // cogroup().applyInArrow
    {215, Shape::kGroup},           // applyInArrow with an iterator of batches
    {216, Shape::kGroup},           // applyInPandas with an iterator of batches
    {217, Shape::kAggregate},       // of iterators of pandas' Series
    {250, Shape::kScalar},          // of Arrow's arrays
    {251, Shape::kScalarIterator},  // of Arrow's arrays
    {252, Shape::kAggregate},       // of Arrow's arrays
    {254, Shape::kAggregate},       // of iterators of Arrow's arrays
};

// What conversions in the worker depend on.
constexpr const char* kWorkerSettings[] = {
    "spark.sql.session.timeZone",
    "spark.sql.execution.arrow.maxRecordsPerBatch",
    "spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName",
    "spark.sql.execution.pandas.convertToArrowArraySafely",
    "spark.sql.execution.pandas.inferPandasDictAsMap",
    "spark.sql.execution.pythonUDF.pandas.intToDecimalCoercionEnabled",
    "spark.sql.execution.pyspark.binaryAsBytes",
};

std::map<std::string, std::string> WorkerSettings(const std::weak_ptr<ServerSession>& session) {
  std::map<std::string, std::string> settings;
  const std::shared_ptr<ServerSession> alive = session.lock();
  if (alive == nullptr) return settings;
  for (const char* name : kWorkerSettings) {
    if (const auto value = alive->session().Conf().Get(name)) settings[name] = *value;
  }
  settings["files"] = alive->FilesDirectory();
  return settings;
}

/// The type of rows, which may be a text: `a INT, b INT`, `a: INT, b: INT` or `struct<…>`.
Result<DataType> RowType(const spark::connect::DataType& sent) {
  if (!sent.has_unparsed()) return firesteel::FromProtocol(sent);
  const std::string& text = sent.unparsed().data_type_string();
  const Result<Schema> columns = Schema::FromDdl(text);
  if (columns.ok()) return columns->AsStruct();
  const Result<DataType> fields = DataType::FromDdl("struct<" + text + ">");
  return fields.ok() ? fields : DataType::FromDdl(text);
}

}  // namespace

std::string WorkerOwner(const ServerSession& session) {
  return session.user_id() + "/" + session.id();
}

Result<std::shared_ptr<const UserColumnFunction>> FromProtocol(
    const spark::connect::CommonInlineUserDefinedFunction& sent, ServerSession* session) {
  if (!sent.has_python_udf()) {
    return UnsupportedKind(sent, "function");
  }
  if (session->environment().user_functions == nullptr) {
    return UnsupportedMessage("CommonInlineUserDefinedFunction (this server has no Python)");
  }
  const int protocol = sent.python_udf().eval_type();
  const auto* kind = std::find_if(std::begin(kFunctionKinds), std::end(kFunctionKinds),
                                  [&](const FunctionKind& k) { return k.protocol == protocol; });
  if (kind == std::end(kFunctionKinds)) {
    return UnsupportedMessage("PythonUDF of the eval type " + std::to_string(protocol));
  }
  auto function = std::make_shared<UserColumnFunction>();
  function->name = sent.function_name();
  function->shape = kind->shape;
  function->protocol = protocol;
  function->code = sent.python_udf().command();
  function->language_version = sent.python_udf().python_ver();
  function->deterministic = sent.deterministic();
  function->owner = WorkerOwner(*session);
  function->runtime = session->environment().user_functions;
  function->settings = [weak = session->weak_from_this()] { return WorkerSettings(weak); };
  ARROW_ASSIGN_OR_RAISE(function->result, firesteel::FromProtocol(sent.python_udf().output_type()));
  const bool gives_rows = kind->shape == Shape::kRows || kind->shape == Shape::kGroup ||
                          kind->shape == Shape::kCoGroup;
  if (gives_rows && function->result.id() != TypeId::kStruct) {
    return UnsupportedMessage("PythonUDF whose rows are of the type " +
                              function->result.SimpleString());
  }
  return function;
}

Result<std::shared_ptr<const UserColumnFunction>> FromProtocol(
    const spark::connect::CommonInlineUserDefinedTableFunction& sent, ServerSession* session) {
  if (!sent.has_python_udtf()) return UnsupportedKind(sent, "function");
  if (session->environment().user_functions == nullptr) {
    return UnsupportedMessage("CommonInlineUserDefinedTableFunction (this server has no Python)");
  }
  // Row by row, row by row with Arrow's conversions, or Arrow's batches.
  const int protocol = sent.python_udtf().eval_type();
  if (protocol != 300 && protocol != 301 && protocol != 302) {
    return UnsupportedMessage("PythonUDTF of the eval type " + std::to_string(protocol));
  }
  auto function = std::make_shared<UserColumnFunction>();
  function->name = sent.function_name();
  function->shape = Shape::kTable;
  function->takes_batches = protocol == 302;
  function->protocol = protocol;
  function->code = sent.python_udtf().command();
  function->language_version = sent.python_udtf().python_ver();
  function->deterministic = sent.deterministic();
  function->owner = WorkerOwner(*session);
  function->runtime = session->environment().user_functions;
  function->settings = [weak = session->weak_from_this()] { return WorkerSettings(weak); };
  if (!sent.python_udtf().has_return_type()) return function;
  ARROW_ASSIGN_OR_RAISE(function->result, RowType(sent.python_udtf().return_type()));
  if (function->result.id() != TypeId::kStruct) {
    return UnsupportedMessage("PythonUDTF whose rows are of the type " +
                              function->result.SimpleString());
  }
  return function;
}

Status RegisterFunction(const spark::connect::CommonInlineUserDefinedTableFunction& sent,
                        ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const UserColumnFunction> function,
                        FromProtocol(sent, session));
  return session->session().backend()->RegisterFunction(std::move(function));
}

Status RegisterFunction(const spark::connect::CommonInlineUserDefinedFunction& sent,
                        ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const UserColumnFunction> function,
                        FromProtocol(sent, session));
  return session->session().backend()->RegisterFunction(std::move(function));
}

}  // namespace firesteel
