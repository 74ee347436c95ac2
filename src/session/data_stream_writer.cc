#include "firesteel/data_stream_writer.h"

#include <utility>

#include "session/batch_frame.h"
#include "session/foreach_table.h"
#include "session/session_backend.h"

namespace firesteel {

DataStreamWriter::DataStreamWriter(DataFrame input) : input_(std::move(input)) {}

DataStreamWriter& DataStreamWriter::Format(std::string_view name) {
  format_ = name;
  return *this;
}

DataStreamWriter& DataStreamWriter::OutputMode(firesteel::OutputMode mode) {
  mode_ = ToString(mode);
  return *this;
}

DataStreamWriter& DataStreamWriter::OutputMode(std::string_view mode) {
  mode_ = mode;
  return *this;
}

DataStreamWriter& DataStreamWriter::Trigger(const firesteel::Trigger& trigger) {
  trigger_ = trigger;
  return *this;
}

DataStreamWriter& DataStreamWriter::QueryName(std::string_view name) {
  name_ = name;
  return *this;
}

DataStreamWriter& DataStreamWriter::Option(std::string_view name, std::string value) {
  options_.Set(name, std::move(value));
  return *this;
}

DataStreamWriter& DataStreamWriter::PartitionBy(std::vector<std::string> columns) {
  partition_columns_ = std::move(columns);
  return *this;
}

DataStreamWriter& DataStreamWriter::ForeachBatch(
    std::function<Status(const DataFrame&, int64_t)> function) {
  foreach_batch_ = std::move(function);
  foreach_ = nullptr;
  return *this;
}

DataStreamWriter& DataStreamWriter::Foreach(ForeachWriterFactory new_writer) {
  foreach_ = std::move(new_writer);
  foreach_batch_ = nullptr;
  return *this;
}

Result<std::shared_ptr<StreamingQuery>> DataStreamWriter::Start() const {
  ARROW_RETURN_NOT_OK(input_.status());
  StreamStartRequest request;
  request.plan = input_.plan();
  request.format = format_.empty() && !foreach_batch_ && !foreach_ ? "parquet" : format_;
  request.options = options_;
  request.partition_columns = partition_columns_;
  request.mode = mode_;
  request.trigger = trigger_;
  request.name = name_;
  if (foreach_batch_) request.batch_sink = NewForeachBatchSink(input_.backend(), foreach_batch_);
  if (foreach_) request.sink = NewForeachTable(foreach_);
  return input_.backend()->StartStream(request);
}

Result<std::shared_ptr<StreamingQuery>> DataStreamWriter::Start(std::string_view path) const {
  DataStreamWriter copy = *this;
  return copy.Option("path", std::string(path)).Start();
}

}  // namespace firesteel
