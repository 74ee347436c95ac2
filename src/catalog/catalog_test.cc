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

TEST_F(CatalogTest, HasNoDatabases) {
  ASSERT_TRUE(catalog_.CreateTempView("v", a_, false).ok());
  const Status status = catalog_.Lookup({"db", "v"}).status();
  ASSERT_NE(GetErrorInfo(status), nullptr);
  EXPECT_EQ(GetErrorInfo(status)->parameters.at("relationName"), "`db`.`v`");
}

}  // namespace
}  // namespace firesteel
