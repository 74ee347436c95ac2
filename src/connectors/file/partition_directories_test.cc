#include "connectors/file/partition_directories.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::vector<FileStatus> Files(const std::vector<std::string>& paths) {
  std::vector<FileStatus> files;
  for (const std::string& path : paths) files.push_back({path, 1, 0, false});
  return files;
}

std::string Discover(const std::vector<std::string>& paths, bool infer_types = true) {
  const Result<Schema> schema = DiscoverPartitionColumns(Files(paths), 1, infer_types, "UTC");
  return schema.ok() ? schema->Ddl() : ErrorCondition(schema.status());
}

TEST(PartitionDirectories, EscapesNames) {
  EXPECT_EQ(PartitionDirectoryName("k", "a/b=c%"), "k=a%2Fb%3Dc%25");
  EXPECT_EQ(PartitionDirectoryName("k", "ä b"), "k=ä b");
  EXPECT_EQ(PartitionDirectoryName("k", std::nullopt), "k=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(PartitionDirectoryName("k", ""), "k=__HIVE_DEFAULT_PARTITION__");
  const auto values = PartitionValuesOf("/in/k=a%2Fb%3Dc%25/f.csv", 1);
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].text, "a/b=c%");
}

TEST(PartitionDirectories, FindsValuesBelowTheBase) {
  const auto values = PartitionValuesOf("/in/x=0/a=1/b=__HIVE_DEFAULT_PARTITION__/f.csv", 2);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].name, "a");
  EXPECT_EQ(values[0].text, "1");
  EXPECT_EQ(values[1].name, "b");
  EXPECT_EQ(values[1].text, std::nullopt);
  EXPECT_TRUE(PartitionValuesOf("/in/f.csv", 1).empty());
  EXPECT_TRUE(PartitionValuesOf("/in/plain/f.csv", 1).empty());
}

TEST(PartitionDirectories, FindsColumnsAndTypes) {
  for (const auto& [values, type] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"1", "2"}, "INT"},
           {{"1", "3000000000"}, "BIGINT"},
           {{"1", "1.5"}, "DOUBLE"},
           {{"98765432109876543210"}, "DECIMAL(20,0)"},
           {{"2024-02-29"}, "DATE"},
           {{"2024-02-29", "2024-02-29 01%3A02%3A03"}, "TIMESTAMP"},
           {{"1", "x"}, "STRING"},
           {{"true"}, "STRING"},
           {{"1f"}, "STRING"},
           {{"__HIVE_DEFAULT_PARTITION__", "7"}, "INT"},
           {{"__HIVE_DEFAULT_PARTITION__"}, "STRING"},
       }) {
    std::vector<std::string> paths;
    for (const std::string& value : values) paths.push_back("/in/k=" + value + "/f.csv");
    EXPECT_EQ(Discover(paths), "k " + type) << values[0];
  }
  EXPECT_EQ(Discover({"/in/k=1/f.csv"}, false), "k STRING");
  EXPECT_EQ(Discover({"/in/a=1/b=x/f.csv", "/in/f.csv"}), "a INT,b STRING");
  EXPECT_EQ(Discover({"/in/a=1/f.csv", "/in/b=1/f.csv"}), "CONFLICTING_PARTITION_COLUMN_NAMES");
}

TEST(PartitionDirectories, ConvertsAndPrunes) {
  const PartitionValue seven{"k", "7"};
  EXPECT_EQ(*PartitionValueAs(seven, TypeId::kInteger, "UTC"), Value(int32_t{7}));
  EXPECT_EQ(*PartitionValueAs(seven, TypeId::kString, "UTC"), Value("7"));
  EXPECT_EQ(ErrorCondition(PartitionValueAs({"k", "x"}, TypeId::kInteger, "UTC").status()),
            "INVALID_PARTITION_VALUE");
  const Value value(int32_t{7});
  const auto matches = [&](Predicate::Op op, std::vector<Value> values) {
    return MayMatchPartition({op, "k", std::move(values)}, value);
  };
  EXPECT_TRUE(matches(Predicate::Op::kEqual, {int32_t{7}}));
  EXPECT_FALSE(matches(Predicate::Op::kEqual, {int64_t{8}}));
  EXPECT_TRUE(matches(Predicate::Op::kIn, {int32_t{1}, int32_t{7}}));
  EXPECT_FALSE(matches(Predicate::Op::kLess, {int32_t{7}}));
  EXPECT_TRUE(matches(Predicate::Op::kGreaterOrEqual, {int32_t{7}}));
  EXPECT_FALSE(matches(Predicate::Op::kIsNull, {}));
  EXPECT_TRUE(matches(Predicate::Op::kEqual, {"7"})) << "values of two types are not compared";
  EXPECT_FALSE(MayMatchPartition({Predicate::Op::kEqual, "k", {int32_t{7}}}, Value()));
}

}  // namespace
}  // namespace firesteel
