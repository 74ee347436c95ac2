#include "analyzer/update_fields.h"

#include <string>
#include <utility>

#include "analyzer/extract_value.h"
#include "analyzer/resolver.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/binding.h"
#include "functions/registry.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

/// A value, or a struct of which fields are changed. Changes are collected before the new struct is
/// made, so that the old one is read once per field however many changes there are.
struct FieldTree {
  ExpressionPtr value;
  bool changed = false;  ///< `fields` take the place of the value's
  std::vector<std::pair<std::string, FieldTree>> fields = {};
};

Status Expand(FieldTree* tree) {
  if (tree->changed) return Status::OK();
  const DataType& type = tree->value->type();
  if (type.id() != TypeId::kStruct) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", Quoted("update_fields(" + tree->value->Sql() + ")")},
                      {"paramIndex", "first"},
                      {"requiredType", Quoted("STRUCT")},
                      {"inputSql", Quoted(tree->value->Sql())},
                      {"inputType", Quoted(type.Sql())}});
  }
  for (size_t i = 0; i < type.fields().size(); ++i) {
    tree->fields.emplace_back(type.fields()[i].name, FieldTree{std::make_shared<GetField>(
                                                         tree->value, static_cast<int>(i))});
  }
  tree->changed = true;
  return Status::OK();
}

/// The field of the name. Errors: FIELD_NOT_FOUND, AMBIGUOUS_REFERENCE_TO_FIELDS.
Result<FieldTree*> FieldOf(FieldTree* tree, const std::string& name, const Resolver& resolver) {
  std::vector<std::string_view> names;
  for (const auto& [field, below] : tree->fields) names.push_back(field);
  ARROW_ASSIGN_OR_RAISE(const int found, FindField(names, name, resolver.case_sensitive()));
  return &tree->fields[found].second;
}

/// Applies one change; `value` is nullptr for a field that goes away.
Status Change(FieldTree* tree, const std::vector<std::string>& path, const ExpressionPtr& value,
              const Resolver& resolver) {
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!tree->changed && tree->value->type().id() != TypeId::kStruct) {
      ARROW_ASSIGN_OR_RAISE(const ExpressionPtr name, Literal::Of(path[i]));
      return ExtractValue(tree->value, name, resolver).status();
    }
    ARROW_RETURN_NOT_OK(Expand(tree));
    ARROW_ASSIGN_OR_RAISE(tree, FieldOf(tree, path[i], resolver));
  }
  ARROW_RETURN_NOT_OK(Expand(tree));
  const auto is_meant = [&](const std::pair<std::string, FieldTree>& field) {
    return SameName(field.first, path.back(), resolver.case_sensitive());
  };
  if (value == nullptr) {
    std::erase_if(tree->fields, is_meant);
    return Status::OK();
  }
  bool replaced = false;
  for (auto& field : tree->fields) {
    if (!is_meant(field)) continue;
    field = {path.back(), FieldTree{value}};
    replaced = true;
  }
  if (!replaced) tree->fields.emplace_back(path.back(), FieldTree{value});
  return Status::OK();
}

Result<ExpressionPtr> Build(const FieldTree& tree, const Resolver& resolver) {
  if (!tree.changed) return tree.value;
  if (tree.fields.empty()) {
    return MakeError("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
                     {{"sqlExpr", Quoted("update_fields(" + tree.value->Sql() + ")")}});
  }
  std::vector<ExpressionPtr> parts;
  for (const auto& [name, field] : tree.fields) {
    ARROW_ASSIGN_OR_RAISE(parts.emplace_back(), Literal::Of(name));
    ARROW_ASSIGN_OR_RAISE(parts.emplace_back(), Build(field, resolver));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr made, BindCall("named_struct", std::move(parts), false,
                                                     nullptr, resolver.settings()));
  if (!tree.value->nullable()) return made;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr missing,
                        BindCall("isnull", {tree.value}, false, nullptr, resolver.settings()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr nothing, Literal::Make(Value(), made->type()));
  return BindConditional({std::move(missing), std::move(nothing), std::move(made)},
                         resolver.settings());
}

}  // namespace

Result<ExpressionPtr> UpdateFields(const std::vector<ExpressionPtr>& arguments,
                                   const Resolver& resolver) {
  if (arguments.empty()) return InternalError("Fields of nothing cannot be changed.");
  FieldTree tree{arguments[0]};
  for (size_t i = 1; i < arguments.size(); ++i) {
    const auto* change = As<Literal>(arguments[i]);
    if (change == nullptr || !change->value().Is<std::string>()) {
      return InternalError("A change of fields has no path: " + arguments[i]->Sql());
    }
    const std::string& text = change->value().Get<std::string>();
    const bool adds = text.front() == '+';
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr path, UnresolvedAttribute::Parse(text.substr(1)));
    if (adds && ++i == arguments.size()) return InternalError("A field has no value: " + text);
    ARROW_RETURN_NOT_OK(Change(&tree, As<UnresolvedAttribute>(path)->parts(),
                               adds ? arguments[i] : ExpressionPtr(), resolver));
  }
  return Build(tree, resolver);
}

}  // namespace firesteel
