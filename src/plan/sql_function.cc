#include "plan/sql_function.h"

#include <utility>

#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

Result<SqlFunctionBody> InstantiateBody(const SqlFunction& function) {
  SqlFunctionBody body;
  std::vector<ExpressionPtr> columns;
  for (const SqlFunction::Parameter& parameter : function.parameters) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr nothing, Literal::Make(Value(), parameter.type));
    auto column = std::make_shared<Alias>(std::move(nothing), parameter.name);
    body.parameters.push_back(column->ToAttribute()->WithQualifier({function.name}));
    columns.push_back(std::move(column));
  }
  if (function.table) {
    body.plan = function.body;
    return body;
  }
  PlanPtr inputs = std::make_shared<OneRow>();
  if (!columns.empty()) inputs = std::make_shared<Project>(std::move(columns), std::move(inputs));
  inputs = std::make_shared<SubqueryAlias>(function.name, std::move(inputs));
  body.plan = function.body->WithNewChildren({std::move(inputs)});
  return body;
}

}  // namespace firesteel
