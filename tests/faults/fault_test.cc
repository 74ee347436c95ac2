#include <algorithm>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "testing/fault_injecting_env.h"
#include "tests/faults/durable_query.h"

namespace firesteel::testing {
namespace {

using After = FaultInjectingEnv::After;

constexpr int kInputsBefore = 3;
constexpr int kInputs = 4;

/// What happens at the operation that fails.
struct Fault {
  std::string name;
  After after = After::kAllFail;
  bool only_writes = false;  ///< leaves out what fails at other operations; tears the write
  std::optional<PowerLoss> power_loss;
};

struct FaultCase {
  std::string name;
  std::unique_ptr<DurableQuery> (*query)();
  Fault fault;
};

void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.name; }

class FaultTest : public ::testing::TestWithParam<FaultCase> {
 protected:
  enum class Outcome {
    kDone,     // the query was done before that operation
    kSkipped,  // this fault means nothing there
    kTried,
  };

  // Lets operation number `index` fail, repairs the file system, and lets the query go on.
  Outcome RunWithFault(DurableQuery* query, int64_t index) {
    const Fault& fault = GetParam().fault;
    query->Reset();
    MemoryEnv disk(query->clock());
    for (int i = 0; i < kInputsBefore; ++i) EXPECT_TRUE(query->PutInput(&disk, i).ok());
    FaultInjectingEnv faulty(&disk);
    faulty.FailAt(index, fault.after, fault.only_writes);
    const Status first = query->Run(&faulty);
    if (faulty.failure().empty()) {
      EXPECT_TRUE(first.ok()) << first;
      return Outcome::kDone;
    }
    // Elsewhere there is nothing to tear.
    if (fault.only_writes && !faulty.failure().starts_with("write ")) return Outcome::kSkipped;
    const std::string at = "operation " + std::to_string(index) + ": " + faulty.failure();
    SCOPED_TRACE(at + "\nfirst run: " + first.ToString());
    if (fault.power_loss.has_value()) disk.LosePower(*fault.power_loss);
    // One failure may be of no account (a leftover that was to be removed); then all is done.
    if (first.ok() && !fault.power_loss.has_value()) {
      EXPECT_EQ(query->CheckAnswer(&disk, kInputsBefore), "");
    }
    EXPECT_TRUE(query->PutInput(&disk, kInputsBefore).ok());
    const Status second = query->Run(&disk);
    EXPECT_TRUE(second.ok()) << "after the failure: " << second;
    // What was said to be done must be on the disk.
    disk.LosePower(PowerLoss::kDropAll);
    EXPECT_EQ(query->CheckAnswer(&disk, kInputs), "") << "after a power failure at the end";
    const Status third = query->Run(&disk);
    EXPECT_TRUE(third.ok()) << "after a power failure at the end: " << third;
    EXPECT_EQ(query->CheckAnswer(&disk, kInputs), "");
    return Outcome::kTried;
  }
};

/// How many operations lie between two that fail: 1 is the long check, which takes minutes.
int64_t Stride() {
  const char* const text = std::getenv("FIRESTEEL_FAULT_STRIDE");
  return text == nullptr ? 7 : std::max(1, std::atoi(text));
}

TEST_P(FaultTest, EveryOperationMayFail) {
  const std::unique_ptr<DurableQuery> query = GetParam().query();
  // Each case starts elsewhere, so that together they meet more operations.
  int64_t index = static_cast<int64_t>(GetParam().name.size()) % Stride();
  while (!HasFailure()) {
    const Outcome outcome = RunWithFault(query.get(), index);
    if (outcome == Outcome::kDone) break;
    index += outcome == Outcome::kTried ? Stride() : 1;
  }
  RecordProperty("operations", static_cast<int>(index));
  // Fewer would mean that the query writes around the Env.
  EXPECT_TRUE(HasFailure() || index > 60) << index;
}

std::vector<FaultCase> Cases() {
  const std::vector<Fault> faults = {
      {"OneFailure", After::kOneFailure, false, std::nullopt},
      {"Kill", After::kAllFail, false, std::nullopt},
      {"TornWrite", After::kAllFail, true, std::nullopt},
      {"PowerLoss", After::kAllFail, false, PowerLoss::kDropAll},
      {"PowerLossKeepsNames", After::kAllFail, false, PowerLoss::kKeepNames},
      {"PowerLossTearsContents", After::kAllFail, false, PowerLoss::kTearContents}};
  std::vector<FaultCase> cases;
  for (const Fault& fault : faults) {
    cases.push_back({"Json" + fault.name, [] { return NewFilesToFiles("json"); }, fault});
    cases.push_back({"Windows" + fault.name, [] { return NewFilesToWindows(); }, fault});
    cases.push_back({"Distinct" + fault.name, [] { return NewFilesToDistinct(); }, fault});
    cases.push_back({"Counts" + fault.name, [] { return NewFilesToCounts(); }, fault});
  }
  cases.push_back({"ParquetTornWrite", [] { return NewFilesToFiles("parquet"); }, faults[2]});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace firesteel::testing
