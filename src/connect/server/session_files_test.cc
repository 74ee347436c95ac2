#include "connect/server/session_files.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(SessionFilesTest, KeepsFilesUntilTheSessionEnds) {
  std::string directory;
  {
    SessionFiles files;
    EXPECT_EQ(files.directory(), "");
    ASSERT_TRUE(files.Keep("pyfiles/a.py", "x = 1").ok());
    ASSERT_TRUE(files.Keep("files/data.txt", std::string("1\0002", 3)).ok());
    ASSERT_TRUE(files.Keep("archives/c.zip#d", "PK").ok());
    ASSERT_TRUE(files.Keep("pyfiles/a.py", "x = 2").ok());
    directory = files.directory();
    EXPECT_EQ(Contents(directory + "/a.py"), "x = 2");
    EXPECT_EQ(Contents(directory + "/data.txt"), std::string("1\0002", 3));
    EXPECT_EQ(Contents(directory + "/.archives/c.zip#d"), "PK");
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(SessionFilesTest, NothingLeavesTheDirectory) {
  SessionFiles files;
  for (const char* name : {"files/../a", "files//etc/a", "files/a/../../b", "pyfiles/", "files/.",
                           "cache/abc", "a"}) {
    EXPECT_FALSE(files.Keep(name, "").ok()) << name;
  }
  EXPECT_EQ(files.directory(), "");
  EXPECT_TRUE(SessionFiles::IsFile("archives/a.zip"));
  EXPECT_FALSE(SessionFiles::IsFile("cache/abc"));
}

}  // namespace
}  // namespace firesteel
