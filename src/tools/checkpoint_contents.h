#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/commit_log.h"
#include "checkpoint/offset_seq_log.h"
#include "common/env.h"
#include "state/state_metadata.h"
#include "state/state_reader.h"

namespace firesteel {

/// What the directory of a streaming query's checkpoint holds. What cannot be read is told in
/// `problems`, the rest is there all the same.
struct CheckpointContents {
  struct Batch {
    int64_t id = 0;
    std::optional<OffsetSeq> offsets;      ///< none: not there, or damaged
    std::optional<CommitMetadata> commit;  ///< none: the batch is not done, or damaged
  };
  /// A file of a source's own log.
  struct SourceFile {
    std::string source;  ///< the folder below sources/
    std::string name;
    std::string text;
  };
  struct StateStore {
    std::string name;
    int partitions = 0;
    std::optional<StateTable> table;  ///< of the default store, at `state_version`
  };
  struct StateOperator {
    std::string directory;  ///< below state/
    std::string name;
    std::vector<StateStore> stores;
  };

  std::string directory;
  std::optional<std::string> query_id;
  std::vector<Batch> batches;  ///< rising
  std::vector<SourceFile> source_files;
  std::optional<int64_t> state_version;  ///< of the last batch that is done
  std::vector<StateOperator> operators;
  std::vector<std::string> problems;  ///< `offsets/3: …`
};

/// Reads a checkpoint. It takes no lock and changes nothing, so a running query may own it. Errors:
/// a directory that is not there or holds nothing of a checkpoint.
Result<CheckpointContents> ReadCheckpoint(Env* env, const std::string& directory);

}  // namespace firesteel
