#include "connect/server/kept_queries.h"

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "testing/manual_clock.h"

namespace firesteel {
namespace {

class FakeQuery final : public StreamingQuery {
 public:
  explicit FakeQuery(std::string run_id) : run_id_(std::move(run_id)) {}

  std::string Id() const override { return "id"; }
  std::string RunId() const override { return run_id_; }
  std::string Name() const override { return ""; }
  bool IsActive() const override { return active; }
  StreamingQueryStatus GetStatus() const override { return {}; }
  std::optional<StreamingQueryProgress> LastProgress() const override { return std::nullopt; }
  std::vector<StreamingQueryProgress> RecentProgress() const override { return {}; }
  std::string Explain(bool) const override { return ""; }
  Status Stop() override { return Status::OK(); }
  Result<bool> StopGracefully(int64_t) override { return true; }
  Status AwaitTermination() override { return Status::OK(); }
  Result<bool> AwaitTermination(int64_t) override { return true; }
  Status ProcessAllAvailable() override { return Status::OK(); }
  Status ProcessAllAvailable(const std::function<bool()>&) override { return Status::OK(); }
  Status Exception() const override { return Status::OK(); }

  bool active = true;

 private:
  std::string run_id_;
};

constexpr int64_t kHourMs = 3'600'000;

class KeptQueriesTest : public ::testing::Test {
 protected:
  firesteel::testing::ManualClock clock_{0};
  KeptQueries queries_{&clock_};
};

TEST_F(KeptQueriesTest, TellsTheRunsOfAQueryApart) {
  const auto first = std::make_shared<FakeQuery>("1");
  const auto second = std::make_shared<FakeQuery>("2");
  queries_.Keep(first);
  queries_.Keep(second);
  EXPECT_EQ(queries_.Find("id", "1"), first);
  EXPECT_EQ(queries_.Find("id", "2"), second);
  EXPECT_EQ(queries_.Find("id", "3"), nullptr);
  EXPECT_EQ(queries_.Find("other", "1"), nullptr);
}

TEST_F(KeptQueriesTest, ForgetsAQueryAnHourAfterItsEnd) {
  const auto query = std::make_shared<FakeQuery>("1");
  queries_.Keep(query);
  clock_.Advance(5 * kHourMs);
  EXPECT_EQ(queries_.Find("id", "1"), query);
  query->active = false;
  EXPECT_EQ(queries_.Find("id", "1"), query);
  clock_.Advance(kHourMs - 1);
  EXPECT_EQ(queries_.Find("id", "1"), query);
  clock_.Advance(2);
  EXPECT_EQ(queries_.Find("id", "1"), nullptr);
}

TEST_F(KeptQueriesTest, ForgetsAllWithTheSession) {
  queries_.Keep(std::make_shared<FakeQuery>("1"));
  queries_.Clear();
  EXPECT_EQ(queries_.Find("id", "1"), nullptr);
}

}  // namespace
}  // namespace firesteel
