#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "expr/function.h"
#include "firesteel/connector/table.h"
#include "plan/logical_plan.h"
#include "plan/sql_function.h"

namespace firesteel {

/// What of a session a query uses that no other session sees.
struct SessionObjects {
  std::vector<std::string> variables;
  std::vector<std::string> functions;
  bool empty() const { return variables.empty() && functions.empty(); }
};

/// What resolution depends on; the settings end up fixed in the expressions.
struct AnalysisContext {
  const Catalog* catalog = nullptr;
  ConnectorContext connectors;
  FunctionSettings settings;
  bool case_sensitive = false;
  /// Parses one expression of SQL, with an alias if it has one: table functions of the user ask for
  /// them. Null where there are none.
  std::function<Result<ExpressionPtr>(std::string_view)> parse_expression;
  /// Receives what the query uses; may be null.
  SessionObjects* used = nullptr;
};

/// Turns an unresolved plan into a resolved one, or says what is wrong with it: names, types,
/// coercion, aggregates, generators. The rules are listed in order in analyzer.cc. Every front end
/// calls this, none does its own resolution.
Result<PlanPtr> Analyze(const PlanPtr& plan, const AnalysisContext& context);

/// Resolves the body of a function that is to be made, and its defaults. Returns the type of its
/// value, or a struct of its columns. Errors: as Analyze; CYCLIC_FUNCTION_REFERENCE,
/// USER_DEFINED_FUNCTIONS.*
Result<DataType> CheckFunction(const SqlFunction& function, const AnalysisContext& context);

}  // namespace firesteel
