#include "exec/stateful/event_time_key.h"

#include <limits>

#include <gtest/gtest.h>

#include "exec/plan_test_environment.h"
#include "types/unsafe_row.h"

namespace firesteel {
namespace {

DataType KeyWindowType() {
  return DataType::Struct({{"start", TypeId::kTimestamp}, {"end", TypeId::kTimestamp}});
}

Value WindowEndingAt(Value end) {
  return Value(StructValue{{Value(Timestamp{0}), std::move(end)}});
}

/// Encodes one key and asks whether its event time, which is column `index`, has passed.
bool EncodedIsPast(const Schema& schema, int index, const Row& row, int64_t watermark_micros,
                   size_t cut = 0) {
  std::vector<DataType> types;
  for (const StructField& field : schema.fields()) types.push_back(field.type);
  const auto codec = UnsafeRowCodec::Make(types).ValueOrDie();
  EncodedRows rows;
  EXPECT_TRUE(
      codec.Encode(MakeBatch({row}, schema).ValueOrDie()->columns(), true, &rows).ok());
  const std::string_view encoded = rows[0];
  return EncodedEventTimeReader(schema, index)
      .IsAtOrBefore(encoded.substr(0, encoded.size() - cut), watermark_micros);
}

TEST(EventTimeKeyTest, ReadsTimesInEncodedKeys) {
  const Schema schema({{"who", TypeId::kString}, {"at", TypeId::kTimestamp}});
  const Row row({"a long name that is kept behind", Value(Timestamp{50})});
  EXPECT_TRUE(EncodedIsPast(schema, 1, row, 50));
  EXPECT_FALSE(EncodedIsPast(schema, 1, row, 49));
  const Row without({"a", Value()});
  EXPECT_FALSE(EncodedIsPast(schema, 1, without, std::numeric_limits<int64_t>::max()));
}

TEST(EventTimeKeyTest, ReadsTheEndsOfWindowsInEncodedKeys) {
  const Schema schema({{"window", KeyWindowType()}, {"who", TypeId::kString}});
  const Row row({WindowEndingAt(Value(Timestamp{50})), "a"});
  EXPECT_TRUE(EncodedIsPast(schema, 0, row, 50));
  EXPECT_FALSE(EncodedIsPast(schema, 0, row, 49));
  const Row without({WindowEndingAt(Value()), "a"});
  EXPECT_FALSE(EncodedIsPast(schema, 0, without, std::numeric_limits<int64_t>::max()));
}

TEST(EventTimeKeyTest, RowsThatAreTooShortHaveNoTime) {
  const Schema schema({{"window", KeyWindowType()}});
  const Row row({WindowEndingAt(Value(Timestamp{50}))});
  EXPECT_TRUE(EncodedIsPast(schema, 0, row, 50));
  for (size_t cut = 1; cut <= 40; ++cut) EXPECT_FALSE(EncodedIsPast(schema, 0, row, 50, cut));
}

TEST(EventTimeKeyTest, ReadsColumns) {
  const Schema schema({{"at", TypeId::kTimestamp}, {"window", KeyWindowType()}});
  const auto batch =
      MakeBatch({Row({Value(Timestamp{10}), WindowEndingAt(Value(Timestamp{20}))}),
                 Row({Value(), Value()})},
                schema)
          .ValueOrDie();
  const auto times = EventTimeReader::Make(*batch->column(0)).ValueOrDie();
  EXPECT_TRUE(times.IsAtOrBefore(0, 10));
  EXPECT_FALSE(times.IsAtOrBefore(0, 9));
  EXPECT_FALSE(times.IsAtOrBefore(1, std::numeric_limits<int64_t>::max()));
  const auto windows = EventTimeReader::Make(*batch->column(1)).ValueOrDie();
  EXPECT_TRUE(windows.IsAtOrBefore(0, 20));
  EXPECT_FALSE(windows.IsAtOrBefore(0, 19));
  EXPECT_FALSE(windows.IsAtOrBefore(1, std::numeric_limits<int64_t>::max()));
}

TEST(EventTimeKeyTest, WatermarksBeyondTheRangeArePinned) {
  EXPECT_EQ(WatermarkMicros(5), 5000);
  EXPECT_EQ(WatermarkMicros(std::numeric_limits<int64_t>::max()),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(WatermarkMicros(std::numeric_limits<int64_t>::min()),
            std::numeric_limits<int64_t>::min());
}

}  // namespace
}  // namespace firesteel
