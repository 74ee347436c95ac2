#include "catalog/catalog.h"

#include <utility>

#include "common/error.h"
#include "expr/unresolved.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

constexpr char kSearchPath[] =
    "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";

}  // namespace

Status Catalog::CreateTempView(const std::string& name, PlanPtr plan, bool replace) {
  // The name is SQL: a dot in it separates parts unless it stands in backticks.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr parsed, UnresolvedAttribute::Parse(name));
  const std::vector<std::string>& parts = As<UnresolvedAttribute>(parsed)->parts();
  if (parts.size() > 1) {
    return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", name}});
  }
  std::string key = FoldCase(parts[0]);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!replace && views_.count(key) > 0) {
    return MakeError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteIdentifier(parts)}});
  }
  views_.insert_or_assign(std::move(key), std::move(plan));
  return Status::OK();
}

bool Catalog::DropTempView(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return views_.erase(FoldCase(name)) > 0;
}

Result<PlanPtr> Catalog::Lookup(const std::vector<std::string>& name) const {
  if (name.size() == 1) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = views_.find(FoldCase(name[0]));
    if (found != views_.end()) return found->second;
  }
  return MakeError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", QuoteIdentifier(name)}, {"searchPath", kSearchPath}});
}

std::vector<std::string> Catalog::TempViewNames() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> names;
  names.reserve(views_.size());
  for (const auto& [name, plan] : views_) names.push_back(name);
  return names;
}

}  // namespace firesteel
