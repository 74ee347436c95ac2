#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "streaming/batch_output.h"
#include "streaming/batch_runner.h"
#include "streaming/query_monitor.h"
#include "streaming/source_set.h"

namespace firesteel {

/// The watermark that a batch ran with and, of the first of the plan's watermarks that saw rows,
/// which event times they had.
std::map<std::string, std::string> ReportEventTimes(int64_t watermark_ms,
                                                    const std::vector<WatermarkObservation>& seen);

/// Writes the progress reports of a query, one per batch, and one now and then while there is
/// nothing to do. Used by the query's thread.
class ProgressReporter {
 public:
  /// `idle_interval_ms`: how often a query without data reports.
  ProgressReporter(QueryMonitor* monitor, Clock* clock, const BatchOutput* output,
                   int64_t idle_interval_ms);

  void BeginTrigger();
  /// Runs `step` and adds its time to durationMs under `name`.
  template <typename Step>
  auto Time(std::string_view name, const Step& step) {
    const int64_t start_nanos = clock_->MonotonicNanos();
    auto result = step();
    AddDuration(name, clock_->MonotonicNanos() - start_nanos);
    return result;
  }
  void AddDuration(std::string_view name, int64_t nanos) { nanos_[std::string(name)] += nanos; }
  /// Remembers from where to where the trigger goes; to be called before the batch counts as done.
  void RecordOffsets(const SourceSet& sources);

  /// Reports a batch.
  void FinishBatch(int64_t batch_id, const SourceSet& sources, const BatchResult& result,
                   std::map<std::string, std::string> event_time);
  /// Reports a trigger that found nothing to do, if the last report is old enough.
  void FinishIdle(int64_t next_batch_id, const SourceSet& sources,
                  std::map<std::string, std::string> event_time);
  /// When the next idle report is due.
  int64_t NextIdleReportMs() const;

 private:
  StreamingQueryProgress MakeProgress(int64_t batch_id, const SourceSet& sources,
                                      const std::vector<int64_t>& input_rows) const;

  QueryMonitor* monitor_;
  Clock* clock_;
  const BatchOutput* output_;
  const int64_t idle_interval_ms_;

  int64_t trigger_start_ms_ = -1;
  int64_t trigger_start_nanos_ = 0;
  int64_t last_trigger_start_ms_ = -1;
  int64_t last_report_ms_ = -1;  // -1: none yet
  std::map<std::string, int64_t> nanos_;
  std::vector<SourceProgress> offsets_;  // by source; offsets only
  std::vector<StateOperatorProgress> last_state_operators_;
};

}  // namespace firesteel
