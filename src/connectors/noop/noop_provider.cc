#include "connectors/noop/noop_provider.h"

#include <utility>

#include "common/error.h"

namespace firesteel {
namespace {

class NoopWriter final : public DataWriter {
 public:
  Status Write(const arrow::RecordBatch&) override { return Status::OK(); }
  Result<WriterCommitMessage> Commit() override { return WriterCommitMessage{}; }
  void Abort() override {}
};

class NoopWrite final : public StreamingWrite {
 public:
  Result<std::unique_ptr<DataWriter>> CreateWriter(int, int64_t) override {
    return std::make_unique<NoopWriter>();
  }
  Status Commit(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  std::string Describe() const override { return "NoopTable"; }
};

class NoopTable final : public Table {
 public:
  explicit NoopTable(Schema schema) : schema_(std::move(schema)) {}
  std::string Name() const override { return "noop-table"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kBatchWrite | kStreamingWrite | kUpdateMode | kCompleteMode | kEphemeralCheckpoint;
  }
  Result<StreamingSink> NewStreamingSink(const WriteRequest&) override {
    StreamingSink sink;
    sink.write = std::make_unique<NoopWrite>();
    return sink;
  }
  Result<std::unique_ptr<StreamingWrite>> NewBatchWrite(const WriteRequest&, SaveMode) override {
    return std::make_unique<NoopWrite>();
  }

 private:
  Schema schema_;
};

class NoopProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "noop"; }
  Result<Schema> ResolveSchema(const std::optional<Schema>&, const Options&, bool streaming,
                               const ConnectorContext&) override {
    return MakeError(
        "UNSUPPORTED_FEATURE.TABLE_OPERATION",
        {{"tableName", "noop"}, {"operation", streaming ? "micro-batch scan" : "batch scan"}});
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options&,
                                          const ConnectorContext&) override {
    return std::make_shared<NoopTable>(schema);
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewNoopProvider() { return std::make_shared<NoopProvider>(); }

}  // namespace firesteel
