#include "connectors/file/file_write.h"

#include <cstdio>
#include <mutex>
#include <utility>

#include "checkpoint/compactible_file_log.h"
#include "common/error.h"
#include "common/random.h"
#include "connectors/file/shared_files.h"
#include "connectors/file/sink_log.h"

namespace firesteel {
namespace {

class FileStreamingWrite final : public StreamingWrite {
 public:
  FileStreamingWrite(FileWriteSettings settings, std::string extension)
      : settings_(std::move(settings)),
        extension_(std::move(extension)),
        files_(settings_.output.env),
        run_uuid_(NewUuid()) {}

  Status Open() {
    ARROW_RETURN_NOT_OK(files_.CreateDirectories(settings_.directory));
    CompactibleFileLog::Options options;
    options.compact_interval = settings_.log_compact_interval;
    options.cleanup_delay_ms = settings_.log_cleanup_delay_ms;
    ARROW_ASSIGN_OR_RAISE(
        CompactibleFileLog log,
        CompactibleFileLog::Open(&files_, settings_.clock, SinkLogDirectory(settings_.directory),
                                 options));
    log_ = std::make_unique<CompactibleFileLog>(std::move(log));
    return Status::OK();
  }

  Result<bool> IsCommitted(int64_t epoch) override {
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> latest, log_->LatestId());
    return latest && epoch <= *latest;
  }

  Result<std::unique_ptr<DataWriter>> CreateWriter(int partition, int64_t epoch) override {
    const bool shares = settings_.output.target_file_bytes > 0;
    // Tasks come here at the same time; the first one makes the files.
    std::unique_lock lock(mutex_, std::defer_lock);
    if (shares) lock.lock();
    if (shares && shared_ != nullptr && shared_->epoch() == epoch) return shared_->NewWriter();
    char number[16];
    std::snprintf(number, sizeof(number), "%05d", shares ? 0 : partition);
    // The epoch in the name keeps two batches of one run apart.
    const std::string uuid = run_uuid_.substr(0, 24) + EpochHex(epoch);
    auto writer = std::make_unique<PartitionedWriter>(
        &settings_.output, &files_, settings_.directory,
        std::string("part-") + number + "-" + uuid, extension_);
    if (shares) {
      ARROW_RETURN_NOT_OK(writer->EnsureOpen());
      shared_ = std::make_shared<SharedFiles>(epoch, std::move(writer));
      return shared_->NewWriter();
    }
    // Partition 0 writes a file even without rows, so that readers find the schema.
    if (partition == 0) ARROW_RETURN_NOT_OK(writer->EnsureOpen());
    return writer;
  }

  Status Commit(int64_t epoch, const std::vector<WriterCommitMessage>& messages) override {
    ARROW_ASSIGN_OR_RAISE(const bool committed, IsCommitted(epoch));
    if (committed) return Status::OK();
    std::vector<std::string> lines;
    std::vector<WriterCommitMessage> all = messages;
    const std::lock_guard lock(mutex_);
    if (shared_ != nullptr && shared_->epoch() == epoch) {
      ARROW_ASSIGN_OR_RAISE(WriterCommitMessage shared, shared_->Commit());
      all.push_back(std::move(shared));
      shared_.reset();
    }
    for (const WriterCommitMessage& message : all) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<SinkLogEntry> entries,
                            SinkLogEntry::FromLines(message.payload));
      for (const SinkLogEntry& entry : entries) lines.push_back(entry.ToJson());
    }
    ARROW_ASSIGN_OR_RAISE(const bool added, log_->Add(epoch, lines));
    if (!added) {
      return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(epoch)}});
    }
    return Status::OK();
  }

  Status Abort(int64_t, const std::vector<WriterCommitMessage>& messages) override {
    {
      const std::lock_guard lock(mutex_);
      if (shared_ != nullptr) shared_->Abort();
      shared_.reset();
    }
    Status result;
    for (const WriterCommitMessage& message : messages) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<SinkLogEntry> entries,
                            SinkLogEntry::FromLines(message.payload));
      for (const SinkLogEntry& entry : entries) {
        const Status removed = settings_.output.env->RemoveFile(entry.path);
        if (result.ok()) result = removed;
      }
    }
    return result;
  }

  std::string Describe() const override { return "FileSink[file:" + settings_.directory + "]"; }
  bool ReportsOutputRows() const override { return false; }

 private:
  static std::string EpochHex(int64_t epoch) {
    char text[16];
    std::snprintf(text, sizeof(text), "%012llx", static_cast<unsigned long long>(epoch));
    return text;
  }

  FileWriteSettings settings_;
  std::string extension_;
  CheckpointFileManager files_;
  std::string run_uuid_;
  std::unique_ptr<CompactibleFileLog> log_;
  std::mutex mutex_;
  // Guarded by mutex_. Of the batch at hand; null where each task has files of its own.
  std::shared_ptr<SharedFiles> shared_;
};

}  // namespace

Result<std::unique_ptr<StreamingWrite>> NewFileStreamingWrite(FileWriteSettings settings) {
  ARROW_RETURN_NOT_OK(settings.output.Check(/*needs_unique_names=*/false));
  ARROW_ASSIGN_OR_RAISE(std::string extension,
                        settings.output.format->FileExtension(settings.output.options));
  auto write = std::make_unique<FileStreamingWrite>(std::move(settings), std::move(extension));
  ARROW_RETURN_NOT_OK(write->Open());
  return write;
}

}  // namespace firesteel
