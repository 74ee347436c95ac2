#include <optional>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "common/env.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

namespace {

Result<PlanPtr> MakeScan(const UnresolvedDataSource& source, const AnalysisContext& context) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<TableProvider> provider,
                        context.catalog->registry().Find(source.format()));
  const bool streaming = source.is_streaming();
  ARROW_ASSIGN_OR_RAISE(Schema schema,
                        provider->ResolveSchema(source.user_schema(), source.options(), streaming,
                                                context.connectors));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<Table> table,
                        provider->GetTable(schema, source.options(), context.connectors));
  if (streaming && (table->capabilities() & Table::kMicroBatchRead) == 0) {
    return MakeError("_LEGACY_ERROR_TEMP_2049",
                     {{"className", source.format()}, {"operator", "reading"}});
  }
  if (!streaming && (table->capabilities() & Table::kBatchRead) == 0) {
    return MakeError("_LEGACY_ERROR_TEMP_1135", {{"className", source.format()}});
  }
  return PlanPtr(TableScan::Make(std::move(table), streaming));
}

/// `format.`path``: files read without a view.
bool NamesFiles(const UnresolvedTable& table, const AnalysisContext& context) {
  return table.name().size() == 2 && table.name()[1].find('/') != std::string::npos &&
         context.catalog->registry().Find(table.name()[0]).ok();
}

/// A view over one table, maybe with other names for its columns, read as a stream instead of as it
/// is now; nullptr for any other view.
PlanPtr AsStream(const PlanPtr& view) {
  if (const auto* scan = As<TableScan>(view)) {
    if ((scan->table()->capabilities() & Table::kMicroBatchRead) == 0) return nullptr;
    return std::make_shared<TableScan>(scan->table(), scan->output(), /*streaming=*/true);
  }
  if (As<Project>(view) == nullptr && As<SubqueryAlias>(view) == nullptr) return nullptr;
  const PlanPtr child = AsStream(view->child(0));
  return child == nullptr ? nullptr : view->WithNewChildren({child});
}

/// A table whose directory somebody has removed is empty, it is no error; nullptr for all others.
Result<PlanPtr> WithoutFiles(const std::vector<std::string>& name,
                             const AnalysisContext& context) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table, context.catalog->FindTable(name));
  if (!table || table->is_view()) return PlanPtr();
  ARROW_ASSIGN_OR_RAISE(const bool exists, context.connectors.env->Exists(table->location));
  if (exists) return PlanPtr();
  return PlanPtr(LocalRelation::Make(table->ReadSchema(), {}));
}

/// The catalog and the database of a table or shared view; nothing for temporary views.
Result<std::vector<std::string>> PlaceOf(const std::vector<std::string>& name,
                                         const AnalysisContext& context) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table, context.catalog->FindTable(name));
  if (!table) return std::vector<std::string>();
  return TableName{FoldCase(table->database), table->name}.Place();
}

Result<PlanPtr> FindTable(const UnresolvedTable& table, Resolver* resolver) {
  const std::vector<std::string>& name = table.name();
  if (name.empty()) return MakeError("PARSE_EMPTY_STATEMENT");
  if (name.size() == 1) {
    if (const PlanPtr common = resolver->FindCommonTable(name[0])) {
      return PlanPtr(std::make_shared<SubqueryAlias>(name[0], common));
    }
  }
  if (NamesFiles(table, resolver->context())) {
    Options options;
    options.Set("path", name[1]);
    return PlanPtr(std::make_shared<UnresolvedDataSource>(name[0], std::nullopt,
                                                          std::move(options),
                                                          table.is_streaming()));
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> place, PlaceOf(name, resolver->context()));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr empty, WithoutFiles(name, resolver->context()));
  if (empty != nullptr) {
    return PlanPtr(std::make_shared<SubqueryAlias>(name.back(), empty, std::move(place)));
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, resolver->ResolveView(name));
  if (table.is_streaming() && !plan->is_streaming()) {
    plan = AsStream(plan);
    if (plan == nullptr) {
      return MakeError("_LEGACY_ERROR_TEMP_1008", {{"quoted", QuoteIdentifier(name)}});
    }
  }
  return PlanPtr(
      std::make_shared<SubqueryAlias>(name.back(), std::move(plan), std::move(place)));
}

}  // namespace

Result<PlanPtr> ResolveRelations(const PlanPtr& node, Resolver* resolver) {
  if (const auto* source = As<UnresolvedDataSource>(node)) {
    return MakeScan(*source, resolver->context());
  }
  if (const auto* table = As<UnresolvedTable>(node)) {
    Result<PlanPtr> found = FindTable(*table, resolver);
    return found.ok() ? found : AtOrigin(found.status(), table->origin());
  }
  return node;
}

}  // namespace firesteel
