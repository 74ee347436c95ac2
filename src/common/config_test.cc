#include "common/config.h"

#include <fstream>
#include <sstream>

#include "common/config_keys.h"
#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(Config, GivesDefaultsUntilSet) {
  Config conf;
  EXPECT_TRUE(conf.Get(config::kAnsiEnabled));
  EXPECT_EQ(conf.Get("spark.sql.ansi.enabled"), "true");
  EXPECT_FALSE(conf.IsSet("spark.sql.ansi.enabled"));
  EXPECT_EQ(conf.Get("no.such.key"), std::nullopt);
  ASSERT_TRUE(conf.Set("spark.sql.ansi.enabled", " FALSE ").ok());
  EXPECT_FALSE(conf.Get(config::kAnsiEnabled));
  EXPECT_TRUE(conf.IsSet("spark.sql.ansi.enabled"));
  conf.Unset("spark.sql.ansi.enabled");
  EXPECT_TRUE(conf.Get(config::kAnsiEnabled));
}

TEST(Config, RefusesValuesOfAnotherType) {
  Config conf;
  const Status status = conf.Set("spark.sql.shuffle.partitions", "abc");
  EXPECT_EQ(ErrorCondition(status), "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(ErrorCondition(conf.Set("spark.sql.shuffle.partitions", "5s")),
            "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(ErrorCondition(conf.Set("spark.sql.ansi.enabled", "1")),
            "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(ErrorCondition(conf.Set("spark.sql.shuffle.partitions", "99999999999999999999")),
            "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_TRUE(conf.All().empty());
}

TEST(Config, DurationsTakeUnits) {
  Config conf;
  ASSERT_TRUE(conf.Set("spark.sql.streaming.stopTimeout", "10s").ok());
  EXPECT_EQ(conf.Get(config::kStopTimeoutMs), 10000);
  EXPECT_EQ(conf.Get("spark.sql.streaming.stopTimeout"), "10s");
  ASSERT_TRUE(conf.Set("spark.sql.streaming.stopTimeout", "2 min").ok());
  EXPECT_EQ(conf.Get(config::kStopTimeoutMs), 120000);
  ASSERT_TRUE(conf.Set("spark.sql.streaming.stopTimeout", "7").ok());
  EXPECT_EQ(conf.Get(config::kStopTimeoutMs), 7);
  EXPECT_FALSE(conf.Set("spark.sql.streaming.stopTimeout", "9223372036854775807d").ok());
}

TEST(Config, TakesUnknownKeysAndKeepsStaticOnes) {
  Config conf;
  ASSERT_TRUE(conf.Set("my.key", "v").ok());
  EXPECT_EQ(conf.Get("my.key"), "v");
  EXPECT_EQ(ErrorCondition(conf.Set("spark.sql.warehouse.dir", "/w")), "CANNOT_MODIFY_CONFIG");
  ASSERT_TRUE(conf.SetStatic("spark.sql.warehouse.dir", "/w").ok());
  EXPECT_EQ(conf.Get("spark.sql.warehouse.dir"), "/w");
}

TEST(Config, CopiesAreIndependent) {
  Config conf;
  ASSERT_TRUE(conf.Set("a", "1").ok());
  Config copy(conf);
  ASSERT_TRUE(copy.Set("a", "2").ok());
  EXPECT_EQ(conf.Get("a"), "1");
  conf = copy;
  EXPECT_EQ(conf.Get("a"), "2");
  EXPECT_EQ(conf.All().size(), 1u);
}

TEST(ConfigKeys, TheListHasEveryKey) {
  std::ifstream file(std::string(FIRESTEEL_SOURCE_DIR) + "/src/common/config_keys.h");
  ASSERT_TRUE(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  size_t declared = 0;
  const std::string source = text.str();
  for (size_t at = source.find("inline const ConfigKey<"); at != std::string::npos;
       at = source.find("inline const ConfigKey<", at + 1)) {
    ++declared;
  }
  EXPECT_EQ(declared, std::size(config::kAllKeys));
  std::map<std::string_view, int> names;
  for (const AnyConfigKey& key : config::kAllKeys) {
    std::visit([&](const auto* typed) { EXPECT_EQ(++names[typed->name], 1) << typed->name; }, key);
  }
}

}  // namespace
}  // namespace firesteel
