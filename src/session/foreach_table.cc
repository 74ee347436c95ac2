#include "session/foreach_table.h"

#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

/// Gives the rows of one partition to its writer, which is closed exactly once.
class ForeachDataWriter final : public DataWriter {
 public:
  static Result<std::unique_ptr<DataWriter>> Open(std::unique_ptr<ForeachWriter> writer,
                                                  std::shared_ptr<const Schema> schema,
                                                  int partition, int64_t epoch) {
    if (writer == nullptr) return Status::Invalid("The factory of Foreach made no writer.");
    ARROW_ASSIGN_OR_RAISE(const bool wanted, writer->Open(partition, epoch));
    return std::unique_ptr<DataWriter>(
        new ForeachDataWriter(std::move(writer), std::move(schema), wanted));
  }
  ~ForeachDataWriter() override { Abort(); }

  Status Write(const arrow::RecordBatch& batch) override {
    if (!wanted_) return Status::OK();
    rows_.clear();
    AppendRows(batch, schema_, &rows_);
    for (const Row& row : rows_) {
      Status processed = writer_->Process(row);
      if (processed.ok()) continue;
      Close(processed);
      return processed;
    }
    return Status::OK();
  }
  Result<WriterCommitMessage> Commit() override {
    Close(Status::OK());
    return WriterCommitMessage{};
  }
  void Abort() override { Close(Status::Cancelled("The batch failed or was stopped.")); }

 private:
  ForeachDataWriter(std::unique_ptr<ForeachWriter> writer, std::shared_ptr<const Schema> schema,
                    bool wanted)
      : writer_(std::move(writer)), schema_(std::move(schema)), wanted_(wanted) {}

  void Close(const Status& error) {
    if (std::exchange(closed_, true)) return;
    writer_->Close(error);
  }

  const std::unique_ptr<ForeachWriter> writer_;
  const std::shared_ptr<const Schema> schema_;
  const bool wanted_;
  bool closed_ = false;
  std::vector<Row> rows_;
};

/// Whether rows came before is for the writers to know: epochs are neither committed nor undone.
class ForeachWrite final : public StreamingWrite {
 public:
  ForeachWrite(ForeachWriterFactory new_writer, const Schema& schema)
      : new_writer_(std::move(new_writer)), schema_(std::make_shared<const Schema>(schema)) {}

  Result<std::unique_ptr<DataWriter>> CreateWriter(int partition, int64_t epoch) override {
    return ForeachDataWriter::Open(new_writer_(), schema_, partition, epoch);
  }
  Status Commit(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  std::string Describe() const override { return "ForeachWriterTable"; }

 private:
  const ForeachWriterFactory new_writer_;
  const std::shared_ptr<const Schema> schema_;
};

class ForeachTable final : public Table {
 public:
  explicit ForeachTable(ForeachWriterFactory new_writer) : new_writer_(std::move(new_writer)) {}

  std::string Name() const override { return "ForeachWriterTable"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kStreamingWrite | kUpdateMode | kCompleteMode | kEphemeralCheckpoint;
  }
  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override {
    return StreamingSink{std::make_unique<ForeachWrite>(new_writer_, request.schema), nullptr};
  }

 private:
  const ForeachWriterFactory new_writer_;
  const Schema schema_;
};

}  // namespace

std::shared_ptr<Table> NewForeachTable(ForeachWriterFactory new_writer) {
  return std::make_shared<ForeachTable>(std::move(new_writer));
}

}  // namespace firesteel
