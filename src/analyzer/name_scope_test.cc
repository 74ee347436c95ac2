#include "analyzer/name_scope.h"

#include <gtest/gtest.h>

#include "analyzer/resolver.h"
#include "analyzer/test_analysis.h"

namespace firesteel {
namespace {

class NameScopeTest : public ::testing::Test {
 protected:
  /// What the name means among the columns; or the error's condition, or "nothing".
  std::string Find(const std::vector<AttributePtr>& columns, std::vector<std::string> name) {
    const Resolver resolver(session_.context);
    const auto found = NameScope(columns, &resolver).Find(name);
    if (!found.ok()) return ErrorCondition(found.status());
    return *found == nullptr ? "nothing" : (*found)->ToString();
  }
  static AttributePtr Column(std::string name, ExprId id, std::vector<std::string> qualifier = {},
                             DataType type = TypeId::kInteger) {
    return std::make_shared<Attribute>(std::move(name), std::move(type), true, id,
                                       std::move(qualifier));
  }

  test::Session session_;
  const DataType struct_ = *DataType::FromDdl("struct<b: int, c: struct<d: int>>");
};

TEST_F(NameScopeTest, ComparesNamesAsTheSessionSays) {
  const std::vector<AttributePtr> columns{Column("Model", 1)};
  EXPECT_EQ(Find(columns, {"MODEL"}), "MODEL#1") << "as the user wrote it";
  session_.context.case_sensitive = true;
  EXPECT_EQ(Find(columns, {"MODEL"}), "nothing");
  EXPECT_EQ(Find(columns, {"Model"}), "Model#1");
}

TEST_F(NameScopeTest, PrefersTheLongestQualifier) {
  const std::vector<AttributePtr> columns{Column("b", 1, {"a"}), Column("a", 2, {}, struct_)};
  EXPECT_EQ(Find(columns, {"a", "b"}), "b#1");
  EXPECT_EQ(Find(columns, {"a", "c", "d"}), "a#2.c.d");
  EXPECT_EQ(Find({Column("b", 1, {"db", "a"})}, {"a", "b"}), "b#1");
  EXPECT_EQ(Find({Column("b", 1, {"db", "a"})}, {"db", "a", "b"}), "b#1");
  EXPECT_EQ(Find({Column("b", 1, {"db", "a"})}, {"db", "b"}), "nothing");
}

TEST_F(NameScopeTest, TellsAmbiguousNames) {
  EXPECT_EQ(Find({Column("a", 1, {"x"}), Column("a", 2, {"y"})}, {"a"}), "AMBIGUOUS_REFERENCE");
  EXPECT_EQ(Find({Column("a", 1, {"x"}), Column("a", 2, {"y"})}, {"y", "a"}), "a#2");
  EXPECT_EQ(Find({Column("a", 1), Column("a", 1)}, {"a"}), "a#1") << "one column, twice";
}

TEST_F(NameScopeTest, TakesDotsInNamesLiterally) {
  EXPECT_EQ(Find({Column("a.b", 1)}, {"a.b"}), "a.b#1");
  EXPECT_EQ(Find({Column("a.b", 1)}, {"a", "b"}), "nothing");
}

}  // namespace
}  // namespace firesteel
