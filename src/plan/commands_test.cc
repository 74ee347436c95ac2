#include "plan/commands.h"

#include <gtest/gtest.h>

#include "plan/test_plans.h"

namespace firesteel {
namespace {

TEST(CommandsTest, DescribeWhatTheyDo) {
  const PlanPtr scan = test::Scan("a INT");
  CreateView::Definition view;
  view.name = {"v"};
  view.global = true;
  view.replace = true;
  view.columns = {{"a", std::nullopt}, {"b", "text"}};
  Show::Request columns;
  columns.what = Show::What::kColumns;
  columns.table = {"db", "t"};
  columns.pattern = "a*";
  using Names = std::vector<std::string>;
  const std::pair<PlanPtr, std::string_view> cases[] = {
      {std::make_shared<CreateView>(view, scan),
       "CreateView `v`, [a, b 'text'], global, replace"},
      {std::make_shared<DropRelation>(Names{"v"}, true, true), "DropView `v`, if exists"},
      {std::make_shared<Show>(columns), "ShowColumns, table `db`.`t`, like 'a*'"},
      {std::make_shared<DescribeRelation>(DescribeRelation::What::kTable, Names{"t"}, Names{"c"},
                                          true, nullptr),
       "DescribeTable `t`, column `c`, extended"},
      {std::make_shared<DescribeRelation>(DescribeRelation::What::kQuery, Names{}, Names{}, false,
                                          scan),
       "DescribeQuery"},
      {std::make_shared<Explain>(Explain::Mode::kFormatted, scan), "Explain Formatted"},
      {std::make_shared<SetConfiguration>(SetConfiguration::Action::kSet, "k", "v"),
       "SetConfiguration Set, k, v"},
      {std::make_shared<Use>(Names{"a", "b"}, false), "UseDatabase `a`.`b`"},
      {std::make_shared<CacheTable>(CacheTable::Action::kCache, Names{"t"}, true, false,
                                    std::map<std::string, std::string>{{"a", "b"}}, scan),
       "CacheTable `t`, lazy, a=b"},
      {std::make_shared<CacheTable>(CacheTable::Action::kClear, Names{}, false, false,
                                    std::map<std::string, std::string>{}, nullptr),
       "ClearCache"},
  };
  for (const auto& [plan, text] : cases) {
    EXPECT_EQ(plan->Describe(), text);
    EXPECT_EQ(plan->WithNewChildren(plan->children())->Describe(), text);
    EXPECT_EQ(plan->WithNewChildren(plan->children())->children(), plan->children());
    EXPECT_FALSE(plan->resolved()) << text;
    EXPECT_TRUE(plan->output().empty()) << text;
  }
}

TEST(CommandsTest, AreNoStreamsThemselves) {
  const PlanPtr stream = test::Scan("a INT", true);
  EXPECT_FALSE(std::make_shared<Explain>(Explain::Mode::kSimple, stream)->is_streaming());
}

}  // namespace
}  // namespace firesteel
