#include "analyzer/name_scope.h"

#include <algorithm>
#include <utility>

#include "analyzer/extract_value.h"
#include "analyzer/resolver.h"
#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

std::vector<AttributePtr> OutputOfChildren(const LogicalPlan& node) {
  std::vector<AttributePtr> columns;
  for (const PlanPtr& child : node.children()) {
    const std::vector<AttributePtr> output = child->output();
    columns.insert(columns.end(), output.begin(), output.end());
  }
  return columns;
}

std::vector<std::string> QualifiedName(const Attribute& column) {
  std::vector<std::string> name = column.qualifier();
  name.push_back(column.name());
  return name;
}

}  // namespace

NameScope::NameScope(std::vector<AttributePtr> columns, const Resolver* resolver)
    : columns_(std::move(columns)), resolver_(resolver) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    by_name_[Key(columns_[i]->name())].push_back(static_cast<int>(i));
  }
}

NameScope NameScope::OfChildren(const LogicalPlan& node, const Resolver* resolver) {
  return NameScope(OutputOfChildren(node), resolver);
}

std::string NameScope::Key(const std::string& name) const {
  return resolver_->case_sensitive() ? name : FoldCase(name);
}

bool NameScope::QualifierMatches(const Attribute& column, const std::vector<std::string>& name,
                                 size_t length) const {
  const std::vector<std::string>& qualifier = column.qualifier();
  if (qualifier.size() < length) return false;
  // `t` stands for `db.t` too: the last parts count.
  return std::equal(qualifier.end() - static_cast<std::ptrdiff_t>(length), qualifier.end(),
                    name.begin(), [this](const std::string& a, const std::string& b) {
                      return SameName(a, b, resolver_->case_sensitive());
                    });
}

std::vector<AttributePtr> NameScope::Candidates(const std::vector<std::string>& name,
                                                size_t column_at) const {
  std::vector<AttributePtr> candidates;
  const auto found = by_name_.find(Key(name[column_at]));
  if (found == by_name_.end()) return candidates;
  for (int index : found->second) {
    const AttributePtr& column = columns_[index];
    // One column that is there twice is not ambiguous.
    const bool known = std::any_of(
        candidates.begin(), candidates.end(),
        [&column](const AttributePtr& other) { return other->id() == column->id(); });
    if (!known && QualifierMatches(*column, name, column_at)) candidates.push_back(column);
  }
  return candidates;
}

Result<ExpressionPtr> NameScope::Find(const std::vector<std::string>& name) const {
  // `a.b.c` may be column c of table a.b, field c of column b of table a, or field b.c of column
  // a: the longest qualifier wins.
  for (size_t qualifier = std::min<size_t>(name.size() - 1, 3) + 1; qualifier-- > 0;) {
    const std::vector<AttributePtr> candidates = Candidates(name, qualifier);
    if (!candidates.empty()) return Take(candidates, name, qualifier);
  }
  return ExpressionPtr();
}

Result<ExpressionPtr> NameScope::Take(const std::vector<AttributePtr>& candidates,
                                      const std::vector<std::string>& name,
                                      size_t column_at) const {
  if (candidates.size() > 1) {
    std::string names;
    for (const AttributePtr& candidate : candidates) {
      if (!names.empty()) names += ", ";
      names += QuoteIdentifier(QualifiedName(*candidate));
    }
    return MakeError("AMBIGUOUS_REFERENCE", {{"name", QuoteIdentifier(name)},
                                             {"referenceNames", "[" + std::move(names) + "]"}});
  }
  const Attribute& column = *candidates[0];
  // The column takes the name as the user wrote it, so that `SELECT model` is called model.
  ExpressionPtr expression =
      std::make_shared<Attribute>(name[column_at], column.type(), column.nullable(), column.id(),
                                  column.qualifier(), column.metadata());
  for (size_t i = column_at + 1; i < name.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr field, Literal::Make(name[i], TypeId::kString));
    ARROW_ASSIGN_OR_RAISE(expression, ExtractValue(expression, field, *resolver_));
  }
  return expression;
}

std::vector<AttributePtr> NameScope::ColumnsOf(const std::vector<std::string>& target) const {
  std::vector<AttributePtr> found;
  for (const AttributePtr& column : columns_) {
    if (QualifierMatches(*column, target, target.size())) found.push_back(column);
  }
  return found;
}

Status AtOrigin(const Status& status, const Origin& origin) {
  const ErrorInfo* info = GetErrorInfo(status);
  if (info == nullptr || origin.text == nullptr || info->context.start_offset >= 0) return status;
  if (info->condition == "INTERNAL_ERROR") return status;
  return MakeErrorAt(info->condition, info->parameters, origin.ToContext());
}

}  // namespace firesteel
