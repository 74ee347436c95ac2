#include "state/unsafe_row_shape.h"

#include <cstring>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

void AppendWord(uint64_t word, std::string* row) {
  row->append(reinterpret_cast<const char*>(&word), sizeof(word));
}

uint64_t Place(uint64_t offset, uint64_t size) { return offset << 32 | size; }

std::string Padded(std::string text) { return text.append((8 - text.size() % 8) % 8, '\0'); }

// (s STRING, d DECIMAL(38,2), l LONG, t STRING)
Schema FourColumns() {
  return Schema().Add("s", TypeId::kString).Add("d", DataType::Decimal(38, 2)).Add(
      "l", TypeId::kLong).Add("t", TypeId::kString);
}

std::string FourColumnRow(bool decimal_is_null) {
  std::string row;
  AppendWord(decimal_is_null ? 2 : 0, &row);
  AppendWord(Place(40, 5), &row);
  AppendWord(Place(48, decimal_is_null ? 0 : 3), &row);
  AppendWord(77, &row);
  AppendWord(Place(64, 2), &row);
  row += Padded("apple");
  row += decimal_is_null ? std::string(16, '\0') : std::string("\1\2\3") + std::string(13, '\0');
  row += Padded("tt");
  return row;
}

TEST(UnsafeRowShapeTest, ValidRowsAreAccepted) {
  const UnsafeRowShape shape(FourColumns());
  EXPECT_TRUE(shape.Validate(FourColumnRow(false)).ok());
  EXPECT_TRUE(shape.Validate(FourColumnRow(true)).ok());
  EXPECT_TRUE(UnsafeRowShape(Schema()).Validate("").ok());
}

TEST(UnsafeRowShapeTest, WrongSizesAndPlacesAreErrors) {
  const UnsafeRowShape shape(FourColumns());
  const std::string row = FourColumnRow(false);
  for (size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(shape.Validate(row.substr(0, size)).ok()) << size;
  }
  for (const uint64_t word : {Place(0, 5), Place(39, 1), Place(72, 1), Place(40, 100),
                              Place(0xffffffff, 0xffffffff)}) {
    std::string damaged = row;
    std::memcpy(damaged.data() + 8, &word, sizeof(word));
    EXPECT_FALSE(shape.Validate(damaged).ok()) << word;
  }
  EXPECT_FALSE(UnsafeRowShape(Schema()).Validate("1234567").ok());
}

TEST(UnsafeRowShapeTest, PrefixIsARowOfItsOwn) {
  const UnsafeRowShape shape(FourColumns());
  std::string prefix;
  ASSERT_TRUE(shape.Prefix(FourColumnRow(false), 1, &prefix).ok());
  std::string expected;
  AppendWord(0, &expected);
  AppendWord(Place(16, 5), &expected);
  EXPECT_EQ(prefix, expected + Padded("apple"));

  ASSERT_TRUE(shape.Prefix(FourColumnRow(false), 3, &prefix).ok());
  expected.clear();
  AppendWord(0, &expected);
  AppendWord(Place(32, 5), &expected);
  AppendWord(Place(40, 3), &expected);
  AppendWord(77, &expected);
  EXPECT_EQ(prefix, expected + Padded("apple") + "\1\2\3" + std::string(13, '\0'));

  ASSERT_TRUE(shape.Prefix(FourColumnRow(false), 4, &prefix).ok());
  EXPECT_EQ(prefix, FourColumnRow(false));
}

TEST(UnsafeRowShapeTest, NullDecimalKeepsItsRoom) {
  const UnsafeRowShape shape(FourColumns());
  std::string prefix;
  ASSERT_TRUE(shape.Prefix(FourColumnRow(true), 2, &prefix).ok());
  std::string expected;
  AppendWord(2, &expected);
  AppendWord(Place(24, 5), &expected);
  AppendWord(Place(32, 0), &expected);
  EXPECT_EQ(prefix, expected + Padded("apple") + std::string(16, '\0'));
}

TEST(UnsafeRowShapeTest, NullBitsBeyondOneWord) {
  Schema schema;
  for (int i = 0; i < 70; ++i) schema.Add("c", TypeId::kLong);
  const UnsafeRowShape shape(schema);
  std::string row(16, '\0');
  row[8] = 0x20;  // field 69
  for (uint64_t i = 0; i < 70; ++i) AppendWord(i, &row);
  std::string prefix;
  ASSERT_TRUE(shape.Prefix(row, 2, &prefix).ok());
  std::string expected(8, '\0');
  AppendWord(0, &expected);
  AppendWord(1, &expected);
  EXPECT_EQ(prefix, expected);
  ASSERT_TRUE(shape.Prefix(row, 70, &prefix).ok());
  EXPECT_EQ(prefix, row);
}

TEST(UnsafeRowShapeTest, PrefixOfADamagedRowIsAnError) {
  std::string prefix;
  EXPECT_EQ(ErrorCondition(UnsafeRowShape(FourColumns()).Prefix("12345678", 1, &prefix)),
            "STATE_STORE_INVALID_ROW");
}

}  // namespace
}  // namespace firesteel
