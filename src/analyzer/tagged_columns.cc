#include "analyzer/tagged_columns.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/error.h"
#include "plan/queries.h"
#include "plan/tagged_plan.h"

namespace firesteel {

namespace {

using SetOperations = std::vector<const SetOperation*>;

struct Occurrence {
  PlanPtr plan;
  int depth;            ///< nodes above it, tags aside
  SetOperations above;  ///< whose left side holds it, the outermost first
};

void CollectTagged(const PlanPtr& plan, int64_t tag, int depth, const SetOperations& above,
                   std::vector<Occurrence>* found) {
  const auto* tagged = As<TaggedPlan>(plan);
  if (tagged != nullptr && tagged->tag() == tag) {
    found->push_back({tagged->child(), depth, above});
    return;
  }
  const int below = tagged != nullptr ? depth : depth + 1;
  const auto* operation = As<SetOperation>(plan);
  for (const PlanPtr& child : plan->children()) {
    SetOperations path = above;
    if (operation != nullptr && child == plan->child()) path.push_back(operation);
    CollectTagged(child, tag, below, path, found);
  }
}

/// The column below a path into it.
const Expression* RootColumn(const ExpressionPtr& expression) {
  const Expression* at = expression.get();
  while (at->kind() != ExpressionKind::kAttribute) {
    if (at->children().empty()) return nullptr;
    at = at->child(0).get();
  }
  return at;
}

/// What a column is called above set operations: theirs are those of their left sides, unless these
/// were cast.
ExprId IdAbove(ExprId id, const SetOperations& operations) {
  for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
    const std::vector<AttributePtr> left = (*operation)->child()->output();
    for (size_t i = 0; i < left.size(); ++i) {
      if (left[i]->id() != id) continue;
      id = (*operation)->output()[i]->id();
      break;
    }
  }
  return id;
}

/// The expression on the column as it reaches the node (a join may have made it nullable); nullptr
/// when it does not.
Result<ExpressionPtr> InScope(const ExpressionPtr& expression, const SetOperations& above,
                              const NameScope& scope) {
  const Expression* root = RootColumn(expression);
  if (root == nullptr) return ExpressionPtr();
  const ExprId id = IdAbove(static_cast<const Attribute*>(root)->id(), above);
  for (const AttributePtr& column : scope.columns()) {
    if (column->id() != id) continue;
    return TransformUp<Expression>(expression,
                                   [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
                                     if (e.get() != root) return ExpressionPtr();
                                     return ExpressionPtr(column);
                                   });
  }
  return ExpressionPtr();
}

/// What one occurrence of the plan means.
struct Candidate {
  std::vector<ExpressionPtr> columns;
  int depth;
};

bool SameColumns(const Candidate& a, const Candidate& b) {
  return std::equal(
      a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
      [](const ExpressionPtr& left, const ExpressionPtr& right) { return left->Equals(*right); });
}

/// The candidate that is meant; nullptr where there is none. Errors: AMBIGUOUS_COLUMN_REFERENCE.
Result<const Candidate*> Choose(const std::vector<Candidate>& candidates, const std::string& name) {
  std::vector<const Candidate*> all;
  std::vector<const Candidate*> of_children;
  for (const Candidate& candidate : candidates) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const Candidate* other) {
      return SameColumns(candidate, *other);
    });
    if (known) continue;
    all.push_back(&candidate);
    if (candidate.depth == 0) of_children.push_back(&candidate);
  }
  const std::vector<const Candidate*>& meant = of_children.empty() ? all : of_children;
  if (meant.size() > 1) return MakeError("AMBIGUOUS_COLUMN_REFERENCE", {{"name", name}});
  return meant.empty() ? nullptr : meant[0];
}

std::vector<Occurrence> OccurrencesBelow(const std::vector<PlanPtr>& plans, int64_t tag) {
  std::vector<Occurrence> occurrences;
  for (const PlanPtr& plan : plans) CollectTagged(plan, tag, 0, {}, &occurrences);
  return occurrences;
}

}  // namespace

Result<ExpressionPtr> FindTagged(const UnresolvedAttribute& name,
                                 const std::vector<PlanPtr>& children, const NameScope& scope) {
  std::vector<Candidate> candidates;
  for (const Occurrence& occurrence : OccurrencesBelow(children, *name.plan_tag())) {
    const NameScope columns(occurrence.plan->output(), &scope.resolver());
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column, columns.Find(name.parts()));
    if (column == nullptr) continue;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr here, InScope(column, occurrence.above, scope));
    if (here != nullptr) candidates.push_back({{std::move(here)}, occurrence.depth});
  }
  ARROW_ASSIGN_OR_RAISE(const Candidate* chosen, Choose(candidates, name.Sql()));
  return chosen == nullptr ? ExpressionPtr() : chosen->columns[0];
}

Result<std::vector<ExpressionPtr>> FindAllTagged(int64_t tag, const std::vector<PlanPtr>& children,
                                                 const NameScope& scope) {
  std::vector<Candidate> candidates;
  for (const Occurrence& occurrence : OccurrencesBelow(children, tag)) {
    Candidate candidate{{}, occurrence.depth};
    bool complete = true;
    for (const AttributePtr& column : occurrence.plan->output()) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr here, InScope(column, occurrence.above, scope));
      complete = complete && here != nullptr;
      candidate.columns.push_back(std::move(here));
    }
    if (complete) candidates.push_back(std::move(candidate));
  }
  ARROW_ASSIGN_OR_RAISE(const Candidate* chosen, Choose(candidates, "*"));
  if (chosen == nullptr) return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", "*"}});
  return chosen->columns;
}

bool HoldTag(const std::vector<PlanPtr>& plans, int64_t tag) {
  return !OccurrencesBelow(plans, tag).empty();
}

}  // namespace firesteel
