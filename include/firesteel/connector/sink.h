#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// What a writer hands from its task to Commit; opaque text of the connector.
struct WriterCommitMessage {
  std::string payload;
};

/// Writes one partition of one epoch, on a task thread. Ended by Commit or Abort; destroying it
/// aborts.
class FIRESTEEL_EXPORT DataWriter {
 public:
  virtual ~DataWriter() = default;
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  virtual Result<WriterCommitMessage> Commit() = 0;
  virtual void Abort() = 0;
};

/// The write side of a sink for one run of a query. An epoch is a micro-batch. **Committing a
/// committed epoch is a no-op**, also after a restart.
class FIRESTEEL_EXPORT StreamingWrite {
 public:
  virtual ~StreamingWrite() = default;
  /// Gives a flag that is set when the query is asked to stop, before anything else is called: what
  /// waits for something outside of the process should look at it, and give up. The flag outlives
  /// the write. Batch writes have none.
  virtual void StopWhen(const std::atomic<bool>* /*stopped*/) {}
  /// Whether this epoch is committed already, so that its rows need not be computed again. The
  /// file sink answers from its log; most sinks cannot know and say false.
  virtual Result<bool> IsCommitted(int64_t /*epoch*/) { return false; }
  virtual Result<std::unique_ptr<DataWriter>> CreateWriter(int partition, int64_t epoch) = 0;
  virtual Status Commit(int64_t epoch, const std::vector<WriterCommitMessage>& messages) = 0;
  virtual Status Abort(int64_t epoch, const std::vector<WriterCommitMessage>& messages) = 0;
  /// As in progress reports: `FileSink[file:/out]`.
  virtual std::string Describe() const = 0;
  /// Whether progress reports the number of rows written; file sinks report -1.
  virtual bool ReportsOutputRows() const { return true; }
};

}  // namespace firesteel
