#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "plan/test_plans.h"

namespace firesteel {
namespace {

class CatalogTest : public ::testing::Test {
 protected:
  Catalog catalog_{std::make_shared<DataSourceRegistry>()};
  const PlanPtr a_ = test::Scan("a INT");
  const PlanPtr b_ = test::Scan("b INT");
};

TEST_F(CatalogTest, FindsViewsByNameInAnyCase) {
  ASSERT_TRUE(catalog_.CreateTempView("Updates", a_, false).ok());
  EXPECT_EQ(*catalog_.Lookup({"uPDATES"}), a_);
  EXPECT_EQ(catalog_.TempViewNames(), std::vector<std::string>{"updates"});
}

TEST_F(CatalogTest, ReplacesOnlyWhenAsked) {
  ASSERT_TRUE(catalog_.CreateTempView("v", a_, false).ok());
  EXPECT_EQ(ErrorCondition(catalog_.CreateTempView("V", b_, false)),
            "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(*catalog_.Lookup({"v"}), a_);
  ASSERT_TRUE(catalog_.CreateTempView("V", b_, true).ok());
  EXPECT_EQ(*catalog_.Lookup({"v"}), b_);
}

TEST_F(CatalogTest, DropsViews) {
  ASSERT_TRUE(catalog_.CreateTempView("v", a_, false).ok());
  EXPECT_TRUE(catalog_.DropTempView("V"));
  EXPECT_FALSE(catalog_.DropTempView("v"));
  EXPECT_EQ(ErrorCondition(catalog_.Lookup({"v"}).status()), "TABLE_OR_VIEW_NOT_FOUND");
}

TEST_F(CatalogTest, TakesNamesOfOnePart) {
  EXPECT_EQ(ErrorCondition(catalog_.CreateTempView("a.b", a_, true)),
            "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS");
  ASSERT_TRUE(catalog_.CreateTempView("`a.b`", a_, true).ok());
  EXPECT_EQ(*catalog_.Lookup({"a.b"}), a_);
}

TEST_F(CatalogTest, SharesGlobalViewsBetweenSessions) {
  const auto shared = std::make_shared<ViewStore>();
  Catalog one(std::make_shared<DataSourceRegistry>(), shared);
  Catalog other(std::make_shared<DataSourceRegistry>(), shared);
  ASSERT_TRUE(one.CreateView("V", {a_, "SELECT a", std::nullopt}, true, false).ok());
  EXPECT_EQ(ErrorCondition(other.CreateView("v", {b_, "", std::nullopt}, true, false)),
            "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(*other.Lookup({"GLOBAL_TEMP", "v"}), a_);
  EXPECT_EQ(other.LookupView({"spark_catalog", "global_temp", "v"})->text, "SELECT a");
  EXPECT_EQ(ErrorCondition(other.Lookup({"v"}).status()), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_TRUE(other.DropView({"global_temp", "v"}));
  EXPECT_FALSE(one.DropView({"global_temp", "v"}));
}

TEST_F(CatalogTest, ListsViewsOfADatabase) {
  ASSERT_TRUE(catalog_.CreateTempView("v", a_, false).ok());
  ASSERT_TRUE(catalog_.CreateView("g", {b_, "", std::nullopt}, true, false).ok());
  EXPECT_EQ(catalog_.List({})->size(), 1u);
  const std::vector<CatalogEntry> global = *catalog_.List({"global_temp"});
  ASSERT_EQ(global.size(), 2u);
  EXPECT_EQ(global[0].database, "global_temp");
  EXPECT_EQ(global[0].name, "g");
  EXPECT_EQ(global[1].database, "");
  EXPECT_EQ(ErrorCondition(catalog_.List({"nosuch"}).status()), "SCHEMA_NOT_FOUND");
}

TEST_F(CatalogTest, HasOneDatabaseOfItsOwn) {
  EXPECT_EQ(catalog_.current_database(), "default");
  EXPECT_TRUE(catalog_.SetCurrentDatabase({"Default"}).ok());
  EXPECT_EQ(ErrorCondition(catalog_.SetCurrentDatabase({"db"})), "SCHEMA_NOT_FOUND");
  ASSERT_TRUE(catalog_.CreateTempView("v", a_, false).ok());
  const Status status = catalog_.Lookup({"db", "v"}).status();
  ASSERT_NE(GetErrorInfo(status), nullptr);
  EXPECT_EQ(GetErrorInfo(status)->parameters.at("relationName"), "`db`.`v`");
  EXPECT_EQ(ErrorCondition(catalog_.Lookup({"a", "b", "c"}).status()),
            "REQUIRES_SINGLE_PART_NAMESPACE");
}

TEST(MatchesPatternTest, StarsAndBars) {
  EXPECT_TRUE(MatchesPattern("Updates", "up*"));
  EXPECT_TRUE(MatchesPattern("acosh", "x* | a*sh"));
  EXPECT_FALSE(MatchesPattern("acosh", "a*s"));
  EXPECT_TRUE(MatchesPattern("", "*"));
  EXPECT_FALSE(MatchesPattern("ab", "a"));
}

}  // namespace
}  // namespace firesteel
