#include "firesteel/streaming_query_progress.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "nlohmann/json.hpp"
#include "streaming/observed_metrics_json.h"

namespace firesteel {
namespace {

using Json = nlohmann::ordered_json;

// Renders as Java's Double.toString: 20.0, 1.0E7, 5.0E-4, always the shortest digits.
std::string JavaDouble(double value) {
  char buffer[64];
  const double magnitude = std::fabs(value);
  if (magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7)) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
    std::string text(buffer, end.ptr);
    if (text.find('.') == text.npos) text += ".0";
    return text;
  }
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  const std::string_view text(buffer, end.ptr - buffer);
  const size_t e = text.find('e');
  std::string mantissa(text.substr(0, e));
  if (mantissa.find('.') == mantissa.npos) mantissa += ".0";
  std::string_view exponent = text.substr(e + 1);
  const bool negative = exponent.front() == '-';
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
  return mantissa + (negative ? "E-" : "E") + std::string(exponent);
}

std::string Quote(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Writes JSON as Spark's json4s does: compact, or indented in Jackson's way (`"a" : 1`, `[ ]`).
class JsonWriter {
 public:
  explicit JsonWriter(bool pretty) : pretty_(pretty) {}

  void BeginObject() { Open('{', true); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('[', false); }
  void EndArray() { Close(']'); }
  void Key(std::string_view name) {
    Separate();
    text_ += Quote(name);
    text_ += pretty_ ? " : " : ":";
    after_key_ = true;
  }
  void Raw(std::string_view value) {
    Separate();
    text_ += value;
  }
  void String(std::string_view value) { Raw(Quote(value)); }
  void Long(int64_t value) { Raw(std::to_string(value)); }

  void Field(std::string_view name, std::string_view value) {
    Key(name);
    String(value);
  }
  void Field(std::string_view name, int64_t value) {
    Key(name);
    Long(value);
  }
  /// Leaves out what JSON cannot hold.
  void Field(std::string_view name, double value) {
    if (std::isfinite(value)) Always(name, value);
  }
  /// Leaves out an empty map.
  template <typename T>
  void Field(std::string_view name, const std::map<std::string, T>& map) {
    if (!map.empty()) Always(name, map);
  }
  /// What JSON cannot hold becomes a string: NaN, Infinity.
  void Always(std::string_view name, double value) {
    Key(name);
    if (std::isfinite(value)) return Raw(JavaDouble(value));
    String(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }
  template <typename T>
  void Always(std::string_view name, const std::map<std::string, T>& map) {
    Key(name);
    BeginObject();
    for (const auto& [key, value] : map) Field(key, value);
    EndObject();
  }
  /// A text, or null for "".
  void Nullable(std::string_view name, std::string_view text) {
    Key(name);
    text.empty() ? Raw("null") : String(text);
  }
  /// JSON text as it is; laid out anew when indented.
  void Object(std::string_view name, const std::string& object) {
    Key(name);
    pretty_ ? Tree(Json::parse(object, nullptr, /*allow_exceptions=*/false)) : Raw(object);
  }
  /// An offset: JSON as it is, other text as a string, "" as null.
  void Offset(std::string_view name, const std::string& offset) {
    Key(name);
    if (offset.empty()) return Raw("null");
    const Json parsed = Json::parse(offset, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) return String(offset);
    Tree(parsed);
  }

  std::string Take() { return std::move(text_); }

 private:
  struct Level {
    bool is_object;
    bool empty;
  };

  void Open(char bracket, bool is_object) {
    Separate();
    text_ += bracket;
    levels_.push_back({is_object, true});
  }
  void Close(char bracket) {
    const Level level = levels_.back();
    levels_.pop_back();
    if (pretty_) {
      if (level.is_object && !level.empty) {
        NewLine();
      } else {
        text_ += ' ';
      }
    }
    text_ += bracket;
  }
  // Puts what stands before a key, an array's element or a value.
  void Separate() {
    if (after_key_ || levels_.empty()) {
      after_key_ = false;
      return;
    }
    Level& level = levels_.back();
    if (!level.empty) text_ += ',';
    if (pretty_) {
      if (level.is_object) {
        NewLine();
      } else {
        text_ += ' ';
      }
    }
    level.empty = false;
  }
  // Indents by objects only: Jackson writes arrays on one line.
  void NewLine() {
    text_ += '\n';
    for (const Level& level : levels_) {
      if (level.is_object) text_ += "  ";
    }
  }
  void Tree(const Json& node) {
    if (node.is_object()) {
      BeginObject();
      for (const auto& [key, value] : node.items()) {
        Key(key);
        Tree(value);
      }
      EndObject();
    } else if (node.is_array()) {
      BeginArray();
      for (const Json& element : node) Tree(element);
      EndArray();
    } else if (node.is_number_float()) {
      Raw(JavaDouble(node.get<double>()));
    } else {
      Raw(node.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
  }

  const bool pretty_;
  bool after_key_ = false;
  std::vector<Level> levels_;
  std::string text_;
};

void WriteCounters(const StateOperatorProgress& state, JsonWriter* json) {
  json->Field("operatorName", state.operator_name);
  json->Field("numRowsTotal", state.num_rows_total);
  json->Field("numRowsUpdated", state.num_rows_updated);
  json->Field("allUpdatesTimeMs", state.all_updates_time_ms);
  json->Field("numRowsRemoved", state.num_rows_removed);
  json->Field("allRemovalsTimeMs", state.all_removals_time_ms);
  json->Field("commitTimeMs", state.commit_time_ms);
  json->Field("memoryUsedBytes", state.memory_used_bytes);
  json->Field("numRowsDroppedByWatermark", state.num_rows_dropped_by_watermark);
  json->Field("numShufflePartitions", state.num_shuffle_partitions);
  json->Field("numStateStoreInstances", state.num_state_store_instances);
}

void WriteOperator(const StateOperatorProgress& state, JsonWriter* json) {
  json->BeginObject();
  WriteCounters(state, json);
  json->Field("customMetrics", state.custom_metrics);
  json->EndObject();
}

void WriteSource(const SourceProgress& source, JsonWriter* json) {
  json->BeginObject();
  json->Field("description", source.description);
  json->Offset("startOffset", source.start_offset);
  json->Offset("endOffset", source.end_offset);
  json->Offset("latestOffset", source.latest_offset);
  json->Field("numInputRows", source.num_input_rows);
  json->Field("inputRowsPerSecond", source.input_rows_per_second);
  json->Field("processedRowsPerSecond", source.processed_rows_per_second);
  json->Field("metrics", source.metrics);
  json->EndObject();
}

void WriteSourceFields(const SourceProgress& source, JsonWriter* json) {
  json->BeginObject();
  json->Field("description", source.description);
  json->Nullable("startOffset", source.start_offset);
  json->Nullable("endOffset", source.end_offset);
  json->Nullable("latestOffset", source.latest_offset);
  json->Field("numInputRows", source.num_input_rows);
  json->Always("inputRowsPerSecond", source.input_rows_per_second);
  json->Always("processedRowsPerSecond", source.processed_rows_per_second);
  json->Always("metrics", source.metrics);
  json->EndObject();
}

}  // namespace

int64_t StreamingQueryProgress::num_input_rows() const {
  int64_t rows = 0;
  for (const SourceProgress& source : sources) rows += source.num_input_rows;
  return rows;
}

double StreamingQueryProgress::input_rows_per_second() const {
  double rate = 0;
  for (const SourceProgress& source : sources) rate += source.input_rows_per_second;
  return rate;
}

double StreamingQueryProgress::processed_rows_per_second() const {
  double rate = 0;
  for (const SourceProgress& source : sources) rate += source.processed_rows_per_second;
  return rate;
}

std::string StreamingQueryProgress::Json(bool pretty) const {
  JsonWriter json(pretty);
  json.BeginObject();
  json.Field("id", id);
  json.Field("runId", run_id);
  json.Nullable("name", name);
  json.Field("timestamp", timestamp);
  json.Field("batchId", batch_id);
  json.Field("batchDuration", batch_duration_ms);
  json.Field("numInputRows", num_input_rows());
  json.Field("inputRowsPerSecond", input_rows_per_second());
  json.Field("processedRowsPerSecond", processed_rows_per_second());
  json.Field("durationMs", duration_ms);
  json.Field("eventTime", event_time);
  json.Key("stateOperators");
  json.BeginArray();
  for (const StateOperatorProgress& state : state_operators) WriteOperator(state, &json);
  json.EndArray();
  json.Key("sources");
  json.BeginArray();
  for (const SourceProgress& source : sources) WriteSource(source, &json);
  json.EndArray();
  json.Key("sink");
  json.BeginObject();
  json.Field("description", sink.description);
  json.Field("numOutputRows", sink.num_output_rows);
  json.EndObject();
  if (!observed_metrics.empty()) {
    json.Key("observedMetrics");
    json.BeginObject();
    for (const auto& [name, metrics] : observed_metrics) json.Object(name, MetricsJson(metrics));
    json.EndObject();
  }
  json.EndObject();
  return json.Take();
}

std::string StreamingQueryProgress::FieldsJson() const {
  JsonWriter json(/*pretty=*/false);
  json.BeginObject();
  json.Field("id", id);
  json.Field("runId", run_id);
  json.Nullable("name", name);
  json.Field("timestamp", timestamp);
  json.Field("batchId", batch_id);
  json.Field("batchDuration", batch_duration_ms);
  json.Always("durationMs", duration_ms);
  json.Always("eventTime", event_time);
  json.Key("stateOperators");
  json.BeginArray();
  for (const StateOperatorProgress& state : state_operators) {
    json.BeginObject();
    WriteCounters(state, &json);
    json.Always("customMetrics", state.custom_metrics);
    json.EndObject();
  }
  json.EndArray();
  json.Key("sources");
  json.BeginArray();
  for (const SourceProgress& source : sources) WriteSourceFields(source, &json);
  json.EndArray();
  json.Key("sink");
  json.BeginObject();
  json.Field("description", sink.description);
  json.Field("numOutputRows", sink.num_output_rows);
  json.Always("metrics", std::map<std::string, std::string>());
  json.EndObject();
  json.Key("observedMetrics");
  json.BeginObject();
  for (const auto& [name, metrics] : observed_metrics) {
    json.Object(name, MetricsFieldsJson(metrics));
  }
  json.EndObject();
  json.EndObject();
  return json.Take();
}

}  // namespace firesteel
