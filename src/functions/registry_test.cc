#include "functions/registry.h"

#include <algorithm>

#include "functions/function_test_support.h"
#include "functions/window_functions.h"

namespace firesteel {
namespace {

TEST(RegistryTest, NamesAreFoundInAnyCase) {
  EXPECT_TRUE(FindFunction("UPPER").scalar);
  EXPECT_TRUE(FindFunction("Sum").aggregate);
  EXPECT_TRUE(FindFunction("explode").generator);
  EXPECT_FALSE(FindFunction("no_such_function"));
}

TEST(RegistryTest, EveryFunctionIsDocumentedAndListedOnce) {
  const std::vector<std::string_view> names = FunctionNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  for (std::string_view name : names) {
    const FunctionLookup lookup = FindFunction(name);
    const WindowFunctionDefinition* window = FindWindowFunction(name);
    const FunctionDocumentation& documentation =
        window             ? window->documentation
        : lookup.scalar    ? lookup.scalar->documentation
        : lookup.aggregate ? lookup.aggregate->documentation
                           : lookup.generator->documentation;
    EXPECT_FALSE(documentation.usage.empty()) << name;
    EXPECT_FALSE(documentation.since.empty()) << name;
    EXPECT_EQ(!!lookup.scalar + !!lookup.aggregate + !!lookup.generator + !!window, 1) << name;
  }
}

TEST(RegistryTest, Errors) {
  CheckCalls({
      Fails("no_such_function", {1}, "UNRESOLVED_ROUTINE"),
      Fails("upper", {}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
      Fails("upper", {"a", "b"}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
  });
}

TEST(RegistryTest, ImplicitCastsDoNotShowInNames) {
  AttributePtr a = std::make_shared<Attribute>("a", TypeId::kInteger, true, NewExprId());
  AttributePtr b = std::make_shared<Attribute>("b", TypeId::kLong, true, NewExprId());
  auto sum = BindCall("+", {a, b}, false, nullptr, {}).ValueOrDie();
  EXPECT_EQ(sum->Sql(), "(a + b)");
  EXPECT_EQ(sum->child(0)->kind(), ExpressionKind::kCast);
  EXPECT_TRUE(As<Cast>(sum->child(0))->implicit());
  EXPECT_EQ(sum->child(1)->kind(), ExpressionKind::kAttribute);
}

TEST(RegistryTest, ConstantArgumentsGiveConstantResults) {
  auto call = BindCall("upper", {Literal::Of("a").ValueOrDie()}, false, nullptr, {}).ValueOrDie();
  auto batch = MakeBatch({Row({1}), Row({2})}, Schema().Add("a", TypeId::kInteger)).ValueOrDie();
  EvaluationContext context;
  EXPECT_TRUE(call->Evaluate(*batch, &context).ValueOrDie().constant);
  // No row, no evaluation: a constant that fails does not fail on an empty batch.
  auto failing = BindCall("/", {Literal::Of(1).ValueOrDie(), Literal::Of(0).ValueOrDie()}, false,
                          nullptr, {}).ValueOrDie();
  EXPECT_EQ(ErrorCondition(failing->Evaluate(*batch, &context).status()), "DIVIDE_BY_ZERO");
  EXPECT_TRUE(failing->Evaluate(*batch->Slice(0, 0), &context).ok());
}

}  // namespace
}  // namespace firesteel
