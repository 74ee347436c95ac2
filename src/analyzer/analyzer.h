#pragma once

#include <functional>
#include <string_view>

#include "catalog/catalog.h"
#include "expr/function.h"
#include "firesteel/connector/table.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// What resolution depends on; the settings end up fixed in the expressions.
struct AnalysisContext {
  const Catalog* catalog = nullptr;
  ConnectorContext connectors;
  FunctionSettings settings;
  bool case_sensitive = false;
  /// Parses one expression of SQL, with an alias if it has one: table functions of the user ask for
  /// them. Null where there are none.
  std::function<Result<ExpressionPtr>(std::string_view)> parse_expression;
};

/// Turns an unresolved plan into a resolved one, or says what is wrong with it: names, types,
/// coercion, aggregates, generators. The rules are listed in order in analyzer.cc. Every front end
/// calls this, none does its own resolution.
Result<PlanPtr> Analyze(const PlanPtr& plan, const AnalysisContext& context);

}  // namespace firesteel
