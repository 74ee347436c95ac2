#include "plan/commands.h"

#include <string_view>
#include <utility>

#include "plan/describe.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

std::vector<PlanPtr> OneOrNone(PlanPtr plan) {
  if (plan == nullptr) return {};
  return {std::move(plan)};
}

/// The child of a command that may have none.
PlanPtr FirstOrNull(std::vector<PlanPtr> children) {
  return children.empty() ? nullptr : std::move(children[0]);
}

std::string_view ToString(Show::What what) {
  switch (what) {
    case Show::What::kTables: return "Tables";
    case Show::What::kViews: return "Views";
    case Show::What::kDatabases: return "Databases";
    case Show::What::kColumns: return "Columns";
    case Show::What::kFunctions: return "Functions";
    case Show::What::kCatalogs: return "Catalogs";
    case Show::What::kTableProperties: return "TableProperties";
    case Show::What::kCurrentDatabase: return "CurrentDatabase";
  }
  return "";
}

std::string_view ToString(DescribeRelation::What what) {
  switch (what) {
    case DescribeRelation::What::kTable: return "Table";
    case DescribeRelation::What::kQuery: return "Query";
    case DescribeRelation::What::kFunction: return "Function";
    case DescribeRelation::What::kDatabase: return "Database";
  }
  return "";
}

std::string_view ToString(Explain::Mode mode) {
  switch (mode) {
    case Explain::Mode::kSimple: return "Simple";
    case Explain::Mode::kExtended: return "Extended";
    case Explain::Mode::kCodegen: return "Codegen";
    case Explain::Mode::kCost: return "Cost";
    case Explain::Mode::kFormatted: return "Formatted";
  }
  return "";
}

std::string_view ToString(SetConfiguration::Action action) {
  switch (action) {
    case SetConfiguration::Action::kShowAll: return "ShowAll";
    case SetConfiguration::Action::kShowOne: return "ShowOne";
    case SetConfiguration::Action::kSet: return "Set";
    case SetConfiguration::Action::kReset: return "Reset";
    case SetConfiguration::Action::kResetAll: return "ResetAll";
  }
  return "";
}

std::string_view ToString(CacheTable::Action action) {
  switch (action) {
    case CacheTable::Action::kCache: return "CacheTable";
    case CacheTable::Action::kUncache: return "UncacheTable";
    case CacheTable::Action::kClear: return "ClearCache";
    case CacheTable::Action::kRefresh: return "RefreshTable";
  }
  return "";
}

/// ` name`, or nothing where there is none.
std::string NameText(const std::vector<std::string>& name) {
  return name.empty() ? "" : " " + QuoteIdentifier(name);
}

}  // namespace

CreateView::CreateView(Definition definition, PlanPtr query)
    : Command(kKind, {std::move(query)}), definition_(std::move(definition)) {}

PlanPtr CreateView::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<CreateView>(definition_, std::move(children[0]));
}

std::string CreateView::Describe() const {
  std::string text = "CreateView" + NameText(definition_.name);
  if (!definition_.columns.empty()) {
    std::vector<std::string> columns;
    for (const auto& [column, comment] : definition_.columns) {
      columns.push_back(comment ? column + " '" + *comment + "'" : column);
    }
    text += ", " + BracketedList(columns);
  }
  if (definition_.global) text += ", global";
  if (definition_.replace) text += ", replace";
  if (definition_.if_not_exists) text += ", if not exists";
  return text;
}

DropRelation::DropRelation(std::vector<std::string> name, bool view, bool if_exists)
    : Command(kKind, {}), name_(std::move(name)), view_(view), if_exists_(if_exists) {}

PlanPtr DropRelation::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<DropRelation>(name_, view_, if_exists_);
}

std::string DropRelation::Describe() const {
  return (view_ ? "DropView" : "DropTable") + NameText(name_) + (if_exists_ ? ", if exists" : "");
}

Show::Show(Request request) : Command(kKind, {}), request_(std::move(request)) {}

PlanPtr Show::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<Show>(request_);
}

std::string Show::Describe() const {
  std::string text = "Show" + std::string(ToString(request_.what));
  if (!request_.scope.empty()) text += ", " + request_.scope;
  if (!request_.table.empty()) text += ", table" + NameText(request_.table);
  if (!request_.in.empty()) text += ", in" + NameText(request_.in);
  if (request_.pattern) text += ", like '" + *request_.pattern + "'";
  return text;
}

DescribeRelation::DescribeRelation(What what, std::vector<std::string> name,
                                   std::vector<std::string> column, bool extended, PlanPtr query)
    : Command(kKind, OneOrNone(std::move(query))),
      what_(what),
      name_(std::move(name)),
      column_(std::move(column)),
      extended_(extended) {}

PlanPtr DescribeRelation::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<DescribeRelation>(what_, name_, column_, extended_,
                                            FirstOrNull(std::move(children)));
}

std::string DescribeRelation::Describe() const {
  return "Describe" + std::string(ToString(what_)) + NameText(name_) +
         (column_.empty() ? "" : ", column" + NameText(column_)) + (extended_ ? ", extended" : "");
}

Explain::Explain(Mode mode, PlanPtr statement)
    : Command(kKind, {std::move(statement)}), mode_(mode) {}

PlanPtr Explain::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<Explain>(mode_, std::move(children[0]));
}

std::string Explain::Describe() const { return "Explain " + std::string(ToString(mode_)); }

SetConfiguration::SetConfiguration(Action action, std::string key, std::string value)
    : Command(kKind, {}), action_(action), key_(std::move(key)), value_(std::move(value)) {}

PlanPtr SetConfiguration::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<SetConfiguration>(action_, key_, value_);
}

std::string SetConfiguration::Describe() const {
  std::string text = "SetConfiguration " + std::string(ToString(action_));
  if (!key_.empty()) text += ", " + key_;
  if (action_ == Action::kSet) text += ", " + value_;
  return text;
}

Use::Use(std::vector<std::string> name, bool catalog)
    : Command(kKind, {}), name_(std::move(name)), catalog_(catalog) {}

PlanPtr Use::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<Use>(name_, catalog_);
}

std::string Use::Describe() const {
  return (catalog_ ? "UseCatalog" : "UseDatabase") + NameText(name_);
}

CacheTable::CacheTable(Action action, std::vector<std::string> name, bool lazy, bool if_exists,
                       std::map<std::string, std::string> options, PlanPtr query)
    : Command(kKind, OneOrNone(std::move(query))),
      action_(action),
      name_(std::move(name)),
      lazy_(lazy),
      if_exists_(if_exists),
      options_(std::move(options)) {}

PlanPtr CacheTable::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<CacheTable>(action_, name_, lazy_, if_exists_, options_,
                                      FirstOrNull(std::move(children)));
}

std::string CacheTable::Describe() const {
  std::string text = std::string(ToString(action_)) + NameText(name_);
  if (lazy_) text += ", lazy";
  if (if_exists_) text += ", if exists";
  for (const auto& [key, value] : options_) text += ", " + key + "=" + value;
  return text;
}

}  // namespace firesteel
