// Files that are not what they are read as: each query ends with the rows there are or with an
// error that names the file.
#include <string>
#include <utility>
#include <vector>

#include "firesteel/data_frame_reader.h"
#include "firesteel/data_frame_writer.h"
#include "firesteel/dataframe.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/condition_chain.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/row_comparison.h"
#include "testing/test_session.h"

namespace firesteel::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class BadFilesTest : public ::testing::Test {
 protected:
  void Put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(disk_.PutFile(path, text).ok());
  }

  Session NewSession() {
    TestEngineOptions options;
    options.clock = &clock_;
    options.env = &disk_;
    options.threads = 1;
    return MakeTestSession(options, {{"spark.sql.shuffle.partitions", "2"}}).ValueOrDie();
  }

  DataFrameReader Reader(const char* ddl) { return session_.Read().Schema(ddl); }

  static std::string Difference(const DataFrame& input, std::vector<Row> wanted) {
    Result<std::vector<Row>> rows = input.Collect();
    if (!rows.ok()) return rows.status().ToString();
    return DescribeDifference(std::move(wanted), std::move(*rows));
  }

  ManualClock clock_{3'600'000};
  MemoryEnv disk_{&clock_};
  Session session_ = NewSession();
};

constexpr char kColumns[] = "a INT, b STRING";

TEST_F(BadFilesTest, CsvWithAllThatCanBeWrong) {
  Put("/in/a.csv",
      "1,x\r\n2\r3,y,more\n\n4,\"open\n5,\"z\"w\nsix,u\n7,\xFF\n,\n8,\"q\"\"\"");
  EXPECT_EQ(Difference(Reader(kColumns).Csv("/in"),
                       {Row({1, "x"}), Row({2, Value()}), Row({3, "y"}), Row({4, "open"}),
                        Row({5, "\"z\"w"}), Row({Value(), "u"}), Row({7, "\xEF\xBF\xBD"}),
                        Row({Value(), Value()}), Row({8, "q\"\""})}),
            "");
  EXPECT_EQ(Difference(Reader(kColumns).Option("mode", "DROPMALFORMED").Csv("/in"),
                       {Row({1, "x"}), Row({4, "open"}), Row({5, "\"z\"w"}),
                        Row({7, "\xEF\xBF\xBD"}), Row({Value(), Value()}),
                        Row({8, "q\"\""})}),
            "");
  const Status status =
      Reader(kColumns).Option("mode", "FAILFAST").Csv("/in").Collect().status();
  EXPECT_THAT(status.ToString(), HasSubstr("a.csv"));
}

TEST_F(BadFilesTest, AQuoteThatIsNeverClosed) {
  std::string text = "1,\"x\n";
  for (int i = 0; i < 20'000; ++i) text += "2,y\n";
  Put("/in/a.csv", text);
  const auto whole = Reader(kColumns).Option("multiLine", true).Csv("/in").Collect();
  ASSERT_TRUE(whole.ok()) << whole.status().ToString();
  EXPECT_EQ(whole->size(), 1u);
  const auto lines = Reader(kColumns).Csv("/in").Collect();
  ASSERT_TRUE(lines.ok()) << lines.status().ToString();
  EXPECT_EQ(lines->size(), 20'001u);
}

TEST_F(BadFilesTest, AnEmptyDirectory) {
  ASSERT_TRUE(disk_.CreateDirectories("/in").ok());
  for (const char* format : {"csv", "json", "parquet", "orc"}) {
    EXPECT_THAT(ConditionChain(session_.Read().Format(format).Load("/in").Schema().status()),
                Contains("UNABLE_TO_INFER_SCHEMA"))
        << format;
    EXPECT_EQ(Difference(Reader(kColumns).Format(format).Load("/in"), {}), "") << format;
  }
}

TEST_F(BadFilesTest, FilesOfAnotherFormat) {
  Put("/in/a.bin", "a,b\n1,x\n");
  for (const char* format : {"parquet", "orc"}) {
    const Status status = Reader(kColumns).Format(format).Load("/in").Collect().status();
    EXPECT_THAT(status.ToString(), HasSubstr("a.bin")) << format;
  }
  EXPECT_EQ(Difference(Reader(kColumns).Json("/in"), {Row({Value(), Value()}),
                                                      Row({Value(), Value()})}),
            "");
}

TEST_F(BadFilesTest, FilesOfAnotherSchema) {
  const DataFrame rows = session_.Sql("SELECT 'x' AS a, 1L AS b");
  for (const char* format : {"parquet", "orc"}) {
    const std::string directory = std::string("/") + format;
    ASSERT_TRUE(rows.Write().Format(format).Save(directory).ok());
    const Status status = Reader("a INT, b INT").Format(format).Load(directory).Collect().status();
    EXPECT_FALSE(status.ok()) << format;
    EXPECT_THAT(status.ToString(), HasSubstr(directory)) << format;
    // A column that is not in the file is NULL.
    EXPECT_EQ(Difference(Reader("b BIGINT, c DATE").Format(format).Load(directory),
                         {Row({int64_t{1}, Value()})}),
              "")
        << format;
  }
}

TEST_F(BadFilesTest, CutFilesNameThemselves) {
  const DataFrame rows = session_.Sql("SELECT id AS a, 'x' AS b FROM range(9)");
  for (const char* format : {"parquet", "orc"}) {
    const std::string directory = std::string("/whole-") + format;
    ASSERT_TRUE(rows.Write().Format(format).Save(directory).ok());
    const auto files = disk_.ListDirectory(directory).ValueOrDie();
    for (const FileStatus& file : files) {
      if (file.path.find("part-") == std::string::npos) continue;
      const std::string bytes = disk_.ReadFile(file.path).ValueOrDie();
      const std::string cut = std::string("/cut-") + format + "/cut";
      Put(cut, bytes.substr(0, bytes.size() - 9));
      const Status status =
          Reader("a BIGINT, b STRING").Format(format).Load(cut).Collect().status();
      EXPECT_THAT(status.ToString(), HasSubstr(cut)) << format;
    }
  }
}

}  // namespace
}  // namespace firesteel::testing
