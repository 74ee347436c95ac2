#include "analyzer/extract_value.h"

#include <utility>

#include "analyzer/array_field.h"
#include "analyzer/resolver.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/registry.h"
#include "plan/identifier.h"

namespace firesteel {

Result<int> FindField(const std::vector<std::string_view>& fields, const std::string& name,
                      bool case_sensitive) {
  int found = -1;
  int count = 0;
  std::string names;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string field(fields[i]);
    names += (names.empty() ? "" : ", ") + QuoteIdentifier(field);
    if (!SameName(field, name, case_sensitive)) continue;
    found = static_cast<int>(i);
    ++count;
  }
  if (count == 1) return found;
  if (count == 0) {
    return MakeError("FIELD_NOT_FOUND",
                     {{"fieldName", QuoteIdentifier(name)}, {"fields", std::move(names)}});
  }
  return MakeError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                   {{"field", QuoteIdentifier(name)}, {"count", std::to_string(count)}});
}

Result<ExpressionPtr> ExtractValue(const ExpressionPtr& base, const ExpressionPtr& key,
                                   const Resolver& resolver) {
  const DataType& type = base->type();
  const bool array_of_structs =
      type.id() == TypeId::kArray && type.element_type().id() == TypeId::kStruct;
  const auto* literal = As<Literal>(key);
  const bool names_field = literal != nullptr && literal->value().Is<std::string>();
  if (type.id() == TypeId::kStruct || (array_of_structs && names_field)) {
    if (!names_field) {
      return MakeError("INVALID_EXTRACT_FIELD_TYPE", {{"extraction", Quoted(key->Sql())}});
    }
    std::vector<std::string_view> names;
    for (const StructField& field : (array_of_structs ? type.element_type() : type).fields()) {
      names.push_back(field.name);
    }
    ARROW_ASSIGN_OR_RAISE(int ordinal, FindField(names, literal->value().Get<std::string>(),
                                                 resolver.case_sensitive()));
    if (array_of_structs) return ArrayField(base, ordinal);
    return ExpressionPtr(std::make_shared<GetField>(base, ordinal));
  }
  if (type.id() == TypeId::kArray || type.id() == TypeId::kMap) {
    return BindCall("[]", {base, key}, false, nullptr, resolver.settings());
  }
  return MakeError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                   {{"base", Quoted(base->Sql())}, {"other", Quoted(type.Sql())}});
}

}  // namespace firesteel
