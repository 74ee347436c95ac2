#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

const Schema& GenerateInput() {
  static const Schema schema(
      {{"id", TypeId::kInteger}, {"list", DataType::Array(TypeId::kString)}});
  return schema;
}

PhysicalPlanPtr Scan() {
  const auto list = [](std::vector<Value> elements) { return Value(ArrayValue{elements}); };
  return ScanOf(GenerateInput(), {{Row({Value(1), list({"a", "b"})}), Row({Value(2), Value()}),
                                   Row({Value(3), list({})})},
                                  {Row({Value(4), Value()})},
                                  {Row({Value(5), list({Value(), "c"})})}});
}

Result<PhysicalPlanPtr> Explode(std::string_view function, bool outer, std::vector<int> kept,
                                Schema schema) {
  const ExpressionPtr call = Call(function, {Column(GenerateInput(), "list")});
  return NewGenerate(Scan(), std::static_pointer_cast<const GeneratorCall>(call), outer,
                     std::move(kept), std::move(schema));
}

class GenerateTest : public ::testing::Test {
 protected:
  PlanTestEnvironment environment_;
};

TEST_F(GenerateTest, ExplodeRepeatsTheKeptColumns) {
  const auto plan =
      Explode("explode", false, {0}, Schema({{"id", TypeId::kInteger}, {"col", TypeId::kString}}))
          .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1,a]", "[1,b]", "[5,NULL]", "[5,c]"));
  EXPECT_EQ(plan->Name(), "Generate explode(list)");
}

TEST_F(GenerateTest, OuterKeepsRowsThatGiveNothing) {
  const auto plan =
      Explode("explode", true, {0}, Schema({{"id", TypeId::kInteger}, {"col", TypeId::kString}}))
          .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1,a]", "[1,b]", "[2,NULL]", "[3,NULL]",
                                                     "[4,NULL]", "[5,NULL]", "[5,c]"));
}

TEST_F(GenerateTest, NoKeptColumns) {
  const auto plan = Explode("explode", false, {}, Schema({{"col", TypeId::kString}})).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[a]", "[b]", "[NULL]", "[c]"));
}

TEST_F(GenerateTest, ColumnsMustFit) {
  EXPECT_FALSE(Explode("explode", false, {0}, Schema({{"col", TypeId::kString}})).ok());
}

}  // namespace
}  // namespace firesteel
