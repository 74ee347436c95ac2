#include "streaming/progress_reporter.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "streaming/iso_timestamp.h"

namespace firesteel {
namespace {

constexpr int64_t kNanosPerMillisecond = 1'000'000;
constexpr double kMsPerSecond = 1000;

std::string JsonOf(const std::optional<Offset>& offset) { return offset ? offset->json() : ""; }

}  // namespace

std::map<std::string, std::string> ReportEventTimes(
    int64_t watermark_ms, const std::vector<WatermarkObservation>& seen) {
  std::map<std::string, std::string> report{{"watermark", IsoTimestamp(watermark_ms)}};
  const auto first = std::find_if(seen.begin(), seen.end(), [](const WatermarkObservation& one) {
    return one.statistics.rows > 0;
  });
  if (first == seen.end()) return report;
  report["min"] = IsoTimestamp(first->statistics.min_ms);
  report["max"] = IsoTimestamp(first->statistics.max_ms);
  report["avg"] = IsoTimestamp(static_cast<int64_t>(first->statistics.average_ms));
  return report;
}

ProgressReporter::ProgressReporter(QueryMonitor* monitor, Clock* clock, const BatchOutput* output,
                                   int64_t idle_interval_ms)
    : monitor_(monitor),
      clock_(clock),
      output_(output),
      idle_interval_ms_(std::max<int64_t>(idle_interval_ms, 1)) {}

void ProgressReporter::BeginTrigger() {
  last_trigger_start_ms_ = trigger_start_ms_;
  trigger_start_ms_ = clock_->NowMs();
  trigger_start_nanos_ = clock_->MonotonicNanos();
  nanos_.clear();
  offsets_.clear();
}

void ProgressReporter::RecordOffsets(const SourceSet& sources) {
  offsets_.clear();
  for (const RunningSource& source : sources.all()) {
    SourceProgress progress;
    progress.description = source.description;
    progress.start_offset = JsonOf(source.committed);
    progress.end_offset = JsonOf(source.available);
    progress.latest_offset = JsonOf(source.latest);
    offsets_.push_back(std::move(progress));
  }
}

StreamingQueryProgress ProgressReporter::MakeProgress(
    int64_t batch_id, const SourceSet& sources, const std::vector<int64_t>& input_rows) const {
  const int64_t nanos = clock_->MonotonicNanos() - trigger_start_nanos_;
  const int64_t duration_ms = nanos / kNanosPerMillisecond;
  const double processing_seconds =
      static_cast<double>(std::max<int64_t>(duration_ms, 1)) / kMsPerSecond;
  // A first trigger has nothing to be compared with: its input rate is 0.
  const double input_seconds =
      last_trigger_start_ms_ >= 0
          ? static_cast<double>(trigger_start_ms_ - last_trigger_start_ms_) / kMsPerSecond
          : std::numeric_limits<double>::infinity();
  StreamingQueryProgress progress;
  progress.id = monitor_->identity().id;
  progress.run_id = monitor_->identity().run_id;
  progress.name = monitor_->identity().name;
  progress.timestamp = IsoTimestamp(trigger_start_ms_);
  progress.batch_id = batch_id;
  progress.batch_duration_ms = duration_ms;
  for (const auto& [name, spent] : nanos_)
    progress.duration_ms[name] = spent / kNanosPerMillisecond;
  progress.duration_ms["triggerExecution"] = duration_ms;
  progress.sources = offsets_;
  for (size_t i = 0; i < progress.sources.size(); ++i) {
    SourceProgress& source = progress.sources[i];
    const RunningSource& running = sources.all()[i];
    source.num_input_rows = i < input_rows.size() ? input_rows[i] : 0;
    const double rows = static_cast<double>(source.num_input_rows);
    source.input_rows_per_second = rows / input_seconds;
    source.processed_rows_per_second = rows / processing_seconds;
    source.metrics = running.stream->Metrics(running.available);
  }
  progress.sink.description = output_->Describe();
  return progress;
}

void ProgressReporter::FinishBatch(int64_t batch_id, const SourceSet& sources,
                                   const BatchResult& result,
                                   std::map<std::string, std::string> event_time) {
  StreamingQueryProgress progress = MakeProgress(batch_id, sources, result.input_rows);
  progress.event_time = std::move(event_time);
  progress.state_operators = result.state_operators;
  progress.observed_metrics = result.observed_metrics;
  progress.sink.num_output_rows = output_->ReportsOutputRows() ? result.output_rows : -1;
  last_state_operators_ = result.state_operators;
  last_report_ms_ = clock_->NowMs();
  monitor_->AddProgress(std::move(progress));
}

void ProgressReporter::FinishIdle(int64_t next_batch_id, const SourceSet& sources,
                                  std::map<std::string, std::string> event_time) {
  const int64_t now_ms = clock_->NowMs();
  if (last_report_ms_ >= 0 && now_ms < NextIdleReportMs()) return;
  StreamingQueryProgress progress = MakeProgress(next_batch_id, sources, {});
  progress.event_time = std::move(event_time);
  progress.state_operators = last_state_operators_;
  for (StateOperatorProgress& state : progress.state_operators) {
    state.num_rows_updated = 0;
    state.num_rows_dropped_by_watermark = 0;
  }
  progress.sink.num_output_rows = 0;
  monitor_->AddIdleProgress(std::move(progress), /*event=*/last_report_ms_ >= 0);
  last_report_ms_ = now_ms;
}

int64_t ProgressReporter::NextIdleReportMs() const {
  if (last_report_ms_ < 0) return trigger_start_ms_;
  const bool overflows = last_report_ms_ > std::numeric_limits<int64_t>::max() - idle_interval_ms_;
  return overflows ? std::numeric_limits<int64_t>::max() : last_report_ms_ + idle_interval_ms_;
}

}  // namespace firesteel
