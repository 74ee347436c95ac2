#include "streaming/source_set.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace firesteel {
namespace {

Status WrongSourceCount(const std::string& directory, int in_checkpoint, size_t in_query) {
  return Status::Invalid("The checkpoint ", directory, " has offsets of ", in_checkpoint,
                         " sources, the query has ", in_query,
                         ". Sources cannot be added or removed; start with a new checkpoint.");
}

Result<std::optional<Offset>> Understand(RunningSource* source, int index,
                                         const std::optional<std::string>& json,
                                         const std::string& directory) {
  if (!json.has_value()) return std::nullopt;
  Result<Offset> offset = source->stream->DeserializeOffset(*json);
  if (offset.ok()) return std::optional<Offset>(std::move(*offset));
  const Status& status = offset.status();
  return status.WithMessage(fmt::format(
      "The checkpoint {} holds the offset {} for source {} ({}), which cannot continue from it: {}",
      directory, *json, index, source->description, status.message()));
}

}  // namespace

SourceSet::SourceSet(std::vector<std::unique_ptr<MicroBatchStream>> streams) {
  for (std::unique_ptr<MicroBatchStream>& stream : streams) {
    RunningSource source;
    source.description = stream->Describe();
    source.stream = std::move(stream);
    sources_.push_back(std::move(source));
  }
}

SourceSet::~SourceSet() {
  for (const RunningSource& source : sources_) source.stream->Stop();
}

bool SourceSet::all_wake() const {
  return std::all_of(sources_.begin(), sources_.end(),
                     [](const RunningSource& source) { return source.wakes; });
}

void SourceSet::WakeOnData(const std::shared_ptr<WakeSignal>& wake) {
  for (RunningSource& source : sources_) {
    source.wakes = source.stream->SetWaker([wake] { wake->Signal(); });
  }
}

void SourceSet::StopWhen(const std::atomic<bool>* stopped) {
  for (const RunningSource& source : sources_) source.stream->StopWhen(stopped);
}

Status SourceSet::PrepareForAvailableNow() {
  for (const RunningSource& source : sources_) {
    ARROW_RETURN_NOT_OK(source.stream->PrepareForAvailableNow());
  }
  return Status::OK();
}

Status SourceSet::Restore(const StartPoint& point, const std::string& directory) {
  const int known = point.source_count();
  if (known < 0) return Status::OK();
  if (known != static_cast<int>(sources_.size())) {
    return WrongSourceCount(directory, known, sources_.size());
  }
  for (int i = 0; i < known; ++i) {
    RunningSource& source = sources_[i];
    if (!point.start.empty()) {
      ARROW_ASSIGN_OR_RAISE(source.committed, Understand(&source, i, point.start[i], directory));
    }
    source.available = source.committed;
    if (point.rerun) {
      ARROW_ASSIGN_OR_RAISE(source.available, Understand(&source, i, point.end[i], directory));
      if (source.committed && !source.available) {
        return Status::Invalid("The checkpoint ", directory, " is damaged: offsets/",
                               point.batch_id, " has no offset for source ", i,
                               ", the batch before it has one.");
      }
    }
  }
  return Status::OK();
}

Result<Offset> SourceSet::StartOf(RunningSource* source) {
  if (source->committed) return *source->committed;
  if (!source->initial) {
    ARROW_ASSIGN_OR_RAISE(source->initial, source->stream->InitialOffset());
  }
  return *source->initial;
}

Status SourceSet::FetchLatest(int index, bool unlimited) {
  RunningSource& source = sources_[index];
  ARROW_ASSIGN_OR_RAISE(const Offset start, StartOf(&source));
  const ReadLimit limit = unlimited ? ReadAllAvailable{} : source.stream->DefaultReadLimit();
  ARROW_ASSIGN_OR_RAISE(Offset end, source.stream->LatestOffset(start, limit));
  source.latest = source.stream->ReportLatestOffset();
  // A source that never had data has no offset: a later run asks it for its beginning again.
  if (end != start) source.available = std::move(end);
  return Status::OK();
}

bool SourceSet::has_new_data() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const RunningSource& source) { return source.has_new_data(); });
}

std::vector<std::optional<std::string>> SourceSet::AvailableOffsets() const {
  std::vector<std::optional<std::string>> offsets;
  for (const RunningSource& source : sources_) {
    offsets.push_back(source.available ? std::optional(source.available->json()) : std::nullopt);
  }
  return offsets;
}

Result<std::vector<SourceBatch>> SourceSet::PlanInputPartitions() {
  std::vector<SourceBatch> batches;
  for (RunningSource& source : sources_) {
    SourceBatch batch{.stream = source.stream.get(), .partitions = {}};
    if (source.has_new_data()) {
      ARROW_ASSIGN_OR_RAISE(const Offset start, StartOf(&source));
      ARROW_ASSIGN_OR_RAISE(batch.partitions,
                            source.stream->PlanInputPartitions(start, *source.available));
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

Status SourceSet::CommitConsumed() {
  for (const RunningSource& source : sources_) {
    if (source.committed) ARROW_RETURN_NOT_OK(source.stream->Commit(*source.committed));
  }
  return Status::OK();
}

void SourceSet::FinishBatch() {
  for (RunningSource& source : sources_) {
    if (source.has_new_data()) source.stream->OnBatchCommitted(*source.available);
    source.committed = source.available;
  }
}

}  // namespace firesteel
