#include "plan/variable_commands.h"

#include "plan/identifier.h"

namespace firesteel {

namespace {

std::string NamesText(const std::vector<std::vector<std::string>>& names) {
  std::string text;
  for (const std::vector<std::string>& name : names) {
    text += (text.empty() ? " " : ", ") + QuoteIdentifier(name);
  }
  return text;
}

}  // namespace

DeclareVariable::DeclareVariable(Definition definition, PlanPtr value)
    : Command(kKind, {std::move(value)}), definition_(std::move(definition)) {}

PlanPtr DeclareVariable::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<DeclareVariable>(definition_, std::move(children[0]));
}

std::string DeclareVariable::Describe() const {
  std::string text = "DeclareVariable" + NamesText(definition_.names);
  if (definition_.type) text += ", " + definition_.type->SimpleString();
  if (!definition_.default_text.empty()) text += ", default " + definition_.default_text;
  return text + (definition_.replace ? ", replace" : "");
}

SetVariable::SetVariable(std::vector<std::vector<std::string>> targets, PlanPtr query)
    : Command(kKind, {std::move(query)}), targets_(std::move(targets)) {}

PlanPtr SetVariable::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<SetVariable>(targets_, std::move(children[0]));
}

std::string SetVariable::Describe() const { return "SetVariable" + NamesText(targets_); }

DropVariable::DropVariable(std::vector<std::string> name, bool if_exists)
    : Command(kKind, {}), name_(std::move(name)), if_exists_(if_exists) {}

PlanPtr DropVariable::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<DropVariable>(name_, if_exists_);
}

std::string DropVariable::Describe() const {
  return "DropVariable " + QuoteIdentifier(name_) + (if_exists_ ? ", if exists" : "");
}

ExecuteImmediate::ExecuteImmediate(Definition definition, PlanPtr values)
    : Command(kKind, {std::move(values)}), definition_(std::move(definition)) {}

PlanPtr ExecuteImmediate::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<ExecuteImmediate>(definition_, std::move(children[0]));
}

std::string ExecuteImmediate::Describe() const {
  std::string text = "ExecuteImmediate";
  if (!definition_.targets.empty()) text += ", into" + NamesText(definition_.targets);
  if (!definition_.names.empty()) {
    text += ", " + std::to_string(definition_.names.size()) + " values";
  }
  return text;
}

}  // namespace firesteel
