#include <algorithm>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/resolve_table_functions.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/generator.h"
#include "expr/unresolved.h"
#include "functions/binding.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

bool IsGenerator(const Expression& expression) {
  return expression.kind() == ExpressionKind::kGenerator;
}

bool HasGenerator(const ExpressionPtr& expression) {
  return Exists<Expression>(expression, IsGenerator);
}

/// A generator at the top of a list's item, with the names given to its columns.
struct NamedGenerator {
  ExpressionPtr call;  // a GeneratorCall, or null
  std::vector<std::string> names;
  Origin origin;
};

NamedGenerator TakeGenerator(const ExpressionPtr& item) {
  NamedGenerator taken;
  if (const auto* alias = As<Alias>(item)) {
    taken.call = alias->child(0);
    taken.names = {alias->name()};
  } else if (const auto* several = As<UnresolvedMultiAlias>(item)) {
    taken.call = several->child(0);
    taken.names = several->names();
    taken.origin = several->origin();
  } else {
    taken.call = item;
  }
  if (!IsGenerator(*taken.call)) taken.call = nullptr;
  return taken;
}

/// Refuses generators that are parts of other expressions.
Status CheckPlaces(const std::vector<ExpressionPtr>& list) {
  for (const ExpressionPtr& item : list) {
    const NamedGenerator taken = TakeGenerator(item);
    if (taken.call == nullptr) {
      if (const auto* several = As<UnresolvedMultiAlias>(item)) {
        std::string names;
        for (const std::string& name : several->names()) {
          names += (names.empty() ? "" : ", ") + name;
        }
        return AtOrigin(MakeError("MULTI_ALIAS_WITHOUT_GENERATOR",
                                  {{"expr", Quoted(several->child(0)->Sql())}, {"names", names}}),
                        several->origin());
      }
      if (!HasGenerator(item)) continue;
    } else if (std::none_of(taken.call->children().begin(), taken.call->children().end(),
                            HasGenerator)) {
      continue;
    }
    const ExpressionPtr shown = taken.call != nullptr           ? taken.call
                                : As<Alias>(item) != nullptr ? item->child(0)
                                                             : item;
    return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", Quoted(shown->Sql())}});
  }
  return Status::OK();
}

/// Puts each generator into a node of its own, above those of the items before it: two generators
/// in one list give every pair of their rows.
Result<PlanPtr> ExtractFromProject(const Project& project) {
  PlanPtr child = project.child();
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& item : project.list()) {
    const NamedGenerator generator = TakeGenerator(item);
    if (generator.call == nullptr) {
      list.push_back(item);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(
        std::vector<AttributePtr> columns,
        GeneratorColumns(generator.call, generator.names, {}, generator.origin));
    list.insert(list.end(), columns.begin(), columns.end());
    // Generators named …_outer keep rows that give nothing by themselves.
    child = std::make_shared<Generate>(generator.call, false, std::move(columns), std::move(child));
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), std::move(child)));
}

/// Lets the aggregation give the generators' arguments, and generates above it.
Result<PlanPtr> ExtractFromAggregate(const Aggregate& aggregate) {
  for (const ExpressionPtr& key : aggregate.grouping()) {
    // What a generator gives exists above the aggregation only.
    if (!HasGenerator(key)) continue;
    const std::string argument = TakeGenerator(key).call ? key->child(0)->Sql() : key->Sql();
    return MakeError("MISSING_AGGREGATION",
                     {{"expression", Quoted(argument)},
                      {"expressionAnyValue", Quoted("any_value(" + argument + ")")}});
  }
  std::vector<ExpressionPtr> aggregated;
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    const NamedGenerator generator = TakeGenerator(item);
    if (generator.call == nullptr) {
      ExpressionPtr named = item;
      if (!IsNamed(*item)) named = std::make_shared<Alias>(item, item->Sql());
      aggregated.push_back(named);
      list.push_back(ToAttribute(named));
      continue;
    }
    std::vector<ExpressionPtr> arguments;
    for (const ExpressionPtr& argument : generator.call->children()) {
      auto input = std::make_shared<Alias>(
          argument, "_gen_input_" + std::to_string(aggregated.size()));
      arguments.push_back(input->ToAttribute());
      aggregated.push_back(std::move(input));
    }
    ExpressionPtr call = generator.call->WithNewChildren(std::move(arguments));
    if (generator.names.size() == 1) {
      call = std::make_shared<Alias>(std::move(call), generator.names[0]);
    } else if (!generator.names.empty()) {
      call = std::make_shared<UnresolvedMultiAlias>(std::move(call), generator.names,
                                                    generator.origin);
    }
    list.push_back(std::move(call));
  }
  PlanPtr below = std::make_shared<Aggregate>(aggregate.grouping(), std::move(aggregated),
                                              aggregate.child());
  return PlanPtr(std::make_shared<Project>(std::move(list), std::move(below)));
}

/// Whether all items are resolved, names for several columns aside.
bool AllSettled(const std::vector<ExpressionPtr>& list) {
  return std::all_of(list.begin(), list.end(), [](const ExpressionPtr& item) {
    return As<UnresolvedMultiAlias>(item) ? item->child(0)->resolved() : item->resolved();
  });
}

bool HasWork(const std::vector<ExpressionPtr>& list) {
  return AllSettled(list) &&
         std::any_of(list.begin(), list.end(), [](const ExpressionPtr& item) {
           return item->kind() == ExpressionKind::kUnresolvedMultiAlias || HasGenerator(item);
         });
}

}  // namespace

Result<PlanPtr> ExtractGenerators(const PlanPtr& node, Resolver*) {
  if (const auto* project = As<Project>(node)) {
    if (!HasWork(project->list())) return node;
    ARROW_RETURN_NOT_OK(CheckPlaces(project->list()));
    return ExtractFromProject(*project);
  }
  if (const auto* aggregate = As<Aggregate>(node)) {
    if (!HasWork(aggregate->output_list())) return node;
    ARROW_RETURN_NOT_OK(CheckPlaces(aggregate->output_list()));
    return ExtractFromAggregate(*aggregate);
  }
  return node;
}

}  // namespace firesteel
