#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "optimizer/shared_tables.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

namespace {

using Op = Predicate::Op;

struct Comparison {
  std::string_view function;
  Op op;
  Op swapped;  // the same with its sides exchanged
};

constexpr Comparison kComparisons[] = {
    {"=", Op::kEqual, Op::kEqual},
    {"<", Op::kLess, Op::kGreater},
    {"<=", Op::kLessOrEqual, Op::kGreaterOrEqual},
    {">", Op::kGreater, Op::kLess},
    {">=", Op::kGreaterOrEqual, Op::kLessOrEqual},
};

bool IsNan(const Value& value) {
  return (value.Is<double>() && std::isnan(value.Get<double>())) ||
         (value.Is<float>() && std::isnan(value.Get<float>()));
}

/// Turns conditions into what scans understand.
class Translator {
 public:
  explicit Translator(std::vector<AttributePtr> columns) : columns_(std::move(columns)) {}

  std::optional<Predicate> Translate(const ExpressionPtr& condition) const {
    const auto* call = As<ScalarFunction>(condition);
    if (call == nullptr) return std::nullopt;
    const std::string_view name = call->name();
    if (name == "isnull") return OfColumn(Op::kIsNull, call->child(0), {});
    if (name == "isnotnull") return OfColumn(Op::kIsNotNull, call->child(0), {});
    if (name == "in") {
      return OfColumn(Op::kIn, call->child(0),
                      {call->children().begin() + 1, call->children().end()});
    }
    for (const Comparison& comparison : kComparisons) {
      if (name != comparison.function) continue;
      if (As<Literal>(call->child(1))) {
        return OfColumn(comparison.op, call->child(0), {call->child(1)});
      }
      return OfColumn(comparison.swapped, call->child(1), {call->child(0)});
    }
    return std::nullopt;
  }

 private:
  std::optional<Predicate> OfColumn(Op op, const ExpressionPtr& column,
                                    const std::vector<ExpressionPtr>& values) const {
    const auto* attribute = As<Attribute>(column);
    if (attribute == nullptr) return std::nullopt;
    const auto found =
        std::find_if(columns_.begin(), columns_.end(), [attribute](const AttributePtr& candidate) {
          return candidate->id() == attribute->id();
        });
    if (found == columns_.end()) return std::nullopt;
    Predicate predicate{op, (*found)->name(), {}};
    for (const ExpressionPtr& expression : values) {
      const auto* literal = As<Literal>(expression);
      if (literal == nullptr || literal->value().is_null() || IsNan(literal->value()) ||
          literal->type().is_nested() || !literal->type().SameType(attribute->type())) {
        return std::nullopt;
      }
      predicate.values.push_back(literal->value());
    }
    return predicate;
  }

  std::vector<AttributePtr> columns_;
};

}  // namespace

Result<PlanPtr> PushPredicatesToScans(const PlanPtr& plan) {
  const SharedTables shared(plan);
  return TransformUp<LogicalPlan>(plan, [&shared](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* filter = As<Filter>(node);
    const auto* scan = filter == nullptr ? nullptr : As<TableScan>(filter->child());
    if (scan == nullptr || shared.Contains(*scan)) return PlanPtr();
    const Translator translator(scan->output());
    std::vector<Predicate> predicates;
    for (const ExpressionPtr& condition : SplitConjunction(filter->condition())) {
      // Rows skipped by the scan must not be missed by a condition that differs each time.
      if (!condition->deterministic()) break;
      if (auto predicate = translator.Translate(condition)) {
        predicates.push_back(*std::move(predicate));
      }
    }
    if (predicates.empty()) return PlanPtr();
    return node->WithNewChildren({scan->WithFilters(std::move(predicates))});
  });
}

}  // namespace firesteel
