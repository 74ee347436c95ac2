#include "exec/recursion.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "exec/window_chunk.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Schema& RecursionNumbers() {
  static const Schema schema({{"n", TypeId::kInteger}});
  return schema;
}

class RecursionTest : public ::testing::Test {
 protected:
  /// Counts from the rows of `first` on, by one, while a number is below `end`.
  PhysicalPlanPtr CountTo(int32_t end, int64_t maximum_level, std::optional<int64_t> limit = {}) {
    const auto link = std::make_shared<const RecursionLink>();
    const ExpressionPtr n = Column(RecursionNumbers(), "n");
    PhysicalPlanPtr step = NewRecursionInput(RecursionNumbers(), link).ValueOrDie();
    step = NewFilter(std::move(step), Call("<", {n, Constant(end)})).ValueOrDie();
    step = NewProject(std::move(step), {Call("+", {n, Constant(int32_t{1})})}, RecursionNumbers())
               .ValueOrDie();
    return NewRecursion(ScanOf(RecursionNumbers(), {{Row({1})}, {Row({10})}}), std::move(step),
                        {link, maximum_level, limit}, RecursionNumbers())
        .ValueOrDie();
  }

  PlanTestEnvironment environment_;
};

TEST_F(RecursionTest, GoesOnUntilAStepGivesNothing) {
  EXPECT_THAT(environment_.Texts(*CountTo(3, 100)), ElementsAre("[1]", "[10]", "[2]", "[3]"));
  EXPECT_THAT(environment_.Texts(*CountTo(0, 1)), ElementsAre("[1]", "[10]"));
}

TEST_F(RecursionTest, EndsAtALimitOrFailsAtALevel) {
  EXPECT_THAT(environment_.Texts(*CountTo(1000, 100, 3)),
              ElementsAre("[1]", "[10]", "[2]", "[11]"));
  EXPECT_THAT(environment_.Texts(*CountTo(1000, 5)),
              ElementsAre(HasSubstr("RECURSION_LEVEL_LIMIT_EXCEEDED")));
}

TEST_F(RecursionTest, ItsInputMeansNothingOutside) {
  const PhysicalPlanPtr alone =
      NewRecursionInput(RecursionNumbers(), std::make_shared<const RecursionLink>()).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*alone), ElementsAre(HasSubstr("INTERNAL_ERROR")));
}

std::string Differences(const std::vector<Value>& values, const DataType& type,
                        const std::vector<Value>& starts, const std::vector<int64_t>& before) {
  const auto counters = MakeArray(values, type).ValueOrDie();
  const auto times = MakeArray(starts, TypeId::kTimestamp).ValueOrDie();
  const auto result =
      SubtractCounters(*counters, type, starts.empty() ? nullptr : times.get(), before);
  if (!result.ok()) return ErrorCondition(result.status());
  std::string text;
  for (int64_t i = 0; i < (*result)->length(); ++i) {
    text += (i > 0 ? "," : "") + GetValue(**result, i, type).ToString();
  }
  return text;
}

TEST(CounterDifferenceTest, SubtractsTheRowBeforeUnlessTheCounterBeganAnew) {
  const std::vector<int64_t> before{-1, 0, 1, 1, -1};
  EXPECT_EQ(Differences({5, 9, Value(), 3, 4}, TypeId::kInteger, {}, before),
            "NULL,4,NULL,NULL,NULL");
  EXPECT_EQ(Differences({1.5, 2.0, Value(), 4.0, 9.0}, TypeId::kDouble, {}, before),
            "NULL,0.5,NULL,2.0,NULL");
  EXPECT_EQ(Differences({1, -1}, TypeId::kInteger, {}, {-1, 0}),
            "COUNTER_DIFF_NEGATIVE_COUNTER_VALUE");
  const Value early = Timestamp{1};
  const Value late = Timestamp{2};
  EXPECT_EQ(Differences({1, 2, 5, 6}, TypeId::kInteger, {early, early, late, Value()},
                        {-1, 0, 1, 2}),
            "NULL,1,NULL,1");
  EXPECT_EQ(Differences({1, 2}, TypeId::kInteger, {late, early}, {-1, 0}),
            "COUNTER_DIFF_START_TIME_DECREASED");
}

}  // namespace
}  // namespace firesteel
