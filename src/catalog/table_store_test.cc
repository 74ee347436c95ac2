#include "catalog/table_store.h"

#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "plan/relations.h"
#include "common/error.h"

namespace firesteel {
namespace {

StoredTable TableOfNumbers(const std::string& database, const std::string& name) {
  StoredTable table;
  table.database = database;
  table.name = name;
  table.format = "parquet";
  table.schema.Add("id", TypeId::kLong);
  table.location = "/warehouse/" + name;
  return table;
}

TEST(TableStoreTest, FindsTablesInAnyCaseWithinTheirDatabase) {
  TableStore store;
  ASSERT_TRUE(store.PutDatabase({"Sales", "/warehouse/sales.db", std::nullopt, {}}));
  ASSERT_TRUE(store.Put(TableOfNumbers("sales", "Orders"), false));
  EXPECT_TRUE(store.Find("SALES", "orders"));
  EXPECT_FALSE(store.Find("default", "orders"));
  EXPECT_FALSE(store.Put(TableOfNumbers("sales", "ORDERS"), false));
  EXPECT_TRUE(store.Put(TableOfNumbers("sales", "ORDERS"), true));
  EXPECT_EQ(store.Tables("sales").size(), 1u);
}

TEST(TableStoreTest, DatabaseTakesItsTablesAlong) {
  TableStore store;
  ASSERT_TRUE(store.PutDatabase({"a", "", std::nullopt, {}}));
  EXPECT_FALSE(store.PutDatabase({"A", "", std::nullopt, {}}));
  ASSERT_TRUE(store.Put(TableOfNumbers("a", "t"), false));
  EXPECT_FALSE(store.Put(TableOfNumbers("nowhere", "t"), false));
  EXPECT_TRUE(store.RemoveDatabase("A"));
  EXPECT_FALSE(store.RemoveDatabase("a"));
  EXPECT_FALSE(store.Find("a", "t"));
}

TEST(TableStoreTest, SessionsShareTablesAndHideThemByTheirViews) {
  const auto store = std::make_shared<TableStore>();
  const auto registry = std::make_shared<DataSourceRegistry>();
  Catalog one(registry, nullptr, store);
  const Catalog other(registry, nullptr, store);
  ASSERT_TRUE(store->Put(TableOfNumbers("default", "t"), false));
  const PlanPtr plan = *other.Lookup({"spark_catalog", "default", "t"});
  ASSERT_EQ(plan->kind(), PlanKind::kUnresolvedDataSource);
  EXPECT_EQ(As<UnresolvedDataSource>(plan)->options().Get("path"), "/warehouse/t");
  ASSERT_TRUE(one.CreateTempView("t", std::make_shared<OneRow>(), false).ok());
  EXPECT_EQ((*one.Lookup({"t"}))->kind(), PlanKind::kOneRow);
  EXPECT_EQ((*one.Lookup({"default", "t"}))->kind(), PlanKind::kUnresolvedDataSource);
  EXPECT_EQ((*other.List({})).size(), 1u);
  EXPECT_EQ(ErrorCondition(other.FullName({"a", "b", "c"}).status()),
            "REQUIRES_SINGLE_PART_NAMESPACE");
  EXPECT_EQ(ErrorCondition(other.FindDatabase({"nowhere"}).status()), "SCHEMA_NOT_FOUND");
}

}  // namespace
}  // namespace firesteel
