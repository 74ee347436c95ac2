#include "expr/unresolved.h"

#include <gtest/gtest.h>

#include "expr/nodes.h"

namespace firesteel {
namespace {

using Parts = std::vector<std::string>;

TEST(UnresolvedTest, ParsesNamesAsTheDataFrameApiTakesThem) {
  const std::vector<std::pair<std::string, Parts>> cases{
      {"a", {"a"}},          {"a.b", {"a", "b"}},     {"`a.b`", {"a.b"}},
      {"`a``b`.c", {"a`b", "c"}}, {"a b", {"a b"}}, {"", {""}}};
  for (const auto& [name, parts] : cases) {
    auto parsed = UnresolvedAttribute::Parse(name);
    ASSERT_TRUE(parsed.ok()) << name;
    EXPECT_EQ(As<UnresolvedAttribute>(*parsed)->parts(), parts) << name;
  }
  for (const char* name : {"`a", "a`b", "a.", ".a", "a..b", "`a`b", "`"}) {
    EXPECT_EQ(ErrorCondition(UnresolvedAttribute::Parse(name).status()),
              "INVALID_ATTRIBUTE_NAME_SYNTAX")
        << name;
  }
}

TEST(UnresolvedTest, OriginCountsLinesFromOneAndPositionsFromZero) {
  Origin origin{std::make_shared<const std::string>("SELECT a,\n  nope\nFROM t"), 12, 15};
  QueryContext context = origin.ToContext();
  EXPECT_EQ(context.fragment, "nope");
  EXPECT_EQ(context.line, 2);
  EXPECT_EQ(context.position, 2);
  EXPECT_EQ(Origin{}.ToContext().start_offset, -1);
}

TEST(UnresolvedTest, FilterIsTheLastChild) {
  ExpressionPtr a = std::make_shared<UnresolvedAttribute>(Parts{"a"});
  ExpressionPtr b = std::make_shared<UnresolvedAttribute>(Parts{"b", "c d"});
  UnresolvedFunction call("sum", {a}, true, {}, b);
  EXPECT_EQ(call.arguments().size(), 1u);
  EXPECT_EQ(call.Sql(), "sum(DISTINCT a) FILTER (WHERE b.`c d`)");
  EXPECT_FALSE(call.resolved());
  auto copy = call.WithNewChildren({b, a});
  EXPECT_EQ(copy->Sql(), "sum(DISTINCT b.`c d`) FILTER (WHERE a)");
}

}  // namespace
}  // namespace firesteel
