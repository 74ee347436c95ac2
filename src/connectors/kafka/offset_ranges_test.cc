#include "connectors/kafka/offset_ranges.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "connectors/kafka/available_now.h"
#include "connectors/kafka/epoch_marker.h"
#include "connectors/kafka/kafka_records.h"
#include "connectors/kafka/kafka_stream.h"

namespace firesteel {
namespace {

constexpr int64_t kHuge = 9'000'000'000'000'000'000;

std::vector<int64_t> SizesOf(const std::vector<OffsetRange>& ranges) {
  std::vector<int64_t> sizes;
  for (const OffsetRange& range : ranges) sizes.push_back(range.size());
  return sizes;
}

TEST(OffsetRangesTest, SplitsLargeRangesOnly) {
  const std::vector<OffsetRange> ranges = {
      {{"t", 0}, 0, 1}, {{"t", 1}, 10, 110}, {{"t", 2}, 5, 5}, {{"t", 3}, 9, 2}};
  EXPECT_EQ(SizesOf(SplitRanges(ranges, 0, 0)), (std::vector<int64_t>{1, 100}));
  EXPECT_EQ(SizesOf(SplitRanges(ranges, 2, 0)), (std::vector<int64_t>{1, 100}));
  EXPECT_EQ(SizesOf(SplitRanges(ranges, 5, 0)), (std::vector<int64_t>{1, 25, 25, 25, 25}));
  EXPECT_EQ(SizesOf(SplitRanges(ranges, 0, 40)), (std::vector<int64_t>{1, 33, 33, 34}));
  // Not more pieces than records.
  EXPECT_EQ(SizesOf(SplitRanges({{{"t", 0}, 0, 3}}, 10, 0)), (std::vector<int64_t>{1, 1, 1}));
  EXPECT_TRUE(SplitRanges({}, 10, 10).empty());
}

TEST(OffsetRangesTest, PiecesFollowEachOther) {
  int64_t next = 7;
  for (const OffsetRange& range : SplitRanges({{{"t", 0}, 7, 1007}}, 9, 50)) {
    EXPECT_EQ(range.from, next);
    next = range.until;
  }
  EXPECT_EQ(next, 1007);
}

TEST(OffsetRangesTest, LimitIsSharedInProportion) {
  const PartitionOffsets from = {{{"t", 0}, 0}, {{"t", 1}, 100}, {{"t", 2}, 5}};
  const PartitionOffsets until = {{{"t", 0}, 100}, {{"t", 1}, 1000}, {{"t", 2}, 5}};
  EXPECT_EQ(LimitOffsets(from, until, 100),
            (PartitionOffsets{{{"t", 0}, 10}, {{"t", 1}, 190}, {{"t", 2}, 5}}));
  // A small partition does not starve, and nothing goes past the end.
  EXPECT_EQ(LimitOffsets(from, until, 5).at({"t", 0}), 1);
  EXPECT_EQ(LimitOffsets(from, until, kHuge), until);
  EXPECT_EQ(LimitOffsets(from, from, 5), from);
  EXPECT_EQ(LimitOffsets({{{"t", 0}, 0}}, {{{"t", 0}, kHuge}}, 3).at({"t", 0}), 3);
}

Result<PartitionOffsets> NoneAdded(const std::vector<TopicPartition>& partitions) {
  EXPECT_TRUE(partitions.empty());
  return PartitionOffsets();
}

std::string LossBetween(const PartitionOffsets& start, const PartitionOffsets& end,
                        const PartitionOffsets& earliest) {
  KafkaSourceOptions options;
  const auto ask = [&](const std::vector<TopicPartition>&) -> Result<PartitionOffsets> {
    return earliest;
  };
  const auto ranges = RangesBetween(start, end, options, ask);
  options.fail_on_data_loss = false;
  EXPECT_TRUE(RangesBetween(start, end, options, ask).ok());
  return ErrorCondition(ranges.status());
}

TEST(RangesBetweenTest, FindsLosses) {
  const PartitionOffsets one = {{{"t", 0}, 5}};
  const PartitionOffsets two = {{{"t", 0}, 5}, {{"t", 1}, 9}};
  EXPECT_EQ(RangesBetween(one, one, {}, NoneAdded)->size(), 1u);
  EXPECT_EQ(LossBetween(one, two, {{{"t", 1}, 0}}), "");
  EXPECT_EQ(LossBetween(one, two, {{{"t", 1}, 2}}),
            "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO");
  EXPECT_EQ(LossBetween(one, two, {}), "KAFKA_DATA_LOSS.INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS");
  EXPECT_EQ(LossBetween(two, one, {}), "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
  EXPECT_EQ(LossBetween({{{"t", 0}, 6}}, one, {}), "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED");
}

TEST(RangesBetweenTest, NamesTheGroupThatIsSet) {
  KafkaSourceOptions options;
  options.is_group_given = true;
  const auto none = [](const std::vector<TopicPartition>&) -> Result<PartitionOffsets> {
    return PartitionOffsets();
  };
  EXPECT_EQ(
      ErrorCondition(
          RangesBetween({{{"t", 0}, 1}, {{"t", 1}, 1}}, {{{"t", 0}, 1}}, options, none).status()),
      "KAFKA_DATA_LOSS.PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT");
}

TEST(AvailableNowTest, EndsAmongWhatWasAndIsThere) {
  const PartitionOffsets prefetched = {{{"t", 0}, 5}, {{"t", 1}, 5}};
  EXPECT_TRUE(CheckEndIsPrefetched({{{"t", 0}, 5}, {{"t", 1}, 3}}, prefetched).ok());
  EXPECT_EQ(ErrorCondition(CheckEndIsPrefetched({{{"t", 0}, 5}}, prefetched)),
            "MISMATCHED_TOPIC_PARTITIONS_BETWEEN_END_OFFSET_AND_PREFETCHED");
  EXPECT_EQ(ErrorCondition(CheckEndIsPrefetched({{{"t", 0}, 6}, {{"t", 1}, 3}}, prefetched)),
            "END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_PREFETCHED");
  // New partitions do not matter: this query does not read them.
  EXPECT_TRUE(CheckEndIsAvailable({{{"t", 0}, 5}}, prefetched).ok());
  EXPECT_EQ(ErrorCondition(CheckEndIsAvailable({{{"t", 2}, 0}}, prefetched)),
            "LOST_TOPIC_PARTITIONS_IN_END_OFFSET_WITH_TRIGGER_AVAILABLENOW");
  EXPECT_EQ(
      ErrorCondition(CheckEndIsAvailable({{{"t", 0}, 6}}, prefetched)),
      "END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_LATEST_WITH_TRIGGER_AVAILABLENOW");
}

TEST(RangesBetweenTest, LagIsOverPartitions) {
  const auto lag =
      OffsetsBehindLatest({{{"t", 0}, 5}, {{"t", 1}, 4}}, {{{"t", 0}, 5}, {{"t", 1}, 9}});
  EXPECT_EQ(lag.at("minOffsetsBehindLatest"), "0");
  EXPECT_EQ(lag.at("maxOffsetsBehindLatest"), "5");
  EXPECT_EQ(lag.at("avgOffsetsBehindLatest"), "2.5");
  EXPECT_TRUE(OffsetsBehindLatest({}, {}).empty());
}

TEST(EpochMarkerTest, TextAndBack) {
  EXPECT_EQ(EpochOfMarker(EpochMarkerText(42)), 42);
  for (const char* other : {"", "42", "firesteel epoch=", "firesteel epoch=4x"}) {
    EXPECT_EQ(EpochOfMarker(other), std::nullopt) << other;
  }
}

TEST(RecordColumnsTest, ConditionsOfColumns) {
  const auto condition = [](const char* ddl, std::optional<std::string> topic) {
    return KafkaRecordColumns::Make(*Schema::FromDdl(ddl), topic).status().message();
  };
  EXPECT_EQ(condition("value STRING", "t"), "");
  EXPECT_EQ(condition("key BINARY, value BINARY, topic STRING, partition INT, "
                      "headers ARRAY<STRUCT<key: STRING, value: BINARY>>",
                      std::nullopt),
            "");
  EXPECT_EQ(ErrorCondition(KafkaRecordColumns::Make(*Schema::FromDdl("a INT"), "t").status()),
            "_LEGACY_ERROR_TEMP_3080");
  EXPECT_NE(condition("value STRING", std::nullopt).find("topic option required"),
            std::string::npos);
  for (const char* ddl : {"value INT", "value STRING, key INT", "value STRING, partition LONG",
                          "value STRING, headers ARRAY<STRING>"}) {
    EXPECT_NE(condition(ddl, "t").find("unsupported type"), std::string::npos) << ddl;
  }
  EXPECT_NE(condition("value STRING, topic INT", std::nullopt).find("unsupported type"),
            std::string::npos);
}

}  // namespace
}  // namespace firesteel
