#include <set>
#include <utility>

#include "analyzer/analyzer.h"
#include "common/env.h"
#include "common/error.h"
#include "common/json_text.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"
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

/// Drops a table or shared view, a managed table with its files.
Result<QueryResult> DropStored(const DropRelation& command, const StoredTable& table,
                               const CommandContext& context) {
  if (command.view() && !table.is_view()) {
    return MakeError("WRONG_COMMAND_FOR_OBJECT_TYPE",
                     {{"operation", "DROP VIEW"},
                      {"requiredType", "VIEW"},
                      {"objectName", "spark_catalog." + table.database + "." + table.name},
                      {"foundType", std::string(TableKind(table))},
                      {"alternative", "Use DROP TABLE instead."}});
  }
  const Result<PlanPtr> plan = context.backend->AnalyzePlan(
      std::make_shared<UnresolvedTable>(command.name(), false));
  if (plan.ok()) {
    context.cache->Remove(*plan);
    if ((*plan)->kind() == PlanKind::kSubqueryAlias) context.cache->Remove((*plan)->child());
  }
  if (!table.is_view() && !table.external) {
    ARROW_RETURN_NOT_OK(context.env->RemoveAll(table.location));
  }
  context.catalog->tables().Remove(table.database, table.name);
  return NoResult();
}

/// Errors: a view that all sessions see uses what only this one has.
Status CheckOutlives(const SessionObjects& used, const TableName& view) {
  if (used.empty()) return Status::OK();
  const bool variable = !used.variables.empty();
  const std::string& name = variable ? used.variables[0] : used.functions[0];
  return MakeError("INVALID_TEMP_OBJ_REFERENCE", {{"obj", "VIEW"},
                                                  {"objName", view.Quoted()},
                                                  {"tempObj", variable ? "VARIABLE" : "FUNCTION"},
                                                  {"tempObjName", QuoteIdentifier(name)}});
}

/// The query of a temporary view that uses variables or functions of the session: it stays as it
/// was parsed, so that it means their values of the day, under the names that it has today.
PlanPtr AsParsed(const PlanPtr& parsed, const PlanPtr& analyzed) {
  std::vector<std::string> names;
  for (const AttributePtr& column : analyzed->output()) names.push_back(column->name());
  return std::make_shared<ColumnAliases>(std::move(names), parsed);
}

/// A view that all sessions see. Its query is kept as it was parsed.
Result<QueryResult> CreateStoredView(const CreateView& command, const CommandContext& context) {
  const CreateView::Definition& definition = command.definition();
  ARROW_ASSIGN_OR_RAISE(const TableName name, context.catalog->FullName(definition.name));
  ARROW_RETURN_NOT_OK(context.catalog->FindDatabase({name.database}).status());
  const std::optional<StoredTable> old = context.catalog->tables().Find(name.database, name.name);
  if (old && definition.if_not_exists) return NoResult();
  if (old && (!definition.replace || !old->is_view())) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name.Quoted()}});
  }
  SessionObjects used;
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, context.backend->AnalyzePlan(command.child(), &used));
  ARROW_RETURN_NOT_OK(CheckOutlives(used, name));
  ARROW_ASSIGN_OR_RAISE(query, NameColumns(definition, query));
  ARROW_RETURN_NOT_OK(CheckDistinctNames(query));
  StoredTable view;
  view.database = name.database;
  view.name = name.name;
  view.schema = query->schema();
  view.comment = definition.comment;
  view.view_text = definition.text;
  view.view = command.child();
  if (!definition.columns.empty()) {
    std::vector<std::string> names;
    for (const auto& [column, comment] : definition.columns) names.push_back(column);
    view.view = std::make_shared<ColumnAliases>(std::move(names), view.view);
  }
  context.catalog->tables().Put(std::move(view), true);
  return NoResult();
}

}  // namespace

Result<QueryResult> RunCreateView(const CreateView& command, const CommandContext& context) {
  const CreateView::Definition& definition = command.definition();
  if (!definition.temporary && !definition.alter) return CreateStoredView(command, context);
  if (definition.alter) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> stored,
                          context.catalog->FindTable(definition.name));
    if (stored) return CreateStoredView(command, context);
  }
  if (definition.if_not_exists) return MakeError("_LEGACY_ERROR_TEMP_0053");
  ARROW_ASSIGN_OR_RAISE(const std::string name, ViewName(definition));
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, AsStreamIfAsked(command.child()));
  SessionObjects used;
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query, &used));
  ARROW_ASSIGN_OR_RAISE(query, NameColumns(definition, query));
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query));
  ARROW_RETURN_NOT_OK(CheckDistinctNames(query));
  if (!used.empty()) query = AsParsed(command.child(), query);
  ARROW_RETURN_NOT_OK(context.catalog->CreateView(
      name, StoredView{query, definition.text, definition.comment}, definition.global,
      definition.replace));
  return NoResult();
}

Result<QueryResult> RunDropRelation(const DropRelation& command, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        context.catalog->FindTable(command.name()));
  if (table) return DropStored(command, *table, context);
  Result<PlanPtr> plan = context.catalog->Lookup(command.name());
  if (plan.ok()) plan = context.backend->AnalyzePlan(*plan);
  if (!context.catalog->DropView(command.name())) {
    if (command.if_exists()) return NoResult();
    return TableNotFound(command.name());
  }
  if (plan.ok()) context.cache->Remove(*plan);
  return NoResult();
}

}  // namespace firesteel
