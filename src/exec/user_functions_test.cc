#include "exec/user_functions.h"

#include <gmock/gmock.h>

#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_primitive.h"
#include "common/error.h"
#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using Shape = UserColumnFunction::Shape;

/// Stands for functions that add up the INT columns they are given, as another process would: it
/// asks for frames when its result is read, and may answer late or in other pieces.
class AddingRuntime final : public UserFunctionRuntime {
 public:
  int values_per_answer = 1000;
  int lost_values = 0;           ///< forgets so many of each frame
  std::vector<int64_t> frame_rows;
  std::vector<UserColumnTask> tasks;

  Result<std::unique_ptr<UserFunctionCall>> Load(const UserFunction&) override {
    return InternalError("Not a runtime of sinks.");
  }
  void Forget(const std::string&) override {}
  Result<UserTableAnalysis> Analyze(const UserColumnFunction&, const UserTableRequest&) override {
    return InternalError("Its functions do not say what they give.");
  }
  Result<std::unique_ptr<BatchReader>> Run(UserColumnTask task, UserFrameSource source) override {
    tasks.push_back(task);
    return std::make_unique<Answers>(this, std::move(task), std::move(source));
  }

 private:
  class Answers final : public BatchReader {
   public:
    Answers(AddingRuntime* runtime, UserColumnTask task, UserFrameSource source)
        : runtime_(runtime), task_(std::move(task)), source_(std::move(source)) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      ARROW_RETURN_NOT_OK(Read());
      const size_t count = std::min<size_t>(values_.size(), runtime_->values_per_answer);
      if (count == 0) return nullptr;
      arrow::ArrayVector columns;
      for (size_t call = 0; call < task_.calls.size(); ++call) {
        arrow::Int32Builder builder;
        for (size_t i = 0; i < count; ++i) {
          ARROW_RETURN_NOT_OK(builder.Append(values_[i] * static_cast<int>(call + 1)));
        }
        ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), builder.Finish());
      }
      values_.erase(values_.begin(), values_.begin() + count);
      return arrow::RecordBatch::Make(ToArrowSchema(task_.output), count, std::move(columns));
    }

   private:
    Status Read() {
      while (!ended_ && values_.empty()) {
        ARROW_ASSIGN_OR_RAISE(const std::vector<UserFrame> frames, source_());
        ended_ = frames.empty();
        for (const UserFrame& frame : frames) AddFrame(frame);
        if (!values_.empty()) values_.resize(values_.size() - runtime_->lost_values);
      }
      return Status::OK();
    }

    void AddFrame(const UserFrame& frame) {
      int total = 0;
      int64_t rows = 0;
      for (const auto& batch : frame.batches) {
        rows += batch->num_rows();
        for (int64_t row = 0; row < batch->num_rows(); ++row) {
          int sum = 0;
          for (const int column : task_.calls[0].columns) {
            sum += static_cast<const arrow::Int32Array&>(*batch->column(column)).Value(row);
          }
          total += sum;
          if (task_.calls[0].function->shape == Shape::kScalar) values_.push_back(sum);
        }
      }
      if (task_.calls[0].function->shape != Shape::kScalar) values_.push_back(total);
      runtime_->frame_rows.push_back(rows);
    }

    AddingRuntime* runtime_;
    UserColumnTask task_;
    UserFrameSource source_;
    std::vector<int> values_;
    bool ended_ = false;
  };
};

const Schema& UserInput() {
  static const Schema schema({{"k", TypeId::kInteger}, {"v", TypeId::kInteger}});
  return schema;
}

class UserFunctionsTest : public ::testing::Test {
 protected:
  // The tasks name their functions, and those the runtime.
  ~UserFunctionsTest() override { runtime_->tasks.clear(); }

  PlannedUserCall Adding(std::vector<ExpressionPtr> arguments, Shape shape = Shape::kScalar) {
    UserColumnFunction function;
    function.name = "add";
    function.shape = shape;
    function.result = TypeId::kInteger;
    function.runtime = runtime_;
    std::vector<std::string> names(arguments.size());
    return {std::make_shared<const UserColumnFunction>(function), std::move(arguments),
            std::move(names), "add(…)"};
  }

  Result<PhysicalPlanPtr> Evaluated(std::vector<PlannedUserCall> calls) {
    std::vector<StructField> fields = UserInput().fields();
    for (size_t i = 0; i < calls.size(); ++i) {
      fields.push_back({"f" + std::to_string(i), TypeId::kInteger});
    }
    return NewUserCallEvaluation(ScanOf(UserInput(), {{Row({1, 10}), Row({1, 20})}, {Row({2, 5})}}),
                                 std::move(calls), Schema(fields));
  }

  PlanTestEnvironment environment_;
  std::shared_ptr<AddingRuntime> runtime_ = std::make_shared<AddingRuntime>();
};

TEST_F(UserFunctionsTest, ValuesStandBesideTheirRows) {
  const ExpressionPtr k = Column(UserInput(), "k");
  const ExpressionPtr v = Column(UserInput(), "v");
  const auto plan = Evaluated({Adding({k, v}), Adding({v})}).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan),
              ElementsAre("[1,10,11,22]", "[1,20,21,42]", "[2,5,7,14]"));
  // Both calls in one pass, each argument sent once.
  ASSERT_EQ(runtime_->tasks.size(), 1);
  EXPECT_EQ(runtime_->tasks[0].inputs[0].size(), 2);
  EXPECT_THAT(runtime_->tasks[0].calls[1].columns, ElementsAre(1));
}

TEST_F(UserFunctionsTest, AnswersMayComeInOtherPieces) {
  const auto plan = Evaluated({Adding({Column(UserInput(), "v")})}).ValueOrDie();
  const auto expected = ElementsAre("[1,10,10]", "[1,20,20]", "[2,5,5]");
  runtime_->values_per_answer = 1;
  EXPECT_THAT(environment_.Texts(*plan), expected);
}

TEST_F(UserFunctionsTest, EachRowNeedsOneValue) {
  const auto plan = Evaluated({Adding({Column(UserInput(), "v")})}).ValueOrDie();
  runtime_->lost_values = 1;
  const Status status = environment_.Run(*plan).status();
  EXPECT_EQ(ErrorCondition(status), "PYTHON_WORKER_FAILED");
}

TEST_F(UserFunctionsTest, LargeBatchesAreSentInPieces) {
  std::vector<Row> rows;
  for (int i = 0; i < 25000; ++i) rows.push_back(Row({i, 1}));
  std::vector<StructField> fields = UserInput().fields();
  fields.push_back({"f", TypeId::kInteger});
  const auto plan = NewUserCallEvaluation(ScanOf(UserInput(), {rows}),
                                          {Adding({Column(UserInput(), "k")})}, Schema(fields))
                        .ValueOrDie();
  EXPECT_EQ(environment_.Texts(*plan).size(), 25000);
  EXPECT_THAT(runtime_->frame_rows, ElementsAre(10000, 10000, 5000));
}

TEST_F(UserFunctionsTest, AggregatesGetWholeGroups) {
  // The group 2 goes over the end of a batch.
  const auto sorted = ScanOf(UserInput(), {{Row({Value(), 4}), Row({1, 10}), Row({2, 1})},
                                           {Row({2, 2})},
                                           {Row({2, 3}), Row({3, 7})}});
  const auto plan = NewUserAggregate(sorted, 1,
                                     {Adding({Column(UserInput(), "v")}, Shape::kAggregate)},
                                     Schema({{"k", TypeId::kInteger}, {"f", TypeId::kInteger}}))
                        .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[NULL,4]", "[1,10]", "[2,6]", "[3,7]"));
  EXPECT_THAT(runtime_->frame_rows, ElementsAre(1, 1, 3, 1));
}

TEST_F(UserFunctionsTest, WithoutKeysAllRowsAreOneGroup) {
  const auto aggregate = [&](std::vector<std::vector<Row>> batches) {
    return NewUserAggregate(ScanOf(UserInput(), batches), 0,
                            {Adding({Column(UserInput(), "v")}, Shape::kAggregate)},
                            Schema({{"f", TypeId::kInteger}}))
        .ValueOrDie();
  };
  EXPECT_THAT(environment_.Texts(*aggregate({{Row({1, 2})}, {Row({2, 3})}})), ElementsAre("[5]"));
  EXPECT_THAT(environment_.Texts(*aggregate({})), ElementsAre());
}

TEST_F(UserFunctionsTest, CoGroupsMeetByTheirKeys) {
  const auto left = ScanOf(UserInput(), {{Row({1, 1}), Row({3, 3})}, {Row({3, 30})}});
  const auto right = ScanOf(UserInput(), {{Row({2, 2}), Row({3, 300})}});
  const PlannedUserCall call = Adding({}, Shape::kCoGroup);
  const auto plan = NewUserGroups({left, right}, call.function, 1,
                                  Schema({{"f", TypeId::kInteger}}))
                        .ValueOrDie();
  EXPECT_EQ(plan->PartitionCount(environment_.Context()), 1);
  environment_.Texts(*plan);
  // Left, right of the keys 1, 2 and 3.
  EXPECT_THAT(runtime_->frame_rows, ElementsAre(1, 0, 0, 1, 2, 1));
}

TEST_F(UserFunctionsTest, WhatDoesNotFitIsRefused) {
  EXPECT_FALSE(Evaluated({}).ok());
  EXPECT_FALSE(NewUserAggregate(ScanOf(UserInput(), {}), 1,
                                {Adding({Constant(Value(1))}, Shape::kAggregate)},
                                Schema({{"k", TypeId::kInteger}, {"f", TypeId::kInteger}}))
                   .ok());
}

}  // namespace
}  // namespace firesteel
