#include "exec/group_table.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include <gmock/gmock.h>

#include "arrow/array/array_base.h"
#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

/// Random keys with repetitions: `distinct` different ones and NULLs.
class KeySource {
 public:
  KeySource(DataType type, int distinct) : type_(std::move(type)), distinct_(distinct) {}

  Value Next() {
    const int64_t number = std::uniform_int_distribution<int64_t>(-1, distinct_ - 1)(random_);
    if (number < 0) return Value();
    switch (type_.id()) {
      case TypeId::kString: return Text(number);
      case TypeId::kBinary: return Binary{Text(number)};
      case TypeId::kBoolean: return number % 2 == 0;
      case TypeId::kByte: return static_cast<int8_t>(number);
      case TypeId::kShort: return static_cast<int16_t>(number * 7);
      case TypeId::kInteger: return static_cast<int32_t>(number * 1000003);
      case TypeId::kDate: return Date{static_cast<int32_t>(number)};
      case TypeId::kYearMonthInterval: return YearMonthInterval{static_cast<int32_t>(number)};
      case TypeId::kLong: return number << 40;
      case TypeId::kTimestamp: return Timestamp{number * 1000000};
      case TypeId::kTimestampNtz: return TimestampNtz{-number};
      case TypeId::kDayTimeInterval: return DayTimeInterval{number};
      case TypeId::kDouble: return static_cast<double>(number) / 3;
      case TypeId::kDecimal: return Decimal{number, type_.precision(), type_.scale()};
      default: return StructValue{{Value(number), Value(Text(number))}};
    }
  }
  const DataType& type() const { return type_; }

 private:
  /// Texts of all lengths, zero bytes included, so that every way to hash and compare is met.
  static std::string Text(int64_t number) {
    std::string text(number % 37, static_cast<char>('a' + number % 3));
    text += std::to_string(number / 37);
    if (number % 11 == 0) text[0] = '\0';
    return number == 0 ? "" : text;
  }

  DataType type_;
  int distinct_;
  std::mt19937 random_{7};
};

std::string KeyText(const std::vector<Value>& key) {
  std::string text;
  for (const Value& value : key) {
    const std::string one = value.is_null() ? "" : value.ToString();
    text += (value.is_null() ? "null " : "value ") + std::to_string(one.size()) + one;
  }
  return text;
}

/// Compares a table with a map over several batches.
void CheckAgainstMap(std::vector<KeySource> sources, int batches, int rows) {
  std::vector<DataType> types;
  for (const KeySource& source : sources) types.push_back(source.type());
  auto table = GroupTable::Make(types).ValueOrDie();
  std::map<std::string, int32_t> expected;
  std::vector<std::string> order;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<std::vector<Value>> columns(sources.size());
    std::vector<int32_t> want;
    for (int row = 0; row < rows; ++row) {
      std::vector<Value> key;
      for (size_t i = 0; i < sources.size(); ++i) {
        key.push_back(sources[i].Next());
        columns[i].push_back(key.back());
      }
      const auto [found, added] =
          expected.try_emplace(KeyText(key), static_cast<int32_t>(expected.size()));
      if (added) order.push_back(found->first);
      want.push_back(found->second);
    }
    // Slices, as a filter or a limit gives them: a head and the rest.
    std::vector<std::shared_ptr<arrow::Array>> heads;
    std::vector<std::shared_ptr<arrow::Array>> tails;
    for (size_t i = 0; i < sources.size(); ++i) {
      const auto column = MakeArray(columns[i], types[i]).ValueOrDie();
      heads.push_back(column->Slice(0, 3));
      tails.push_back(column->Slice(3));
    }
    std::vector<int32_t> got;
    std::vector<int32_t> rest;
    ASSERT_TRUE(table->Lookup(heads, 3, &got).ok());
    ASSERT_TRUE(table->Lookup(tails, rows - 3, &rest).ok());
    got.insert(got.end(), rest.begin(), rest.end());
    ASSERT_EQ(got, want);
  }
  ASSERT_EQ(table->size(), static_cast<int64_t>(expected.size()));
  EXPECT_GT(table->memory_bytes(), 0);
  const auto keys = table->Keys().ValueOrDie();
  ASSERT_EQ(keys.size(), types.size());
  for (int64_t group = 0; group < table->size(); ++group) {
    std::vector<Value> key;
    for (size_t i = 0; i < keys.size(); ++i) key.push_back(GetValue(*keys[i], group, types[i]));
    ASSERT_EQ(KeyText(key), order[group]);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_TRUE(keys[i]->ValidateFull().ok());
    EXPECT_TRUE(keys[i]->type()->Equals(*ToArrowType(types[i])));
  }
}

class GroupTableOfOneColumn : public ::testing::TestWithParam<DataType> {};

TEST_P(GroupTableOfOneColumn, NumbersLikeAMap) {
  CheckAgainstMap({KeySource(GetParam(), 100)}, 4, 500);
}

INSTANTIATE_TEST_SUITE_P(
    Types, GroupTableOfOneColumn,
    ::testing::Values(TypeId::kString, TypeId::kBinary, TypeId::kBoolean, TypeId::kByte,
                      TypeId::kShort, TypeId::kInteger, TypeId::kDate, TypeId::kYearMonthInterval,
                      TypeId::kLong, TypeId::kTimestamp, TypeId::kTimestampNtz,
                      TypeId::kDayTimeInterval, TypeId::kDouble, DataType::Decimal(10, 2),
                      DataType::Struct({{"a", TypeId::kLong}, {"b", TypeId::kString}})),
    [](const auto& info) { return info.param.TypeName().substr(0, 6) +
                                  std::to_string(info.index); });

TEST(GroupTableTest, ManyDistinctStringsAndIntegers) {
  // Enough that the slots leave the cache and are gone through in blocks.
  CheckAgainstMap({KeySource(TypeId::kString, 50000)}, 2, 8000);
  CheckAgainstMap({KeySource(TypeId::kLong, 50000)}, 2, 8000);
}

TEST(GroupTableTest, SeveralColumns) {
  CheckAgainstMap({KeySource(TypeId::kString, 10), KeySource(TypeId::kLong, 10)}, 3, 1000);
  CheckAgainstMap({KeySource(TypeId::kBoolean, 2), KeySource(TypeId::kDouble, 5),
                   KeySource(TypeId::kString, 5)},
                  3, 1000);
}

TEST(GroupTableTest, ZerosAndNansAreOneKeyEach) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  auto table = GroupTable::Make({TypeId::kDouble}).ValueOrDie();
  const auto keys =
      MakeArray({Value(0.0), Value(-0.0), Value(nan), Value(-nan), Value(), Value(), Value(1.0)},
                TypeId::kDouble)
          .ValueOrDie();
  std::vector<int32_t> groups;
  ASSERT_TRUE(table->Lookup({keys}, 7, &groups).ok());
  EXPECT_THAT(groups, ElementsAre(0, 0, 1, 1, 2, 2, 3));
  const auto distinct = table->Keys().ValueOrDie();
  EXPECT_FALSE(std::signbit(GetValue(*distinct[0], 0, TypeId::kDouble).Get<double>()));
}

TEST(GroupTableTest, WithoutKeysEverythingIsOneGroup) {
  auto table = GroupTable::Make({}).ValueOrDie();
  EXPECT_EQ(table->size(), 0);
  std::vector<int32_t> groups;
  ASSERT_TRUE(table->Lookup({}, 3, &groups).ok());
  EXPECT_THAT(groups, ElementsAre(0, 0, 0));
  EXPECT_EQ(table->size(), 1);
  EXPECT_TRUE(table->Keys().ValueOrDie().empty());
}

TEST(GroupTableTest, ClearForgets) {
  for (const std::vector<DataType>& types :
       {std::vector<DataType>{TypeId::kString}, {TypeId::kString, TypeId::kString}}) {
    auto table = GroupTable::Make(types).ValueOrDie();
    const auto first = MakeArray({Value("a"), Value(), Value("b")}, TypeId::kString).ValueOrDie();
    const auto second = MakeArray({Value("b"), Value("a"), Value()}, TypeId::kString).ValueOrDie();
    std::vector<int32_t> groups;
    ASSERT_TRUE(table->Lookup({types.size(), first}, 3, &groups).ok());
    table->Clear();
    EXPECT_EQ(table->size(), 0);
    ASSERT_TRUE(table->Lookup({types.size(), second}, 3, &groups).ok());
    EXPECT_THAT(groups, ElementsAre(0, 1, 2));
  }
}

}  // namespace
}  // namespace firesteel
