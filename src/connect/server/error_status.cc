#include "connect/server/error_status.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/json_text.h"
#include "common/random.h"

namespace firesteel {

namespace {

// Headers hold 8 KB in all, and the text travels twice.
constexpr size_t kMaximumTextBytes = 2000;

constexpr std::string_view kPrefix = "org.apache.spark.";

struct ClassOfCondition {
  std::string_view condition;  ///< or its beginning, up to a dot
  std::string_view classes;    ///< separated by blanks, `~` for "org.apache.spark."
};

// Where Spark throws other than its state's usual exception.
constexpr ClassOfCondition kByCondition[] = {
    {"ARITHMETIC_OVERFLOW", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"BINARY_ARITHMETIC_OVERFLOW", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"CANNOT_PARSE_TIMESTAMP", "~SparkDateTimeException java.time.DateTimeException"},
    {"CAST_INVALID_INPUT", "~SparkNumberFormatException java.lang.NumberFormatException "
                           "java.lang.IllegalArgumentException"},
    {"CAST_OVERFLOW", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"CONCURRENT_STREAM_LOG_UPDATE", "~SparkException"},
    {"CONVERSION_INVALID_INPUT", "~SparkNumberFormatException java.lang.NumberFormatException "
                                 "java.lang.IllegalArgumentException"},
    {"DATETIME_FIELD_OUT_OF_BOUNDS", "~SparkDateTimeException java.time.DateTimeException"},
    {"DATETIME_OVERFLOW", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"DIVIDE_BY_ZERO", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"INTERVAL_ARITHMETIC_OVERFLOW", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"INTERVAL_DIVIDED_BY_ZERO", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"FAILED_FUNCTION_CALL", "~sql.AnalysisException"},
    {"INVALID_ARRAY_INDEX", "~SparkArrayIndexOutOfBoundsException "
                            "java.lang.ArrayIndexOutOfBoundsException"},
    {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "~SparkArrayIndexOutOfBoundsException "
                                          "java.lang.ArrayIndexOutOfBoundsException"},
    {"INVALID_CONF_VALUE", "~SparkIllegalArgumentException java.lang.IllegalArgumentException"},
    {"INVALID_HANDLE", "~SparkSQLException"},
    {"INVALID_PARAMETER_VALUE", "~SparkRuntimeException"},
    {"INVALID_SQL_SYNTAX", "~sql.catalyst.parser.ParseException ~sql.AnalysisException"},
    {"NO_MERGE_ACTION_SPECIFIED", "~SparkRuntimeException java.lang.RuntimeException"},
    {"NUMERIC_VALUE_OUT_OF_RANGE", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"PYTHON_EXCEPTION", "~api.python.PythonException java.lang.RuntimeException"},
    {"PYTHON_WORKER_FAILED", "~SparkException"},
    {"REMAINDER_BY_ZERO", "~SparkArithmeticException java.lang.ArithmeticException"},
    {"SQL_CONF_NOT_FOUND", "~SparkNoSuchElementException java.util.NoSuchElementException"},
    {"STREAM_FAILED", "~sql.streaming.StreamingQueryException"},
    {"STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE",
     "~api.python.StreamingPythonRunner$StreamingPythonRunnerInitializationException "
     "~SparkException"},
    {"UNSUPPORTED_CALL", "~SparkUnsupportedOperationException "
                         "java.lang.UnsupportedOperationException"},
};

constexpr std::string_view kParse =
    "~sql.catalyst.parser.ParseException ~sql.AnalysisException";
constexpr std::string_view kAnalysis = "~sql.AnalysisException";
constexpr std::string_view kIllegalArgument =
    "java.lang.IllegalArgumentException java.lang.RuntimeException";
// Clients know no such class, so that users see an UnknownException, as with Spark.
constexpr std::string_view kIllegalState =
    "java.lang.IllegalStateException java.lang.RuntimeException";
constexpr std::string_view kUnsupportedOperation =
    "~SparkUnsupportedOperationException java.lang.UnsupportedOperationException";
constexpr std::string_view kRuntime = "~SparkRuntimeException java.lang.RuntimeException";

bool StartsWith(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

std::string_view ClassesOf(const ErrorInfo& info) {
  const std::string_view condition = info.condition;
  const std::string_view family = condition.substr(0, condition.find('.'));
  for (const ClassOfCondition& row : kByCondition) {
    if (row.condition == family) return row.classes;
  }
  if (StartsWith(condition, "PARSE_") || StartsWith(condition, "NON_LAST_") ||
      info.sql_state == "42601") {
    return kParse;
  }
  // Of what tables cannot do, Spark finds these two when it plans, the others before.
  if (condition == "UNSUPPORTED_FEATURE.TABLE_OPERATION") {
    const auto operation = info.parameters.find("operation");
    const bool planned =
        operation != info.parameters.end() &&
        (operation->second == "MERGE INTO TABLE" || operation->second == "UPDATE TABLE");
    return planned ? kUnsupportedOperation : kAnalysis;
  }
  // Class 42: what is wrong with the statement, found before it runs; 0A: what is not supported.
  // So are table functions that cannot say what they give.
  if (StartsWith(condition, "TABLE_VALUED_FUNCTION_") || StartsWith(info.sql_state, "42") ||
      StartsWith(info.sql_state, "0A") || StartsWith(info.sql_state, "46") ||
      StartsWith(condition, "_LEGACY_ERROR_TEMP_")) {
    return kAnalysis;
  }
  return kRuntime;
}

// The wire format of protocol buffers, for three small messages of google.rpc.
void AppendVarint(uint64_t value, std::string* out) {
  for (; value > 127; value >>= 7) out->push_back(static_cast<char>((value & 127) | 128));
  out->push_back(static_cast<char>(value));
}

void AppendField(int number, std::string_view bytes, std::string* out) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | 2, out);
  AppendVarint(bytes.size(), out);
  out->append(bytes);
}

void AppendEntry(std::string_view key, std::string_view value, std::string* info) {
  std::string entry;
  AppendField(1, key, &entry);
  AppendField(2, value, &entry);
  AppendField(3, entry, info);
}

std::string JsonArray(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ",";
    AppendJsonString(item, &text);
  }
  return text + "]";
}

std::string JsonObject(const std::map<std::string, std::string>& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (text.size() > 1) text += ",";
    AppendJsonString(name, &text);
    text += ":";
    AppendJsonString(value, &text);
  }
  return text + "}";
}

/// Cuts text, not within a character.
std::string Shortened(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

///   google.rpc.Status     { code = 1, message = 2, details = 3 (Any) }
///   Any                   { type_url = 1, value = 2 }
///   google.rpc.ErrorInfo  { reason = 1, domain = 2, metadata = 3 (map) }
std::string Details(const Status& status, const std::string& text, const std::string& error_id) {
  const std::vector<std::string> classes = ExceptionClasses(status);
  std::string info;
  AppendField(1, classes.front(), &info);
  AppendField(2, "org.apache.spark", &info);
  AppendEntry("classes", JsonArray(classes), &info);
  AppendEntry("errorId", error_id, &info);
  if (const ErrorInfo* error = GetErrorInfo(status)) {
    AppendEntry("errorClass", error->condition, &info);
    if (!error->sql_state.empty()) AppendEntry("sqlState", error->sql_state, &info);
    // Left to FetchErrorDetails when large.
    const std::string parameters = JsonObject(error->parameters);
    if (parameters.size() <= kMaximumTextBytes / 2) {
      AppendEntry("messageParameters", parameters, &info);
    }
  }
  std::string any;
  AppendField(1, "type.googleapis.com/google.rpc.ErrorInfo", &any);
  AppendField(2, info, &any);
  std::string result;
  AppendVarint(1 << 3, &result);
  AppendVarint(grpc::StatusCode::INTERNAL, &result);
  AppendField(2, text, &result);
  AppendField(3, any, &result);
  return result;
}

}  // namespace

std::vector<std::string> ExceptionClasses(const Status& status) {
  const ErrorInfo* info = GetErrorInfo(status);
  std::string_view rest = info != nullptr            ? ClassesOf(*info)
                          : status.IsInvalid()       ? kIllegalArgument
                          : status.IsAlreadyExists() ? kIllegalState
                                                     : kRuntime;
  std::vector<std::string> classes;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    std::string_view name = rest.substr(0, end);
    if (name.front() == '~') {
      classes.push_back(std::string(kPrefix) + std::string(name.substr(1)));
    } else {
      classes.emplace_back(name);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  classes.emplace_back("java.lang.Exception");
  classes.emplace_back("java.lang.Throwable");
  return classes;
}

grpc::Status ErrorStore::ToGrpcStatus(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string error_id = NewUuid();
  const std::string text = Shortened(status.message(), kMaximumTextBytes);
  {
    const std::lock_guard lock(mutex_);
    errors_.emplace(error_id, status);
    order_.push_back(error_id);
    if (order_.size() > kMaximumErrors) {
      errors_.erase(order_.front());
      order_.erase(order_.begin());
    }
  }
  return grpc::Status(grpc::StatusCode::INTERNAL, text, Details(status, text, error_id));
}

std::optional<Status> ErrorStore::Find(const std::string& error_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = errors_.find(error_id);
  if (found == errors_.end()) return std::nullopt;
  return found->second;
}

}  // namespace firesteel
