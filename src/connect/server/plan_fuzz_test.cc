#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "common/error.h"
#include "common/random.h"
#include "connect/server/fuzzing/plan_mutator.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

std::shared_ptr<ServerSession> NewServerSession() {
  return std::make_shared<ServerSession>("user", NewUuid(),
                                         firesteel::testing::MakeTestSession({}).ValueOrDie(),
                                         std::make_shared<ServerEnvironment>());
}

TEST(PlanFuzzTest, TheSeedsAreUnderstood) {
  const auto session = NewServerSession();
  int answered = 0;
  for (const spark::connect::Plan& plan : SeedPlans()) {
    const Status status = RunPlan(plan, session.get());
    answered += status.ok();
  }
  // The others are about what does not exist, or is not supported.
  EXPECT_GT(answered, static_cast<int>(SeedPlans().size() * 3 / 4));
}

// The same plans every time, so that a change is judged by what it changes; long checks take
// others: FUZZ_PLANS says how many plans, FUZZ_SEED which ones; FUZZ_TRACE prints each one before
// it runs, for what ends the program.
TEST(PlanFuzzTest, AnyPlanIsAnsweredOrRefused) {
  constexpr int64_t kSeed = 12;
  const auto seed = static_cast<uint64_t>(NumberFromEnvironment("FUZZ_SEED", kSeed));
  const int64_t plans = NumberFromEnvironment("FUZZ_PLANS", 1500);
  const int64_t first = NumberFromEnvironment("FUZZ_FIRST", 0);
  const bool traced = std::getenv("FUZZ_TRACE") != nullptr;
  std::cout << "FUZZ_SEED=" << seed << std::endl;
  const auto session = NewServerSession();
  int64_t answered = 0;
  for (int64_t i = first; i < plans; ++i) {
    PlanMutator mutator(seed + static_cast<uint64_t>(i));
    spark::connect::Plan plan = mutator.Choose();
    for (int64_t changes = 1 + i % 8; changes > 0; --changes) mutator.Mutate(&plan);
    Tame(&plan);
    if (traced) std::cerr << i << ": " << plan.ShortDebugString() << std::endl;
    const auto began = std::chrono::steady_clock::now();
    answered += RunPlan(plan, session.get()).ok();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    EXPECT_LT(took.count(), 20) << i << ": " << plan.DebugString();
  }
  EXPECT_GT(answered, 0);
}

}  // namespace
}  // namespace firesteel
