#include "exec/physical_plan.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

Schema OneNumberSchema() { return Schema({{"n", TypeId::kLong, false}}); }

/// Notes when it is prepared; gives `batches` batches of one row per partition.
class NotingPlan final : public PhysicalPlan {
 public:
  NotingPlan(std::string name, std::vector<PhysicalPlanPtr> children, int partitions, int batches,
             std::vector<std::string>* prepared)
      : PhysicalPlan(OneNumberSchema(), std::move(children)),
        name_(std::move(name)),
        partitions_(partitions),
        batches_(batches),
        prepared_(prepared) {}
  std::string Name() const override { return name_; }
  int PartitionCount(const ExecutionContext&) const override { return partitions_; }
  Status Prepare(ExecutionContext*) const override {
    prepared_->push_back(name_);
    return Status::OK();
  }
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    EXPECT_EQ(task->partition, partition);
    EXPECT_EQ(task->evaluation.partition, partition);
    return std::make_unique<Reader>(batches_, partition);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(int batches, int64_t value) : left_(batches), value_(value) {}
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (left_-- == 0) return nullptr;
      return MakeBatch({Row({Value(value_)})}, OneNumberSchema());
    }

   private:
    int left_;
    int64_t value_;
  };

  std::string name_;
  int partitions_;
  int batches_;
  std::vector<std::string>* prepared_;
};

class PhysicalPlanTest : public ::testing::Test {
 protected:
  PhysicalPlanPtr Plan(std::string name, std::vector<PhysicalPlanPtr> children = {},
                       int partitions = 1, int batches = 1) {
    return std::make_shared<NotingPlan>(std::move(name), std::move(children), partitions, batches,
                                        &prepared_);
  }

  PlanTestEnvironment environment_;
  std::vector<std::string> prepared_;
};

TEST_F(PhysicalPlanTest, PreparesChildrenFirstAndEachOnce) {
  const PhysicalPlanPtr shared = Plan("shared");
  const PhysicalPlanPtr root = Plan("root", {Plan("a", {shared}), Plan("b", {shared})});
  ASSERT_TRUE(environment_.Run(*root).ok());
  EXPECT_THAT(prepared_, ElementsAre("shared", "a", "b", "root"));
}

TEST_F(PhysicalPlanTest, TreeTextShowsEveryNodeUnderItsParent) {
  const PhysicalPlanPtr root =
      Plan("root", {Plan("a", {Plan("a1"), Plan("a2")}), Plan("b", {Plan("b1")})});
  EXPECT_EQ(root->TreeString(),
            "root\n"
            ":- a\n"
            ":  :- a1\n"
            ":  +- a2\n"
            "+- b\n"
            "   +- b1\n");
}

TEST_F(PhysicalPlanTest, CollectsPartitionsInOrderWhateverThreadRunsThem) {
  EXPECT_THAT(environment_.Texts(*Plan("p", {}, 4, 2)),
              ElementsAre("[0]", "[0]", "[1]", "[1]", "[2]", "[2]", "[3]", "[3]"));
}

TEST_F(PhysicalPlanTest, CountsTheRowsThatLeaveThePlan) {
  const PhysicalPlanPtr plan = Plan("p", {}, 3, 4);
  ExecutionContext execution = environment_.Context();
  ASSERT_TRUE(environment_.Run(*plan, &execution).ok());
  EXPECT_EQ(execution.Metrics(plan.get())->output_rows.load(), 12);
}

TEST_F(PhysicalPlanTest, CancellationIsSeenBetweenBatches) {
  ExecutionContext execution = environment_.Context();
  int batches = 0;
  const Status status = RunPlan(*Plan("p", {}, 1, 1000), &execution,
                                [&](int, BatchReader* reader, TaskContext*) -> Status {
                                  while (true) {
                                    ARROW_ASSIGN_OR_RAISE(auto batch, reader->Next());
                                    if (!batch) return Status::OK();
                                    if (++batches == 3) environment_.cancellation().Cancel();
                                  }
                                });
  EXPECT_TRUE(status.IsCancelled()) << status.ToString();
  EXPECT_EQ(batches, 3);
}

TEST_F(PhysicalPlanTest, CancelledBeforeTheStartNothingIsPrepared) {
  environment_.cancellation().Cancel();
  EXPECT_TRUE(environment_.Run(*Plan("p")).status().IsCancelled());
  EXPECT_TRUE(prepared_.empty());
}

TEST_F(PhysicalPlanTest, FirstErrorEndsTheRun) {
  ExecutionContext execution = environment_.Context();
  std::atomic<int> started{0};
  const Status status = RunPlan(*Plan("p", {}, 100), &execution,
                                [&](int, BatchReader*, TaskContext*) -> Status {
                                  ++started;
                                  return Status::IOError("no room");
                                });
  EXPECT_TRUE(status.IsIOError());
  EXPECT_LT(started.load(), 100);
}

TEST_F(PhysicalPlanTest, FewRowsStayOnTheCallingThread) {
  std::vector<std::vector<Row>> partitions(8, {Row({Value(int64_t{1})})});
  const PhysicalPlanPtr plan = PartitionsOf(OneNumberSchema(), partitions);
  ExecutionContext execution = environment_.Context();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  ASSERT_TRUE(RunPlan(*plan, &execution, [&](int, BatchReader*, TaskContext*) {
                const std::lock_guard<std::mutex> lock(mutex);
                threads.insert(std::this_thread::get_id());
                return Status::OK();
              }).ok());
  EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id()));
}

TEST_F(PhysicalPlanTest, TasksKnowTheTimeOfTheBatch) {
  BatchContext batch;
  batch.batch_timestamp_ms = 1234;
  ExecutionContext execution = environment_.Context(batch);
  EXPECT_EQ(MakeTask(&execution, 3).evaluation.batch_timestamp_micros, 1234000);
}

}  // namespace
}  // namespace firesteel
