#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "connectors/kafka/jaas_configuration.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_configuration.h"
#include "connectors/kafka/kafka_offsets.h"
#include "connectors/kafka/kafka_source_options.h"
#include "connectors/kafka/topic_pattern.h"

namespace firesteel {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kCanary[] = "canary-pa55word";

Options MakeOptions(std::initializer_list<std::pair<const char*, std::string>> pairs) {
  Options options;
  options.Set("kafka.bootstrap.servers", "127.0.0.1:1");
  for (const auto& [name, value] : pairs) options.Set(name, value);
  return options;
}

Options Subscribed(std::initializer_list<std::pair<const char*, std::string>> pairs) {
  Options options = MakeOptions(pairs);
  options.Set("subscribe", "events");
  return options;
}

TEST(KafkaOffsetsTest, TextIsThatOfSparkAndSorted) {
  const PartitionOffsets offsets = {{{"b", 0}, 7}, {{"a", 10}, 2}, {{"a", 2}, 1}};
  EXPECT_EQ(PartitionOffsetsToJson(offsets), R"({"a":{"2":1,"10":2},"b":{"0":7}})");
  EXPECT_EQ(PartitionOffsetsToJson({}), "{}");
  EXPECT_EQ(*PartitionOffsetsFromJson(R"( {"b" : {"0":7},"a":{"10":2,"2":1}} )"), offsets);
}

TEST(KafkaOffsetsTest, RefusesOtherTexts) {
  for (const char* text :
       {"", "5", "[]", "{\"a\":5}", "{\"a\":{\"x\":1}}", "{\"a\":{\"-1\":1}}",
        "{\"a\":{\"0\":\"1\"}}", "{\"a\":{\"0\":1.5}}", "{\"a\":{\"0\":18446744073709551615}}",
        "{\"a\":{\"99999999999\":1}}", "{\"a\":{\"0\":1}"}) {
    EXPECT_FALSE(PartitionOffsetsFromJson(text).ok()) << text;
  }
  for (const char* text : {"{\"a\":0}", "{\"a\":[\"0\"]}", "{\"a\":[-1]}", "x"}) {
    EXPECT_FALSE(AssignmentFromJson(text).ok()) << text;
  }
  EXPECT_EQ(JoinPartitions(*AssignmentFromJson(R"({"b":[1,0,1],"a":[2]})")), "a-2, b-0, b-1");
}

TEST(JaasConfigurationTest, ReadsQuotesAndEscapes) {
  const JaasConfiguration jaas =
      JaasConfiguration::Parse(
          "org.apache.kafka.common.security.scram.ScramLoginModule required "
          "username=\"a b\" password='it\\'s; =\"x\"' tokenauth=true ;")
          .ValueOrDie();
  EXPECT_EQ(jaas.login_module, "ScramLoginModule");
  EXPECT_EQ(jaas.options.at("username"), "a b");
  EXPECT_EQ(jaas.options.at("password"), "it's; =\"x\"");
  EXPECT_EQ(jaas.options.at("tokenauth"), "true");
}

TEST(JaasConfigurationTest, ErrorsTellNoSecrets) {
  const std::string secret = kCanary;
  for (const std::string& text :
       {secret, "Plain required password=\"" + secret, "Plain required password=" + secret,
        "Plain required " + secret + ";", "Plain required a=b; " + secret}) {
    const auto parsed = JaasConfiguration::Parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.status().message(), Not(HasSubstr(secret)));
  }
}

TEST(KafkaConfigurationTest, TranslatesWhatJavaCallsOtherwise) {
  const KafkaSettings settings =
      ConsumerSettings(MakeOptions({{"kafka.fetch.max.wait.ms", "7"},
                                    {"kafka.SASL.jaas.config",
                                     "x.PlainLoginModule required username=u password=\"p\";"},
                                    {"kafka.security.protocol", "SASL_SSL"},
                                    {"kafka.ssl.endpoint.identification.algorithm", ""},
                                    {"kafka.max.poll.records", "5"},
                                    {"startingOffsets", "earliest"}}))
          .ValueOrDie();
  const KafkaSettings expected = {{"bootstrap.servers", "127.0.0.1:1"},
                                  {"check.crcs", "true"},
                                  {"fetch.wait.max.ms", "7"},
                                  {"isolation.level", "read_uncommitted"},
                                  {"sasl.password", "p"},
                                  {"sasl.username", "u"},
                                  {"security.protocol", "sasl_ssl"},
                                  {"ssl.endpoint.identification.algorithm", "none"}};
  EXPECT_EQ(settings, expected);
}

TEST(KafkaConfigurationTest, RefusesWhatTheSourceDecides) {
  for (const char* name :
       {"kafka.auto.offset.reset", "kafka.key.deserializer", "kafka.value.deserializer",
        "kafka.enable.auto.commit", "kafka.interceptor.classes"}) {
    EXPECT_THAT(ConsumerSettings(MakeOptions({{name, "x"}})).status().message(),
                HasSubstr(std::string(name).substr(6)));
  }
  for (const char* name : {"kafka.key.serializer", "kafka.value.serializer"}) {
    EXPECT_FALSE(ProducerSettings(MakeOptions({{name, "x"}})).ok()) << name;
  }
  EXPECT_THAT(ConsumerSettings(Options()).status().message(),
              HasSubstr("'kafka.bootstrap.servers'"));
  EXPECT_FALSE(ProducerSettings(Options()).ok());
}

TEST(KafkaConfigurationTest, RefusesWhatCannotOrMustNotBe) {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"kafka.plugin.library.paths", "/tmp/x.so"},
           {"kafka.ssl.engine.location", "/tmp/x.so"},
           {"kafka.open_cb", "1"},
           {"kafka.ssl.truststore.location", "/no/such.jks"},
           {"kafka.ssl.keystore.location", "/no/such.jks"},
           {"kafka.sasl.jaas.config", "x.OAuthBearerLoginModule required;"}}) {
    EXPECT_EQ(ErrorCondition(ConsumerSettings(MakeOptions({{name, value}})).status()),
              "KAFKA_UNSUPPORTED_CONFIGURATION")
        << name;
  }
}

TEST(KafkaConfigurationTest, ProducersAvoidDuplicatesUnlessToldOtherwise) {
  EXPECT_EQ(ProducerSettings(MakeOptions({}))->at("enable.idempotence"), "true");
  EXPECT_EQ(ProducerSettings(MakeOptions({{"kafka.acks", "1"}}))->at("enable.idempotence"),
            "false");
  EXPECT_EQ(ProducerSettings(MakeOptions({}))->at("partitioner"), "murmur2_random");
}

TEST(KafkaClientTest, BadSettingsAreNamedWithoutTheirValues) {
  const auto unknown =
      KafkaClient::Make(KafkaClient::Kind::kConsumer, {{"no.such.setting", kCanary}});
  EXPECT_EQ(ErrorCondition(unknown.status()), "KAFKA_UNSUPPORTED_CONFIGURATION");
  EXPECT_THAT(unknown.status().message(), HasSubstr("kafka.no.such.setting"));
  EXPECT_THAT(unknown.status().message(), Not(HasSubstr(kCanary)));
  const auto bad =
      KafkaClient::Make(KafkaClient::Kind::kConsumer, {{"security.protocol", kCanary}});
  EXPECT_THAT(bad.status().message(), Not(HasSubstr(kCanary)));
  EXPECT_EQ(ErrorCondition(bad.status()), "KAFKA_UNSUPPORTED_CONFIGURATION");
}

TEST(KafkaSourceOptionsTest, OneOfThreeSelections) {
  EXPECT_THAT(KafkaSourceOptions::ForStream(MakeOptions({})).status().message(),
              HasSubstr("one of the options subscribe"));
  EXPECT_THAT(
      KafkaSourceOptions::ForStream(Subscribed({{"assign", "{\"a\":[0]}"}})).status().message(),
      HasSubstr("only one of"));
  EXPECT_FALSE(KafkaSourceOptions::ForStream(MakeOptions({{"subscribe", " , "}})).ok());
  EXPECT_FALSE(KafkaSourceOptions::ForStream(MakeOptions({{"subscribePattern", " "}})).ok());
  EXPECT_FALSE(KafkaSourceOptions::ForStream(MakeOptions({{"subscribePattern", "a("}})).ok());
  EXPECT_FALSE(KafkaSourceOptions::ForStream(MakeOptions({{"assign", "a"}})).ok());
  const auto describe = [](const char* name, const char* value) {
    return KafkaSourceOptions::ForStream(MakeOptions({{name, value}}))->topics.Describe();
  };
  EXPECT_EQ(describe("subscribe", " a, b ,"), "Subscribe[a, b]");
  EXPECT_EQ(describe("subscribePattern", " a.* "), "SubscribePattern[a.*]");
  EXPECT_EQ(describe("assign", "{\"a\":[1,0]}"), "Assign[a-0, a-1]");
}

TEST(KafkaSourceOptionsTest, BoundsHaveSparksPrecedence) {
  const KafkaSourceOptions by_default = KafkaSourceOptions::ForStream(Subscribed({})).ValueOrDie();
  EXPECT_EQ(by_default.start.kind, OffsetBound::Kind::kLatest);
  EXPECT_EQ(KafkaSourceOptions::ForBatch(Subscribed({}))->start.kind, OffsetBound::Kind::kEarliest);
  const Options all = Subscribed({{"startingOffsets", "earliest"},
                                  {"startingOffsetsByTimestamp", "{\"events\":{\"0\":9}}"},
                                  {"startingTimestamp", " 12 "},
                                  {"startingOffsetsByTimestampStrategy", "LATEST"}});
  const OffsetBound start = KafkaSourceOptions::ForStream(all)->start;
  EXPECT_EQ(start.kind, OffsetBound::Kind::kTimestamp);
  EXPECT_EQ(start.timestamp_ms, 12);
  EXPECT_TRUE(start.latest_without_match);
}

TEST(KafkaSourceOptionsTest, ConditionsOfBounds) {
  for (const char* name : {"endingOffsets", "endingTimestamp", "endingOffsetsByTimestamp"}) {
    EXPECT_FALSE(KafkaSourceOptions::ForStream(Subscribed({{name, "1"}})).ok()) << name;
  }
  EXPECT_FALSE(KafkaSourceOptions::ForBatch(Subscribed({{"startingOffsets", "latest"}})).ok());
  EXPECT_FALSE(KafkaSourceOptions::ForBatch(Subscribed({{"endingOffsets", "earliest"}})).ok());
  EXPECT_FALSE(
      KafkaSourceOptions::ForBatch(Subscribed({{"startingOffsets", "{\"events\":{\"0\":-1}}"}}))
          .ok());
  EXPECT_FALSE(
      KafkaSourceOptions::ForBatch(Subscribed({{"endingOffsets", "{\"events\":{\"0\":-2}}"}}))
          .ok());
  const auto condition = [](const char* start, const char* end) {
    return ErrorCondition(KafkaSourceOptions::ForBatch(
                              Subscribed({{"startingOffsets", start}, {"endingOffsets", end}}))
                              .status());
  };
  EXPECT_EQ(condition("{\"events\":{\"0\":5}}", "{\"events\":{\"1\":5}}"),
            "MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET");
  EXPECT_EQ(condition("{\"events\":{\"0\":5}}", "{\"events\":{\"0\":4}}"),
            "UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET");
}

TEST(KafkaSourceOptionsTest, Limits) {
  EXPECT_FALSE(KafkaSourceOptions::ForStream(
                   Subscribed({{"minOffsetsPerTrigger", "5"}, {"maxOffsetsPerTrigger", "4"}}))
                   .ok());
  EXPECT_FALSE(KafkaSourceOptions::ForStream(Subscribed({{"minPartitions", "0"}})).ok());
  EXPECT_FALSE(KafkaSourceOptions::ForStream(Subscribed({{"maxRecordsPerPartition", "0"}})).ok());
  EXPECT_EQ(KafkaSourceOptions::ForStream(Subscribed({}))->max_trigger_delay_ms, 900'000);
  EXPECT_EQ(
      KafkaSourceOptions::ForStream(Subscribed({{"maxTriggerDelay", "3h"}}))->max_trigger_delay_ms,
      3 * 3'600'000);
  EXPECT_FALSE(KafkaSourceOptions::ForStream(Subscribed({{"maxTriggerDelay", "3 weeks"}})).ok());
}

TEST(TopicPatternTest, MatchesWholeNames) {
  const TopicPattern pattern = TopicPattern::Make("a|b-[0-9]+").ValueOrDie();
  EXPECT_TRUE(pattern.Matches("a"));
  EXPECT_TRUE(pattern.Matches("b-12"));
  EXPECT_FALSE(pattern.Matches("aa"));
  EXPECT_FALSE(pattern.Matches("b-12x"));
}

}  // namespace
}  // namespace firesteel
