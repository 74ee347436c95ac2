#include "plan/table_commands.h"

#include "plan/identifier.h"

namespace firesteel {

namespace {

std::vector<PlanPtr> QueryOrNone(PlanPtr query) {
  if (query == nullptr) return {};
  return {std::move(query)};
}

}  // namespace

CreateTable::CreateTable(Definition definition, PlanPtr query)
    : Command(kKind, QueryOrNone(std::move(query))), definition_(std::move(definition)) {}

PlanPtr CreateTable::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<CreateTable>(definition_,
                                       children.empty() ? nullptr : std::move(children[0]));
}

std::string CreateTable::Describe() const {
  return "CreateTable " + QuoteIdentifier(definition_.name);
}

InsertInto::InsertInto(Target target, PlanPtr query)
    : Command(kKind, {std::move(query)}), target_(std::move(target)) {}

PlanPtr InsertInto::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<InsertInto>(target_, std::move(children[0]));
}

std::string InsertInto::Describe() const {
  return (target_.overwrite ? "InsertOverwrite " : "InsertInto ") + QuoteIdentifier(target_.name);
}

ChangeDatabase::ChangeDatabase(Change change) : Command(kKind, {}), change_(std::move(change)) {}

PlanPtr ChangeDatabase::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<ChangeDatabase>(change_);
}

std::string ChangeDatabase::Describe() const {
  return (change_.drop ? "DropDatabase " : "CreateDatabase ") + QuoteIdentifier(change_.name);
}

ChangeTable::ChangeTable(Change change, std::vector<PlanPtr> queries)
    : Command(kKind, std::move(queries)), change_(std::move(change)) {}

PlanPtr ChangeTable::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<ChangeTable>(change_, std::move(children));
}

std::string ChangeTable::Describe() const {
  constexpr std::string_view kNames[] = {"TruncateTable",   "AnalyzeTable",       "RepairTable",
                                         "ShowCreateTable", "ShowPartitions",     "AddColumns",
                                         "RenameTable",     "SetTableProperties", "SetDefault",
                                         "DropDefault",     "Refused"};
  static_assert(std::size(kNames) == static_cast<size_t>(Action::kRefused) + 1);
  return std::string(kNames[static_cast<size_t>(change_.action)]) + " " +
         QuoteIdentifier(change_.name);
}

}  // namespace firesteel
