// df.sample and df.randomSplit.
#include <cmath>
#include <functional>
#include <utility>

#include "arrow/status.h"
#include "common/random.h"
#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "plan/event_time.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

constexpr char kSampleColumn[] = "__sample";
// Above, the numbers of copies that are likely are too many to be told apart one by one.
constexpr double kMaximumFraction = 100;

/// How often a row is taken where `fraction` copies of each are expected: the number of bounds that
/// a number out of [0, 1) reaches, which has the Poisson distribution.
Result<ExpressionPtr> Copies(double fraction) {
  std::vector<ExpressionPtr> bounds;
  double probability = std::exp(-fraction);
  double reached = probability;
  for (int copies = 1; reached < 1.0 && probability > 0; ++copies) {
    ARROW_ASSIGN_OR_RAISE(bounds.emplace_back(), Literal::Of(reached));
    probability *= fraction / copies;
    // Behind the middle, what is too small to be added is as good as none.
    if (copies > fraction && reached + probability == reached) break;
    reached += probability;
  }
  ExpressionPtr is_reached = Call("<=", {ColumnNamed("bound"), ColumnNamed(kSampleColumn)});
  auto lambda =
      std::make_shared<UnresolvedLambda>(std::vector<std::string>{"bound"}, std::move(is_reached));
  return Call("size", {Call("filter", {Call("array", std::move(bounds)), std::move(lambda)})});
}

/// Each row as often as its number in [0, 1) says.
Result<PlanPtr> Repeated(PlanPtr numbered, double fraction) {
  if (fraction < 0) {
    return Status::Invalid(
        "requirement failed: a sample with replacement needs a fraction of 0 or "
        "more, not ",
        fraction);
  }
  if (!(fraction <= kMaximumFraction)) {
    return UnsupportedMessage("Sample.with_replacement of a fraction above 100");
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr zero, Literal::Of(int32_t{0}));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr copies, Copies(fraction));
  ExpressionPtr each =
      Call("explode", {Call("array_repeat", {std::move(zero), std::move(copies)})});
  // The number is read where the copies are made, and gone afterwards.
  PlanPtr repeated =
      std::make_shared<Project>(std::vector<ExpressionPtr>{std::make_shared<UnresolvedStar>(),
                                                           Named(std::move(each), "__copy")},
                                std::move(numbered));
  return std::make_shared<DropColumns>(std::vector<std::string>{kSampleColumn, "__copy"},
                                       std::move(repeated));
}

/// Each row comes at most once.
Status CheckFraction(const spark::connect::Sample& sample) {
  constexpr double kRounding = 1e-6;
  const double fraction = sample.upper_bound() - sample.lower_bound();
  if (fraction >= -kRounding && fraction <= 1 + kRounding) return Status::OK();
  return Status::Invalid(
      "requirement failed: a sample without replacement needs a fraction of 0 to 1, not ",
      fraction);
}

}  // namespace

Result<PlanPtr> PlanTranslator::TranslateSample(const spark::connect::Sample& sample) {
  if (!sample.with_replacement()) ARROW_RETURN_NOT_OK(CheckFraction(sample));
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(sample.input()));
  if (sample.deterministic_order()) {
    // Parts of one split must see the rows in one order to have none twice.
    ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
    std::vector<ExpressionPtr> order;
    for (const StructField& field : schema.fields()) {
      if (field.type.id() == TypeId::kMap) continue;
      order.push_back(std::make_shared<SortOrder>(ColumnNamed(field.name), true, true));
    }
    if (!order.empty()) input = std::make_shared<Sort>(std::move(order), std::move(input));
  }
  const int64_t seed =
      sample.has_seed() ? sample.seed() : static_cast<int64_t>(std::hash<std::string>()(NewUuid()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr seed_literal, Literal::Of(seed));
  // One number per row, compared twice; marked, as a stream cannot be sampled.
  ExpressionPtr number =
      std::make_shared<Alias>(Call("rand", {std::move(seed_literal)}), kSampleColumn, NewExprId(),
                              WithMetadataKey("", kSampleKey));
  PlanPtr numbered = std::make_shared<Project>(
      std::vector<ExpressionPtr>{std::make_shared<UnresolvedStar>(), std::move(number)},
      std::move(input));
  if (sample.with_replacement()) {
    return Repeated(std::move(numbered), sample.upper_bound() - sample.lower_bound());
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr lower, Literal::Of(sample.lower_bound()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr upper, Literal::Of(sample.upper_bound()));
  ExpressionPtr inside = Call("and", {Call(">=", {ColumnNamed(kSampleColumn), std::move(lower)}),
                                      Call("<", {ColumnNamed(kSampleColumn), std::move(upper)})});
  PlanPtr chosen = std::make_shared<Filter>(std::move(inside), std::move(numbered));
  return std::make_shared<DropColumns>(std::vector<std::string>{kSampleColumn}, std::move(chosen));
}

}  // namespace firesteel
