// PIVOT and UNPIVOT.
#include <utility>

#include "common/error.h"
#include "sql/statement_parser.h"

namespace firesteel {

bool StatementParser::PeekPivot() const {
  if (PeekWord("PIVOT")) return PeekSymbol("(", 1);
  if (!PeekWord("UNPIVOT")) return false;
  return PeekSymbol("(", 1) ||
         ((PeekWord("INCLUDE", 1) || PeekWord("EXCLUDE", 1)) && PeekWord("NULLS", 2));
}

// `PIVOT (aggregate [AS name], … FOR column | (a, b) IN (value [AS name], …)) [alias]`.
Status StatementParser::ParsePivot(ParsedPlan* out) {
  Advance(2);
  ParsedList aggregates;
  ParsedList columns;
  ParsedList values;
  do {
    Parsed aggregate;
    ARROW_RETURN_NOT_OK(ParseExpression(&aggregate));
    if (!PeekWord("FOR")) ARROW_RETURN_NOT_OK(ParseAlias(&aggregate));
    aggregates.Add(aggregate);
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectWord("FOR"));
  const bool several = AcceptSymbol("(");
  do {
    if (!IsName(Peek())) return SyntaxError();
    Parsed column;
    ARROW_RETURN_NOT_OK(ParsePostfix(&column));
    columns.Add(column);
  } while (several && AcceptSymbol(","));
  if (several) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectWord("IN"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    Parsed value;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&value));
    values.Add(value);
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  PlanPtr pivot =
      std::make_shared<Pivot>(std::nullopt, columns.items, values.items, aggregates.items,
                              out->plan);
  for (const ParsedList* list : {&columns, &values}) {
    aggregates.depth = std::max(aggregates.depth, list->depth);
    aggregates.nodes += list->nodes;
  }
  ARROW_RETURN_NOT_OK(Put(std::move(pivot), aggregates, out));
  return ParseTableAlias(out);
}

// `UNPIVOT [INCLUDE | EXCLUDE NULLS] (value FOR name IN (column [AS name], …)) [alias]`, or with
// several value columns `((v, w) FOR name IN ((a, b) AS x, …))`.
Status StatementParser::ParseUnpivot(ParsedPlan* out) {
  Advance();
  Unpivot::Definition definition;
  if (PeekWord("INCLUDE") || PeekWord("EXCLUDE")) {
    definition.include_nulls = PeekWord("INCLUDE");
    Advance(2);
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (PeekSymbol("(")) {
    ARROW_RETURN_NOT_OK(ParseNameList(&definition.value_columns));
  } else {
    definition.value_columns.emplace_back();
    ARROW_RETURN_NOT_OK(ParseName(&definition.value_columns[0]));
  }
  ARROW_RETURN_NOT_OK(ExpectWord("FOR"));
  ARROW_RETURN_NOT_OK(ParseName(&definition.name_column));
  ARROW_RETURN_NOT_OK(ExpectWord("IN"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  ParsedList values;
  do {
    ARROW_RETURN_NOT_OK(ParseUnpivotColumns(&definition, &values));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  PlanPtr unpivot = std::make_shared<Unpivot>(std::move(definition), std::nullopt, values.items,
                                              out->plan);
  ARROW_RETURN_NOT_OK(Put(std::move(unpivot), values, out));
  return ParseTableAlias(out);
}

Status StatementParser::ParseUnpivotColumns(Unpivot::Definition* definition, ParsedList* values) {
  const int start = Peek().start;
  const bool several = AcceptSymbol("(");
  size_t count = 0;
  do {
    if (!IsName(Peek())) return SyntaxError();
    Parsed column;
    ARROW_RETURN_NOT_OK(ParsePostfix(&column));
    values->Add(column);
    ++count;
  } while (several && AcceptSymbol(","));
  if (several) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (count != definition->value_columns.size()) {
    return ErrorFrom(start, "UNPIVOT_VALUE_SIZE_MISMATCH",
                     {{"names", std::to_string(definition->value_columns.size())}});
  }
  definition->names.emplace_back();
  if (AcceptWord("AS") || IsName(Peek())) {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    definition->names.back() = std::move(name);
  }
  return Status::OK();
}

}  // namespace firesteel
