#include "streaming/query_checkpoint.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

namespace fs = std::filesystem;

class QueryCheckpointTest : public testing::Test {
 protected:
  QueryCheckpointTest() : root_(NewTestDirectory()), directory_(root_ / "a b" / "c") {}
  ~QueryCheckpointTest() override { fs::remove_all(root_); }

  Result<std::unique_ptr<QueryCheckpoint>> Open(bool temporary = false) {
    return QueryCheckpoint::Open(Env::Posix(), directory_, temporary);
  }
  void Write(const std::string& path, const std::string& content) {
    fs::create_directories((directory_ / path).parent_path());
    std::ofstream(directory_ / path) << content;
  }

  const fs::path root_;
  const fs::path directory_;
};

TEST_F(QueryCheckpointTest, MakesTheDirectoryAndKeepsTheId) {
  const std::string id = Open().ValueOrDie()->query_id();
  EXPECT_EQ(id.size(), 36u);
  std::ifstream file(directory_ / "metadata");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "{\"id\":\"" + id + "\"}");
  EXPECT_EQ(Open().ValueOrDie()->query_id(), id);
}

TEST_F(QueryCheckpointTest, OneRunHasIt) {
  std::unique_ptr<QueryCheckpoint> first = Open().ValueOrDie();
  const Status second = Open().status();
  EXPECT_EQ(ErrorCondition(second), "CONCURRENT_QUERY");
  EXPECT_NE(second.message().find(directory_), std::string::npos) << second.message();
  first.reset();
  EXPECT_TRUE(Open().ok());
}

TEST_F(QueryCheckpointTest, RefusesLogsWithoutMetadata) {
  for (const char* path : {"offsets/0", "commits/0", "state/0/0/1.delta"}) {
    Write(path, "v1");
    EXPECT_EQ(ErrorCondition(Open().status()), "STREAMING_CHECKPOINT_MISSING_METADATA_FILE")
        << path;
    fs::remove_all(directory_);
  }
}

TEST_F(QueryCheckpointTest, WhatAKilledProcessLeftIsNoLog) {
  Write("offsets/.0.8e0b2a43-7a6b-4a7b-9d3e-2f7f7a6c1d10.tmp", "v1");
  Write(".metadata.8e0b2a43-7a6b-4a7b-9d3e-2f7f7a6c1d10.tmp", "{");
  const std::unique_ptr<QueryCheckpoint> checkpoint = Open().ValueOrDie();
  EXPECT_FALSE(checkpoint->offsets().LatestId().ValueOrDie().has_value());
  EXPECT_TRUE(fs::is_empty(directory_ / "offsets"));
}

TEST_F(QueryCheckpointTest, RefusesADamagedId) {
  for (const char* text : {"", "{", "{}", "{\"id\":1}", "[]"}) {
    Write("metadata", text);
    const Status status = Open().status();
    EXPECT_FALSE(status.ok()) << text;
    EXPECT_NE(status.message().find("metadata"), std::string::npos) << status.message();
  }
}

TEST_F(QueryCheckpointTest, ATemporaryOneGoesUnlessKept) {
  Open(true).ValueOrDie().reset();
  EXPECT_FALSE(fs::exists(directory_));
  std::unique_ptr<QueryCheckpoint> kept = Open(true).ValueOrDie();
  kept->Keep();
  kept.reset();
  EXPECT_TRUE(fs::exists(directory_));
}

TEST_F(QueryCheckpointTest, ARefusedSecondRunLeavesATemporaryOneAlone) {
  const std::unique_ptr<QueryCheckpoint> first = Open().ValueOrDie();
  EXPECT_FALSE(Open(true).ok());
  EXPECT_TRUE(fs::exists(directory_ / "metadata"));
}

TEST_F(QueryCheckpointTest, KnowsWhetherThereIsState) {
  const std::unique_ptr<QueryCheckpoint> checkpoint = Open().ValueOrDie();
  EXPECT_FALSE(checkpoint->HasState().ValueOrDie());
  Write("state/.hidden", "");
  EXPECT_FALSE(checkpoint->HasState().ValueOrDie());
  Write("state/0/0/1.delta", "");
  EXPECT_TRUE(checkpoint->HasState().ValueOrDie());
}

}  // namespace
}  // namespace firesteel
