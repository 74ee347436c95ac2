#include <utility>

#include "common/error.h"
#include "plan/relations.h"
#include "session/commands/families.h"
#include "session/plan_cache.h"

namespace firesteel {

namespace {

/// `CACHE TABLE name AS query` names the query first.
Status DefineView(const CacheTable& command, const CommandContext& context) {
  if (command.children().empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, context.backend->AnalyzePlan(command.child()));
  return context.catalog->CreateView(command.name().back(),
                                     StoredView{std::move(query), "", std::nullopt}, false, false);
}

/// What the name stands for, analyzed.
Result<PlanPtr> Named(const CacheTable& command, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan,
                        context.backend->AnalyzePlan(
                            std::make_shared<UnresolvedTable>(command.name(), false)));
  return plan->kind() == PlanKind::kSubqueryAlias ? plan->child() : plan;
}

Result<QueryResult> Cache(const CacheTable& command, const CommandContext& context) {
  ARROW_RETURN_NOT_OK(DefineView(command, context));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, Named(command, context));
  context.cache->Add(plan);
  if (command.lazy()) return NoResult();
  // Running it fills the cache.
  ARROW_RETURN_NOT_OK(context.backend->ExecutePlan(plan).status());
  return NoResult();
}

}  // namespace

Result<QueryResult> RunCacheTable(const CacheTable& command, const CommandContext& context) {
  switch (command.action()) {
    case CacheTable::Action::kCache: return Cache(command, context);
    case CacheTable::Action::kClear: context.cache->Clear(); return NoResult();
    case CacheTable::Action::kUncache:
    case CacheTable::Action::kRefresh: break;
  }
  const Result<PlanPtr> plan = Named(command, context);
  if (!plan.ok()) {
    if (command.if_exists()) return NoResult();
    return plan.status();
  }
  if (command.action() == CacheTable::Action::kUncache) {
    context.cache->Remove(*plan);
  } else {
    context.cache->Refresh(*plan);
  }
  return NoResult();
}

}  // namespace firesteel
