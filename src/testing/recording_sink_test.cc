#include "testing/recording_sink.h"

#include "gtest/gtest.h"

namespace firesteel::testing {
namespace {

class RecordingSinkTest : public ::testing::Test {
 protected:
  Status Add(int64_t batch_id, std::vector<Row> rows) {
    return sink_.AddRows(batch_id, Schema().Add("n", TypeId::kInteger), std::move(rows));
  }

  const Row one_{{Value(int32_t{1})}};
  const Row two_{{Value(int32_t{2})}};
  RecordingSink sink_;
};

TEST_F(RecordingSinkTest, KeepsBatchesApart) {
  EXPECT_EQ(sink_.last_batch_id(), -1);
  EXPECT_EQ(sink_.schema(), nullptr);
  ASSERT_TRUE(Add(4, {one_}).ok());
  ASSERT_TRUE(Add(5, {two_, one_}).ok());
  EXPECT_EQ(sink_.last_batch_id(), 5);
  EXPECT_EQ(sink_.RowsAfter(-1), (std::vector<Row>{one_, two_, one_}));
  EXPECT_EQ(sink_.RowsAfter(4), (std::vector<Row>{two_, one_}));
  EXPECT_EQ(sink_.LastBatch(), (std::vector<Row>{two_, one_}));
}

TEST_F(RecordingSinkTest, ABatchThatComesAgainMustBeTheSame) {
  ASSERT_TRUE(Add(0, {one_, two_}).ok());
  EXPECT_TRUE(Add(0, {two_, one_}).ok());
  EXPECT_FALSE(Add(0, {one_}).ok());
  EXPECT_EQ(sink_.RowsAfter(-1).size(), 2u);
}

TEST_F(RecordingSinkTest, NoBatchMayBeLeftOutOrComeLate) {
  ASSERT_TRUE(Add(0, {one_}).ok());
  EXPECT_FALSE(Add(2, {one_}).ok());
  ASSERT_TRUE(Add(1, {two_}).ok());
  EXPECT_FALSE(Add(0, {one_}).ok());
}

}  // namespace
}  // namespace firesteel::testing
