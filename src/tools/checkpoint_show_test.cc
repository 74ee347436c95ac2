#include "tools/checkpoint_show.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The checkpoint of a query that has counted three words in two batches.
class CheckpointShowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ::testing::TempDir() + "checkpoint-show-" + NewUuid();
    std::filesystem::create_directories(root_ + "/in");
    WriteFile(root_ + "/in/1.txt", "cat\ndog\n");
    WriteFile(root_ + "/in/2.txt", "dog\n");
    auto session = Session::Builder().Config("spark.sql.shuffle.partitions", "2").Create();
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    auto query = session->ReadStream()
                     .Option("maxFilesPerTrigger", 1)
                     .Text(root_ + "/in")
                     .GroupBy({"value"})
                     .Count()
                     .WriteStream()
                     .Format("noop")
                     .OutputMode("complete")
                     .Option("checkpointLocation", checkpoint())
                     .Trigger(Trigger::AvailableNow())
                     .Start();
    ASSERT_TRUE(query.ok()) << query.status().ToString();
    ASSERT_TRUE((*query)->AwaitTermination().ok());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string checkpoint() const { return root_ + "/checkpoint"; }

  static void WriteFile(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  CheckpointContents Read() const {
    auto contents = ReadCheckpoint(Env::Posix(), checkpoint());
    EXPECT_TRUE(contents.ok()) << contents.status().ToString();
    return contents.ok() ? *std::move(contents) : CheckpointContents{};
  }

  std::string root_;
};

TEST_F(CheckpointShowTest, TellsBatchesSourcesAndState) {
  const CheckpointContents contents = Read();
  EXPECT_THAT(contents.problems, IsEmpty());
  const std::string text = *CheckpointText(contents, 20);
  EXPECT_THAT(text, HasSubstr("query id "));
  EXPECT_THAT(text, HasSubstr("batches 0 to 1:\n"));
  EXPECT_THAT(text, HasSubstr("source 0 up to {\"logOffset\":1}"));
  EXPECT_THAT(text, HasSubstr("spark.sql.shuffle.partitions = 2"));
  EXPECT_THAT(text, HasSubstr("/in/2.txt"));
  EXPECT_THAT(text, HasSubstr("state of operator 0 stateStoreSave, version 2:"));
  EXPECT_THAT(text, HasSubstr("store default, 2 partitions, 2 rows"));
  EXPECT_THAT(text, HasSubstr("|dog  |2    |"));
}

TEST_F(CheckpointShowTest, GivesTheSameAsJson) {
  const auto json = nlohmann::json::parse(CheckpointJson(Read()));
  EXPECT_EQ(json["batches"].size(), 2u);
  EXPECT_EQ(json["batches"][1]["offsets"][0]["logOffset"], 1);
  EXPECT_EQ(json["batches"][1]["done"], true);
  EXPECT_EQ(json["stateVersion"], 2);
  int64_t dogs = 0;
  for (const auto& row : json["state"][0]["stores"][0]["rows"]) {
    if (row["key"]["value"] == "dog") dogs = row["value"]["count"].get<int64_t>();
  }
  EXPECT_EQ(dogs, 2);
  EXPECT_THAT(json["problems"], IsEmpty());
}

TEST_F(CheckpointShowTest, LimitsWhatItShows) {
  const std::string text = *CheckpointText(Read(), 1);
  EXPECT_THAT(text, HasSubstr("batches 0 to 1, the last 1:"));
  EXPECT_THAT(text, Not(HasSubstr("  batch 0 ")));
  EXPECT_THAT(text, HasSubstr("only showing top 1 row"));
}

TEST_F(CheckpointShowTest, NamesWhatIsDamagedAndShowsTheRest) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(checkpoint())) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().string();
    std::ifstream file(path, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(file)), {});
    for (const std::string& broken : {std::string(), whole.substr(0, whole.size() / 2),
                                      std::string("\x00\xff garbage \x1b", 11)}) {
      WriteFile(path, broken);
      const auto contents = ReadCheckpoint(Env::Posix(), checkpoint());
      ASSERT_TRUE(contents.ok()) << path;
      const auto text = CheckpointText(*contents, 20);
      ASSERT_TRUE(text.ok()) << path;
      EXPECT_THAT(*text, Not(HasSubstr("\x1b"))) << path;
      EXPECT_FALSE(nlohmann::json::parse(CheckpointJson(*contents), nullptr, false).is_discarded());
      if (!contents->problems.empty()) ++damaged;
    }
    WriteFile(path, whole);
  }
  EXPECT_GE(damaged, 10);
  EXPECT_THAT(Read().problems, IsEmpty());
}

TEST_F(CheckpointShowTest, NamesTheFile) {
  WriteFile(checkpoint() + "/offsets/1", "v9\nnothing");
  const CheckpointContents contents = Read();
  ASSERT_EQ(contents.problems.size(), 1u);
  EXPECT_THAT(contents.problems[0], HasSubstr("offsets/1: "));
  EXPECT_EQ(contents.batches.size(), 2u);
}

TEST_F(CheckpointShowTest, RefusesOtherDirectories) {
  EXPECT_FALSE(ReadCheckpoint(Env::Posix(), root_ + "/in").ok());
  EXPECT_FALSE(ReadCheckpoint(Env::Posix(), root_ + "/nowhere").ok());
}

}  // namespace
}  // namespace firesteel
