#include "streaming/start_point.h"

#include <algorithm>
#include <utility>

namespace firesteel {
namespace {

Status CommitsAhead(const std::string& directory, int64_t commit,
                    const std::optional<int64_t>& latest) {
  const std::string newest =
      latest ? "the newest one is of batch " + std::to_string(*latest) : "there are none at all";
  return Status::Invalid("The checkpoint ", directory, " says that batch ", commit,
                         " is done (commits/", commit, "), but its offsets are missing: ", newest,
                         ". Restore offsets/", commit, ", or start with a new checkpoint.");
}

Result<OffsetSeq> ReadOffsets(const OffsetSeqLog& log, int64_t id, int64_t latest,
                              const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(std::optional<OffsetSeq> offsets, log.Get(id));
  if (offsets.has_value()) return std::move(*offsets);
  return Status::Invalid("The checkpoint ", directory, " cannot be continued: batch ", id,
                         " does not exist. offsets/", id, " is needed because offsets/", latest,
                         " is the newest entry.");
}

}  // namespace

int StartPoint::source_count() const {
  return conf.has_value() ? static_cast<int>(std::max(start.size(), end.size())) : -1;
}

Result<StartPoint> FindStartPoint(const OffsetSeqLog& offsets, const CommitLog& commits,
                                  const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> latest, offsets.LatestId());
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> commit, commits.LatestId());
  if (commit && (!latest || *commit > *latest)) return CommitsAhead(directory, *commit, latest);
  StartPoint point;
  if (!latest) return point;

  ARROW_ASSIGN_OR_RAISE(OffsetSeq newest, ReadOffsets(offsets, *latest, *latest, directory));
  OffsetSeq before;
  if (*latest > 0) {
    ARROW_ASSIGN_OR_RAISE(before, ReadOffsets(offsets, *latest - 1, *latest, directory));
    if (before.offsets.size() != newest.offsets.size()) {
      return Status::Invalid("The checkpoint ", directory, " is damaged: offsets/", *latest - 1,
                             " has ", before.offsets.size(), " sources and offsets/", *latest,
                             " has ", newest.offsets.size(), ".");
    }
  }
  point.conf = std::move(newest.conf);
  if (commit == latest) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<CommitMetadata> done, commits.Get(*latest));
    point.batch_id = *latest + 1;
    point.previous_is_committed = true;
    point.start = std::move(newest.offsets);
    point.previous_watermark_ms = newest.batch_watermark_ms;
    point.watermark_ms = newest.batch_watermark_ms;
    if (done) point.watermark_ms = std::max(point.watermark_ms, done->next_batch_watermark_ms);
    return point;
  }
  point.batch_id = *latest;
  point.rerun = true;
  point.previous_is_committed = commit && *commit + 1 == *latest;
  point.start = std::move(before.offsets);
  point.end = std::move(newest.offsets);
  point.previous_watermark_ms = before.batch_watermark_ms;
  point.watermark_ms = newest.batch_watermark_ms;
  point.batch_timestamp_ms = newest.batch_timestamp_ms;
  return point;
}

}  // namespace firesteel
