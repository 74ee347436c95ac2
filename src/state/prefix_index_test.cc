#include "state/prefix_index.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/state_test_rows.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

PrefixIndex MakeIndex() {
  return PrefixIndex(
      UnsafeRowShape(Schema().Add("a", TypeId::kLong).Add("b", TypeId::kLong)), 1);
}

TEST(PrefixIndexTest, FindsWhatIsThere) {
  PrefixIndex index = MakeIndex();
  EXPECT_THAT(index.Find(LongRow({1})), IsEmpty());
  ASSERT_TRUE(index.Add(LongRow({1, 10}), 100).ok());
  ASSERT_TRUE(index.Add(LongRow({1, 11}), 101).ok());
  ASSERT_TRUE(index.Add(LongRow({2, 10}), 102).ok());
  ASSERT_TRUE(index.Add(LongRow({1, 12}), 103).ok());
  EXPECT_THAT(index.Find(LongRow({1})), UnorderedElementsAre(100, 101, 103));
  EXPECT_THAT(index.Find(LongRow({2})), ElementsAre(102));
  index.Move(LongRow({1, 11}), 101, 201);
  index.Remove(LongRow({1, 10}), 100);
  EXPECT_THAT(index.Find(LongRow({1})), UnorderedElementsAre(201, 103));
  ASSERT_TRUE(index.Add(LongRow({1, 13}), 104).ok());
  EXPECT_THAT(index.Find(LongRow({1})), UnorderedElementsAre(201, 103, 104));
  index.Remove(LongRow({2, 10}), 102);
  EXPECT_THAT(index.Find(LongRow({2})), IsEmpty());
}

TEST(PrefixIndexTest, LongListsGrowAndShrink) {
  PrefixIndex index = MakeIndex();
  for (RecordRef i = 1; i <= 1000; ++i) ASSERT_TRUE(index.Add(LongRow({7, i}), i).ok());
  EXPECT_EQ(index.Find(LongRow({7})).size(), 1000u);
  for (RecordRef i = 1; i < 1000; ++i) index.Remove(LongRow({7, i}), i);
  EXPECT_THAT(index.Find(LongRow({7})), ElementsAre(1000));
  index.Remove(LongRow({7, 1000}), 1000);
  EXPECT_THAT(index.Find(LongRow({7})), IsEmpty());
}

TEST(PrefixIndexTest, KeyThatIsNoRowIsRefused) {
  PrefixIndex index = MakeIndex();
  EXPECT_EQ(ErrorCondition(index.Add("short", 1)), "STATE_STORE_INVALID_ROW");
}

}  // namespace
}  // namespace firesteel
