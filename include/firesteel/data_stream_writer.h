#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/dataframe.h"
#include "firesteel/foreach_writer.h"
#include "firesteel/output_mode.h"
#include "firesteel/streaming_query.h"
#include "firesteel/trigger.h"

namespace firesteel {

/// Defines and starts a streaming query:
/// `df.WriteStream().Format("console").OutputMode("complete").Start()`. A cheap value.
class FIRESTEEL_EXPORT DataStreamWriter {
 public:
  explicit DataStreamWriter(DataFrame input);

  DataStreamWriter& Format(std::string_view name);
  DataStreamWriter& OutputMode(firesteel::OutputMode mode);
  /// append, update or complete. Errors at Start: STREAMING_OUTPUT_MODE.INVALID.
  DataStreamWriter& OutputMode(std::string_view mode);
  DataStreamWriter& OutputMode(const char* mode) { return OutputMode(std::string_view(mode)); }
  DataStreamWriter& Trigger(const firesteel::Trigger& trigger);
  DataStreamWriter& QueryName(std::string_view name);
  DataStreamWriter& Option(std::string_view name, std::string value);
  DataStreamWriter& Option(std::string_view name, const char* value) {
    return Option(name, std::string(value));
  }
  DataStreamWriter& Option(std::string_view name, int64_t value) {
    return Option(name, std::to_string(value));
  }
  DataStreamWriter& Option(std::string_view name, int value) {
    return Option(name, std::to_string(value));
  }
  DataStreamWriter& Option(std::string_view name, bool value) {
    return Option(name, std::string(value ? "true" : "false"));
  }
  /// Columns whose values become directories `name=value` of a file sink.
  DataStreamWriter& PartitionBy(std::vector<std::string> columns);
  /// Calls `function` with each batch's rows and its id, from the query's thread. A batch may come
  /// again after a crash, with the same id. An error ends the query.
  DataStreamWriter& ForeachBatch(
      std::function<Status(const DataFrame& batch, int64_t batch_id)> function);
  /// Gives each partition of each batch to a writer made for it.
  DataStreamWriter& Foreach(ForeachWriterFactory new_writer);

  /// Starts the query and returns its handle. Errors: a DataFrame that does not stream
  /// (WRITE_STREAM_NOT_ALLOWED), what the plan or the sink does not allow, a checkpoint in use.
  Result<std::shared_ptr<StreamingQuery>> Start() const;
  Result<std::shared_ptr<StreamingQuery>> Start(std::string_view path) const;

 private:
  DataFrame input_;
  std::string format_;
  std::string mode_ = "append";
  firesteel::Trigger trigger_;
  std::string name_;
  Options options_;
  std::vector<std::string> partition_columns_;
  std::function<Status(const DataFrame&, int64_t)> foreach_batch_;
  ForeachWriterFactory foreach_;
};

}  // namespace firesteel
