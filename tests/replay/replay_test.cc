#include <cstdlib>
#include <iostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

std::vector<TestStream> AllLists() {
  std::vector<TestStream> lists;
  for (const auto& family :
       {StatelessLists, AggregationLists, GroupingKeyLists, StateBufferLists, ValueAggregateLists,
        DuplicateLists, JoinLists, LimitLists, EventTimeLists, SourceWatermarkLists, BadTimeLists,
        TriggerLists, RecoveryLists, FailureLists}) {
    for (const TestStream& list : family()) lists.push_back(list);
  }
  return lists;
}

/// Runs only the lists whose name contains the value of REPLAY_ONLY, where it is set.
std::vector<TestStream> ChosenLists() {
  std::vector<TestStream> lists = AllLists();
  const char* const only = std::getenv("REPLAY_ONLY");
  if (only == nullptr) return lists;
  std::vector<TestStream> chosen;
  for (const TestStream& list : lists) {
    if (list.name().find(only) != std::string::npos) chosen.push_back(list);
  }
  return chosen;
}

TEST(ReplayTest, EveryListHoldsInEveryVariant) {
  const ReplaySummary summary = RunReplayMatrix(ChosenLists());
  std::cout << summary.text;
  for (const std::string& failure : summary.failures) ADD_FAILURE() << failure;
  EXPECT_TRUE(summary.enough) << "A variant leaves too many lists out.";
}

TEST(ReplayTest, TheListsAreMany) { EXPECT_GE(AllLists().size(), 50u); }

}  // namespace
}  // namespace firesteel::testing
