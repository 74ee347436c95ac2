#include "firesteel/functions.h"

#include <string>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "sql/parser.h"

namespace firesteel::functions {

Column Col(std::string_view name) { return Column(std::string(name)); }

Column Lit(const Value& value) {
  Result<ExpressionPtr> literal = Literal::Of(value);
  return literal.ok() ? Column(*literal) : Column(literal.status());
}

Column Expr(std::string_view text) {
  Result<ExpressionPtr> expression = ParseExpression(text);
  return expression.ok() ? Column(*expression) : Column(expression.status());
}

Column CallFunction(std::string_view name, const std::vector<Column>& arguments) {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(arguments.size());
  for (const Column& argument : arguments) {
    if (!argument.status().ok()) return Column(argument.status());
    expressions.push_back(argument.expression());
  }
  return Column(std::make_shared<UnresolvedFunction>(std::string(name), std::move(expressions)));
}

Column Count(const Column& column) { return CallFunction("count", {column}); }
Column Sum(const Column& column) { return CallFunction("sum", {column}); }
Column Avg(const Column& column) { return CallFunction("avg", {column}); }
Column Min(const Column& column) { return CallFunction("min", {column}); }
Column Max(const Column& column) { return CallFunction("max", {column}); }
Column First(const Column& column) { return CallFunction("first", {column}); }
Column Last(const Column& column) { return CallFunction("last", {column}); }

Column When(const Column& condition, const Column& value) {
  for (const Column* part : {&condition, &value}) {
    if (!part->status().ok()) return *part;
  }
  return Column(std::make_shared<Conditional>(
      std::vector<ExpressionPtr>{condition.expression(), value.expression()}));
}
Column Coalesce(const std::vector<Column>& columns) { return CallFunction("coalesce", columns); }

Column Upper(const Column& column) { return CallFunction("upper", {column}); }
Column Lower(const Column& column) { return CallFunction("lower", {column}); }
Column Trim(const Column& column) { return CallFunction("trim", {column}); }
Column Length(const Column& column) { return CallFunction("length", {column}); }
Column Concat(const std::vector<Column>& columns) { return CallFunction("concat", columns); }
Column Split(const Column& column, std::string_view pattern, int limit) {
  return CallFunction("split", {column, Lit(std::string(pattern)), Lit(int32_t{limit})});
}
Column Substring(const Column& column, int position, int length) {
  return CallFunction("substring", {column, Lit(int32_t{position}), Lit(int32_t{length})});
}

Column Abs(const Column& column) { return CallFunction("abs", {column}); }
Column Round(const Column& column, int scale) {
  return CallFunction("round", {column, Lit(int32_t{scale})});
}

Column CurrentTimestamp() { return CallFunction("current_timestamp", {}); }
Column ToTimestamp(const Column& column) { return CallFunction("to_timestamp", {column}); }
Column ToDate(const Column& column) { return CallFunction("to_date", {column}); }

Column Array(const std::vector<Column>& columns) { return CallFunction("array", columns); }
Column Struct(const std::vector<Column>& columns) { return CallFunction("struct", columns); }
Column Size(const Column& column) { return CallFunction("size", {column}); }

Column Explode(const Column& column) { return CallFunction("explode", {column}); }
Column ExplodeOuter(const Column& column) { return CallFunction("explode_outer", {column}); }
Column PosExplode(const Column& column) { return CallFunction("posexplode", {column}); }

Column InputFileName() { return CallFunction("input_file_name", {}); }

}  // namespace firesteel::functions
