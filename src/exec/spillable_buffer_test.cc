#include "exec/spillable_buffer.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

Schema WideSchema() {
  return Schema({{"s", TypeId::kString},
                 {"d", DataType::Decimal(20, 3)},
                 {"l", DataType::Array(TypeId::kInteger)},
                 {"m", DataType::Map(TypeId::kString, TypeId::kLong)},
                 {"y", TypeId::kYearMonthInterval},
                 {"t", TypeId::kTimestamp},
                 {"v", TypeId::kNull}});
}

Row WideRow(int i) {
  return Row({Value("text " + std::to_string(i)), Value(Decimal{i, 20, 3}),
              Value(ArrayValue{{Value(i), Value()}}),
              Value(MapValue{{{Value("k"), Value(int64_t{i})}}}), Value(YearMonthInterval{i}),
              Value(Timestamp{i}), Value()});
}

class SpillableBufferTest : public ::testing::Test {
 protected:
  std::unique_ptr<SpillableBuffer> Buffer(int64_t budget_bytes) {
    return std::make_unique<SpillableBuffer>(&environment_.services(),
                                             ToArrowSchema(WideSchema()), budget_bytes);
  }
  void Fill(SpillableBuffer* buffer, int batches) {
    for (int i = 0; i < batches; ++i) {
      // A slice of a larger batch, as exchanges hand them in.
      auto batch = MakeBatch({WideRow(-1), WideRow(i), Row(std::vector<Value>(7))}, WideSchema())
                       .ValueOrDie();
      ASSERT_TRUE(buffer->Add(batch->Slice(1, 2)).ok());
    }
    ASSERT_TRUE(buffer->Finish().ok());
  }
  std::vector<Row> Rows(const SpillableBuffer& buffer) {
    auto reader = buffer.Open().ValueOrDie();
    const auto schema = std::make_shared<Schema>(WideSchema());
    std::vector<Row> rows;
    while (auto batch = reader->Next().ValueOrDie()) AppendRows(*batch, schema, &rows);
    return rows;
  }

  PlanTestEnvironment environment_;
};

TEST_F(SpillableBufferTest, SmallOnesStayInMemory) {
  auto buffer = Buffer(1 << 20);
  Fill(buffer.get(), 3);
  EXPECT_FALSE(buffer->spilled());
  EXPECT_EQ(buffer->rows(), 6);
  EXPECT_EQ(Rows(*buffer).size(), 6);
  EXPECT_EQ(environment_.SpillFiles(), 0);
}

TEST_F(SpillableBufferTest, OverTheBudgetRowsGoToAFileAndComeBackTheSame) {
  auto in_memory = Buffer(1 << 20);
  Fill(in_memory.get(), 50);
  auto spilled = Buffer(1000);
  Fill(spilled.get(), 50);
  ASSERT_TRUE(spilled->spilled());
  EXPECT_EQ(environment_.SpillFiles(), 1);
  EXPECT_EQ(Rows(*spilled), Rows(*in_memory));
  EXPECT_EQ(Rows(*spilled).size(), 100) << "a second reader starts at the beginning";
  spilled.reset();
  EXPECT_EQ(environment_.SpillFiles(), 0);
}

TEST_F(SpillableBufferTest, ABufferGivenUpHalfWayLeavesNoFile) {
  auto buffer = Buffer(0);
  ASSERT_TRUE(buffer->Add(MakeBatch({WideRow(1)}, WideSchema()).ValueOrDie()).ok());
  EXPECT_EQ(environment_.SpillFiles(), 1);
  buffer.reset();
  EXPECT_EQ(environment_.SpillFiles(), 0);
}

TEST_F(SpillableBufferTest, BuffersShareABudget) {
  auto budget = std::make_shared<MemoryBudget>(2000);
  const auto schema = ToArrowSchema(WideSchema());
  auto first = std::make_unique<SpillableBuffer>(&environment_.services(), schema, budget);
  SpillableBuffer second(&environment_.services(), schema, budget);
  Fill(first.get(), 4);
  EXPECT_FALSE(first->spilled());
  EXPECT_GT(budget->used_bytes(), 0);
  Fill(&second, 50);
  EXPECT_TRUE(second.spilled());
  first.reset();
  EXPECT_EQ(budget->used_bytes(), 0);
}

TEST_F(SpillableBufferTest, RowsWithoutColumnsAreCounted) {
  SpillableBuffer buffer(&environment_.services(), arrow::schema({}), 0);
  const arrow::ArrayVector none;
  ASSERT_TRUE(buffer.Add(arrow::RecordBatch::Make(arrow::schema({}), 7, none)).ok());
  ASSERT_TRUE(buffer.Finish().ok());
  EXPECT_EQ(buffer.rows(), 7);
  EXPECT_EQ(buffer.Open().ValueOrDie()->Next().ValueOrDie()->num_rows(), 7);
}

TEST_F(SpillableBufferTest, MisuseIsAnError) {
  auto buffer = Buffer(100);
  EXPECT_FALSE(buffer->Open().ok());
  ASSERT_TRUE(buffer->Finish().ok());
  EXPECT_FALSE(buffer->Add(MakeBatch({WideRow(1)}, WideSchema()).ValueOrDie()).ok());
}

TEST_F(SpillableBufferTest, ASpillDirectoryThatCannotBeMadeIsAnError) {
  environment_.services().spill_directory = "/proc/firesteel";
  auto buffer = Buffer(0);
  EXPECT_FALSE(buffer->Add(MakeBatch({WideRow(1)}, WideSchema()).ValueOrDie()).ok());
}

}  // namespace
}  // namespace firesteel
