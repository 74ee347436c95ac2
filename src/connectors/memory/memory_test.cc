#include "arrow/record_batch.h"
#include "connectors/memory/memory_sink.h"
#include "connectors/memory/memory_stream.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

Schema Words() {
  Schema schema;
  schema.Add("word", TypeId::kString);
  return schema;
}

std::shared_ptr<arrow::RecordBatch> Block(const std::vector<std::string>& words) {
  std::vector<Row> rows;
  for (const std::string& word : words) rows.push_back(Row({Value(word)}));
  return *MakeBatch(rows, Words());
}

/// The words in a range of the stream.
Result<std::vector<std::string>> Read(MicroBatchStream* stream, const Offset& start,
                                      const Offset& end) {
  ARROW_ASSIGN_OR_RAISE(const auto partitions, stream->PlanInputPartitions(start, end));
  std::vector<std::string> words;
  for (const auto& partition : partitions) {
    std::string file;
    int64_t rows = 0;
    ReadContext context;
    context.input_file = &file;
    context.input_rows = &rows;
    ARROW_ASSIGN_OR_RAISE(const auto reader, stream->CreateReader(*partition, context));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
      if (batch == nullptr) break;
      std::vector<Row> read;
      AppendRows(*batch, std::make_shared<const Schema>(Words()), &read);
      for (const Row& row : read) words.push_back(row[0].Get<std::string>());
    }
  }
  return words;
}

TEST(MemoryStream, GivesTheSameRowsForTheSameRange) {
  MemoryStreamTable table(Words());
  table.Add(Block({"a", "b"}));
  table.Add(Block({"c"}));
  const auto scan = *table.NewScan({Words(), {}});
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto stream = *scan->ToMicroBatchStream("");
    EXPECT_EQ(*Read(stream.get(), Offset("-1"), Offset("0")),
              (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(*Read(stream.get(), Offset("0"), Offset("1")), (std::vector<std::string>{"c"}));
    EXPECT_TRUE(Read(stream.get(), Offset("1"), Offset("1"))->empty());
  }
}

TEST(MemoryStream, ObeysLimitsAndAvailableNow) {
  MemoryStreamTable table(Words());
  table.Add(Block({"a"}));
  table.Add(Block({"b"}));
  const auto stream = *(*table.NewScan({Words(), {}}))->ToMicroBatchStream("");
  EXPECT_EQ(stream->LatestOffset(Offset("-1"), ReadMaxFiles{1})->json(), "0");
  ASSERT_TRUE(stream->PrepareForAvailableNow().ok());
  table.Add(Block({"c"}));
  EXPECT_EQ(stream->LatestOffset(Offset("-1"), ReadAllAvailable{})->json(), "1");
  EXPECT_EQ(stream->ReportLatestOffset()->json(), "2");
}

TEST(MemoryStream, WakesItsQueries) {
  MemoryStreamTable table(Words());
  const auto stream = *(*table.NewScan({Words(), {}}))->ToMicroBatchStream("");
  int wakes = 0;
  ASSERT_TRUE(stream->SetWaker([&] { ++wakes; }));
  table.Add(Block({"a"}));
  EXPECT_EQ(wakes, 1);
  stream->Stop();
  table.Add(Block({"b"}));
  EXPECT_EQ(wakes, 1);
}

TEST(MemoryStream, RefusesOffsetsItDoesNotHave) {
  MemoryStreamTable table(Words());
  const auto stream = *(*table.NewScan({Words(), {}}))->ToMicroBatchStream("");
  EXPECT_FALSE(stream->PlanInputPartitions(Offset("-1"), Offset("5")).ok());
  EXPECT_FALSE(stream->DeserializeOffset("{\"logOffset\":3}").ok());
}

}  // namespace
}  // namespace firesteel
