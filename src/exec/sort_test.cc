#include <algorithm>
#include <limits>
#include <random>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

class SortTest : public ::testing::Test {
 protected:
  /// Sorts one column and gives it back as text.
  std::vector<std::string> Sorted(const DataType& type, const std::vector<Value>& values,
                                  bool ascending = true, bool nulls_first = true) {
    const Schema schema({{"v", type}});
    std::vector<Row> rows;
    for (const Value& value : values) rows.push_back(Row({value}));
    const auto plan =
        NewSort(ScanOf(schema, {rows}), {std::make_shared<SortOrder>(Column(schema, "v"), ascending,
                                                                     nulls_first)});
    return environment_.Texts(**plan);
  }
  PlanTestEnvironment environment_;
};

TEST_F(SortTest, Integers) {
  const std::vector<Value> values{Value(5), Value(-3), Value(), Value(0),
                                  Value(std::numeric_limits<int32_t>::min()),
                                  Value(std::numeric_limits<int32_t>::max())};
  EXPECT_THAT(Sorted(TypeId::kInteger, values),
              ElementsAre("[NULL]", "[-2147483648]", "[-3]", "[0]", "[5]", "[2147483647]"));
  EXPECT_THAT(Sorted(TypeId::kInteger, values, false, false),
              ElementsAre("[2147483647]", "[5]", "[0]", "[-3]", "[-2147483648]", "[NULL]"));
  EXPECT_EQ(Sorted(TypeId::kInteger, values, false, true).front(), "[NULL]");
  EXPECT_EQ(Sorted(TypeId::kInteger, values, true, false).back(), "[NULL]");
}

TEST_F(SortTest, NanIsTheGreatestNumberAndBothZerosAreEqual) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(Sorted(TypeId::kDouble,
                     {Value(nan), Value(infinity), Value(0.0), Value(-0.0), Value(-infinity),
                      Value(-1.5), Value(1e-300), Value(-nan)}),
              ElementsAre("[-Infinity]", "[-1.5]", "[0.0]", "[-0.0]", "[1.0E-300]", "[Infinity]",
                          "[NaN]", "[NaN]"));
  EXPECT_THAT(Sorted(TypeId::kFloat, {Value(-0.0f), Value(0.0f), Value(2.0f)}, false),
              ElementsAre("[2.0]", "[-0.0]", "[0.0]"));
}

TEST_F(SortTest, StringsByBytes) {
  EXPECT_THAT(Sorted(TypeId::kString, {Value("b"), Value("ab"), Value("é"), Value(""),
                                       Value(std::string("a\0b", 3)), Value("a"), Value("B")}),
              ElementsAre("[]", "[B]", "[a]", std::string("[a\0b]", 5), "[ab]", "[b]", "[é]"));
  EXPECT_THAT(Sorted(TypeId::kString, {Value("a"), Value("ab"), Value("")}, false),
              ElementsAre("[ab]", "[a]", "[]"));
}

TEST_F(SortTest, DecimalsBooleansAndDates) {
  const DataType type = DataType::Decimal(38, 2);
  const __int128 large = static_cast<__int128>(1) << 100;
  EXPECT_THAT(Sorted(type, {Value(Decimal{large, 38, 2}), Value(Decimal{-large, 38, 2}),
                            Value(Decimal{-1, 38, 2}), Value(Decimal{0, 38, 2})}),
              ElementsAre("[-12676506002282294014967032053.76]", "[-0.01]", "[0.00]",
                          "[12676506002282294014967032053.76]"));
  EXPECT_THAT(Sorted(TypeId::kBoolean, {Value(true), Value(false)}),
              ElementsAre("[false]", "[true]"));
  EXPECT_THAT(Sorted(TypeId::kDate, {Value(Date{1}), Value(Date{-1})}),
              ElementsAre("[1969-12-31]", "[1970-01-02]"));
}

TEST_F(SortTest, ArraysAndStructs) {
  const auto list = [](std::vector<Value> elements) { return Value(ArrayValue{elements}); };
  EXPECT_THAT(Sorted(DataType::Array(TypeId::kInteger),
                     {list({Value(1), Value(2)}), list({Value(1)}), list({Value()}), list({}),
                      list({Value(2)}), Value()}),
              ElementsAre("[NULL]", "[[]]", "[[NULL]]", "[[1]]", "[[1, 2]]", "[[2]]"));
  const auto pair = [](Value a, Value b) { return Value(StructValue{{a, b}}); };
  EXPECT_THAT(Sorted(DataType::Struct({{"a", TypeId::kString}, {"b", TypeId::kInteger}}),
                     {pair("b", 1), pair("a", 2), pair("a", Value()), pair("ab", 0)}),
              ElementsAre("[{a, NULL}]", "[{a, 2}]", "[{ab, 0}]", "[{b, 1}]"));
}

TEST_F(SortTest, MapsCannotBeOrdered) {
  const auto texts = Sorted(DataType::Map(TypeId::kString, TypeId::kString), {Value(MapValue{})});
  ASSERT_EQ(texts.size(), 1);
  EXPECT_THAT(texts[0], ::testing::HasSubstr("INVALID_ORDERING_TYPE"));
}

TEST_F(SortTest, SeveralPartitionsAndOrdersAndEqualRowsKeepTheirPlaces) {
  const Schema schema({{"k", TypeId::kString}, {"n", TypeId::kInteger}, {"i", TypeId::kInteger}});
  std::vector<std::vector<Row>> partitions(3);
  std::vector<Row> all;
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    Row row({Value(std::string(1 + random() % 12, 'a')), Value(static_cast<int>(random() % 5)),
             Value(i)});
    partitions[i / 1000].push_back(row);
    all.push_back(row);
  }
  environment_.services().batch_rows = 700;
  const auto plan =
      NewSort(PartitionsOf(schema, partitions),
              {std::make_shared<SortOrder>(Column(schema, "k"), false, false),
               std::make_shared<SortOrder>(Call("%", {Column(schema, "n"), Constant(3)}), true,
                                           true)})
          .ValueOrDie();
  std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) {
    const auto& left = a[0].Get<std::string>();
    const auto& right = b[0].Get<std::string>();
    if (left != right) return left > right;
    return a[1].Get<int>() % 3 < b[1].Get<int>() % 3;
  });
  const auto rows = environment_.Run(*plan).ValueOrDie();
  EXPECT_EQ(rows, all);
  EXPECT_EQ(plan->Name(), "Sort [k DESC NULLS LAST, (n % 3) ASC NULLS FIRST]");
}

TEST_F(SortTest, NoRows) { EXPECT_TRUE(Sorted(TypeId::kLong, {}).empty()); }

}  // namespace
}  // namespace firesteel
