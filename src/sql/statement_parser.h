#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/window.h"
#include "plan/commands.h"
#include "plan/joins.h"
#include "plan/logical_plan.h"
#include "plan/pivots.h"
#include "plan/queries.h"
#include "plan/row_changes.h"
#include "plan/sql_function.h"
#include "plan/table_commands.h"
#include "sql/expression_parser.h"

namespace firesteel {

/// Parses statements: queries and commands. One instance per text, not thread-safe. One .cc per
/// family: query_parser.cc (WITH, set operations, ORDER BY and what follows), select_parser.cc,
/// grouping_parser.cc, relation_parser.cc, table_argument_parser.cc, window_parser.cc,
/// pivot_parser.cc, pipe_parser.cc, and statements/*.cc for commands.
class StatementParser final : public ExpressionParser {
 public:
  /// A query costs as much stack, here and in all that walks plans, as this many expressions.
  static constexpr int kQueryNesting = 8;

  using ExpressionParser::ExpressionParser;

  /// One statement and the `;` that may end it.
  Status ParseStatement(ParsedPlan* out);

 protected:
  Status ParseQueryInParentheses(ParsedPlan* out) override;
  Status ParseOver(Parsed* out) override;

 private:
  struct WindowDefinition {
    ParsedList partition;
    ParsedList order;
    std::optional<WindowFrame> frame;
    ParsedList offsets;
  };
  /// The WINDOW clause of the query's SELECT, for ORDER BY too. It stands behind its uses, so it
  /// is looked for when the first `OVER name` comes.
  struct WindowScope {
    size_t begin = 0;
    bool searched = false;
    std::map<std::string, size_t> places;  // folded name -> index of its parenthesis
    std::map<std::string, WindowDefinition> definitions;
  };
  /// What stands between SELECT and FROM.
  struct SelectClause {
    bool distinct = false;
    ParsedList list;
  };

  // Plans.
  /// Puts `node`, which holds `out`'s plan and these expressions, in the place of the plan.
  FIRESTEEL_OWN_FRAME Status Put(PlanPtr node, const ParsedList& expressions,
                                 ParsedPlan* out) const;
  FIRESTEEL_OWN_FRAME Status Put(PlanPtr node, ParsedPlan* out) const;
  /// The same for a node over `out` and `right`.
  FIRESTEEL_OWN_FRAME Status PutBoth(PlanPtr node, const ParsedPlan& right,
                                     const ParsedList& expressions, ParsedPlan* out) const;
  /// INVALID_STATEMENT_OR_CLAUSE: what Spark knows and this parser refuses.
  FIRESTEEL_OWN_FRAME Status Unsupported(std::string operation, int start) const;
  static ParsedList ListOf(const Parsed& parsed);

  // query_parser.cc
  Status ParseQuery(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseRecursionLevel(std::optional<int64_t>* level);
  Status ParseWith(std::vector<With::Definition>* definitions, ParsedPlan* extent);
  FIRESTEEL_OWN_FRAME Status PutWith(std::vector<With::Definition> definitions,
                                     const ParsedPlan& extent, ParsedPlan* out) const;
  /// UNION, EXCEPT and MINUS, or INTERSECT, which binds tighter.
  Status ParseSetOperations(bool intersect, ParsedPlan* out);
  Status ParseSetOperands(bool intersect, std::string_view word, bool all, ParsedPlan* out);
  bool PeekSetOperation(bool intersect) const;
  std::string_view TakeSetOperation(bool* all);
  Status ParseQueryPrimary(ParsedPlan* out);
  /// ORDER BY, SORT BY, DISTRIBUTE BY, CLUSTER BY, LIMIT, OFFSET.
  Status ParseOrganization(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseOrdering(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseLimits(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseInlineTable(ParsedPlan* out);

  // select_parser.cc
  Status ParseSelect(ParsedPlan* out);
  Status ParseFromFirst(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseSelectClause(SelectClause* select);
  FIRESTEEL_OWN_FRAME Status SkipHints();
  Status ParseSelectBody(SelectClause select, ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseWhere(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseHaving(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseQualify(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status SkipWindowClause();

  // grouping_parser.cc
  FIRESTEEL_OWN_FRAME Status ParseGroupBy(ParsedList* grouping);
  FIRESTEEL_OWN_FRAME Status ParseGroupingItem(ParsedList* grouping);
  FIRESTEEL_OWN_FRAME Status ParseGroupingSets(UnresolvedGroupingSets::Form form, int start,
                                               Parsed* out);
  Status ParseGroupingElements(UnresolvedGroupingSets::Form form,
                               std::vector<ParsedList>* elements);
  Status ParseGroupingElement(ParsedList* element);
  FIRESTEEL_OWN_FRAME Status MakeGroupingSets(UnresolvedGroupingSets::Form form,
                                              const std::vector<ParsedList>& elements, int start,
                                              Parsed* out) const;

  // relation_parser.cc
  /// What follows FROM: relations with commas between them, LATERAL VIEW, PIVOT.
  Status ParseFromClause(ParsedPlan* out);
  Status ParseRelation(ParsedPlan* out);
  Status ParseJoin(ParsedPlan* left);
  bool PeekJoin() const;
  FIRESTEEL_OWN_FRAME Status ParseJoinType(JoinType* type, std::string* words);
  Status ParseJoinCriteria(ParsedPlan right, JoinType type, bool natural, bool lateral,
                           ParsedPlan* left);
  Status ParseRelationPrimary(ParsedPlan* out);
  Status ParseParenthesizedRelation(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseTable(bool streaming, ParsedPlan* out);
  Status ParseTableFunction(std::vector<std::string> name, int start, ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseLateralView(ParsedPlan* out);

  // table_argument_parser.cc
  /// An argument of a table function.
  struct TableArgument;
  bool PeekTableArgument(int ahead) const;
  FIRESTEEL_OWN_FRAME Status ParseTableArgument(TableArgument* argument);
  FIRESTEEL_OWN_FRAME Status ParseArgumentPartitions(TableArgument* argument);
  FIRESTEEL_OWN_FRAME Status ParseArgumentOrder(TableArgument* argument);
  Status ParseFunctionArguments(std::vector<TableArgument>* arguments);
  FIRESTEEL_OWN_FRAME Status PutTableCall(const std::string& function,
                                          const std::vector<TableArgument>& arguments, int start,
                                          ParsedPlan* out) const;
  /// `[AS] name [(columns)]`, if there is one.
  bool PeekWatermark() const;
  FIRESTEEL_OWN_FRAME Status ParseWatermark(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseTableAlias(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status RefuseAfterTable();
  bool PeekTableAlias() const;

  // window_parser.cc
  Status ParseWindowDefinition(WindowDefinition* window);
  FIRESTEEL_OWN_FRAME Status ParseFrame(WindowDefinition* window);
  Status ParseFrameBound(bool upper, WindowDefinition* window, WindowFrame::Bound* bound);
  FIRESTEEL_OWN_FRAME Status FindWindow(const std::string& name, const WindowDefinition** window);
  void SearchWindowClause();

  // pivot_parser.cc
  bool PeekPivot() const;
  FIRESTEEL_OWN_FRAME Status ParsePivot(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParseUnpivot(ParsedPlan* out);
  Status ParseUnpivotColumns(Unpivot::Definition* definition, ParsedList* values);

  // pipe_parser.cc
  Status ParsePipe(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeSelect(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeExtend(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeSet(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeDrop(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeAs(ParsedPlan* out);
  FIRESTEEL_OWN_FRAME Status ParsePipeAggregate(ParsedPlan* out);

  // statements/
  Status ParseCommand(ParsedPlan* out);
  Status ParseCreate(PlanPtr* out);
  Status ParseCreateView(CreateView::Definition definition, PlanPtr* out);
  Status ParseViewColumns(CreateView::Definition* definition);
  Status ParseViewSource(CreateView::Definition definition, std::optional<std::string> schema,
                         PlanPtr* out);
  Status ParseAlter(PlanPtr* out);
  /// `(a INT, b STRING NOT NULL COMMENT '…')`, with DEFAULT where `defaults` is given; it receives
  /// their SQL by column.
  Status ParseColumnDefinitions(Schema* columns,
                                std::map<std::string, std::string>* defaults = nullptr);
  Status ParseColumnDefault(int start, std::string* text, std::string* value);
  Status ParseCreateTable(PlanPtr* out);
  Status ParseTableClause(CreateTable::Definition* definition, bool* more);
  Status ParsePartitionedBy(CreateTable::Definition* definition);
  Status ParseInsert(PlanPtr* out);
  Status ParsePartitionValues(std::vector<std::pair<std::string, ExpressionPtr>>* values);
  Status ParseReplaceTable(PlanPtr* out);
  Status ParseDelete(PlanPtr* out);
  Status ParseUpdate(PlanPtr* out);
  Status ParseMerge(PlanPtr* out);
  Status ParseMergeAction(MergeAction* action);
  Status ParseMergeInsert(RowAssignments* assignments);
  Status ParseChangedTable(RowChange* change);
  Status ParseChangeCondition(std::string_view word, ExpressionPtr* condition);
  Status ParseAssignments(RowAssignments* assignments);
  Status ParseAssignedColumn(RowAssignments* assignments);
  Status ParseAssignedValue(RowAssignments* assignments);
  Status ParseDatabaseChange(bool drop, PlanPtr* out);
  bool AcceptTableStatement(ChangeTable::Action* action);
  Status ParseTableStatement(ChangeTable::Action action, PlanPtr* out);
  Status ParseAlterTable(PlanPtr* out);
  bool PeekColumnDefault() const;
  Status ParseAlterDefault(ChangeTable::Change* change);
  Status ParseDrop(PlanPtr* out);
  Status ParseShow(PlanPtr* out);
  Status ParseShowFunctions(Show::Request request, PlanPtr* out);
  Status ParsePattern(Show::Request* request);
  Status ParseDescribe(PlanPtr* out);
  Status ParseDescribeTable(PlanPtr* out);
  Status ParseExplain(PlanPtr* out);
  Status ParseSet(PlanPtr* out);
  Status ParseSetTimeZone(PlanPtr* out);
  Status ParseReset(PlanPtr* out);
  Status ParseUse(PlanPtr* out);
  Status ParseCache(PlanPtr* out);
  Status ParseUncache(PlanPtr* out);
  Status ParseRefresh(PlanPtr* out);
  Status ParseCreateFunction(bool replace, PlanPtr* out);
  Status ParseFunctionParameters(SqlFunction* function);
  Status ParseFunctionParameter(SqlFunction* function);
  Status ParseFunctionReturns(SqlFunction* function);
  Status ParseFunctionColumns(SqlFunction* function);
  Status ParseCharacteristic(SqlFunction::Characteristics* characteristics, bool* more);
  Status ParseFunctionBody(SqlFunction* function, PlanPtr* body);
  Status ParseDropFunction(bool temporary, PlanPtr* out);
  Status ParseDeclare(PlanPtr* out);
  /// Errors: DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE.
  Status CheckDistinctNames(const std::vector<std::vector<std::string>>& names, int start) const;
  Status ParseSetVariable(PlanPtr* out);
  Status ParseQualifiedNames(std::vector<std::vector<std::string>>* names);
  Status ParseDropVariable(PlanPtr* out);
  Status ParseExecuteImmediate(PlanPtr* out);
  Status ParseUsing(std::vector<std::string>* names, std::vector<ExpressionPtr>* values);
  Status ParseOptions(std::map<std::string, std::string>* options);
  Status ParseOptionKey(std::string* key);
  Status ParseOptionValue(std::string* value);
  /// `[IF EXISTS]`.
  bool AcceptIfExists();
  bool AcceptIfNotExists();
  /// The text that is left, without `;` at the end; takes all tokens.
  std::string_view TakeRestOfText();
  /// Statements of Spark that are known and not supported. OK when the text is none of them.
  Status RefuseKnownStatements() const;

  std::unique_ptr<WindowScope> window_scope_;
};

}  // namespace firesteel
