#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "connectors/file/partitioned_writer.h"
#include "firesteel/connector/sink.h"

namespace firesteel {

/// The files of one batch that all of its tasks write into, in turns, so that a batch has no more
/// files than its size asks for. They belong to no task: that the batch is given up, or committed,
/// ends them. Thread-safe.
class SharedFiles : public std::enable_shared_from_this<SharedFiles> {
 public:
  SharedFiles(int64_t epoch, std::unique_ptr<PartitionedWriter> writer)
      : epoch_(epoch), writer_(std::move(writer)) {}

  int64_t epoch() const { return epoch_; }
  /// A task's way in. Its messages are empty: Commit below has them all.
  std::unique_ptr<DataWriter> NewWriter();
  /// Closes the files, after the last task.
  Result<WriterCommitMessage> Commit();
  void Abort();

 private:
  class TaskWriter;

  const int64_t epoch_;
  std::mutex mutex_;
  std::unique_ptr<PartitionedWriter> writer_;  // null once aborted
};

}  // namespace firesteel
