#include "state/state_metadata.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/java_utf.h"

namespace firesteel {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class StateMetadataTest : public testing::Test {
 protected:
  Status ReadOperator(std::string_view text) {
    EXPECT_TRUE(Env::Posix()->CreateDirectories(directory_.File("_metadata")).ok());
    directory_.Write("_metadata/metadata", text);
    return OperatorStateMetadata::Read(&files_, directory_.path()).status();
  }
  Status ReadSchema(std::string_view bytes) {
    EXPECT_TRUE(Env::Posix()->CreateDirectories(directory_.File("_metadata")).ok());
    directory_.Write("_metadata/schema", bytes);
    return StateSchema::Read(&files_, directory_.path()).status();
  }

  TestDirectory directory_;
  CheckpointFileManager files_{Env::Posix()};
};

constexpr char kOperatorText[] =
    "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"stateStoreSave\"},"
    "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,\"numPartitions\":3}]}";

TEST_F(StateMetadataTest, OperatorMetadataIsSparks) {
  const OperatorStateMetadata metadata{
      .operator_id = 0, .operator_name = "stateStoreSave", .stores = {{"default", 0, 3}}};
  EXPECT_FALSE(OperatorStateMetadata::Read(&files_, directory_.path())->has_value());
  ASSERT_TRUE(metadata.Write(&files_, directory_.path()).ok());
  EXPECT_EQ(directory_.Read("_metadata/metadata"), kOperatorText);
  const OperatorStateMetadata read = **OperatorStateMetadata::Read(&files_, directory_.path());
  EXPECT_EQ(read.operator_name, "stateStoreSave");
  ASSERT_EQ(read.stores.size(), 1u);
  EXPECT_EQ(read.stores[0].name, "default");
  EXPECT_EQ(read.stores[0].partitions, 3);
  // The first one stays.
  OperatorStateMetadata other = metadata;
  other.operator_id = 5;
  ASSERT_TRUE(other.Write(&files_, directory_.path()).ok());
  EXPECT_EQ(directory_.Read("_metadata/metadata"), kOperatorText);
}

TEST_F(StateMetadataTest, SeveralStores) {
  const OperatorStateMetadata metadata{
      .operator_id = 1,
      .operator_name = "symmetricHashJoin",
      .stores = {{"left-keyToNumValues", 0, 5}, {"left-keyWithIndexToValue", 1, 5}}};
  ASSERT_TRUE(metadata.Write(&files_, directory_.path()).ok());
  const OperatorStateMetadata read = **OperatorStateMetadata::Read(&files_, directory_.path());
  ASSERT_EQ(read.stores.size(), 2u);
  EXPECT_EQ(read.stores[1].name, "left-keyWithIndexToValue");
  EXPECT_EQ(read.stores[1].prefix_columns, 1);
}

TEST_F(StateMetadataTest, MalformedOperatorMetadataIsAnError) {
  EXPECT_TRUE(ReadOperator(kOperatorText + std::string("\n")).ok());
  const std::string text = kOperatorText;
  for (size_t size = 0; size < text.size(); ++size) {
    const Status status = ReadOperator(text.substr(0, size));
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << size;
    EXPECT_THAT(status.message(), HasSubstr(directory_.File("_metadata/metadata")));
  }
  for (const char* bad :
       {"v1\n[]", "v1\n{\"operatorInfo\":{},\"stateStoreInfo\":[]}",
        "v1\n{\"operatorInfo\":{\"operatorId\":-1,\"operatorName\":\"x\"},\"stateStoreInfo\":[]}",
        "v1\n{\"operatorInfo\":{\"operatorId\":1,\"operatorName\":\"\"},\"stateStoreInfo\":[1]}"}) {
    EXPECT_EQ(ErrorCondition(ReadOperator(bad)), "MALFORMED_LOG_FILE") << bad;
  }
  EXPECT_EQ(ErrorCondition(ReadOperator("v2\n{}")), "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
}

StateSchema ExampleSchema() {
  return {.key = Schema().Add("word", TypeId::kString),
          .value = Schema().Add("count", TypeId::kLong)};
}

TEST_F(StateMetadataTest, SchemaIsWrittenInJavasStrings) {
  const StateSchema schema = ExampleSchema();
  EXPECT_FALSE(StateSchema::Read(&files_, directory_.path())->has_value());
  ASSERT_TRUE(schema.Write(&files_, directory_.path()).ok());
  std::string expected = std::string("\0\2v2\0\0\0\1", 8);
  AppendJavaUtf(schema.key.Json(), &expected);
  expected += std::string("\0\0\0\1", 4);
  AppendJavaUtf(schema.value.Json(), &expected);
  EXPECT_EQ(directory_.Read("_metadata/schema"), expected);
  const StateSchema read = **StateSchema::Read(&files_, directory_.path());
  EXPECT_EQ(read.key, schema.key);
  EXPECT_EQ(read.value, schema.value);
}

TEST_F(StateMetadataTest, LongSchemasAreCutIntoParts) {
  StateSchema schema = ExampleSchema();
  for (int i = 0; i < 3000; ++i) schema.value.Add("column_" + std::to_string(i), TypeId::kLong);
  schema.value.Add("caf\u00e9 \U0001F600", TypeId::kString);
  ASSERT_GT(schema.value.Json().size(), 2 * 65535u);
  ASSERT_TRUE(schema.Write(&files_, directory_.path()).ok());
  EXPECT_EQ((**StateSchema::Read(&files_, directory_.path())).value, schema.value);
}

TEST_F(StateMetadataTest, VersionOneIsRead) {
  const StateSchema schema = ExampleSchema();
  std::string bytes;
  AppendJavaUtf("v1", &bytes);
  AppendJavaUtf(schema.key.Json(), &bytes);
  AppendJavaUtf(schema.value.Json(), &bytes);
  ASSERT_TRUE(ReadSchema(bytes).ok());
  EXPECT_EQ((**StateSchema::Read(&files_, directory_.path())).key, schema.key);
}

TEST_F(StateMetadataTest, MalformedSchemasAreErrors) {
  ASSERT_TRUE(ExampleSchema().Write(&files_, directory_.path()).ok());
  const std::string bytes = directory_.Read("_metadata/schema");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Status status = ReadSchema(bytes.substr(0, size));
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << size;
    EXPECT_THAT(status.message(), HasSubstr(directory_.File("_metadata/schema")));
  }
  EXPECT_EQ(ErrorCondition(ReadSchema(bytes + "x")), "MALFORMED_LOG_FILE");
  // A thousand million parts are claimed.
  EXPECT_EQ(ErrorCondition(ReadSchema(std::string("\0\2v2\x40\0\0\0\0\0", 10))),
            "MALFORMED_LOG_FILE");
  EXPECT_EQ(ErrorCondition(ReadSchema(std::string("\0\2v2\xff\xff\xff\xff\0\0", 10))),
            "MALFORMED_LOG_FILE");
  EXPECT_EQ(ErrorCondition(ReadSchema(std::string("\0\2v3\0\0\0\1", 8))),
            "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 1 << i % 8);
    const Status status = ReadSchema(flipped);
    EXPECT_TRUE(status.ok() || !ErrorCondition(status).empty()) << i;
  }
}

TEST_F(StateMetadataTest, CompatibleSchemas) {
  const StateSchema stored = {
      .key = Schema().Add("a", TypeId::kString),
      .value = Schema().Add("n", TypeId::kLong).Add(
          "s", DataType::Struct({{"x", DataType::Array(TypeId::kLong)}}))};
  StateSchema renamed = {
      .key = Schema().Add("other", TypeId::kString, false),
      .value = Schema().Add("m", TypeId::kLong).Add(
          "t", DataType::Struct({{"y", DataType::Array(TypeId::kLong, false)}}))};
  EXPECT_TRUE(stored.CheckCompatible(stored).ok());
  EXPECT_TRUE(stored.CheckCompatible(renamed).ok());
  // The stored array cannot hold NULL, the query's may have some.
  EXPECT_EQ(ErrorCondition(renamed.CheckCompatible(stored)),
            "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE");
  renamed.key = stored.key;
  EXPECT_EQ(ErrorCondition(renamed.CheckCompatible(stored)),
            "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE");
}

TEST_F(StateMetadataTest, IncompatibleSchemasAreShown) {
  const StateSchema stored = ExampleSchema();
  StateSchema query = stored;
  query.key = Schema().Add("word", TypeId::kLong);
  const Status key = stored.CheckCompatible(query);
  EXPECT_EQ(ErrorCondition(key), "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE");
  EXPECT_THAT(key.message(), AllOf(HasSubstr("word STRING"), HasSubstr("word BIGINT")));
  query = stored;
  query.value.Add("more", TypeId::kLong);
  EXPECT_EQ(ErrorCondition(stored.CheckCompatible(query)),
            "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE");
}

}  // namespace
}  // namespace firesteel
