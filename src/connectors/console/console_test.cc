#include "connectors/console/console_provider.h"

#include "arrow/record_batch.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

/// A batch of one partition held in memory.
class HeldBatch final : public BatchHandle {
 public:
  HeldBatch(Schema schema, const std::vector<Row>& rows)
      : schema_(std::move(schema)), batch_(*MakeBatch(rows, schema_)) {}
  const Schema& schema() const override { return schema_; }
  int partitions() const override { return 1; }
  Result<std::unique_ptr<BatchReader>> Open(int) const override {
    class Reader final : public BatchReader {
     public:
      explicit Reader(std::shared_ptr<arrow::RecordBatch> batch) : batch_(std::move(batch)) {}
      Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
        if (batch_ != nullptr && batch_->num_rows() == 0) return nullptr;
        return std::exchange(batch_, nullptr);
      }

     private:
      std::shared_ptr<arrow::RecordBatch> batch_;
    };
    return std::make_unique<Reader>(batch_);
  }

 private:
  Schema schema_;
  std::shared_ptr<arrow::RecordBatch> batch_;
};

/// What the sink prints for a batch.
Result<std::string> Printed(const Options& options, const HeldBatch& batch) {
  std::string text;
  const auto provider = NewConsoleProvider([&](std::string_view printed) {
    text += printed;
    return Status::OK();
  });
  ARROW_ASSIGN_OR_RAISE(const auto table,
                        provider->GetTable(batch.schema(), options, ConnectorContext{}));
  ARROW_ASSIGN_OR_RAISE(const StreamingSink sink, table->NewStreamingSink(WriteRequest{}));
  ARROW_RETURN_NOT_OK(sink.batch_sink->AddBatch(3, batch));
  return text;
}

Schema WordCounts() {
  Schema schema;
  schema.Add("word", TypeId::kString).Add("count", TypeId::kLong);
  return schema;
}

TEST(Console, PrintsABatchAsSparkDoes) {
  const HeldBatch batch(WordCounts(), {Row({"cat", int64_t{2}}), Row({Value(), int64_t{10}})});
  EXPECT_EQ(*Printed(Options(), batch),
            "-------------------------------------------\n"
            "Batch: 3\n"
            "-------------------------------------------\n"
            "+----+-----+\n"
            "|word|count|\n"
            "+----+-----+\n"
            "| cat|    2|\n"
            "|NULL|   10|\n"
            "+----+-----+\n"
            "\n");
}

TEST(Console, PrintsAnEmptyBatch) {
  EXPECT_EQ(*Printed(Options(), HeldBatch(WordCounts(), {})),
            "-------------------------------------------\n"
            "Batch: 3\n"
            "-------------------------------------------\n"
            "+----+-----+\n"
            "|word|count|\n"
            "+----+-----+\n"
            "+----+-----+\n"
            "\n");
}

TEST(Console, SaysThatThereAreMoreRows) {
  Options options;
  options.Set("numRows", "1");
  const HeldBatch batch(WordCounts(), {Row({"a", int64_t{1}}), Row({"b", int64_t{2}})});
  const std::string text = *Printed(options, batch);
  EXPECT_NE(text.find("only showing top 1 row"), std::string::npos) << text;
  EXPECT_EQ(text.find("|   b|"), std::string::npos) << text;
}

TEST(Console, RefusesBadOptions) {
  const auto provider = NewConsoleProvider(StandardOutput());
  for (const auto& [name, value] : {std::pair("numRows", "many"), std::pair("truncate", "maybe")}) {
    Options options;
    options.Set(name, value);
    EXPECT_FALSE(provider->GetTable(WordCounts(), options, ConnectorContext{}).ok()) << name;
  }
}

}  // namespace
}  // namespace firesteel
