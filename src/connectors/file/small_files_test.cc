#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "arrow/record_batch.h"
#include "checkpoint/checkpoint_file_manager.h"
#include "common/clock.h"
#include "connectors/file/file_provider.h"
#include "firesteel/error.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

/// A clock that stands still until it is set.
class StandingClock final : public Clock {
 public:
  int64_t NowMs() const override { return now_ms; }
  int64_t NowMicros() const override { return now_ms * 1000; }
  int64_t MonotonicNanos() const override { return now_ms * 1'000'000; }
  int64_t WaitUntilMs(int64_t, const std::atomic<bool>&) override { return now_ms; }
  void WakeAll() override {}
  int64_t now_ms = 1'000'000;
};

class SmallFilesTest : public testing::Test {
 protected:
  SmallFilesTest() {
    std::string name = std::filesystem::temp_directory_path() / "firesteel-small-XXXXXX";
    root_ = mkdtemp(name.data());
    context_.env = Env::Posix();
    context_.clock = &clock_;
  }
  ~SmallFilesTest() override { std::filesystem::remove_all(root_); }

  Result<std::shared_ptr<Table>> OpenTable(const std::string& option, const std::string& value) {
    Options options;
    options.Set("path", root_);
    if (!option.empty()) options.Set(option, value);
    return NewFileProvider(JsonFormat())->GetTable(schema_, options, context_);
  }

  /// Writes a batch of `tasks` tasks at once, each with these rows; not committed yet.
  std::vector<WriterCommitMessage> WriteTasks(StreamingWrite* write, int64_t epoch, int tasks,
                                              int rows) {
    std::vector<Row> values;
    for (int i = 0; i < rows; ++i) values.push_back(Row({std::string(1000, 'x')}));
    const auto batch = MakeBatch(values, schema_).ValueOrDie();
    std::vector<WriterCommitMessage> messages(static_cast<size_t>(tasks));
    std::vector<std::thread> threads;
    for (int task = 0; task < tasks; ++task) {
      threads.emplace_back([&, task] {
        const auto writer = write->CreateWriter(task, epoch).ValueOrDie();
        EXPECT_TRUE(writer->Write(*batch).ok());
        EXPECT_TRUE(writer->Write(*batch).ok());
        messages[task] = writer->Commit().ValueOrDie();
      });
    }
    for (std::thread& thread : threads) thread.join();
    return messages;
  }

  /// How many files readers see, and rows in them.
  std::pair<int, int> Seen() {
    const auto table = OpenTable("", "").ValueOrDie();
    return SeenBy(table->NewScan({schema_, {}}).ValueOrDie().get());
  }
  static std::pair<int, int> SeenBy(Scan* scan) {
    std::set<std::string> files;
    int rows = 0;
    for (const auto& partition : scan->PlanInputPartitions().ValueOrDie()) {
      std::string file;
      int64_t input_rows = 0;
      ReadContext context;
      context.input_file = &file;
      context.input_rows = &input_rows;
      const auto reader = scan->CreateReader(*partition, context).ValueOrDie();
      while (const auto batch = reader->Next().ValueOrDie()) {
        rows += static_cast<int>(batch->num_rows());
        files.insert(file);
      }
    }
    return {static_cast<int>(files.size()), rows};
  }

  WriteRequest Request() const {
    WriteRequest request;
    request.schema = schema_;
    return request;
  }

  const Schema schema_{{{"v", TypeId::kString}}};
  std::string root_;
  StandingClock clock_;
  ConnectorContext context_;
};

TEST_F(SmallFilesTest, TasksOfABatchShareFilesUpToTheTarget) {
  const auto table = OpenTable("firesteel.fileSink.targetFileBytes", "200000").ValueOrDie();
  const auto sink = table->NewStreamingSink(Request()).ValueOrDie();
  const auto small = WriteTasks(sink.write.get(), 0, 8, 1);
  EXPECT_EQ(Seen(), std::pair(0, 0)) << "nothing is seen before the commit";
  ASSERT_TRUE(sink.write->Commit(0, small).ok());
  EXPECT_EQ(Seen(), std::pair(1, 16));
  // 8 tasks × 2 × 100 rows of 1 kB: 1.6 MB; a writer keeps some of it back for a while.
  ASSERT_TRUE(sink.write->Commit(1, WriteTasks(sink.write.get(), 1, 8, 100)).ok());
  const auto [files, rows] = Seen();
  EXPECT_EQ(rows, 1616);
  EXPECT_GE(files, 5);
  EXPECT_LE(files, 10);
  ASSERT_TRUE(sink.write->Commit(1, {}).ok()) << "a committed batch is left as it is";
  EXPECT_EQ(Seen(), std::pair(files, 1616));
}

TEST_F(SmallFilesTest, ABatchThatIsGivenUpLeavesNothing) {
  const auto table = OpenTable("firesteel.fileSink.targetFileBytes", "1000").ValueOrDie();
  const auto sink = table->NewStreamingSink(Request()).ValueOrDie();
  const auto messages = WriteTasks(sink.write.get(), 0, 3, 50);
  ASSERT_TRUE(sink.write->Abort(0, messages).ok());
  EXPECT_EQ(Seen(), std::pair(0, 0));
  ASSERT_TRUE(sink.write->Commit(0, WriteTasks(sink.write.get(), 0, 3, 50)).ok());
  EXPECT_EQ(Seen().second, 300);
  int left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root_)) {
    left += entry.path().filename().string().starts_with("part-") ? 1 : 0;
  }
  EXPECT_EQ(left, Seen().first);
}

TEST_F(SmallFilesTest, WithoutTheOptionEveryTaskHasItsFile) {
  const auto sink = OpenTable("", "").ValueOrDie()->NewStreamingSink(Request()).ValueOrDie();
  ASSERT_TRUE(sink.write->Commit(0, WriteTasks(sink.write.get(), 0, 4, 1)).ok());
  EXPECT_EQ(Seen(), std::pair(4, 8));
}

TEST_F(SmallFilesTest, TheTargetMustBePositive) {
  const auto table = OpenTable("firesteel.fileSink.targetFileBytes", "0").ValueOrDie();
  EXPECT_EQ(ErrorCondition(table->NewStreamingSink(Request()).status()), "INVALID_OPTION_VALUE");
}

/// How many files a scan that lives on finds.
class RefreshTest : public SmallFilesTest {
 protected:
  void AddFile(const std::string& name) {
    CheckpointFileManager files(Env::Posix());
    ASSERT_TRUE(files.WriteAtomic(root_ + "/" + name, "{\"v\":\"x\"}\n", true).ok());
  }
  std::shared_ptr<Scan> OpenScan(const std::string& interval) {
    const auto table =
        OpenTable(interval.empty() ? "" : "firesteel.refreshInterval", interval).ValueOrDie();
    return table->NewScan({schema_, {}}).ValueOrDie();
  }
  static int RowsOf(Scan* scan) { return SeenBy(scan).second; }
};

TEST_F(RefreshTest, FilesAreThoseOfTheBeginning) {
  AddFile("a.json");
  const auto scan = OpenScan("");
  EXPECT_EQ(RowsOf(scan.get()), 1);
  AddFile("b.json");
  clock_.now_ms += 1'000'000;
  EXPECT_EQ(RowsOf(scan.get()), 1);
  EXPECT_EQ(RowsOf(OpenScan("").get()), 2);
}

TEST_F(RefreshTest, FilesAreLookedForAgainAfterTheInterval) {
  AddFile("a.json");
  const auto scan = OpenScan("10s");
  EXPECT_EQ(RowsOf(scan.get()), 1);
  AddFile("b.json");
  clock_.now_ms += 9'999;
  EXPECT_EQ(RowsOf(scan.get()), 1);
  clock_.now_ms += 1;
  EXPECT_EQ(RowsOf(scan.get()), 2);
}

TEST_F(RefreshTest, TheIntervalMustBeALengthOfTime) {
  const auto table = OpenTable("firesteel.refreshInterval", "soon").ValueOrDie();
  EXPECT_EQ(ErrorCondition(table->NewScan({schema_, {}}).status()), "INVALID_OPTION_VALUE");
}

}  // namespace
}  // namespace firesteel
