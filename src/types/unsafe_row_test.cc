#include "types/unsafe_row.h"

#include <bit>
#include <cstring>
#include <limits>
#include <random>

#include "arrow/array/array_base.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 8 == 0) hex.push_back(' ');
    hex.push_back("0123456789abcdef"[static_cast<unsigned char>(bytes[i]) >> 4]);
    hex.push_back("0123456789abcdef"[bytes[i] & 15]);
  }
  return hex;
}

std::string EncodeOne(const std::vector<DataType>& types, const std::vector<Value>& values,
                      bool normalize_floats = false) {
  Columns columns;
  for (size_t i = 0; i < types.size(); ++i) {
    columns.push_back(MakeArray({values[i]}, types[i]).ValueOrDie());
  }
  EncodedRows rows;
  const auto codec = UnsafeRowCodec::Make(types).ValueOrDie();
  EXPECT_TRUE(codec.Encode(columns, normalize_floats, &rows).ok());
  return std::string(rows[0]);
}

std::vector<Value> DecodeOne(const std::vector<DataType>& types, std::string_view row) {
  const auto columns = UnsafeRowCodec::Make(types).ValueOrDie().Decode({row}).ValueOrDie();
  std::vector<Value> values;
  for (size_t i = 0; i < types.size(); ++i) values.push_back(GetValue(*columns[i], 0, types[i]));
  return values;
}

DataType Window() {
  return DataType::Struct(
      {{.name = "start", .type = TypeId::kTimestamp}, {.name = "end", .type = TypeId::kTimestamp}});
}

TEST(UnsafeRow, LaysOutFixedAndVariableFields) {
  EXPECT_EQ(Hex(EncodeOne({TypeId::kInteger}, {int32_t{1}})), "0000000000000000 0100000000000000");
  EXPECT_EQ(Hex(EncodeOne({TypeId::kString}, {"abc"})),
            "0000000000000000 0300000010000000 6162630000000000");
  EXPECT_EQ(Hex(EncodeOne({Window()}, {StructValue{{Timestamp{0}, Timestamp{10'000'000}}}})),
            "0000000000000000 1800000010000000 0000000000000000 0000000000000000 8096980000000000");
}

TEST(UnsafeRow, NullFieldsAreZeroWords) {
  EXPECT_EQ(Hex(EncodeOne({TypeId::kInteger, TypeId::kString, TypeId::kNull},
                          {Value(), Value(), Value()})),
            "0700000000000000 0000000000000000 0000000000000000 0000000000000000");
}

TEST(UnsafeRow, NegativeNarrowValuesOccupyTheirOwnBytesOnly) {
  EXPECT_EQ(Hex(EncodeOne({TypeId::kByte, TypeId::kShort, TypeId::kDate, TypeId::kBoolean},
                          {int8_t{-1}, int16_t{-2}, Date{-3}, true})),
            "0000000000000000 ff00000000000000 feff000000000000 fdffffff00000000 0100000000000000");
}

TEST(UnsafeRow, DecimalsTakeAWordOrSixteenBytes) {
  const DataType small = DataType::Decimal(18, 2);
  const DataType large = DataType::Decimal(20, 2);
  EXPECT_EQ(Hex(EncodeOne({small}, {Decimal{.unscaled = -1, .precision = 18, .scale = 2}})),
            "0000000000000000 ffffffffffffffff");
  EXPECT_EQ(Hex(EncodeOne({large}, {Decimal{.unscaled = 256, .precision = 20, .scale = 2}})),
            "0000000000000000 0200000010000000 0100000000000000 0000000000000000");
  EXPECT_EQ(Hex(EncodeOne({large, TypeId::kString}, {Value(), "x"})),
            "0100000000000000 0000000018000000 0100000028000000 0000000000000000 "
            "0000000000000000 7800000000000000");
}

TEST(UnsafeRow, ArraysHoldElementsInTheirOwnWidth) {
  EXPECT_EQ(Hex(EncodeOne({DataType::Array(TypeId::kShort)},
                          {ArrayValue{{int16_t{1}, Value(), int16_t{3}}}})),
            "0000000000000000 1800000010000000 0300000000000000 0200000000000000 0100000003000000");
  EXPECT_EQ(Hex(EncodeOne({DataType::Array(TypeId::kString)}, {ArrayValue{{"ab"}}})),
            "0000000000000000 2000000010000000 0100000000000000 0000000000000000 "
            "0200000018000000 6162000000000000");
}

TEST(UnsafeRow, MapsAreTwoArrays) {
  EXPECT_EQ(Hex(EncodeOne({DataType::Map(TypeId::kByte, TypeId::kByte)},
                          {MapValue{{{int8_t{7}, int8_t{9}}}}})),
            "0000000000000000 3800000010000000 1800000000000000 "
            "0100000000000000 0000000000000000 0700000000000000 "
            "0100000000000000 0000000000000000 0900000000000000");
}

TEST(UnsafeRow, GroupingKeysHaveOneZeroAndOneNan) {
  const double nan = std::bit_cast<double>(uint64_t{0xFFF8000000000001});
  EXPECT_EQ(Hex(EncodeOne({TypeId::kDouble, TypeId::kDouble}, {-0.0, nan}, true)),
            "0000000000000000 0000000000000000 000000000000f87f");
  EXPECT_EQ(Hex(EncodeOne({TypeId::kDouble, TypeId::kDouble}, {-0.0, nan}, false)),
            "0000000000000000 0000000000000080 010000000000f8ff");
  EXPECT_EQ(Hex(EncodeOne({DataType::Array(TypeId::kFloat)}, {ArrayValue{{-0.0f}}}, true)),
            "0000000000000000 1800000010000000 0100000000000000 0000000000000000 0000000000000000");
}

TEST(UnsafeRow, MoreThan64FieldsHaveTwoNullWords) {
  std::vector<DataType> types(65, TypeId::kNull);
  const std::string row = EncodeOne(types, std::vector<Value>(65));
  EXPECT_EQ(row.size(), 8u * (2 + 65));
  EXPECT_EQ(Hex(row.substr(0, 16)), "ffffffffffffffff 0100000000000000");
}

TEST(UnsafeRow, RowsWithoutColumnsAreEmpty) {
  const auto codec = UnsafeRowCodec::Make({}).ValueOrDie();
  EXPECT_TRUE(codec.Decode({""}).ok());
  EXPECT_FALSE(codec.Decode({"x"}).ok());
}

// One column of every type, nested ones included.
std::vector<DataType> EveryType() {
  const DataType person = DataType::Struct({{.name = "n", .type = TypeId::kString},
                                            {.name = "d", .type = DataType::Decimal(30, 3)},
                                            {.name = "i", .type = TypeId::kCalendarInterval}});
  return {TypeId::kNull,
          TypeId::kBoolean,
          TypeId::kByte,
          TypeId::kShort,
          TypeId::kInteger,
          TypeId::kLong,
          TypeId::kFloat,
          TypeId::kDouble,
          DataType::Decimal(10, 2),
          DataType::Decimal(38, 10),
          TypeId::kString,
          TypeId::kBinary,
          TypeId::kDate,
          TypeId::kTimestamp,
          TypeId::kTimestampNtz,
          TypeId::kDayTimeInterval,
          TypeId::kYearMonthInterval,
          TypeId::kCalendarInterval,
          person,
          DataType::Array(DataType::Decimal(25, 0)),
          DataType::Array(person),
          DataType::Map(TypeId::kString, DataType::Array(TypeId::kBoolean))};
}

std::vector<std::vector<Value>> EveryValue() {
  const Decimal d30{.unscaled = -123456789, .precision = 30, .scale = 3};
  const StructValue person{{"Ann", d30, CalendarInterval{1, -2, 3}}};
  const StructValue nobody{{Value(), Value(), Value()}};
  const Decimal big{
      .unscaled = -(static_cast<__int128>(INT64_MAX) * 1000), .precision = 38, .scale = 10};
  const Decimal d25{.unscaled = 1, .precision = 25, .scale = 0};
  std::vector<Value> full{Value(),
                          true,
                          int8_t{-1},
                          int16_t{300},
                          int32_t{-70000},
                          std::numeric_limits<int64_t>::min(),
                          1.5f,
                          -2.5,
                          Decimal{.unscaled = -99, .precision = 10, .scale = 2},
                          big,
                          "text of more than eight bytes",
                          Binary{std::string("\0\xFF", 2)},
                          Date{-719162},
                          Timestamp{-1},
                          TimestampNtz{1},
                          DayTimeInterval{-5},
                          YearMonthInterval{-14},
                          CalendarInterval{-1, 2, -3},
                          person,
                          ArrayValue{{d25, Value()}},
                          ArrayValue{{person, Value(), nobody}},
                          MapValue{{{"k", ArrayValue{{true, Value(), false}}}, {"", Value()}}}};
  std::vector<Value> empty(full.size());
  std::vector<Value> blank = full;
  blank[10] = "";
  blank[11] = Binary{};
  blank[18] = nobody;
  blank[19] = ArrayValue{};
  blank[20] = ArrayValue{};
  blank[21] = MapValue{};
  return {full, empty, blank};
}

Columns EveryColumn() {
  const auto types = EveryType();
  const auto rows = EveryValue();
  Columns columns;
  for (size_t c = 0; c < types.size(); ++c) {
    std::vector<Value> values;
    for (const auto& row : rows) values.push_back(row[c]);
    columns.push_back(MakeArray(values, types[c]).ValueOrDie());
  }
  return columns;
}

TEST(UnsafeRow, EveryTypeRoundTrips) {
  const auto types = EveryType();
  const auto codec = UnsafeRowCodec::Make(types).ValueOrDie();
  EncodedRows rows;
  ASSERT_TRUE(codec.Encode(EveryColumn(), false, &rows).ok());
  ASSERT_EQ(rows.size(), 3);
  const auto expected = EveryValue();
  for (int64_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].size() % 8, 0u);
    EXPECT_EQ(DecodeOne(types, rows[i]), expected[i]);
    EXPECT_EQ(EncodeOne(types, expected[i]), rows[i]) << "alone as in a batch";
  }
  const auto columns = codec.Decode({rows[0], rows[1], rows[2]}).ValueOrDie();
  for (const auto& column : columns) EXPECT_TRUE(column->ValidateFull().ok());
}

TEST(UnsafeRow, EncodesSlices) {
  const auto types = EveryType();
  const auto codec = UnsafeRowCodec::Make(types).ValueOrDie();
  EncodedRows rows;
  EncodedRows sliced;
  Columns columns = EveryColumn();
  ASSERT_TRUE(codec.Encode(columns, false, &rows).ok());
  for (auto& column : columns) column = column->Slice(1);
  sliced.Append("before");
  ASSERT_TRUE(codec.Encode(columns, false, &sliced).ok());
  EXPECT_EQ(sliced[0], "before");
  EXPECT_EQ(sliced[1], rows[1]);
  EXPECT_EQ(sliced[2], rows[2]);
}

// Decoding damaged bytes may give an error or other values; the sanitizers watch the rest.
TEST(UnsafeRow, DamagedRowsNeverCrash) {
  const auto types = EveryType();
  const auto codec = UnsafeRowCodec::Make(types).ValueOrDie();
  EncodedRows rows;
  ASSERT_TRUE(codec.Encode(EveryColumn(), false, &rows).ok());
  const std::string good(rows[0]);
  for (size_t length = 0; length < good.size(); ++length) {
    const std::string cut = good.substr(0, length);
    const auto result = codec.Decode({cut});
    if (length < 8 * (1 + types.size())) {
      EXPECT_FALSE(result.ok());
    }
  }
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bad = good;
    for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips) {
      bad[random() % bad.size()] ^= static_cast<char>(1 << (random() % 8));
    }
    const auto result = codec.Decode({bad});
    if (!result.ok()) {
      ++refused;
      continue;
    }
    for (const auto& column : *result) EXPECT_TRUE(column->Validate().ok());
  }
  EXPECT_GT(refused, 150);
}

TEST(UnsafeRow, OverlappingValuesAreRefused) {
  const DataType nested = DataType::Array(DataType::Array(TypeId::kString));
  std::string row = EncodeOne({nested}, {ArrayValue{{ArrayValue{{"a"}}, ArrayValue{{"b"}}}}});
  // Both inner arrays take all bytes of the outer one.
  const int64_t everything = static_cast<int64_t>(row.size()) - 16;
  std::memcpy(row.data() + 32, &everything, 8);
  std::memcpy(row.data() + 40, &everything, 8);
  const auto result = UnsafeRowCodec::Make({nested}).ValueOrDie().Decode({row});
  EXPECT_EQ(ErrorCondition(result.status()), "STATE_STORE_INVALID_ROW");
}

}  // namespace
}  // namespace firesteel
