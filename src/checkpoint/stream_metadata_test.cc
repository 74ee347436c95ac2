#include "checkpoint/stream_metadata.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::HasSubstr;

TEST(StreamMetadataTest, WritesSparksFormOnce) {
  TestDirectory directory;
  CheckpointFileManager files(Env::Posix());
  const std::string path = directory.File("checkpoint/metadata");
  EXPECT_FALSE(StreamMetadata::Read(&files, path)->has_value());
  ASSERT_TRUE(StreamMetadata{"0b1e"}.Write(&files, path).ok());
  EXPECT_EQ(directory.Read("checkpoint/metadata"), "{\"id\":\"0b1e\"}");
  EXPECT_EQ((*StreamMetadata::Read(&files, path))->id, "0b1e");
  EXPECT_TRUE(IsAlreadyExists(StreamMetadata{"other"}.Write(&files, path)));
}

TEST(StreamMetadataTest, ReadsWithLineBreakAndOtherKeys) {
  TestDirectory directory;
  CheckpointFileManager files(Env::Posix());
  directory.Write("metadata", "{\"x\":1,\"id\":\"0b1e\"}\n");
  EXPECT_EQ((*StreamMetadata::Read(&files, directory.File("metadata")))->id, "0b1e");
}

TEST(StreamMetadataTest, MalformedFileIsAnError) {
  TestDirectory directory;
  CheckpointFileManager files(Env::Posix());
  for (const char* text :
       {"", "{}", "{\"id\":1}", "{\"id\":\"\"}", "[]", "{\"id\":\"a\"", "\xff"}) {
    directory.Write("metadata", text);
    const Status status = StreamMetadata::Read(&files, directory.File("metadata")).status();
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << text;
    EXPECT_THAT(status.message(), HasSubstr(directory.File("metadata"))) << text;
  }
}

}  // namespace
}  // namespace firesteel
