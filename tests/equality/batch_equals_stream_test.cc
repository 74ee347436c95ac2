#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testing/test_session.h"
#include "tests/equality/random_query.h"

namespace firesteel::testing {
namespace {

constexpr int64_t kDefaultDraws = 50;

int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

/// One random query over random rows, in random batches, with restarts and crashes between them.
class Draw {
 public:
  explicit Draw(uint64_t seed)
      : chooser_(seed),
        query_(DrawQuery(&chooser_)),
        list_("draw " + std::to_string(seed) + ": " + query_.text, Schemas(query_.inputs),
              query_.mode, query_.query),
        rows_(query_.inputs) {
    list_.WithConfig("spark.sql.shuffle.partitions", std::to_string(1 + chooser_.Below(3)));
  }

  Status Run(const Session& session) {
    const int64_t batches = 2 + chooser_.Below(5);
    for (int64_t i = 0; i < batches; ++i) AddBatch();
    // Twice: what is pending when a run ends comes with the next rows.
    for (int i = 0; i < 2; ++i) {
      for (int input = 0; input < query_.inputs; ++input) {
        // Five passes every filter.
        Add(input, {Row({input == 0 ? "end" : "ends", 5,
                         Value(Timestamp{(kEndSeconds + 3600 + i) * 1'000'000})})});
      }
      list_.AssertProgress([](const StreamingQueryProgress&) { return Status::OK(); });
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<Row> answer, BatchAnswer(session));
    list_.CheckAnswer(std::move(answer));
    return list_.Run(Variant::kAsWritten);
  }

 private:
  static std::vector<Schema> Schemas(int inputs) {
    std::vector<Schema> schemas;
    for (int i = 0; i < inputs; ++i) schemas.push_back(InputSchema(i));
    return schemas;
  }

  Row DrawRow() {
    static const char* const kKeys[] = {"a", "b", "c", "d"};
    const bool null_key = query_.null_keys && chooser_.Chance(8);
    const Value key = null_key ? Value() : Value(kKeys[chooser_.Below(4)]);
    const auto chosen = static_cast<int32_t>(chooser_.Below(10));
    const Value number = chooser_.Chance(8) ? Value() : Value(chosen);
    // Never later than the watermark's ten seconds.
    return Row({key, number, Value(Timestamp{(now_seconds_ + chooser_.Below(9)) * 1'000'000})});
  }

  void Add(int input, std::vector<Row> rows) {
    rows_[input].insert(rows_[input].end(), rows.begin(), rows.end());
    list_.AddData(std::move(rows), input);
  }

  void AddBatch() {
    bool any = false;
    for (int input = 0; input < query_.inputs; ++input) {
      std::vector<Row> rows;
      for (int64_t i = chooser_.Below(7); i > 0; --i) rows.push_back(DrawRow());
      any |= !rows.empty();
      if (!rows.empty()) Add(input, std::move(rows));
    }
    now_seconds_ += chooser_.Below(12);
    if (!any) return;
    static const char* const kPoints[] = {"offsets.after", "sink.before_commit",
                                          "sink.after_commit", "commits.before", "commits.after"};
    switch (chooser_.Below(4)) {
      case 0: list_.CrashStream(kPoints[chooser_.Below(5)]).StartStream(); break;
      case 1:
        Process();
        list_.StopStream().StartStream();
        break;
      case 2: Process(); break;
      default: break;  // together with the next rows
    }
  }

  void Process() {
    list_.AssertProgress([](const StreamingQueryProgress&) { return Status::OK(); });
  }

  Result<std::vector<Row>> BatchAnswer(const Session& session) const {
    std::vector<DataFrame> frames;
    for (int input = 0; input < query_.inputs; ++input) {
      frames.push_back(session.CreateDataFrame(rows_[input], InputSchema(input)));
    }
    return query_.query(frames).Collect();
  }

  Chooser chooser_;
  RandomQuery query_;
  TestStream list_;
  std::vector<std::vector<Row>> rows_;  // by input
  int64_t now_seconds_ = 100;
};

/// FIRESTEEL_EQUALITY_DRAWS says how many; with FIRESTEEL_EQUALITY_SEED they are the same again.
TEST(BatchEqualsStreamTest, WhateverTheQueryAndTheBatches) {
  const int64_t draws = NumberFromEnvironment("FIRESTEEL_EQUALITY_DRAWS", kDefaultDraws);
  const int64_t seed = NumberFromEnvironment("FIRESTEEL_EQUALITY_SEED", std::random_device()());
  std::cout << "FIRESTEEL_EQUALITY_SEED=" << seed << "\n";
  const Session session = MakeTestSession({}).ValueOrDie();
  for (int64_t i = 0; i < draws; ++i) {
    const Status status = Draw(static_cast<uint64_t>(seed + i)).Run(session);
    ASSERT_TRUE(status.ok()) << "FIRESTEEL_EQUALITY_SEED=" << seed + i
                             << " FIRESTEEL_EQUALITY_DRAWS=1\n"
                             << status.message();
  }
}

}  // namespace
}  // namespace firesteel::testing
