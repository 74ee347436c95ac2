#include "functions/window_functions.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "expr/nodes.h"

namespace firesteel {
namespace {

ExpressionPtr Integer(int32_t value) { return Literal::Of(value).ValueOrDie(); }
ExpressionPtr IntegerColumn(const char* name) {
  return std::make_shared<Attribute>(name, TypeId::kInteger, true, NewExprId());
}

/// The text and type of a bound call, or the condition of its error.
std::string Bound(const char* name, std::vector<ExpressionPtr> arguments,
                  bool ignore_nulls = false) {
  const WindowFunctionDefinition* definition = FindWindowFunction(name);
  if (definition == nullptr) return "not found";
  const auto bound = BindWindowFunction(*definition, std::move(arguments), ignore_nulls, {});
  if (!bound.ok()) return ErrorCondition(bound.status());
  return (*bound)->Sql() + ":" + (*bound)->type().Sql() + ((*bound)->nullable() ? "?" : "");
}

TEST(WindowFunctionsTest, AreSortedByName) {
  const auto functions = WindowFunctions();
  for (size_t i = 1; i < functions.size(); ++i) {
    EXPECT_LT(functions[i - 1].name, functions[i].name);
  }
  EXPECT_EQ(FindWindowFunction("sum"), nullptr);
}

TEST(WindowFunctionsTest, FillInWhatIsLeftOut) {
  const ExpressionPtr a = IntegerColumn("a");
  EXPECT_EQ(Bound("Row_Number", {}), "row_number():INT");
  EXPECT_EQ(Bound("rank", {a}), "RANK():INT");
  EXPECT_EQ(Bound("percent_rank", {}), "PERCENT_RANK():DOUBLE");
  EXPECT_EQ(Bound("cume_dist", {}), "cume_dist():DOUBLE");
  EXPECT_EQ(Bound("ntile", {}), "ntile(1):INT");
  EXPECT_EQ(Bound("lag", {a}), "lag(a, 1, NULL):INT?");
  EXPECT_EQ(Bound("lead", {a, Integer(2), Literal::Of("7").ValueOrDie()}), "lead(a, 2, 7):INT?");
  EXPECT_EQ(Bound("nth_value", {a, Integer(2)}), "nth_value(a, 2):INT?");
  EXPECT_EQ(Bound("nth_value", {a, Integer(2), Literal::Of(true).ValueOrDie()}),
            "nth_value(a, 2) ignore nulls:INT?");
}

TEST(WindowFunctionsTest, RefuseWrongArguments) {
  const ExpressionPtr a = IntegerColumn("a");
  const ExpressionPtr text = Literal::Of("x").ValueOrDie();
  EXPECT_EQ(Bound("row_number", {a}), "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  EXPECT_EQ(Bound("nth_value", {a}), "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  EXPECT_EQ(Bound("ntile", {a}), "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT");
  EXPECT_EQ(Bound("ntile", {text}), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(Bound("ntile", {Integer(0)}), "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  EXPECT_EQ(Bound("nth_value", {a, Integer(-1)}), "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  EXPECT_EQ(Bound("lag", {a, a}), "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT");
  EXPECT_EQ(Bound("lag", {a, Literal::Of(int64_t{1}).ValueOrDie()}), "_LEGACY_ERROR_TEMP_1035");
  EXPECT_EQ(Bound("counter_diff", {text}), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

}  // namespace
}  // namespace firesteel
