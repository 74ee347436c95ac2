#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firesteel/connector/batch_reader.h"
#include "firesteel/connector/offset.h"
#include "firesteel/connector/read_limit.h"
#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// A piece of a range that one task reads. Connectors derive their own.
class FIRESTEEL_EXPORT InputPartition {
 public:
  virtual ~InputPartition() = default;
};

/// What a reader needs of the task that runs it.
struct ReadContext {
  int partition = 0;
  int64_t batch_rows = 8192;
  /// Set by readers before each batch where rows come from files: a plain path, for
  /// input_file_name(). Never null.
  std::string* input_file = nullptr;
  /// Rows read, malformed ones included; counted by the reader. Never null.
  int64_t* input_rows = nullptr;
  const std::atomic<bool>* cancelled = nullptr;
};

/// One source of a running query, read in micro-batches: the engine asks for the newest offset,
/// writes it to its log, and reads the range after the last batch's end up to it. **The same range
/// must always give the same rows**, after a restart too (or the source says it cannot recover).
///
/// All methods but SetWaker's callback are called from the query's thread; readers run on task
/// threads.
class FIRESTEEL_EXPORT MicroBatchStream {
 public:
  virtual ~MicroBatchStream() = default;

  /// Gives a flag that is set when the query is asked to stop, before anything else is called: what
  /// waits for something outside of the process should look at it, and give up. The flag outlives
  /// the stream.
  virtual void StopWhen(const std::atomic<bool>* /*stopped*/) {}
  /// Where a new query starts. Asked again after a restart as long as the checkpoint has no offset of
  /// this stream (its first batch may have been begun), and must then give the same answer.
  virtual Result<Offset> InitialOffset() = 0;
  /// Checks the JSON text of an offset from the checkpoint and puts it into this stream's form.
  virtual Result<Offset> DeserializeOffset(const std::string& json) = 0;
  virtual ReadLimit DefaultReadLimit() const { return ReadAllAvailable{}; }
  /// The end of the next batch: the newest offset, or less if the limit asks for it. Returns `start`
  /// when there is nothing new. nullopt start: before InitialOffset was asked for.
  virtual Result<Offset> LatestOffset(const Offset& start, const ReadLimit& limit) = 0;
  /// The newest offset there is, whatever the limit; for progress. nullopt if not known.
  virtual std::optional<Offset> ReportLatestOffset() { return std::nullopt; }
  /// Trigger.AvailableNow: remembers what is there now; LatestOffset never goes past it.
  virtual Status PrepareForAvailableNow() = 0;
  /// Splits the range (start, end] into partitions.
  virtual Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) = 0;
  /// Opens one partition. Batches have the schema the scan was made for, in its order.
  virtual Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                            const ReadContext& context) = 0;
  /// Everything up to `end` has been processed by a committed batch and is never read again.
  virtual Status Commit(const Offset& end) = 0;
  /// Called right after the batch up to `end` was committed; Commit follows when the next batch is
  /// logged. For those who tell others how far the query is.
  virtual void OnBatchCommitted(const Offset& /*end*/) {}
  /// Gives a function to call, from any thread, when new data may be there. A stream that cannot
  /// tell returns false and is polled.
  virtual bool SetWaker(std::function<void()> /*wake*/) { return false; }
  /// Extra entries of the source's part of the progress report.
  virtual std::map<std::string, std::string> Metrics(const std::optional<Offset>& /*consumed*/) {
    return {};
  }
  /// As in progress reports: `FileStreamSource[file:/in]`.
  virtual std::string Describe() const = 0;
  virtual void Stop() = 0;
};

}  // namespace firesteel
