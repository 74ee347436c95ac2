#include "analyzer/reveal_file_metadata.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "plan/attribute_set.h"
#include "plan/identifier.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

namespace {

using Columns = std::vector<AttributePtr>;

constexpr std::string_view kMetadataColumn = "_metadata";

bool IsMetadata(const std::string& name) { return FoldCase(name) == kMetadataColumn; }

/// Whether a name that is still open means `_metadata`, or a field of it.
Result<bool> AsksForMetadata(const std::vector<ExpressionPtr>& expressions) {
  bool asks = false;
  for (const ExpressionPtr& expression : expressions) {
    if (!HasOpenNames(expression)) continue;
    const auto look = [&asks](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
      asks |= NamesFileMetadata(name.parts());
      return ExpressionPtr();
    };
    ARROW_RETURN_NOT_OK(ResolveNames(expression, look).status());
  }
  return asks;
}

Columns MetadataIn(const Columns& columns) {
  Columns found;
  for (const AttributePtr& column : columns) {
    if (IsMetadata(column->name())) found.push_back(column);
  }
  return found;
}

bool PassesAllColumns(PlanKind kind) {
  return kind == PlanKind::kFilter || kind == PlanKind::kSort || kind == PlanKind::kLimit ||
         kind == PlanKind::kOffset || kind == PlanKind::kRepartition ||
         kind == PlanKind::kTaggedPlan ||
         kind == PlanKind::kSubqueryAlias || kind == PlanKind::kEventTimeWatermark ||
         kind == PlanKind::kGenerate;
}

PlanPtr WithMetadata(const PlanPtr& plan);

/// The join with the metadata of both sides, as far as their rows come through.
PlanPtr JoinWithMetadata(const Join& join) {
  PlanPtr left = WithMetadata(join.left());
  const bool only_left = join.type() == JoinType::kLeftSemi || join.type() == JoinType::kLeftAnti;
  PlanPtr right = only_left ? nullptr : WithMetadata(join.right());
  if (left == nullptr && right == nullptr) return nullptr;
  return join.WithNewChildren({left == nullptr ? join.left() : std::move(left),
                               right == nullptr ? join.right() : std::move(right)});
}

/// The plan with the metadata column in its output; nullptr where it has none to give.
PlanPtr WithMetadata(const PlanPtr& plan) {
  if (!MetadataIn(plan->output()).empty()) return plan;
  if (const auto* scan = As<TableScan>(plan)) {
    const Schema columns = scan->table()->metadata_columns();
    if (columns.size() == 0) return nullptr;
    Columns output = scan->output();
    for (const StructField& field : columns.fields()) {
      output.push_back(
          std::make_shared<const Attribute>(field.name, field.type, field.nullable, NewExprId()));
    }
    return scan->WithOutput(std::move(output));
  }
  if (const auto* join = As<Join>(plan)) return JoinWithMetadata(*join);
  const auto* project = As<Project>(plan);
  if (project == nullptr && !PassesAllColumns(plan->kind())) return nullptr;
  PlanPtr child = WithMetadata(plan->child());
  if (child == nullptr) return nullptr;
  if (project == nullptr) return plan->WithNewChildren({std::move(child)});
  std::vector<ExpressionPtr> list = project->list();
  for (const AttributePtr& column : MetadataIn(child->output())) list.push_back(column);
  return std::make_shared<Project>(std::move(list), std::move(child),
                                   project->hides_join_columns());
}

}  // namespace

bool NamesFileMetadata(const std::vector<std::string>& parts) {
  return (!parts.empty() && IsMetadata(parts[0])) || (parts.size() > 1 && IsMetadata(parts[1]));
}

PlanPtr WithFileMetadataBelow(const PlanPtr& node) {
  std::vector<PlanPtr> children;
  bool changed = false;
  for (const PlanPtr& child : node->children()) {
    PlanPtr revealed = WithMetadata(child);
    changed |= revealed != nullptr && revealed != child;
    children.push_back(revealed == nullptr ? child : std::move(revealed));
  }
  return changed ? node->WithNewChildren(std::move(children)) : node;
}

Result<PlanPtr> RevealFileMetadata(const PlanPtr& node, Resolver* /*resolver*/) {
  ARROW_ASSIGN_OR_RAISE(const bool asks, AsksForMetadata(node->expressions()));
  PlanPtr wider = asks ? WithFileMetadataBelow(node) : node;
  if (wider == node) return node;
  std::vector<ExpressionPtr> visible;
  const bool hides = PassesAllColumns(node->kind()) || node->kind() == PlanKind::kJoin;
  if (hides) {
    for (const AttributePtr& column : node->output()) visible.push_back(column);
  }
  if (!hides) return wider;
  // What was only needed here stays hidden.
  return PlanPtr(std::make_shared<Project>(std::move(visible), std::move(wider)));
}

}  // namespace firesteel
