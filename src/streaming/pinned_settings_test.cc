#include "streaming/pinned_settings.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

using Values = std::map<std::string, std::string>;

constexpr char kPartitions[] = "spark.sql.shuffle.partitions";
constexpr char kCodec[] = "spark.sql.streaming.stateStore.compression.codec";
constexpr char kAggregation[] = "spark.sql.streaming.aggregation.stateFormatVersion";

TEST(PinnedSettingsTest, ANewQueryWritesWhatSparkWrites) {
  const PinnedSettings settings = PinnedSettings::FromSession(Config(), 4).ValueOrDie();
  EXPECT_EQ(settings.values(),
            (Values{
                {"spark.sql.dropDuplicates.deterministicKeyOrder.enabled", "true"},
                {"spark.sql.function.protobufExtensions.enabled", "false"},
                {"spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false"},
                {"spark.sql.shuffle.partitions", "4"},
                {"spark.sql.streaming.aggregation.stateFormatVersion", "2"},
                {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "2"},
                {"spark.sql.streaming.join.stateFormatVersion", "2"},
                {"spark.sql.streaming.multipleWatermarkPolicy", "min"},
                {"spark.sql.streaming.queryEvolution.enableSourceEvolution", "false"},
                {"spark.sql.streaming.stateStore.compression.codec", "lz4"},
                {"spark.sql.streaming.stateStore.encodingFormat", "unsaferow"},
                {"spark.sql.streaming.stateStore.providerClass",
                 "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"},
                {"spark.sql.streaming.stateStore.rocksdb.formatVersion", "5"},
                {"spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion", "2"},
                {"spark.sql.streaming.stateStore.rowChecksum.enabled", "false"},
                {"spark.sql.streaming.statefulOperator.alwaysNullableOutput.enabled", "true"},
                {"spark.sql.streaming.statefulOperator.useStrictDistribution", "true"},
            }));
  EXPECT_TRUE(settings.CheckStateFormat().ok());
}

TEST(PinnedSettingsTest, ANewQueryTakesTheSessionsSettings) {
  Config config;
  ASSERT_TRUE(config.Set(kPartitions, "7").ok());
  ASSERT_TRUE(config.Set(kCodec, "zstd").ok());
  const PinnedSettings settings = PinnedSettings::FromSession(config, 4).ValueOrDie();
  EXPECT_EQ(settings.shuffle_partitions(), 7);
  EXPECT_EQ(settings.state_compression_codec(), "zstd");
}

TEST(PinnedSettingsTest, TheLogWinsOverTheSession) {
  Config config;
  ASSERT_TRUE(config.Set(kPartitions, "7").ok());
  ASSERT_TRUE(config.Set(kCodec, "zstd").ok());
  const PinnedSettings settings =
      PinnedSettings::FromLog({{kPartitions, "3"}, {kCodec, "lz4"}, {kAggregation, "2"}}, config, 4)
          .ValueOrDie();
  EXPECT_EQ(settings.shuffle_partitions(), 3);
  EXPECT_EQ(settings.state_compression_codec(), "lz4");
  EXPECT_EQ(settings.values().size(), 17u);
}

TEST(PinnedSettingsTest, WhatAnOldLogLacksMeansWhatItMeantThen) {
  const PinnedSettings settings =
      PinnedSettings::FromLog({{kPartitions, "3"}}, Config(), 4).ValueOrDie();
  EXPECT_EQ(settings.values().at(kAggregation), "1");
  EXPECT_EQ(settings.values().at("spark.sql.streaming.statefulOperator.useStrictDistribution"),
            "false");
  EXPECT_EQ(settings.values().at("spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan"),
            "true");
  EXPECT_EQ(settings.values().at("spark.sql.streaming.stateStore.rocksdb.formatVersion"), "5");
  EXPECT_EQ(ErrorCondition(settings.CheckStateFormat()), "INVALID_CONF_VALUE.REQUIREMENT");
}

TEST(PinnedSettingsTest, RefusesNumbersOfPartitionsThatCannotBe) {
  for (const char* bad : {"0", "-1", "", "x", "3x", "99999999999", "100001"}) {
    EXPECT_EQ(ErrorCondition(PinnedSettings::FromLog({{kPartitions, bad}}, Config(), 4).status()),
              "INVALID_CONF_VALUE.REQUIREMENT")
        << bad;
  }
  Config config;
  ASSERT_TRUE(config.Set(kPartitions, "4000000000").ok());
  EXPECT_EQ(ErrorCondition(PinnedSettings::FromSession(config, 4).status()),
            "INVALID_CONF_VALUE.REQUIREMENT");
}

TEST(PinnedSettingsTest, RefusesStateThatOnlySparkReads) {
  const auto check = [](const std::string& name, const std::string& value) {
    Values logged{{kPartitions, "3"}, {kAggregation, "2"}};
    logged[name] = value;
    return ErrorCondition(
        PinnedSettings::FromLog(logged, Config(), 4).ValueOrDie().CheckStateFormat());
  };
  EXPECT_EQ(check("spark.sql.streaming.stateStore.providerClass",
                  "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"),
            "STATE_STORE_INVALID_PROVIDER");
  EXPECT_EQ(check("spark.sql.streaming.stateStore.rowChecksum.enabled", "true"),
            "INVALID_CONF_VALUE.REQUIREMENT");
  EXPECT_EQ(check("spark.sql.streaming.stateStore.encodingFormat", "avro"),
            "INVALID_CONF_VALUE.REQUIREMENT");
  EXPECT_EQ(check("spark.sql.streaming.join.stateFormatVersion", "1"), "");
}

}  // namespace
}  // namespace firesteel
