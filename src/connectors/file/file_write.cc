#include "connectors/file/file_write.h"

#include <cstdio>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "checkpoint/compactible_file_log.h"
#include "common/error.h"
#include "common/random.h"
#include "connectors/file/sink_log.h"

namespace firesteel {
namespace {

/// Lets a format write into an AtomicFile. Closing is left to the owner of the file.
class AtomicFileStream final : public arrow::io::OutputStream {
 public:
  explicit AtomicFileStream(AtomicFile* file) : file_(file) {}
  ~AtomicFileStream() override = default;

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t bytes) override {
    position_ += bytes;
    return file_->Append(
        std::string_view(static_cast<const char*>(data), static_cast<size_t>(bytes)));
  }

 private:
  AtomicFile* file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class FileDataWriter final : public DataWriter {
 public:
  FileDataWriter(const FileWriteSettings* settings, CheckpointFileManager* files, std::string path)
      : settings_(settings), files_(files), path_(std::move(path)) {}
  ~FileDataWriter() override { Abort(); }

  Status Write(const arrow::RecordBatch& batch) override {
    ARROW_RETURN_NOT_OK(EnsureOpen());
    return writer_->Write(batch);
  }

  /// Opens the file if no row has done so.
  Status EnsureOpen() {
    if (file_ != nullptr) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(file_, files_->CreateAtomic(path_, /*overwrite=*/false));
    stream_ = std::make_shared<AtomicFileStream>(file_.get());
    ARROW_ASSIGN_OR_RAISE(
        writer_, settings_->format->OpenWriter(stream_, settings_->schema, settings_->options,
                                               settings_->session_time_zone));
    return Status::OK();
  }

  Result<WriterCommitMessage> Commit() override {
    if (file_ == nullptr) return WriterCommitMessage{};
    ARROW_RETURN_NOT_OK(writer_->Finish());
    writer_.reset();
    ARROW_RETURN_NOT_OK(file_->Close());
    file_.reset();
    ARROW_ASSIGN_OR_RAISE(const FileStatus status, settings_->env->GetStatus(path_));
    const SinkLogEntry entry{path_, status.size, status.modification_time_ms};
    return WriterCommitMessage{entry.ToJson()};
  }

  void Abort() override {
    writer_.reset();
    if (file_ != nullptr) file_->Cancel();
    file_.reset();
  }

 private:
  const FileWriteSettings* settings_;
  CheckpointFileManager* files_;
  std::string path_;
  std::unique_ptr<AtomicFile> file_;
  std::shared_ptr<AtomicFileStream> stream_;
  std::unique_ptr<FileFormatWriter> writer_;
};

class FileStreamingWrite final : public StreamingWrite {
 public:
  FileStreamingWrite(FileWriteSettings settings, std::string extension)
      : settings_(std::move(settings)),
        extension_(std::move(extension)),
        files_(settings_.env),
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
    char number[16];
    std::snprintf(number, sizeof(number), "%05d", partition);
    // The epoch in the name keeps two batches of one run apart.
    const std::string uuid = run_uuid_.substr(0, 24) + EpochHex(epoch);
    auto writer = std::make_unique<FileDataWriter>(
        &settings_, &files_,
        settings_.directory + "/part-" + number + "-" + uuid + "-c000" + extension_);
    // Partition 0 writes a file even without rows, so that readers find the schema.
    if (partition == 0) ARROW_RETURN_NOT_OK(writer->EnsureOpen());
    return writer;
  }

  Status Commit(int64_t epoch, const std::vector<WriterCommitMessage>& messages) override {
    ARROW_ASSIGN_OR_RAISE(const bool committed, IsCommitted(epoch));
    if (committed) return Status::OK();
    std::vector<std::string> lines;
    for (const WriterCommitMessage& message : messages) {
      if (!message.payload.empty()) lines.push_back(message.payload);
    }
    ARROW_ASSIGN_OR_RAISE(const bool added, log_->Add(epoch, lines));
    if (!added) {
      return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(epoch)}});
    }
    return Status::OK();
  }

  Status Abort(int64_t, const std::vector<WriterCommitMessage>& messages) override {
    Status result;
    for (const WriterCommitMessage& message : messages) {
      if (message.payload.empty()) continue;
      ARROW_ASSIGN_OR_RAISE(const SinkLogEntry entry, SinkLogEntry::FromJson(message.payload));
      const Status removed = settings_.env->RemoveFile(entry.path);
      if (result.ok()) result = removed;
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
};

}  // namespace

Result<std::unique_ptr<StreamingWrite>> NewFileStreamingWrite(FileWriteSettings settings) {
  ARROW_ASSIGN_OR_RAISE(std::string extension, settings.format->FileExtension(settings.options));
  auto write = std::make_unique<FileStreamingWrite>(std::move(settings), std::move(extension));
  ARROW_RETURN_NOT_OK(write->Open());
  return write;
}

}  // namespace firesteel
