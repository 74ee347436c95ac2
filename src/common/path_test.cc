#include <filesystem>

#include "common/env.h"
#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(ToLocalPath, TakesUrisAndPlainPaths) {
  EXPECT_EQ(ToLocalPath("file:/a").ValueOrDie(), "/a");
  EXPECT_EQ(ToLocalPath("file:///a%20b").ValueOrDie(), "/a b");
  EXPECT_EQ(ToLocalPath("file://localhost/a").ValueOrDie(), "/a");
  EXPECT_EQ(ToLocalPath("/a b").ValueOrDie(), "/a b");
  EXPECT_EQ(ToLocalPath("/a%20b").ValueOrDie(), "/a%20b");
  EXPECT_EQ(ToLocalPath("/a//b/./c/").ValueOrDie(), "/a/b/c");
  EXPECT_EQ(ToLocalPath("/").ValueOrDie(), "/");
  EXPECT_EQ(ToLocalPath("/a/x:y").ValueOrDie(), "/a/x:y");
  EXPECT_EQ(ToLocalPath("file:///100%").ValueOrDie(), "/100%");
  EXPECT_EQ(ToLocalPath("file:///%zz%4").ValueOrDie(), "/%zz%4");
}

TEST(ToLocalPath, MakesRelativePathsAbsolute) {
  EXPECT_EQ(ToLocalPath("a/b").ValueOrDie(), (std::filesystem::current_path() / "a/b").string());
}

TEST(ToLocalPath, RefusesOtherFileSystems) {
  EXPECT_EQ(ErrorCondition(ToLocalPath("s3://b/k").status()), "UNSUPPORTED_FILE_SYSTEM");
  EXPECT_EQ(ErrorCondition(ToLocalPath("hdfs:/x").status()), "UNSUPPORTED_FILE_SYSTEM");
  EXPECT_EQ(ErrorCondition(ToLocalPath("file://host/x").status()), "UNSUPPORTED_FILE_SYSTEM");
  EXPECT_EQ(ErrorCondition(ToLocalPath("").status()), "INVALID_PATH");
  EXPECT_EQ(ErrorCondition(ToLocalPath("file:").status()), "INVALID_PATH");
  EXPECT_EQ(ErrorCondition(ToLocalPath("file:///a%00b").status()), "INVALID_PATH");
}

TEST(ToFileUri, EscapesAsJavaDoes) {
  EXPECT_EQ(ToFileUri("/a b"), "file:///a%20b");
  EXPECT_EQ(ToFileUri("/a%20b"), "file:///a%2520b");
  EXPECT_EQ(ToFileUri("/k=v/x-1_2.(3)~!*',;:$&+@"), "file:///k=v/x-1_2.(3)~!*',;:$&+@");
  EXPECT_EQ(ToFileUri("/a#b?c\"[]"), "file:///a%23b%3Fc%22%5B%5D");
  EXPECT_EQ(ToFileUri("/é/日本"), "file:///é/日本");
  EXPECT_EQ(ToFileUri("/\xC2\xA0\xE3\x80\x80"), "file:///%C2%A0%E3%80%80");
}

TEST(ToFileUri, RoundTrips) {
  std::string every = "/";
  for (int c = 1; c < 256; ++c) {
    if (c != '/' && c != '.') every.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(ToLocalPath(ToFileUri(every)).ValueOrDie(), every);
}

}  // namespace
}  // namespace firesteel
