#include <map>
#include <string>
#include <utility>
#include <variant>

#include "common/config_keys.h"
#include "common/error.h"
#include "expr/unresolved.h"
#include "plan/identifier.h"
#include "session/commands/families.h"

namespace firesteel {

namespace {

constexpr char kUndefined[] = "<undefined>";

Result<QueryResult> Pairs(const std::vector<std::vector<Value>>& rows) {
  Schema schema;
  schema.Add("key", TypeId::kString, false).Add("value", TypeId::kString, false);
  return ResultOf(schema, rows);
}

Result<QueryResult> ShowSet(const Config& config) {
  std::vector<std::vector<Value>> rows;
  for (const auto& [key, value] : config.All()) rows.push_back({key, value});
  return Pairs(rows);
}

/// SET -v: every known setting with what it means.
Result<QueryResult> ShowKnown(const Config& config) {
  std::map<std::string, std::string> known;
  for (const AnyConfigKey& key : config::kAllKeys) {
    std::visit([&known](const auto* typed) { known.emplace(typed->name, typed->doc); }, key);
  }
  std::vector<std::vector<Value>> rows;
  for (const auto& [key, doc] : known) {
    rows.push_back({key, config.Get(key).value_or(kUndefined), doc, ""});
  }
  Schema schema;
  for (const char* column : {"key", "value", "meaning", "Since version"}) {
    schema.Add(column, TypeId::kString, false);
  }
  return ResultOf(schema, rows);
}

/// Errors: a variable has the name, so that SET VARIABLE was meant.
Status CheckNoVariable(const std::string& key, const Catalog& catalog) {
  const Result<ExpressionPtr> parsed = UnresolvedAttribute::Parse(key);
  if (!parsed.ok()) return Status::OK();
  const std::vector<std::string>& parts = As<UnresolvedAttribute>(*parsed)->parts();
  const std::optional<std::string> name = VariableName(parts);
  if (!name || !catalog.variables().Find(*name)) return Status::OK();
  return MakeError("UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET",
                   {{"variableName", QuoteIdentifier(parts)}});
}

}  // namespace

Result<QueryResult> RunSetConfiguration(const SetConfiguration& command,
                                        const CommandContext& context) {
  using Action = SetConfiguration::Action;
  switch (command.action()) {
    case Action::kShowAll:
      return command.key().empty() ? ShowSet(*context.config) : ShowKnown(*context.config);
    case Action::kShowOne:
      return Pairs({{command.key(),
                     context.backend->GetConfig(command.key()).value_or(kUndefined)}});
    case Action::kSet:
      ARROW_RETURN_NOT_OK(CheckNoVariable(command.key(), *context.catalog));
      ARROW_RETURN_NOT_OK(context.backend->SetConfig(command.key(), command.value()));
      return Pairs({{command.key(), command.value()}});
    case Action::kReset:
      context.backend->UnsetConfig(command.key());
      return NoResult();
    case Action::kResetAll:
      for (const auto& [key, value] : context.config->All()) context.backend->UnsetConfig(key);
      return NoResult();
  }
  return NoResult();
}

}  // namespace firesteel
