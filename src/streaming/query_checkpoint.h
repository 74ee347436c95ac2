#pragma once

#include <memory>
#include <string>

#include "checkpoint/checkpoint_file_manager.h"
#include "checkpoint/commit_log.h"
#include "checkpoint/offset_seq_log.h"
#include "common/env.h"

namespace firesteel {

/// A query's checkpoint directory, held by one run of it:
///
///   .lock       held as long as this lives; ours, Spark ignores it
///   metadata    the query's id
///   offsets/N   what batch N reads, written before it runs
///   commits/N   batch N is done
///   sources/i   the private folder of source i
///   state/op    the state of operator op
///
/// Not thread-safe.
class QueryCheckpoint {
 public:
  /// Makes the directory with its parents if need be, takes the lock, and reads the query's id or
  /// makes a new one. With `temporary` the directory goes when this does, unless Keep was called.
  /// Errors: CONCURRENT_QUERY when another run holds the lock,
  /// STREAMING_CHECKPOINT_MISSING_METADATA_FILE when there are logs or state of an unknown query.
  static Result<std::unique_ptr<QueryCheckpoint>> Open(Env* env, std::string directory,
                                                       bool temporary);
  ~QueryCheckpoint();

  const std::string& query_id() const { return query_id_; }
  const std::string& directory() const { return directory_; }
  CheckpointFileManager* files() { return &files_; }
  OffsetSeqLog& offsets() { return *offsets_; }
  CommitLog& commits() { return *commits_; }
  std::string SourceDirectory(int source_index) const;
  std::string StateDirectory() const { return directory_ + "/state"; }
  /// Whether there is anything but hidden files in `state/`.
  Result<bool> HasState() const;
  /// Lets a temporary directory stay: its query failed, and someone may want to know why.
  void Keep() { temporary_ = false; }

 private:
  QueryCheckpoint(Env* env, std::string directory, bool temporary);
  Status ReadOrWriteId();
  Result<bool> HasVisibleFiles(const std::string& directory) const;

  Env* env_;
  const std::string directory_;
  bool temporary_;
  CheckpointFileManager files_;
  std::unique_ptr<FileLock> lock_;
  std::string query_id_;
  std::unique_ptr<OffsetSeqLog> offsets_;
  std::unique_ptr<CommitLog> commits_;
};

}  // namespace firesteel
