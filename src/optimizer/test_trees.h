#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "optimizer/optimizer.h"
#include "plan/test_plans.h"

namespace firesteel::test {

/// The optimized tree, ids from #0 on. Checks that it has the same columns as `plan`, and that
/// nothing is left to do.
inline std::string OptimizedTree(const PlanPtr& plan) {
  const auto optimized = Optimize(plan);
  if (!optimized.ok()) return optimized.status().ToString();
  EXPECT_TRUE((*optimized)->resolved());
  const std::vector<AttributePtr> before = plan->output();
  const std::vector<AttributePtr> after = (*optimized)->output();
  EXPECT_EQ(before.size(), after.size());
  for (size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    EXPECT_EQ(before[i]->ToString(), after[i]->ToString());
  }
  const std::string tree = NormalizeIds((*optimized)->TreeString());
  const auto again = Optimize(*optimized);
  EXPECT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(NormalizeIds((*again)->TreeString()), tree);
  return tree;
}

}  // namespace firesteel::test
