#include "types/hash.h"

#include <limits>

#include "arrow/array/array_base.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

int32_t Hash(const std::vector<Value>& row, const std::vector<DataType>& types) {
  std::vector<int32_t> hashes{kHashSeed};
  for (size_t i = 0; i < row.size(); ++i) {
    const auto column = MakeArray({row[i]}, types[i]).ValueOrDie();
    EXPECT_TRUE(Murmur3Update(*column, types[i], &hashes).ok());
  }
  return hashes[0];
}

int64_t XxHash(const Value& value, const DataType& type) {
  std::vector<int64_t> hashes{kHashSeed};
  EXPECT_TRUE(XxHash64Update(*MakeArray({value}, type).ValueOrDie(), type, &hashes).ok());
  return hashes[0];
}

const DataType kWindow = DataType::Struct(
    {{.name = "start", .type = TypeId::kTimestamp}, {.name = "end", .type = TypeId::kTimestamp}});

TEST(Murmur3, GivesSparksHashes) {
  EXPECT_EQ(Hash({int32_t{0}}, {TypeId::kInteger}), 933211791);
  EXPECT_EQ(Hash({int32_t{1}}, {TypeId::kInteger}), -559580957);
  EXPECT_EQ(Hash({int32_t{2}}, {TypeId::kInteger}), 1765031574);
  EXPECT_EQ(Hash({int32_t{3}}, {TypeId::kInteger}), -1823081949);
  EXPECT_EQ(Hash({int64_t{0}}, {TypeId::kLong}), -1670924195);
  EXPECT_EQ(Hash({int64_t{1}}, {TypeId::kLong}), -1712319331);
  EXPECT_EQ(Hash({1.0}, {TypeId::kDouble}), -460888942);
  EXPECT_EQ(Hash({true}, {TypeId::kBoolean}), -559580957);
  EXPECT_EQ(Hash({"a"}, {TypeId::kString}), 1485273170);
  EXPECT_EQ(Hash({"b"}, {TypeId::kString}), 1905031361);
  EXPECT_EQ(Hash({"abc"}, {TypeId::kString}), 1322437556);
  EXPECT_EQ(Hash({"日本"}, {TypeId::kString}), -336983209);
  EXPECT_EQ(Hash({"k1", int64_t{7}}, {TypeId::kString, TypeId::kLong}), -2071457203);
  EXPECT_EQ(Hash({Value()}, {TypeId::kLong}), 42);
}

TEST(Murmur3, GoesIntoNestedValues) {
  EXPECT_EQ(Hash({StructValue{{Timestamp{0}, Timestamp{10'000'000}}}}, {kWindow}), -390309386);
  EXPECT_EQ(Hash({"Spark", ArrayValue{{int32_t{123}}}, int32_t{2}},
                 {TypeId::kString, DataType::Array(TypeId::kInteger), TypeId::kInteger}),
            -1321691492);
}

TEST(Murmur3, NormalisesFloatingPoint) {
  EXPECT_EQ(Hash({-0.0}, {TypeId::kDouble}), Hash({0.0}, {TypeId::kDouble}));
  EXPECT_EQ(Hash({-0.0f}, {TypeId::kFloat}), Hash({int32_t{0}}, {TypeId::kInteger}));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Hash({nan}, {TypeId::kDouble}), Hash({-nan}, {TypeId::kDouble}));
}

TEST(Murmur3, HashesDecimalsBySize) {
  const DataType small = DataType::Decimal(18, 2);
  const DataType large = DataType::Decimal(38, 2);
  EXPECT_EQ(Hash({Decimal{.unscaled = 1, .precision = 18, .scale = 2}}, {small}),
            Hash({int64_t{1}}, {TypeId::kLong}));
  EXPECT_EQ(Hash({Decimal{.unscaled = 'a', .precision = 38, .scale = 2}}, {large}),
            Hash({"a"}, {TypeId::kString}));
  EXPECT_EQ(Hash({Decimal{.unscaled = -1, .precision = 38, .scale = 2}}, {large}),
            Hash({Binary{"\xFF"}}, {TypeId::kBinary}));
}

TEST(Murmur3, ReadsSlices) {
  const auto array = MakeArray({"x", "a", Value(), "abc"}, TypeId::kString).ValueOrDie();
  std::vector<int32_t> hashes(3, kHashSeed);
  ASSERT_TRUE(Murmur3Update(*array->Slice(1), TypeId::kString, &hashes).ok());
  EXPECT_EQ(hashes, (std::vector<int32_t>{1485273170, 42, 1322437556}));
  EXPECT_FALSE(Murmur3Update(*array, TypeId::kString, &hashes).ok());
  EXPECT_FALSE(Murmur3Update(*array->Slice(1), TypeId::kLong, &hashes).ok());
}

TEST(PartitionIds, AreFixedForEver) {
  const auto ints = MakeArray({int32_t{1}, int32_t{2}, Value()}, TypeId::kInteger).ValueOrDie();
  EXPECT_EQ(PartitionIds({ints}, {TypeId::kInteger}, 200).ValueOrDie(),
            (std::vector<int32_t>{43, 174, 42}));
  const auto texts = MakeArray({"a", "abc"}, TypeId::kString).ValueOrDie();
  EXPECT_EQ(PartitionIds({texts}, {TypeId::kString}, 200).ValueOrDie(),
            (std::vector<int32_t>{170, 156}));
  const auto windows =
      MakeArray({StructValue{{Timestamp{0}, Timestamp{10'000'000}}}}, kWindow).ValueOrDie();
  EXPECT_EQ(PartitionIds({windows}, {kWindow}, 200).ValueOrDie(), (std::vector<int32_t>{14}));
}

// Expected values of the algorithm itself (seed 42), not only of this implementation.
TEST(XxHash64, AgreesWithHashesOfTheSameBytes) {
  for (int32_t value : {0, 1, -7, std::numeric_limits<int32_t>::min()}) {
    const std::string bytes(reinterpret_cast<const char*>(&value), sizeof(value));
    EXPECT_EQ(XxHash(value, TypeId::kInteger), XxHash(Binary{bytes}, TypeId::kBinary));
  }
  for (int64_t value : {int64_t{0}, int64_t{1}, int64_t{-7}, std::numeric_limits<int64_t>::max()}) {
    const std::string bytes(reinterpret_cast<const char*>(&value), sizeof(value));
    EXPECT_EQ(XxHash(value, TypeId::kLong), XxHash(Binary{bytes}, TypeId::kBinary));
  }
  EXPECT_EQ(XxHash(Value(), TypeId::kLong), 42);
}

}  // namespace
}  // namespace firesteel
