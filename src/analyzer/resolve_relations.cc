#include <utility>

#include "analyzer/rules.h"
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

Result<PlanPtr> FindTable(const UnresolvedTable& table, Resolver* resolver) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, resolver->ResolveView(table.name()));
  if (table.is_streaming() && !plan->is_streaming()) {
    return MakeError("_LEGACY_ERROR_TEMP_1008", {{"quoted", QuoteIdentifier(table.name())}});
  }
  return PlanPtr(std::make_shared<SubqueryAlias>(table.name().back(), std::move(plan)));
}

}  // namespace

Result<PlanPtr> ResolveRelations(const PlanPtr& node, Resolver* resolver) {
  if (const auto* source = As<UnresolvedDataSource>(node)) {
    return MakeScan(*source, resolver->context());
  }
  if (const auto* table = As<UnresolvedTable>(node)) return FindTable(*table, resolver);
  return node;
}

}  // namespace firesteel
