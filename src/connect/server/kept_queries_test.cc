#include "connect/server/kept_queries.h"

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"

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
  Status AwaitTermination() override { return Status::OK(); }
  Result<bool> AwaitTermination(int64_t) override { return true; }
  Status ProcessAllAvailable() override { return Status::OK(); }
  Status ProcessAllAvailable(const std::function<bool()>&) override { return Status::OK(); }
  Status Exception() const override { return Status::OK(); }

  bool active = true;

 private:
  std::string run_id_;
};

class KeptQueriesTest : public testing::Test {
 protected:
  std::chrono::steady_clock::time_point now_;
  KeptQueries queries_{[this] { return now_; }};
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
  now_ += std::chrono::hours(5);
  EXPECT_EQ(queries_.Find("id", "1"), query);
  query->active = false;
  EXPECT_EQ(queries_.Find("id", "1"), query);
  now_ += std::chrono::minutes(59);
  EXPECT_EQ(queries_.Find("id", "1"), query);
  now_ += std::chrono::minutes(2);
  EXPECT_EQ(queries_.Find("id", "1"), nullptr);
}

TEST_F(KeptQueriesTest, ForgetsAllWithTheSession) {
  queries_.Keep(std::make_shared<FakeQuery>("1"));
  queries_.Clear();
  EXPECT_EQ(queries_.Find("id", "1"), nullptr);
}

}  // namespace
}  // namespace firesteel
