#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What the writers of a query have been through.
struct WriterLog {
  std::mutex mutex;
  std::map<std::pair<int64_t, int64_t>, std::vector<int64_t>> rows;  // by epoch and partition
  std::vector<std::string> closed;
  int64_t refused_epoch = -1;   // Open says no
  int64_t failing_value = -1;   // Process fails at it
  int64_t unopened_epoch = -1;  // Open fails
};

class LoggingWriter final : public ForeachWriter {
 public:
  explicit LoggingWriter(WriterLog* log) : log_(log) {}

  Result<bool> Open(int64_t partition, int64_t epoch) override {
    const std::lock_guard lock(log_->mutex);
    if (epoch == log_->unopened_epoch) return Status::Invalid("no connection");
    rows_ = &log_->rows[{epoch, partition}];
    return epoch != log_->refused_epoch;
  }
  Status Process(const Row& row) override {
    const std::lock_guard lock(log_->mutex);
    const auto value = row[0].Get<int64_t>();
    if (value == log_->failing_value) return Status::Invalid("I refuse ", value);
    rows_->push_back(value);
    return Status::OK();
  }
  void Close(const Status& error) override {
    const std::lock_guard lock(log_->mutex);
    log_->closed.push_back(error.ok() ? "well" : error.message());
  }

 private:
  WriterLog* const log_;
  std::vector<int64_t>* rows_ = nullptr;
};

class ForeachTest : public ::testing::Test {
 protected:
  ForeachTest()
      : directory_(std::filesystem::temp_directory_path() / ("firesteel-foreach-" + NewUuid())),
        session_(*testing::MakeTestSession({})) {}
  ~ForeachTest() override {
    EXPECT_TRUE(session_.Stop().ok());
    std::filesystem::remove_all(directory_);
  }

  /// One batch more: four numbers in two partitions.
  Status Run() {
    ARROW_ASSIGN_OR_RAISE(const auto query,
                          session_.ReadStream()
                              .Format("rate-micro-batch")
                              .Option("rowsPerBatch", 4)
                              .Option("numPartitions", 2)
                              .Load()
                              .SelectExpr({"value"})
                              .WriteStream()
                              .Foreach([this] { return std::make_unique<LoggingWriter>(&log_); })
                              .Option("checkpointLocation", directory_.string())
                              .Trigger(Trigger::AvailableNow())
                              .Start());
    return query->AwaitTermination();
  }

  using Rows = std::map<std::pair<int64_t, int64_t>, std::vector<int64_t>>;

  const std::filesystem::path directory_;
  Session session_;
  WriterLog log_;
};

TEST_F(ForeachTest, GivesEachPartitionOfEachEpochToAWriterOfItsOwn) {
  ASSERT_TRUE(Run().ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(log_.rows, (Rows{{{0, 0}, {0, 2}}, {{0, 1}, {1, 3}}, {{1, 0}, {4, 6}}, {{1, 1}, {5, 7}}}));
  EXPECT_THAT(log_.closed, ElementsAre("well", "well", "well", "well"));
}

TEST_F(ForeachTest, GivesNoRowsWhereOpenSaysNo) {
  log_.refused_epoch = 0;
  ASSERT_TRUE(Run().ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(log_.rows, (Rows{{{0, 0}, {}}, {{0, 1}, {}}, {{1, 0}, {4, 6}}, {{1, 1}, {5, 7}}}));
  EXPECT_THAT(log_.closed, ElementsAre("well", "well", "well", "well"));
}

TEST_F(ForeachTest, RunsAFailedEpochAgainWithTheSameRows) {
  log_.failing_value = 3;
  const Status failed = Run();
  EXPECT_THAT(failed.message(), HasSubstr("I refuse 3"));
  EXPECT_THAT(log_.closed, ::testing::Contains("I refuse 3"));
  log_.failing_value = -1;
  log_.rows.clear();
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ((log_.rows[{0, 0}]), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ((log_.rows[{0, 1}]), (std::vector<int64_t>{1, 3}));
}

TEST_F(ForeachTest, DoesNotCloseWhatCouldNotBeOpened) {
  log_.unopened_epoch = 0;
  EXPECT_THAT(Run().message(), HasSubstr("no connection"));
  EXPECT_TRUE(log_.closed.empty());
}

}  // namespace
}  // namespace firesteel
