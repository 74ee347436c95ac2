// Calls in FROM, tables among their arguments: `f(TABLE(t) PARTITION BY a ORDER BY b, n => 1)`.
#include <algorithm>
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/user_rows.h"
#include "sql/statement_parser.h"

namespace firesteel {

struct StatementParser::TableArgument {
  std::string name;  // "" for one that is given by position
  Parsed value;      // of one that is no table
  bool is_table = false;
  ParsedPlan table;
  ParsedList partition;
  ParsedList order;
  bool single_partition = false;
  int start = 0;
};

Status StatementParser::ParseTableFunction(std::vector<std::string> name, int start,
                                           ParsedPlan* out) {
  Advance();
  std::vector<TableArgument> arguments;
  ARROW_RETURN_NOT_OK(ParseFunctionArguments(&arguments));
  std::string text;
  for (const std::string& part : name) text += (text.empty() ? "" : ".") + part;
  const bool has_table = std::any_of(arguments.begin(), arguments.end(),
                                     [](const TableArgument& a) { return a.is_table; });
  if (has_table) return PutTableCall(text, arguments, start, out);
  ParsedList list;
  for (const TableArgument& argument : arguments) list.Add(argument.value);
  return Put(std::make_shared<UnresolvedTableFunction>(std::move(text), list.items,
                                                       source_->OriginOf(start, LastEnd())),
             list, out);
}

Status StatementParser::ParseFunctionArguments(std::vector<TableArgument>* arguments) {
  if (AcceptSymbol(")")) return Status::OK();
  do {
    TableArgument& argument = arguments->emplace_back();
    argument.start = Peek().start;
    if (PeekTableArgument(0)) {
      ARROW_RETURN_NOT_OK(ParseTableArgument(&argument));
    } else if (IsName(Peek()) && PeekSymbol("=>", 1) && PeekTableArgument(2)) {
      argument.name = NameOf(Peek());
      Advance(2);
      ARROW_RETURN_NOT_OK(ParseTableArgument(&argument));
    } else {
      ARROW_RETURN_NOT_OK(ParseArgument(&argument.value));
    }
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

/// Whether `TABLE name` or `TABLE (name or query)` is `ahead`. Anything else is an expression, in
/// which `table` may be a name.
bool StatementParser::PeekTableArgument(int ahead) const {
  if (!PeekWord("TABLE", ahead)) return false;
  ++ahead;
  if (PeekSymbol("(", ahead) && BeginsQueryInParentheses(ahead)) return true;
  const bool parenthesis = PeekSymbol("(", ahead);
  if (parenthesis) ++ahead;
  if (!IsName(Peek(ahead))) return false;
  ++ahead;
  while (PeekSymbol(".", ahead) && IsName(Peek(ahead + 1))) ahead += 2;
  if (parenthesis) return PeekSymbol(")", ahead);
  for (const std::string_view word : {"PARTITION", "DISTRIBUTE", "WITH"}) {
    if (PeekWord(word, ahead)) return true;
  }
  return PeekSymbol(")", ahead) || PeekSymbol(",", ahead);
}

Status StatementParser::ParseTableArgument(TableArgument* argument) {
  const int start = Peek().start;
  argument->is_table = true;
  Advance();
  std::vector<std::string> name;
  const bool parenthesis = PeekSymbol("(");
  if (parenthesis && BeginsQueryInParentheses()) {
    ARROW_RETURN_NOT_OK(ParseQueryInParentheses(&argument->table));
  } else {
    if (parenthesis) Advance();
    const int name_start = Peek().start;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
    ARROW_RETURN_NOT_OK(
        Put(std::make_shared<UnresolvedTable>(name, /*streaming=*/false,
                                              source_->OriginOf(name_start, LastEnd())),
            &argument->table));
    if (parenthesis) ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  ARROW_RETURN_NOT_OK(ParseArgumentPartitions(argument));
  if (parenthesis) return Status::OK();
  return ErrorFrom(
      start, "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES",
      {{"argumentName", QuoteIdentifier(name)}});
}

// `WITH SINGLE PARTITION | PARTITION BY … [ORDER BY …]`. Several keys need parentheses: what comes
// after a comma is the next argument.
Status StatementParser::ParseArgumentPartitions(TableArgument* argument) {
  if (PeekWord("WITH") && PeekWord("SINGLE", 1) && PeekWord("PARTITION", 2)) {
    Advance(3);
    argument->single_partition = true;
    return ParseArgumentOrder(argument);
  }
  if (!PeekWord("PARTITION") && !PeekWord("DISTRIBUTE")) return Status::OK();
  Advance();
  ARROW_RETURN_NOT_OK(ExpectWord("BY"));
  const size_t close = CloseOf();
  const bool listed = PeekSymbol("(") && close + 1 < tokens_.size() &&
                      (IsSymbol(tokens_[close + 1], ")") || IsSymbol(tokens_[close + 1], ",") ||
                       IsWord(tokens_[close + 1], "ORDER") || IsWord(tokens_[close + 1], "SORT"));
  if (listed) Advance();
  do {
    Parsed key;
    ARROW_RETURN_NOT_OK(ParseExpression(&key));
    argument->partition.Add(key);
  } while (listed && AcceptSymbol(","));
  if (listed) {
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  } else if (PeekSymbol(",") && !(IsName(Peek(1)) && PeekSymbol("=>", 2))) {
    return ErrorFrom(argument->start,
                     "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING",
                     {{"clause", "PARTITION BY"}});
  }
  return ParseArgumentOrder(argument);
}

Status StatementParser::ParseArgumentOrder(TableArgument* argument) {
  if ((!PeekWord("ORDER") && !PeekWord("SORT")) || !PeekWord("BY", 1)) return Status::OK();
  Advance(2);
  const size_t close = CloseOf();
  const bool listed = PeekSymbol("(") && close + 1 < tokens_.size() &&
                      (IsSymbol(tokens_[close + 1], ")") || IsSymbol(tokens_[close + 1], ","));
  if (listed) {
    Advance();
    ARROW_RETURN_NOT_OK(ParseSortOrders(&argument->order));
    return ExpectSymbol(")");
  }
  Parsed item;
  ARROW_RETURN_NOT_OK(ParseExpression(&item));
  ARROW_RETURN_NOT_OK(ParseSortDirection(&item));
  argument->order.Add(item);
  if (!PeekSymbol(",") || (IsName(Peek(1)) && PeekSymbol("=>", 2))) return Status::OK();
  return ErrorFrom(argument->start,
                   "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING",
                   {{"clause", "ORDER BY"}});
}

Status StatementParser::PutTableCall(const std::string& function,
                                     const std::vector<TableArgument>& arguments, int start,
                                     ParsedPlan* out) const {
  UserTableCall call;
  call.bound = false;
  call.tables = 0;
  call.origin = source_->OriginOf(start, LastEnd());
  std::vector<ExpressionPtr> values;
  ParsedList list;
  const TableArgument* table = nullptr;
  for (const TableArgument& argument : arguments) {
    const auto* named = argument.is_table ? nullptr : As<NamedArgument>(argument.value.expression);
    call.names.push_back(named != nullptr ? named->name() : argument.name);
    if (!argument.is_table) {
      list.Add(argument.value);
      values.push_back(named != nullptr ? named->child(0) : argument.value.expression);
      continue;
    }
    if (++call.tables == 1) {
      table = &argument;
      call.table = static_cast<int>(values.size());
      call.single_partition = argument.single_partition;
    }
    values.push_back(std::make_shared<UnresolvedFunction>(
        "struct", std::vector<ExpressionPtr>{std::make_shared<UnresolvedStar>()}));
    list.depth = std::max({list.depth, argument.partition.depth, argument.order.depth});
    list.nodes += argument.partition.nodes + argument.order.nodes;
  }
  PlanPtr input = table->table.plan;
  if (!table->order.items.empty()) input = std::make_shared<Sort>(table->order.items, input);
  std::vector<ExpressionPtr> columns;
  for (const ExpressionPtr& key : table->partition.items) {
    columns.push_back(std::make_shared<Alias>(key, "key" + std::to_string(columns.size())));
  }
  const int key_columns = static_cast<int>(columns.size());
  for (size_t i = 0; i < values.size(); ++i) {
    columns.push_back(std::make_shared<Alias>(values[i], "argument" + std::to_string(i)));
  }
  auto named = std::make_shared<UserColumnFunction>();
  named->name = function;
  named->shape = UserColumnFunction::Shape::kTable;
  auto node = std::make_shared<UserRows>(
      std::move(named), key_columns,
      std::vector<PlanPtr>{std::make_shared<Project>(std::move(columns), std::move(input))},
      std::vector<AttributePtr>(), std::move(call));
  // The node stands over a projection and a sort.
  list.depth += 2;
  list.nodes += 2;
  return PutBoth(std::move(node), table->table, list, out);
}

}  // namespace firesteel
