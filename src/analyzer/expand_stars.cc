#include <algorithm>
#include <cctype>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/resolver.h"
#include "analyzer/reveal_file_metadata.h"
#include "analyzer/reveal_join_columns.h"
#include "analyzer/rules.h"
#include "analyzer/tagged_columns.h"
#include "analyzer/update_fields.h"
#include "common/error.h"
#include "functions/registry.h"
#include "functions/regular_expression.h"
#include "plan/attribute_set.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool IsStar(const Expression& expression) {
  return expression.kind() == ExpressionKind::kUnresolvedStar;
}

bool HasStar(const ExpressionPtr& expression) { return Exists<Expression>(expression, IsStar); }

Status CannotExpand(const UnresolvedStar& star, const NameScope& scope) {
  std::string columns;
  for (const AttributePtr& column : scope.columns()) {
    columns += (columns.empty() ? "" : ", ") + QuoteIdentifier(column->name());
  }
  return MakeError("CANNOT_RESOLVE_STAR_EXPAND",
                   {{"targetString", QuoteIdentifier(star.target())}, {"columns", columns}});
}

/// The columns that a star stands for, before EXCEPT. Errors: CANNOT_RESOLVE_STAR_EXPAND.
Result<std::vector<ExpressionPtr>> ExpandAll(const UnresolvedStar& star, const NameScope& scope) {
  std::vector<ExpressionPtr> list;
  for (const AttributePtr& column : scope.ColumnsOf(star.target())) list.push_back(column);
  if (!list.empty() || star.target().empty()) return list;
  // What is no table may be a struct.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr base, scope.Find(star.target()));
  if (base == nullptr) return CannotExpand(star, scope);
  if (base->type().id() != TypeId::kStruct) {
    std::string names;
    for (const std::string& part : star.target()) names += (names.empty() ? "" : ", ") + part;
    return MakeError("_LEGACY_ERROR_TEMP_1050", {{"attributes", "List(" + names + ")"}});
  }
  const std::vector<StructField>& fields = base->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    list.push_back(std::make_shared<Alias>(std::make_shared<GetField>(base, static_cast<int>(i)),
                                           fields[i].name));
  }
  return list;
}

using Paths = std::vector<std::vector<std::string>>;

/// `value` without the fields that `paths` name: a struct of the others, NULL where it is NULL.
Result<ExpressionPtr> WithoutFields(const ExpressionPtr& value, const Paths& paths,
                                    const Resolver& resolver) {
  std::vector<ExpressionPtr> parts;
  const std::vector<StructField>& fields = value->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    Paths below;
    bool dropped = false;
    for (const std::vector<std::string>& path : paths) {
      if (!SameName(path[0], fields[i].name, resolver.case_sensitive())) continue;
      dropped |= path.size() == 1;
      below.emplace_back(path.begin() + 1, path.end());
    }
    if (dropped) continue;
    ExpressionPtr field = std::make_shared<GetField>(value, static_cast<int>(i));
    if (!below.empty() && fields[i].type.id() == TypeId::kStruct) {
      ARROW_ASSIGN_OR_RAISE(field, WithoutFields(field, below, resolver));
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr name, Literal::Of(fields[i].name));
    parts.push_back(std::move(name));
    parts.push_back(std::move(field));
  }
  return BindCall("named_struct", std::move(parts), false, nullptr, resolver.settings());
}

/// Takes the columns and fields of EXCEPT out of the list. Errors: UNRESOLVED_COLUMN.*,
/// EXCEPT_OVERLAPPING_COLUMNS.
Result<std::vector<ExpressionPtr>> LeaveOut(const UnresolvedStar& star,
                                            std::vector<ExpressionPtr> list,
                                            const NameScope& scope, const Resolver& resolver) {
  std::vector<Paths> dropped(list.size());
  for (const std::vector<std::string>& path : star.except()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, scope.Find(path));
    if (found == nullptr) {
      return UnresolvedColumnError(UnresolvedAttribute(path, star.origin()), scope.columns());
    }
    // The fields are what is left of the path behind the column.
    std::vector<std::string> fields;
    while (const auto* field = As<GetField>(found)) {
      fields.insert(fields.begin(), field->field_name());
      found = found->child(0);
    }
    for (size_t i = 0; i < list.size(); ++i) {
      if (!IsNamed(*list[i]) || !IsNamed(*found)) continue;
      if (ToAttribute(list[i])->id() == ToAttribute(found)->id()) dropped[i].push_back(fields);
    }
  }
  std::vector<ExpressionPtr> kept;
  for (size_t i = 0; i < list.size(); ++i) {
    const bool whole = std::any_of(dropped[i].begin(), dropped[i].end(),
                                   [](const auto& path) { return path.empty(); });
    if (whole && dropped[i].size() > 1) {
      return MakeError("EXCEPT_OVERLAPPING_COLUMNS", {{"columns", star.Sql()}});
    }
    if (whole) continue;
    if (!dropped[i].empty()) {
      const std::string name = ToAttribute(list[i])->name();
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr rest, WithoutFields(list[i], dropped[i], resolver));
      list[i] = std::make_shared<Alias>(std::move(rest), name);
    }
    kept.push_back(list[i]);
  }
  return kept;
}

/// What stars may stand for: with a name also the columns that a join with USING merged, and the
/// metadata of files.
struct StarScope {
  NameScope visible;
  NameScope all;
  std::vector<PlanPtr> plans;  // the node's children
  const NameScope& For(const UnresolvedStar& star) const {
    return star.target().empty() && !star.choice().plan_tag ? visible : all;
  }
};

/// Keeps the columns whose whole name matches the pattern, as `df.colRegex(…)` means it.
Status KeepMatching(const std::string& pattern, const Resolver& resolver,
                    std::vector<ExpressionPtr>* list) {
  const std::string whole =
      std::string(resolver.case_sensitive() ? "" : "(?i)") + "\\A(?:" + pattern + ")\\z";
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const RegularExpression> expression,
                        RegularExpression::Make(whole, "`colRegex`"));
  RegularExpressionMatcher matcher(std::move(expression));
  std::vector<ExpressionPtr> kept;
  for (const ExpressionPtr& column : *list) {
    const std::string name = ToAttribute(column)->name();
    matcher.Reset(name);
    ARROW_ASSIGN_OR_RAISE(const bool matches, matcher.Find());
    if (matches) kept.push_back(column);
  }
  *list = std::move(kept);
  return Status::OK();
}

/// Takes out the columns that `df.drop(…)` names. What is no column, or does not reach this node,
/// is ignored. Errors: AMBIGUOUS_REFERENCE, CANNOT_RESOLVE_DATAFRAME_COLUMN for those of a plan
/// that is nowhere in the query.
Status LeaveOutDropped(const std::vector<ExpressionPtr>& dropped, const StarScope& scopes,
                       std::vector<ExpressionPtr>* list) {
  for (const ExpressionPtr& expression : dropped) {
    const auto* name = As<UnresolvedAttribute>(expression);
    if (name == nullptr) continue;
    if (name->plan_tag() && !HoldTag(scopes.plans, *name->plan_tag())) {
      return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", name->Sql()}});
    }
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column,
                          name->plan_tag() ? FindTagged(*name, scopes.plans, scopes.visible)
                                           : scopes.visible.Find(name->parts()));
    if (column == nullptr || column->kind() != ExpressionKind::kAttribute) continue;
    std::erase_if(*list, [&column](const ExpressionPtr& item) {
      return ToAttribute(item)->id() == ToAttribute(column)->id();
    });
  }
  return Status::OK();
}

Result<std::vector<ExpressionPtr>> ChooseColumns(const UnresolvedStar& star,
                                                 const StarScope& scopes) {
  const StarChoice& choice = star.choice();
  std::vector<ExpressionPtr> list;
  if (choice.plan_tag && choice.pattern.empty()) {
    ARROW_ASSIGN_OR_RAISE(list, FindAllTagged(*choice.plan_tag, scopes.plans, scopes.all));
  } else {
    ARROW_ASSIGN_OR_RAISE(list, ExpandAll(star, scopes.For(star)));
  }
  if (!choice.pattern.empty()) {
    ARROW_RETURN_NOT_OK(KeepMatching(choice.pattern, scopes.all.resolver(), &list));
  }
  ARROW_RETURN_NOT_OK(LeaveOutDropped(choice.dropped, scopes, &list));
  return list;
}

std::vector<AttributePtr> HiddenBelow(const LogicalPlan& node) {
  std::vector<AttributePtr> hidden;
  for (const PlanPtr& child : node.children()) {
    const std::vector<AttributePtr> columns = HiddenColumns(child);
    hidden.insert(hidden.end(), columns.begin(), columns.end());
  }
  return hidden;
}

/// `wider` is the node above children that may give more than those of the node do.
StarScope MakeScope(const LogicalPlan& node, const LogicalPlan& wider,
                    const std::vector<AttributePtr>& hidden, const Resolver* resolver) {
  NameScope visible = NameScope::OfChildren(node, resolver);
  if (hidden.empty() && &wider == &node) return {visible, visible, node.children()};
  std::vector<AttributePtr> all = hidden;
  const NameScope given = NameScope::OfChildren(wider, resolver);
  all.insert(all.end(), given.columns().begin(), given.columns().end());
  return {std::move(visible), NameScope(std::move(all), resolver), node.children()};
}

/// Whether `_metadata.*` is among the columns of a list, where only the list says what comes out.
bool ListsFileMetadata(const LogicalPlan& node) {
  if (node.kind() != PlanKind::kProject && node.kind() != PlanKind::kAggregate) return false;
  const std::vector<ExpressionPtr> expressions = node.expressions();
  return std::any_of(expressions.begin(), expressions.end(), [](const ExpressionPtr& expression) {
    return Exists<Expression>(expression, [](const Expression& part) {
      return IsStar(part) &&
             NamesFileMetadata(static_cast<const UnresolvedStar&>(part).target());
    });
  });
}

Result<std::vector<ExpressionPtr>> ExpandStar(const UnresolvedStar& star, const StarScope& scopes) {
  const NameScope& scope = scopes.For(star);
  Result<std::vector<ExpressionPtr>> list = ChooseColumns(star, scopes);
  if (list.ok() && !star.except().empty()) {
    list = LeaveOut(star, *std::move(list), scope, scope.resolver());
  }
  if (!list.ok()) return AtOrigin(list.status(), star.origin());
  return list;
}

/// Whether a star among the arguments stands for columns: not in operators.
bool TakesStars(const UnresolvedFunction& call) {
  const std::string name = FoldCase(call.name());
  return std::isalpha(static_cast<unsigned char>(name[0])) != 0 && name != "and" && name != "or" &&
         name != "not" && name != "like" && name != "ilike" && name != "rlike" &&
         name != "between" && name != "div";
}

/// Replaces stars among the arguments of a call.
Result<ExpressionPtr> ExpandArguments(const UnresolvedFunction& call, const StarScope& scope) {
  std::vector<ExpressionPtr> arguments = call.arguments();
  const bool is_count = FoldCase(call.name()) == "count" && arguments.size() == 1;
  ExpressionPtr filter = call.has_filter() ? call.children().back() : nullptr;
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& argument : arguments) {
    const auto* star = As<UnresolvedStar>(argument);
    if (star == nullptr) {
      expanded.push_back(argument);
      continue;
    }
    const bool everything =
        star->target().empty() && !star->choice().plan_tag && star->choice().pattern.empty();
    if (is_count && everything && !call.distinct()) {
      // count(*) counts rows, not values.
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
      expanded.push_back(std::move(one));
      continue;
    }
    if (is_count && !call.distinct() && !star->target().empty() &&
        !scope.all.ColumnsOf(star->target()).empty()) {
      return MakeError("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT",
                       {{"tableName", QuoteIdentifier(star->target())}});
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> columns, ExpandStar(*star, scope));
    expanded.insert(expanded.end(), columns.begin(), columns.end());
  }
  return ExpressionPtr(std::make_shared<UnresolvedFunction>(
      call.name(), std::move(expanded), call.distinct(), call.origin(), std::move(filter)));
}

Result<std::vector<ExpressionPtr>> ExpandList(const std::vector<ExpressionPtr>& list,
                                              const StarScope& scope) {
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& item : list) {
    const auto* star = As<UnresolvedStar>(item);
    if (star == nullptr) {
      expanded.push_back(item);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> columns, ExpandStar(*star, scope));
    expanded.insert(expanded.end(), columns.begin(), columns.end());
  }
  return expanded;
}

}  // namespace

Result<PlanPtr> ExpandStars(const PlanPtr& node, Resolver* resolver) {
  const std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasStar)) return node;
  const std::vector<AttributePtr> hidden = HiddenBelow(*node);
  PlanPtr current = ListsFileMetadata(*node) ? WithFileMetadataBelow(node) : node;
  const StarScope scope = MakeScope(*node, *current, hidden, resolver);
  if (const auto* project = As<Project>(current)) {
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> list, ExpandList(project->list(), scope));
    current = std::make_shared<Project>(std::move(list), project->child());
  } else if (const auto* aggregate = As<Aggregate>(current)) {
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> list,
                          ExpandList(aggregate->output_list(), scope));
    current =
        std::make_shared<Aggregate>(aggregate->grouping(), std::move(list), aggregate->child());
  }
  ARROW_ASSIGN_OR_RAISE(
      current, TransformExpressions(current, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* call = As<UnresolvedFunction>(e);
        // One struct is changed, one value is taken apart.
        if (call == nullptr || call->name() == kUpdateFields || call->name() == "[]") {
          return ExpressionPtr();
        }
        const std::vector<ExpressionPtr> arguments = call->arguments();
        const bool any = TakesStars(*call);
        if (std::none_of(arguments.begin(), arguments.end(), [any](const ExpressionPtr& a) {
              return IsStar(*a) && (any || !As<UnresolvedStar>(a)->choice().pattern.empty());
            })) {
          return ExpressionPtr();
        }
        Result<ExpressionPtr> expanded = ExpandArguments(*call, scope);
        if (!expanded.ok()) return AtOrigin(expanded.status(), call->origin());
        return expanded;
      }));
  const std::vector<ExpressionPtr> rest = current->expressions();
  for (const ExpressionPtr& expression : rest) {
    if (!HasStar(expression)) continue;
    return MakeError("INVALID_USAGE_OF_STAR_OR_REGEX",
                     {{"elem", "'*'"}, {"prettyName", "expression " + expression->Sql()}});
  }
  if (hidden.empty()) return current;
  AttributeSet used;
  for (const ExpressionPtr& expression : rest) used.AddReferences(expression);
  AttributeSet wanted;
  for (const AttributePtr& column : hidden) {
    if (used.Contains(column->id())) wanted.Add(column->id());
  }
  return wanted.empty() ? current : RevealColumns(current, wanted);
}

}  // namespace firesteel
