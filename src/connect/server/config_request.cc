#include <map>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/logging.h"
#include "connect/server/requests.h"

namespace firesteel {

namespace {

using spark::connect::ConfigResponse;

void AddPair(const std::string& key, const std::optional<std::string>& value,
             ConfigResponse* response) {
  spark::connect::KeyValue* pair = response->add_pairs();
  pair->set_key(key);
  if (value) pair->set_value(*value);
}

struct ClientDefault {
  std::string_view key;
  std::string_view value;
};

// Settings that only the client uses: it asks for them and takes nothing but plain numbers and
// true/false. Values as Spark 4.3's, but for two: plans come uncompressed, and plain Python
// functions exchange rows through Arrow.
constexpr ClientDefault kClientDefaults[] = {
    {"spark.connect.session.planCompression.defaultAlgorithm", "ZSTD"},
    {"spark.connect.session.planCompression.threshold", "-1"},
    {"spark.python.sql.dataFrameDebugging.enabled", "true"},
    {"spark.sql.connect.serverStacktrace.enabled", "true"},
    {"spark.sql.execution.arrow.maxRecordsPerBatch", "10000"},
    {"spark.sql.execution.arrow.pyspark.enabled", "true"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled", "true"},
    {"spark.sql.execution.arrow.pyspark.selfDestruct.enabled", "false"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", "true"},
    {"spark.sql.execution.pandas.inferPandasDictAsMap", "false"},
    {"spark.sql.execution.pandas.structHandlingMode", "legacy"},
    {"spark.sql.execution.pyspark.binaryAsBytes", "true"},
    {"spark.sql.execution.pythonUDF.arrow.enabled", "true"},
    {"spark.sql.execution.pythonUDTF.arrow.enabled", "true"},
    {"spark.sql.pyspark.inferNestedDictAsStruct.enabled", "false"},
    {"spark.sql.pyspark.jvmStacktrace.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", "false"},
    {"spark.sql.repl.eagerEval.enabled", "false"},
    {"spark.sql.repl.eagerEval.maxNumRows", "20"},
    {"spark.sql.repl.eagerEval.truncate", "20"},
    {"spark.sql.session.localRelationBatchOfChunksSizeBytes", "1073741824"},
    {"spark.sql.session.localRelationCacheThreshold", "1048576"},
    {"spark.sql.session.localRelationChunkSizeBytes", "16777216"},
    {"spark.sql.session.localRelationChunkSizeRows", "10000"},
    {"spark.sql.session.localRelationSizeLimit", "3221225472"},
    {"spark.sql.timestampType", "TIMESTAMP_LTZ"},
};

std::optional<std::string> Get(const ServerSession& session, const std::string& key) {
  if (auto value = session.session().Conf().Get(key)) return value;
  for (const ClientDefault& row : kClientDefaults) {
    if (row.key == key) return std::string(row.value);
  }
  return std::nullopt;
}

/// What the session was told, then what the client's own settings are, then the value that the
/// client names; our own default where it names none.
std::optional<std::string> GetOr(const ServerSession& session,
                                 const spark::connect::KeyValue& pair) {
  const std::map<std::string, std::string> told = session.session().Conf().GetAll();
  if (const auto found = told.find(pair.key()); found != told.end()) return found->second;
  for (const ClientDefault& row : kClientDefaults) {
    if (row.key == pair.key()) return std::string(row.value);
  }
  if (pair.has_value()) return pair.value();
  return Get(session, pair.key());
}

Status Set(const spark::connect::ConfigRequest::Set& set, const ServerSession& session,
           ConfigResponse* response) {
  for (const spark::connect::KeyValue& pair : set.pairs()) {
    const Status status = session.session().Conf().Set(pair.key(), pair.value());
    if (status.ok()) continue;
    if (!set.silent()) return status;
    response->add_warnings(status.message());
  }
  return Status::OK();
}

}  // namespace

Status HandleConfig(const spark::connect::ConfigRequest::Operation& operation,
                    ServerSession* session, ConfigResponse* response) {
  using Operation = spark::connect::ConfigRequest::Operation;
  switch (operation.op_type_case()) {
    case Operation::kSet: return Set(operation.set(), *session, response);
    case Operation::kGet:
      for (const std::string& key : operation.get().keys()) {
        const std::optional<std::string> value = Get(*session, key);
        if (!value) return MakeError("SQL_CONF_NOT_FOUND", {{"sqlConf", "\"" + key + "\""}});
        AddPair(key, value, response);
      }
      return Status::OK();
    case Operation::kGetWithDefault:
      for (const spark::connect::KeyValue& pair : operation.get_with_default().pairs()) {
        AddPair(pair.key(), GetOr(*session, pair), response);
      }
      return Status::OK();
    case Operation::kGetOption:
      for (const std::string& key : operation.get_option().keys()) {
        AddPair(key, Get(*session, key), response);
      }
      return Status::OK();
    case Operation::kGetAll: {
      const std::string& prefix = operation.get_all().prefix();
      for (const auto& [key, value] : session->session().Conf().GetAll()) {
        if (key.compare(0, prefix.size(), prefix) == 0) {
          AddPair(key.substr(prefix.size()), value, response);
        }
      }
      return Status::OK();
    }
    case Operation::kUnset:
      for (const std::string& key : operation.unset().keys()) {
        session->session().Conf().Unset(key);
      }
      return Status::OK();
    case Operation::kIsModifiable:
      for (const std::string& key : operation.is_modifiable().keys()) {
        AddPair(key, session->session().Conf().IsModifiable(key) ? "true" : "false", response);
      }
      return Status::OK();
    default: return Status::Invalid("The request says no operation.");
  }
}

}  // namespace firesteel
