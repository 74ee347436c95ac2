#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "firesteel/connector/table.h"
#include "plan/operators.h"
#include "plan/relations.h"

// Short ways to write plans and expressions, for the tests of this folder and those above it.
namespace firesteel::test {

/// A table without rows.
class FakeTable final : public Table {
 public:
  FakeTable(std::string name, Schema schema, unsigned capabilities = kBatchRead | kMicroBatchRead)
      : name_(std::move(name)), schema_(std::move(schema)), capabilities_(capabilities) {}
  std::string Name() const override { return name_; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return capabilities_; }

 private:
  std::string name_;
  Schema schema_;
  unsigned capabilities_;
};

inline std::shared_ptr<Table> MakeTable(std::string name, std::string_view ddl) {
  return std::make_shared<FakeTable>(std::move(name), Schema::FromDdl(ddl).ValueOrDie());
}
inline PlanPtr Scan(std::string_view ddl, bool streaming = false) {
  return TableScan::Make(MakeTable("t", ddl), streaming);
}

inline ExpressionPtr Name(std::string_view name) {
  return UnresolvedAttribute::Parse(name).ValueOrDie();
}
inline ExpressionPtr Int(int32_t value) { return Literal::Of(value).ValueOrDie(); }
inline ExpressionPtr Text(const std::string& value) { return Literal::Of(value).ValueOrDie(); }
inline ExpressionPtr Bool(bool value) { return Literal::Of(value).ValueOrDie(); }
inline ExpressionPtr Star(std::vector<std::string> target = {}) {
  return std::make_shared<UnresolvedStar>(std::move(target));
}
inline ExpressionPtr As(ExpressionPtr child, std::string name) {
  return std::make_shared<Alias>(std::move(child), std::move(name));
}
template <typename... Arguments>
ExpressionPtr Call(std::string name, Arguments... arguments) {
  return std::make_shared<UnresolvedFunction>(std::move(name),
                                              std::vector<ExpressionPtr>{std::move(arguments)...});
}
template <typename... Items>
PlanPtr Select(PlanPtr child, Items... items) {
  return std::make_shared<Project>(std::vector<ExpressionPtr>{std::move(items)...},
                                   std::move(child));
}
inline PlanPtr Where(PlanPtr child, ExpressionPtr condition) {
  return std::make_shared<Filter>(std::move(condition), std::move(child));
}
inline PlanPtr GroupBy(PlanPtr child, std::vector<ExpressionPtr> grouping,
                       std::vector<ExpressionPtr> list) {
  return std::make_shared<Aggregate>(std::move(grouping), std::move(list), std::move(child));
}
inline PlanPtr UnionOf(std::vector<PlanPtr> children, bool by_name = false,
                       bool allow_missing_columns = false) {
  return std::make_shared<Union>(std::move(children), by_name, allow_missing_columns);
}
inline PlanPtr OrderBy(PlanPtr child, ExpressionPtr expression) {
  return std::make_shared<Sort>(
      std::vector<ExpressionPtr>{std::make_shared<SortOrder>(std::move(expression), true, true)},
      std::move(child));
}
inline PlanPtr Take(PlanPtr child, int64_t count) {
  return std::make_shared<Limit>(count, std::move(child));
}
inline PlanPtr Named(PlanPtr child, std::string name) {
  return std::make_shared<SubqueryAlias>(std::move(name), std::move(child));
}

/// Numbers the ids of a tree's text from #0 on, in the order in which they appear.
inline std::string NormalizeIds(const std::string& text) {
  std::map<std::string, size_t> known;
  std::string normalized;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '#') {
      normalized += text[i++];
      continue;
    }
    size_t end = i + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const auto [found, added] = known.emplace(text.substr(i, end - i), known.size());
    normalized += "#" + std::to_string(found->second);
    i = end;
  }
  return normalized;
}

}  // namespace firesteel::test
