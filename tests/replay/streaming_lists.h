#pragma once

#include <cstdint>
#include <vector>

#include "firesteel/testing.h"

/// The streaming queries that are replayed in every variant; see replay_test.cc.
namespace firesteel::testing {

std::vector<TestStream> StatelessLists();
std::vector<TestStream> AggregationLists();
std::vector<TestStream> GroupingKeyLists();
std::vector<TestStream> StateBufferLists();
std::vector<TestStream> ValueAggregateLists();
std::vector<TestStream> DuplicateLists();
std::vector<TestStream> JoinLists();
std::vector<TestStream> LimitLists();
std::vector<TestStream> EventTimeLists();
std::vector<TestStream> SourceWatermarkLists();
std::vector<TestStream> BadTimeLists();
std::vector<TestStream> TriggerLists();
std::vector<TestStream> RecoveryLists();
std::vector<TestStream> FailureLists();

/// A value of type BIGINT.
inline Value Long(int64_t value) { return Value(value); }

}  // namespace firesteel::testing
