#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firesteel/export.h"
#include "firesteel/row.h"

namespace firesteel {

/// A source's part of a progress report. Offsets are JSON texts, "" for none.
struct SourceProgress {
  std::string description;
  std::string start_offset;
  std::string end_offset;
  std::string latest_offset;
  int64_t num_input_rows = 0;
  double input_rows_per_second = 0;
  double processed_rows_per_second = 0;
  std::map<std::string, std::string> metrics;
};

/// A stateful operator's part; times in milliseconds, sizes in bytes.
struct StateOperatorProgress {
  std::string operator_name;
  int64_t num_rows_total = 0;
  int64_t num_rows_updated = 0;
  int64_t all_updates_time_ms = 0;
  int64_t num_rows_removed = 0;
  int64_t all_removals_time_ms = 0;
  int64_t commit_time_ms = 0;
  int64_t memory_used_bytes = 0;
  int64_t num_rows_dropped_by_watermark = 0;
  int64_t num_shuffle_partitions = 0;
  int64_t num_state_store_instances = 0;
  std::map<std::string, int64_t> custom_metrics;
};

struct SinkProgress {
  std::string description;
  int64_t num_output_rows = -1;  ///< -1: the sink cannot tell
};

/// What one trigger of a query did: Spark's StreamingQueryProgress.
struct FIRESTEEL_EXPORT StreamingQueryProgress {
  std::string id;
  std::string run_id;
  std::string name;       ///< "" for none
  std::string timestamp;  ///< start of the trigger, ISO 8601 in UTC with milliseconds
  int64_t batch_id = 0;
  int64_t batch_duration_ms = 0;
  std::map<std::string, int64_t> duration_ms;       ///< triggerExecution, addBatch, walCommit, …
  std::map<std::string, std::string> event_time;    ///< watermark, max, min, avg
  std::vector<StateOperatorProgress> state_operators;
  std::vector<SourceProgress> sources;
  SinkProgress sink;
  std::map<std::string, Row> observed_metrics;  ///< what Observe saw in this batch, by name

  int64_t num_input_rows() const;
  double input_rows_per_second() const;
  double processed_rows_per_second() const;
  /// Spark's JSON, keys in Spark's order; one line, or indented.
  std::string Json(bool pretty = false) const;
  /// The fields alone, empty ones too, and offsets as texts: how Spark's Connect server answers a
  /// client that asks for a query's progress.
  std::string FieldsJson() const;
};

}  // namespace firesteel
