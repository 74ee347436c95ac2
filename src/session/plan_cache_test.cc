#include "session/plan_cache.h"

#include <gtest/gtest.h>

#include "analyzer/fresh_ids.h"
#include "analyzer/test_analysis.h"
#include "plan/joins.h"

namespace firesteel {
namespace {

using test::Call;
using test::Int;
using test::Name;
using test::Scan;
using test::Select;
using test::Where;

class PlanCacheTest : public ::testing::Test {
 protected:
  PlanPtr Analyzed(const PlanPtr& plan) const { return session_.Run(plan).ValueOrDie(); }

  test::Session session_;
  const PlanPtr query_ =
      Analyzed(Where(Select(Scan("a INT, b INT"), Call("+", Name("a"), Int(1)), Name("b")),
                     Call(">", Name("b"), Int(2))));
  PlanCache cache_;
  int runs_ = 0;
  const PlanCache::PlanRunner run_ = [this](const PlanPtr& plan) -> Result<QueryResult> {
    ++runs_;
    return QueryResult{plan->schema(), {}};
  };
};

TEST_F(PlanCacheTest, ComparesPlansWithoutIds) {
  EXPECT_TRUE(SamePlan(query_, WithFreshIds(query_).ValueOrDie()));
  EXPECT_FALSE(SamePlan(query_, query_->child()));
  const PlanPtr scan = Analyzed(Scan("a INT, b INT"));
  EXPECT_FALSE(SamePlan(scan, Analyzed(Scan("a INT, b INT"))));  // another table
  EXPECT_FALSE(SamePlan(Analyzed(Select(scan, Name("a"))), Analyzed(Select(scan, Name("b")))));
  EXPECT_FALSE(SamePlan(Analyzed(Where(scan, Call(">", Name("a"), Int(1)))),
                        Analyzed(Where(scan, Call(">", Name("a"), Int(2))))));
}

TEST_F(PlanCacheTest, PutsRowsWhereTheQueryStands) {
  const PlanPtr other = WithFreshIds(query_).ValueOrDie();
  const PlanPtr join = Analyzed(std::make_shared<Join>(query_, other, JoinType::kCross, nullptr));
  EXPECT_EQ(*cache_.Apply(join, run_), join);
  cache_.Add(query_);
  const PlanPtr cached = *cache_.Apply(join, run_);
  EXPECT_EQ(cached->child(0)->kind(), PlanKind::kLocalRelation);
  EXPECT_EQ(cached->child(1)->kind(), PlanKind::kLocalRelation);
  EXPECT_EQ(cached->child(1)->output()[0]->id(), other->output()[0]->id());
  EXPECT_EQ(runs_, 1);
}

TEST_F(PlanCacheTest, RunsAgainAfterRefreshAndForgets) {
  cache_.Add(query_);
  ASSERT_TRUE(cache_.Apply(query_, run_).ok());
  cache_.Refresh(query_);
  ASSERT_TRUE(cache_.Apply(query_, run_).ok());
  EXPECT_EQ(runs_, 2);
  EXPECT_TRUE(cache_.Remove(query_));
  EXPECT_FALSE(cache_.Remove(query_));
  EXPECT_EQ(*cache_.Apply(query_, run_), query_);
}

}  // namespace
}  // namespace firesteel
