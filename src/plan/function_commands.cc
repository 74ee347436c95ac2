#include "plan/function_commands.h"

#include <utility>

#include "plan/identifier.h"

namespace firesteel {

CreateFunction::CreateFunction(Definition definition, PlanPtr body)
    : Command(kKind, {std::move(body)}), definition_(std::move(definition)) {}

PlanPtr CreateFunction::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<CreateFunction>(definition_, std::move(children[0]));
}

std::string CreateFunction::Describe() const {
  std::string text = "CreateFunction " + QuoteIdentifier(definition_.name) + "(";
  const SqlFunction& function = definition_.function;
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    const SqlFunction::Parameter& parameter = function.parameters[i];
    text += (i == 0 ? "" : ", ") + parameter.name + " " + parameter.type.SimpleString();
    if (parameter.default_value != nullptr) text += " default " + parameter.default_text;
  }
  text += ")";
  if (function.table) text += ", table";
  if (function.returns) text += ", returns " + function.returns->SimpleString();
  return text + (definition_.replace ? ", replace" : "");
}

DropFunction::DropFunction(std::vector<std::string> name, bool temporary, bool if_exists)
    : Command(kKind, {}),
      name_(std::move(name)),
      temporary_(temporary),
      if_exists_(if_exists) {}

PlanPtr DropFunction::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<DropFunction>(name_, temporary_, if_exists_);
}

std::string DropFunction::Describe() const {
  return "DropFunction " + QuoteIdentifier(name_) + (temporary_ ? ", temporary" : "") +
         (if_exists_ ? ", if exists" : "");
}

}  // namespace firesteel
