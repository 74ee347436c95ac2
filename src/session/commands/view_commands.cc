#include <set>
#include <utility>

#include "common/error.h"
#include "common/json_text.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "session/commands/families.h"
#include "session/plan_cache.h"

namespace firesteel {

namespace {

std::string Names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The name of the view without `global_temp`. Errors: TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS.
Result<std::string> ViewName(const CreateView::Definition& definition) {
  const std::vector<std::string>& name = definition.name;
  if (name.size() == 1) return name[0];
  if (definition.global && name.size() == 2 && FoldCase(name[0]) == "global_temp") return name[1];
  return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", QuoteIdentifier(name)}});
}

/// The query with the names and comments that the definition gives its columns.
Result<PlanPtr> NameColumns(const CreateView::Definition& definition, const PlanPtr& query) {
  if (definition.columns.empty()) return query;
  const std::vector<AttributePtr> columns = query->output();
  if (columns.size() != definition.columns.size()) {
    std::vector<std::string> wanted;
    for (const auto& [name, comment] : definition.columns) wanted.push_back(QuoteIdentifier(name));
    std::vector<std::string> given;
    for (const AttributePtr& column : columns) given.push_back(QuoteIdentifier(column->name()));
    return MakeError(columns.size() < wanted.size()
                         ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"
                         : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
                     {{"viewName", QuoteIdentifier(definition.name)},
                      {"viewColumns", Names(wanted)},
                      {"dataColumns", Names(given)}});
  }
  std::vector<ExpressionPtr> list;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& [name, comment] = definition.columns[i];
    std::string metadata;
    if (comment) {
      metadata = "{\"comment\":";
      AppendJsonString(*comment, &metadata);
      metadata += "}";
    }
    list.push_back(std::make_shared<Alias>(columns[i], name, NewExprId(), std::move(metadata)));
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), query));
}

/// USING with the option `streaming` makes a streaming view: the only way for sources that cannot be
/// read in any other way.
Result<PlanPtr> AsStreamIfAsked(const PlanPtr& query) {
  const auto* source = As<UnresolvedDataSource>(query);
  if (source == nullptr) return query;
  ARROW_ASSIGN_OR_RAISE(const bool streaming, source->options().GetBool("streaming", false));
  if (!streaming) return query;
  return PlanPtr(std::make_shared<UnresolvedDataSource>(source->format(), source->user_schema(),
                                                        source->options(), true));
}

Status CheckDistinctNames(const PlanPtr& query) {
  std::set<std::string> known;
  for (const AttributePtr& column : query->output()) {
    if (known.insert(FoldCase(column->name())).second) continue;
    return MakeError("COLUMN_ALREADY_EXISTS",
                     {{"columnName", QuoteIdentifier(FoldCase(column->name()))}});
  }
  return Status::OK();
}

}  // namespace

Result<QueryResult> RunCreateView(const CreateView& command, const CommandContext& context) {
  const CreateView::Definition& definition = command.definition();
  if (definition.if_not_exists) return MakeError("_LEGACY_ERROR_TEMP_0053");
  ARROW_ASSIGN_OR_RAISE(const std::string name, ViewName(definition));
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, AsStreamIfAsked(command.child()));
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query));
  ARROW_ASSIGN_OR_RAISE(query, NameColumns(definition, query));
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query));
  ARROW_RETURN_NOT_OK(CheckDistinctNames(query));
  ARROW_RETURN_NOT_OK(context.catalog->CreateView(
      name, StoredView{query, definition.text, definition.comment}, definition.global,
      definition.replace));
  return NoResult();
}

Result<QueryResult> RunDropRelation(const DropRelation& command, const CommandContext& context) {
  const Result<PlanPtr> plan = context.catalog->Lookup(command.name());
  if (!context.catalog->DropView(command.name())) {
    if (command.if_exists()) return NoResult();
    return TableNotFound(command.name());
  }
  if (plan.ok()) context.cache->Remove(*plan);
  return NoResult();
}

}  // namespace firesteel
