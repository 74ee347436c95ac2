#include "firesteel/data_frame_writer.h"

#include <filesystem>
#include <string>
#include <vector>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

using ::testing::UnorderedElementsAre;

class DataFrameWriterTest : public ::testing::Test {
 protected:
  DataFrameWriterTest()
      : session_(*testing::MakeTestSession({})),
        path_(::testing::TempDir() + "data-frame-writer-" + NewUuid()) {}
  ~DataFrameWriterTest() override {
    EXPECT_TRUE(session_.Stop().ok());
    std::filesystem::remove_all(path_);
  }

  DataFrame Numbers(int64_t end) const { return session_.Range(end); }
  std::vector<std::string> Written() const {
    const auto rows = session_.Read().Schema("id LONG").Json(path_).Collect();
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    std::vector<std::string> texts;
    if (rows.ok()) {
      for (const Row& row : *rows) texts.push_back(row.ToString());
    }
    return texts;
  }

  Session session_;
  std::string path_;
};

TEST_F(DataFrameWriterTest, KeepsToTheSaveMode) {
  ASSERT_TRUE(Numbers(1).Write().Json(path_).ok());
  EXPECT_EQ(ErrorCondition(Numbers(2).Write().Json(path_)), "PATH_ALREADY_EXISTS");
  EXPECT_EQ(ErrorCondition(Numbers(2).Write().Mode("error").Json(path_)), "PATH_ALREADY_EXISTS");
  EXPECT_TRUE(Numbers(2).Write().Mode("ignore").Json(path_).ok());
  EXPECT_THAT(Written(), UnorderedElementsAre("[0]"));
  EXPECT_TRUE(Numbers(2).Write().Mode("APPEND").Json(path_).ok());
  EXPECT_THAT(Written(), UnorderedElementsAre("[0]", "[0]", "[1]"));
  EXPECT_TRUE(Numbers(2).Write().Mode(SaveMode::kOverwrite).Json(path_).ok());
  EXPECT_THAT(Written(), UnorderedElementsAre("[0]", "[1]"));
}

TEST_F(DataFrameWriterTest, WritesAFileForEachPartition) {
  const auto files = [this](const DataFrame& rows) {
    EXPECT_TRUE(rows.Write().Mode("overwrite").Json(path_).ok());
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      count += entry.path().extension() == ".json" ? 1 : 0;
    }
    return count;
  };
  const DataFrame rows = Numbers(100).Union(Numbers(10));
  EXPECT_EQ(files(rows.Coalesce(1)), 1);
  EXPECT_EQ(files(rows.Repartition(5)), 5);
  EXPECT_EQ(files(rows.Repartition(3, {functions::Col("id")})), 3);
  EXPECT_EQ(Written().size(), 110u);
  EXPECT_EQ(files(rows.Repartition(1).Where("id > 98")), 1);
  EXPECT_THAT(Written(), UnorderedElementsAre("[99]"));
  EXPECT_FALSE(rows.Coalesce(0).Count().ok());
  EXPECT_FALSE(rows.Repartition(2'000'000'000).Count().ok());
  EXPECT_EQ(rows.Coalesce(2'000'000'000).Count().ValueOrDie(), 110);
  EXPECT_EQ(ErrorCondition(rows.Repartition(2, {functions::Expr("map(1, 2)")}).Count().status()),
            "UNSUPPORTED_FEATURE.PARTITION_BY_MAP");
}

TEST_F(DataFrameWriterTest, PartitionsByColumns) {
  const DataFrame rows = Numbers(4).SelectExpr({"id", "id % 2 AS odd"});
  ASSERT_TRUE(rows.Write().PartitionBy({"odd"}).Json(path_).ok());
  EXPECT_TRUE(std::filesystem::exists(path_ + "/odd=1"));
  const auto read = session_.Read().Json(path_).Where("odd = 1").Select({"id"}).Collect();
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->size(), 2u);
}

TEST_F(DataFrameWriterTest, PartitionsStreamsByColumns) {
  ASSERT_TRUE(Numbers(4).Write().Json(path_ + "/in").ok());
  const auto query = session_.ReadStream()
                         .Schema("id LONG")
                         .Json(path_ + "/in")
                         .SelectExpr({"id", "id % 2 AS odd"})
                         .WriteStream()
                         .Format("json")
                         .PartitionBy({"odd"})
                         .Option("checkpointLocation", path_ + "/checkpoint")
                         .Trigger(Trigger::AvailableNow())
                         .Start(path_ + "/out");
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  ASSERT_TRUE((*query)->AwaitTermination().ok());
  EXPECT_TRUE(std::filesystem::exists(path_ + "/out/odd=0"));
  const auto rows = session_.Read().Json(path_ + "/out").Where("odd = 1").Collect();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(rows->size(), 2u);
}

TEST_F(DataFrameWriterTest, DoesNotOverwriteWhatItReads) {
  ASSERT_TRUE(Numbers(2).Write().Json(path_).ok());
  const DataFrame read = session_.Read().Schema("id LONG").Json(path_);
  EXPECT_EQ(ErrorCondition(read.Where("id > 0").Write().Mode("overwrite").Json(path_)),
            "UNSUPPORTED_OVERWRITE.PATH");
  EXPECT_THAT(Written(), UnorderedElementsAre("[0]", "[1]"));
}

TEST_F(DataFrameWriterTest, RefusesWhatCannotBeWritten) {
  EXPECT_EQ(ErrorCondition(Numbers(1).Write().Mode("sometimes").Json(path_)), "INVALID_SAVE_MODE");
  EXPECT_EQ(ErrorCondition(Numbers(1).Write().Format("socket").Save()),
            "UNSUPPORTED_FEATURE.TABLE_OPERATION");
  EXPECT_EQ(ErrorCondition(session_.ReadStream().Format("rate").Load().Write().Json(path_)),
            "CALL_ON_STREAMING_DATASET_UNSUPPORTED");
  EXPECT_FALSE(Numbers(1).Write().Format("nonsense").Save(path_).ok());
  EXPECT_TRUE(Numbers(1).Write().Format("noop").Mode("append").Save().ok());
}

}  // namespace
}  // namespace firesteel
