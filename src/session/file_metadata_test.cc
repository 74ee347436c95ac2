#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// The hidden column `_metadata` of files, which a query must ask for.
class FileMetadataTest : public ::testing::Test {
 protected:
  FileMetadataTest()
      : session_(*testing::MakeTestSession({})),
        path_(::testing::TempDir() + "file-metadata-" + NewUuid()) {
    std::filesystem::create_directories(path_);
    std::ofstream(path_ + "/one.json") << "{\"a\": 1}\n";
    std::ofstream(path_ + "/two.json") << "{\"a\": 2}\n{\"a\": 3}\n";
  }
  ~FileMetadataTest() override {
    EXPECT_TRUE(session_.Stop().ok());
    std::filesystem::remove_all(path_);
  }

  DataFrame Files() const { return session_.Read().Schema("a INT").Json(path_); }
  static std::vector<std::string> Texts(const DataFrame& frame) {
    const auto rows = frame.Collect();
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    std::vector<std::string> texts;
    if (rows.ok()) {
      for (const Row& row : *rows) texts.push_back(row.ToString());
    }
    return texts;
  }
  static std::vector<std::string> Names(const DataFrame& frame) {
    const auto schema = frame.Schema();
    EXPECT_TRUE(schema.ok()) << schema.status().ToString();
    std::vector<std::string> names;
    if (schema.ok()) {
      for (const StructField& field : schema->fields()) names.push_back(field.name);
    }
    return names;
  }

  Session session_;
  std::string path_;
};

TEST_F(FileMetadataTest, FieldsAreSelectedAndFiltered) {
  EXPECT_THAT(Texts(Files().SelectExpr({"a", "_metadata.file_name", "_metadata.file_size"})),
              UnorderedElementsAre("[1,one.json,9]", "[2,two.json,18]", "[3,two.json,18]"));
  const DataFrame filtered = Files().Where("_metadata.file_name = 'two.json'");
  EXPECT_THAT(Names(filtered), ElementsAre("a"));
  EXPECT_THAT(Texts(filtered), UnorderedElementsAre("[2]", "[3]"));
}

TEST_F(FileMetadataTest, StarsStandForItsFieldsOnlyByName) {
  EXPECT_THAT(Names(Files().SelectExpr({"*"})), ElementsAre("a"));
  EXPECT_THAT(Names(Files().SelectExpr({"_metadata.*", "*"})),
              ElementsAre("file_path", "file_name", "file_size", "file_block_start",
                          "file_block_length", "file_modification_time", "a"));
  EXPECT_THAT(Texts(Files().As("files").SelectExpr({"files._metadata.*", "a"}).SelectExpr(
                  {"file_name", "a"})),
              UnorderedElementsAre("[one.json,1]", "[two.json,2]", "[two.json,3]"));
  EXPECT_EQ(ErrorCondition(session_.Range(1).SelectExpr({"_metadata.*"}).Collect().status()),
            "CANNOT_RESOLVE_STAR_EXPAND");
}

}  // namespace
}  // namespace firesteel
