#include "catalog/variable_store.h"

#include <gtest/gtest.h>

namespace firesteel {
namespace {

SessionVariable Variable(std::string name, int32_t value) {
  return {std::move(name), TypeId::kInteger, Value(value), nullptr};
}

TEST(VariableStoreTest, FindsNamesInAnyCase) {
  VariableStore store;
  ASSERT_TRUE(store.Declare({Variable("Abc", 1), Variable("d", 2)}, false));
  EXPECT_EQ(store.Find("aBC")->name, "Abc");
  EXPECT_EQ(store.Find("ABC")->value, Value(int32_t{1}));
  EXPECT_FALSE(store.Find("e"));
  EXPECT_EQ(store.All().size(), 2U);
  EXPECT_TRUE(store.Remove("ABC"));
  EXPECT_FALSE(store.Remove("ABC"));
}

TEST(VariableStoreTest, DeclaresAllOrNothing) {
  VariableStore store;
  ASSERT_TRUE(store.Declare({Variable("a", 1)}, false));
  EXPECT_FALSE(store.Declare({Variable("b", 2), Variable("A", 3)}, false));
  EXPECT_FALSE(store.Find("b"));
  EXPECT_TRUE(store.Declare({Variable("b", 2), Variable("A", 3)}, true));
  EXPECT_EQ(store.Find("a")->value, Value(int32_t{3}));
}

TEST(VariableStoreTest, AssignsAllOrNothing) {
  VariableStore store;
  ASSERT_TRUE(store.Declare({Variable("a", 1)}, false));
  EXPECT_FALSE(store.Assign({{"a", Value(int32_t{2})}, {"b", Value(int32_t{2})}}));
  EXPECT_EQ(store.Find("a")->value, Value(int32_t{1}));
  EXPECT_TRUE(store.Assign({{"A", Value(int32_t{2})}}));
  EXPECT_EQ(store.Find("a")->value, Value(int32_t{2}));
}

TEST(VariableStoreTest, KnowsTheWaysToNameAVariable) {
  EXPECT_EQ(VariableName({"v"}), "v");
  EXPECT_EQ(VariableName({"SESSION", "v"}), "v");
  EXPECT_EQ(VariableName({"System", "session", "v"}), "v");
  EXPECT_FALSE(VariableName({"other", "v"}));
  EXPECT_FALSE(VariableName({"session", "session", "v"}));
}

}  // namespace
}  // namespace firesteel
