#include <algorithm>
#include <unordered_map>
#include <utility>

#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/attribute_set.h"
#include "plan/deduplicate.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// The form in which names are compared.
std::string Key(const std::string& name, const Resolver& resolver) {
  return resolver.case_sensitive() ? name : FoldCase(name);
}

PlanPtr Drop(const DropColumns& drop, const Resolver& resolver) {
  std::unordered_map<std::string, bool> dropped;
  for (const std::string& name : drop.names()) dropped.emplace(Key(name, resolver), true);
  std::vector<ExpressionPtr> kept;
  for (const AttributePtr& column : drop.child()->output()) {
    if (dropped.count(Key(column->name(), resolver)) == 0) kept.push_back(column);
  }
  return std::make_shared<Project>(std::move(kept), drop.child());
}

Result<PlanPtr> Change(const WithColumns& change, const Resolver& resolver) {
  std::unordered_map<std::string, size_t> by_name;
  for (size_t i = 0; i < change.names().size(); ++i) {
    std::string key = Key(change.names()[i], resolver);
    if (!by_name.emplace(key, i).second) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteIdentifier(key)}});
    }
  }
  const auto value = [&change](size_t i) {
    return std::make_shared<Alias>(change.values()[i], change.names()[i]);
  };
  // A value replaces every column of its name; what replaces none comes last.
  std::vector<ExpressionPtr> list;
  std::vector<bool> used(change.names().size(), false);
  for (const AttributePtr& column : change.child()->output()) {
    const auto found = by_name.find(Key(column->name(), resolver));
    if (found == by_name.end()) {
      list.push_back(column);
    } else {
      used[found->second] = true;
      list.push_back(value(found->second));
    }
  }
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) list.push_back(value(i));
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), change.child()));
}

PlanPtr RenameAll(const WithColumnsRenamed& renamed, const Resolver& resolver) {
  std::vector<ExpressionPtr> list;
  for (const AttributePtr& column : renamed.child()->output()) {
    std::string name = column->name();
    bool changed = false;
    for (const auto& [old_name, new_name] : renamed.names()) {
      if (!SameName(name, old_name, resolver.case_sensitive())) continue;
      name = new_name;
      changed = true;
    }
    list.push_back(changed ? std::make_shared<Alias>(column, name) : ExpressionPtr(column));
  }
  return std::make_shared<Project>(std::move(list), renamed.child());
}

/// A name may mean several columns: each of them is a key.
Result<PlanPtr> FindKeys(const Deduplicate& deduplicate, const Resolver& resolver) {
  const std::vector<AttributePtr> columns = deduplicate.child()->output();
  std::vector<ExpressionPtr> keys;
  AttributeSet known;
  const auto add = [&](const AttributePtr& column) {
    if (known.Contains(column->id())) return;
    known.Add(column->id());
    keys.push_back(column);
  };
  if (!deduplicate.names()) {
    for (const AttributePtr& column : columns) add(column);
  } else {
    for (const std::string& name : *deduplicate.names()) {
      bool found = false;
      for (const AttributePtr& column : columns) {
        if (Key(column->name(), resolver) != Key(name, resolver)) continue;
        add(column);
        found = true;
      }
      if (found) continue;
      std::string given;
      for (const AttributePtr& column : columns) {
        given += (given.empty() ? "" : ", ") + column->name();
      }
      return MakeError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                       {{"colName", name}, {"fieldNames", std::move(given)}});
    }
  }
  return PlanPtr(std::make_shared<Deduplicate>(std::move(keys), deduplicate.within_watermark(),
                                               deduplicate.child()));
}

}  // namespace

Result<PlanPtr> ExpandColumnChanges(const PlanPtr& node, Resolver* resolver) {
  if (const auto* drop = As<DropColumns>(node)) return Drop(*drop, *resolver);
  if (const auto* change = As<WithColumns>(node)) return Change(*change, *resolver);
  if (const auto* renamed = As<WithColumnsRenamed>(node)) return RenameAll(*renamed, *resolver);
  if (const auto* deduplicate = As<Deduplicate>(node); deduplicate && !deduplicate->has_keys()) {
    return FindKeys(*deduplicate, *resolver);
  }
  return node;
}

}  // namespace firesteel
