#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/clock.h"
#include "common/env.h"
#include "common/random.h"
#include "connectors/rate/rate_micro_batch_provider.h"
#include "connectors/rate/rate_provider.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kStartMs = 1'700'000'000'000;

/// A clock that moves when it is told to.
class StillClock final : public Clock {
 public:
  int64_t NowMs() const override { return now_ms_; }
  int64_t NowMicros() const override { return now_ms_ * 1000; }
  int64_t MonotonicNanos() const override { return now_ms_ * 1'000'000; }
  int64_t WaitUntilMs(int64_t, const std::atomic<bool>&) override { return now_ms_; }
  void WakeAll() override {}
  void Advance(int64_t milliseconds) { now_ms_ += milliseconds; }

 private:
  int64_t now_ms_ = kStartMs;
};

/// A rate source with a checkpoint of its own.
class RateTest : public ::testing::Test {
 protected:
  RateTest() : directory_(::testing::TempDir() + "rate-" + NewUuid()) {
    context_.clock = &clock_;
    context_.env = Env::Posix();
    context_.default_parallelism = 2;
  }
  ~RateTest() override { EXPECT_TRUE(Env::Posix()->RemoveAll(directory_).ok()); }

  Result<std::unique_ptr<MicroBatchStream>> Open(
      const std::shared_ptr<TableProvider>& provider,
      const std::vector<std::pair<std::string, std::string>>& settings) {
    Options options;
    for (const auto& [name, value] : settings) options.Set(name, value);
    ARROW_ASSIGN_OR_RAISE(const Schema schema,
                          provider->ResolveSchema(std::nullopt, options, true, context_));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Table> table,
                          provider->GetTable(schema, options, context_));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Scan> scan, table->NewScan({schema, {}}));
    return scan->ToMicroBatchStream(directory_);
  }

  /// The rows of a range as `timestamp in ms:value`, partition by partition.
  static std::vector<std::string> Read(MicroBatchStream* stream, const std::string& start,
                                       const std::string& end) {
    std::vector<std::string> rows;
    const auto partitions = stream->PlanInputPartitions(Offset(start), Offset(end));
    EXPECT_TRUE(partitions.ok()) << partitions.status().ToString();
    if (!partitions.ok()) return rows;
    for (const auto& partition : *partitions) {
      std::string file;
      int64_t input_rows = 0;
      ReadContext read;
      read.batch_rows = 3;
      read.input_file = &file;
      read.input_rows = &input_rows;
      auto reader = stream->CreateReader(*partition, read);
      EXPECT_TRUE(reader.ok());
      while (true) {
        const auto batch = (*reader)->Next();
        EXPECT_TRUE(batch.ok());
        if (!batch.ok() || *batch == nullptr) break;
        for (int64_t i = 0; i < (*batch)->num_rows(); ++i) {
          const Value time = GetValue(*(*batch)->column(0), i, TypeId::kTimestamp);
          const Value value = GetValue(*(*batch)->column(1), i, TypeId::kLong);
          rows.push_back(std::to_string(time.Get<Timestamp>().micros / 1000 - kStartMs) + ":" +
                         std::to_string(value.Get<int64_t>()));
        }
      }
    }
    return rows;
  }

  StillClock clock_;
  std::string directory_;
  ConnectorContext context_;
};

TEST_F(RateTest, CountsWholeSecondsSinceTheFirstStart) {
  auto stream = Open(NewRateProvider(), {{"rowsPerSecond", "4"}});
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  EXPECT_EQ((*stream)->InitialOffset()->json(), "0");
  clock_.Advance(1999);
  EXPECT_EQ((*stream)->LatestOffset(Offset("0"), ReadAllAvailable{})->json(), "1");
  EXPECT_THAT(Read(stream->get(), "0", "1"), ElementsAre("0:0", "500:2", "250:1", "750:3"));
  EXPECT_THAT(Read(stream->get(), "1", "1"), ElementsAre());
  EXPECT_EQ((*stream)->Describe(),
            "RateStreamV2[rowsPerSecond=4, rampUpTimeSeconds=0, numPartitions=default]");
}

TEST_F(RateTest, KeepsItsStartInTheCheckpoint) {
  ASSERT_TRUE(Open(NewRateProvider(), {}).ok());
  EXPECT_EQ(*Env::Posix()->ReadFile(directory_ + "/0"), "v1\n" + std::to_string(kStartMs));
  clock_.Advance(5000);
  auto again = Open(NewRateProvider(), {});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->LatestOffset(Offset("0"), ReadAllAvailable{})->json(), "5");
}

TEST_F(RateTest, RefusesADamagedStart) {
  ASSERT_TRUE(Env::Posix()->CreateDirectories(directory_).ok());
  auto file = Env::Posix()->NewWritableFile(directory_ + "/0");
  ASSERT_TRUE(file.ok() && (*file)->Append("v1\nyesterday").ok() && (*file)->Close().ok());
  EXPECT_THAT(Open(NewRateProvider(), {}).status().message(), HasSubstr("start time"));
}

TEST_F(RateTest, StopsAtWhatWasThereForAvailableNow) {
  auto stream = Open(NewRateProvider(), {});
  ASSERT_TRUE(stream.ok());
  clock_.Advance(2000);
  ASSERT_TRUE((*stream)->PrepareForAvailableNow().ok());
  clock_.Advance(7000);
  EXPECT_EQ((*stream)->LatestOffset(Offset("0"), ReadAllAvailable{})->json(), "2");
  EXPECT_EQ((*stream)->ReportLatestOffset()->json(), "9");
}

TEST_F(RateTest, RampsUp) {
  // 10 rows a second after 4 seconds: 2 more each second.
  std::vector<int64_t> rows;
  for (int64_t second = 0; second <= 6; ++second) {
    rows.push_back(*RateRowsAtSecond(second, 10, 4));
  }
  EXPECT_THAT(rows, ElementsAre(0, 0, 2, 6, 12, 22, 32));
  EXPECT_FALSE(RateRowsAtSecond(INT64_MAX / 2, 3, 0).ok());
}

TEST_F(RateTest, ReadsDurations) {
  EXPECT_EQ(*ParseRateSeconds("7"), 7);
  EXPECT_EQ(*ParseRateSeconds("2m"), 120);
  EXPECT_EQ(*ParseRateSeconds("1500ms"), 1);
  for (const char* wrong :
       {"", "s", "-1s", "5 weeks", "99999999999999999999s", "9223372036854775807d"}) {
    EXPECT_FALSE(ParseRateSeconds(wrong).ok()) << wrong;
  }
}

TEST_F(RateTest, RefusesWrongOptions) {
  for (const char* name : {"rowsPerSecond", "numPartitions"}) {
    for (const char* value : {"0", "-3", "many"}) {
      EXPECT_THAT(Open(NewRateProvider(), {{name, value}}).status().message(), HasSubstr(name));
    }
  }
  EXPECT_FALSE(Open(NewRateProvider(), {{"rampUpTime", "soon"}}).ok());
  EXPECT_EQ(ErrorCondition(Open(NewRateProvider(), {{"rowsPerSecond", "9223372036854775807"},
                                                    {"rampUpTime", "2s"}})
                               .status()),
            "INCORRECT_RAMP_UP_RATE");
}

TEST_F(RateTest, RefusesAForeignOffset) {
  auto rate = Open(NewRateProvider(), {});
  ASSERT_TRUE(rate.ok());
  for (const char* json : {"", "-1", "{}", "1.5", "99999999999999999999"}) {
    EXPECT_FALSE((*rate)->DeserializeOffset(json).ok()) << json;
  }
  auto batches = Open(NewRateMicroBatchProvider(), {{"rowsPerBatch", "1"}});
  ASSERT_TRUE(batches.ok());
  for (const char* json : {"", "3", "{\"offset\":1}", "{\"offset\":-1,\"timestamp\":0}", "[1,2]"}) {
    EXPECT_FALSE((*batches)->DeserializeOffset(json).ok()) << json;
  }
}

TEST_F(RateTest, GivesEveryMicroBatchItsRows) {
  auto stream = Open(NewRateMicroBatchProvider(),
                     {{"rowsPerBatch", "3"},
                      {"numPartitions", "2"},
                      {"startTimestamp", std::to_string(kStartMs)},
                      {"advanceMillisPerBatch", "50"}});
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  const std::string first = (*stream)->InitialOffset()->json();
  EXPECT_EQ(first, "{\"offset\":0,\"timestamp\":" + std::to_string(kStartMs) + "}");
  const std::string second = (*stream)->LatestOffset(Offset(first), ReadAllAvailable{})->json();
  EXPECT_EQ(second, "{\"offset\":3,\"timestamp\":" + std::to_string(kStartMs + 50) + "}");
  const std::string third = (*stream)->LatestOffset(Offset(second), ReadAllAvailable{})->json();
  EXPECT_THAT(Read(stream->get(), first, second), ElementsAre("0:0", "0:2", "0:1"));
  EXPECT_THAT(Read(stream->get(), second, third), ElementsAre("50:3", "50:5", "50:4"));
}

TEST_F(RateTest, GivesOneMicroBatchForAvailableNow) {
  auto stream = Open(NewRateMicroBatchProvider(), {{"rowsPerBatch", "3"}});
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE((*stream)->PrepareForAvailableNow().ok());
  const Offset start = *(*stream)->InitialOffset();
  const Offset end = *(*stream)->LatestOffset(start, ReadAllAvailable{});
  EXPECT_EQ((*stream)->LatestOffset(end, ReadAllAvailable{})->json(), end.json());
  EXPECT_THAT(Open(NewRateMicroBatchProvider(), {}).status().message(), HasSubstr("rowsPerBatch"));
}

}  // namespace
}  // namespace firesteel
