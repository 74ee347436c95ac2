#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "plan/logical_plan.h"
#include "sql/lexer.h"
#include "sql/operators.h"
#include "sql/source_text.h"

namespace firesteel {

/// An expression with what the limits need: parsed trees are walked recursively by everything that
/// follows, so their depth is bounded, and operands may be shared (CASE x WHEN …), so the number of
/// nodes counts repetitions.
struct Parsed {
  ExpressionPtr expression;
  int depth = 1;
  int64_t nodes = 1;
  int start = 0;  ///< first byte
  int end = 0;    ///< byte after the last
};

/// Expressions side by side, with what the limits need.
struct ParsedList {
  std::vector<ExpressionPtr> items;
  int depth = 0;
  int64_t nodes = 0;
  void Add(const Parsed& parsed) {
    items.push_back(parsed.expression);
    depth = std::max(depth, parsed.depth);
    nodes += parsed.nodes;
  }
};

/// The same for plans.
struct ParsedPlan {
  PlanPtr plan;
  int depth = 0;
  int64_t nodes = 0;
};

// Keeps what a method needs on the stack out of its callers: a thousand nested expressions are a
// thousand times the frames of the methods that call each other, also with sanitizers.
#define FIRESTEEL_OWN_FRAME [[gnu::noinline]]

/// Parses expressions by precedence climbing over the tokens of one text. One instance per text,
/// not thread-safe. The methods are spread over one .cc per family: token_cursor.cc (tokens, what
/// words mean where they stand), expression_parser.cc (infix and prefix operators),
/// predicate_parser.cc, primary_parser.cc, call_parser.cc, special_form_parser.cc,
/// literal_parser.cc, interval_parser.cc, type_parser.cc. Methods that recurse give their result
/// through a pointer, which takes less stack than returning it. The queries inside expressions are
/// parsed by StatementParser, which derives from this.
class ExpressionParser {
 public:
  /// Levels of nesting, in the text and in the tree.
  static constexpr int kMaximumDepth = 1000;
  static constexpr int64_t kMaximumNodes = 1'000'000;

  /// What is wrong with an interval: a condition and its parameters.
  struct IntervalError {
    std::string condition;
    std::map<std::string, std::string> parameters;
  };
  /// The parts of an interval added up, wide enough that no text can overflow it. Fields are those
  /// of the interval types: YEAR 0, MONTH 1, or DAY 0 to SECOND 3.
  struct IntervalSum {
    __int128 months = 0;
    __int128 micros = 0;
    int first_field = 9;
    int last_field = -1;
    bool has_months = false;
    bool has_micros = false;
  };

  ExpressionParser(const SourceText* source, std::vector<Token> tokens);
  virtual ~ExpressionParser() = default;

  /// `expression [[AS] name | [AS] (name, …)]`.
  Status ParseNamedExpression(Parsed* out);
  Status ParseExpression(Parsed* out) { return ParseInfix(kWeakest, out); }
  /// Errors: PARSE_SYNTAX_ERROR unless all tokens have been used.
  Status ExpectEnd() const;

 protected:
  // Queries, in statement_parser.h.
  /// `(query)`; the parenthesis is next.
  virtual Status ParseQueryInParentheses(ParsedPlan* out) = 0;
  /// `OVER …` after the call that `out` holds; the word is next.
  virtual Status ParseOver(Parsed* out) = 0;

  // Tokens (token_cursor.cc).
  const Token& Peek(int ahead = 0) const;
  std::string_view TextOf(const Token& token) const;
  void Advance(int count = 1) {
    next_ += static_cast<size_t>(count);
    last_end_ = tokens_[next_ - 1].end;
  }
  /// Whether the token is this word, any case; `word` is in upper case.
  bool IsWord(const Token& token, std::string_view word) const;
  bool PeekWord(std::string_view word, int ahead = 0) const { return IsWord(Peek(ahead), word); }
  bool IsSymbol(const Token& token, std::string_view symbol) const;
  bool PeekSymbol(std::string_view symbol, int ahead = 0) const {
    return IsSymbol(Peek(ahead), symbol);
  }
  bool AcceptWord(std::string_view word);
  bool AcceptSymbol(std::string_view symbol);
  FIRESTEEL_OWN_FRAME Status ExpectWord(std::string_view word);
  FIRESTEEL_OWN_FRAME Status ExpectSymbol(std::string_view symbol);
  /// The index of the token that closes the bracket `ahead` of the next one, or of the last token.
  size_t CloseOf(int ahead = 0) const { return close_[std::min(next_ + ahead, close_.size() - 1)]; }
  /// Whether the parenthesis `ahead` holds a query.
  bool BeginsQueryInParentheses(int ahead = 0) const;
  /// Whether a query begins with this token: SELECT, VALUES, … or a parenthesis around one.
  bool BeginsQuery(int ahead = 0) const;
  /// Whether the word `ahead` begins the next clause of a query, so that it is no alias: FROM
  /// before a table, LIMIT before a number, …
  bool BeginsClause(int ahead = 0) const;
  /// Whether UNION, INTERSECT, EXCEPT or MINUS stands `ahead` as an operator.
  bool BeginsSetOperation(int ahead = 0) const;
  /// Whether an expression may begin with this token.
  bool BeginsExpression(const Token& token) const;
  bool IsName(const Token& token) const {
    return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName;
  }
  std::string NameOf(const Token& token) const;
  /// The byte after the last token used.
  int LastEnd() const { return last_end_; }
  /// PARSE_SYNTAX_ERROR at the next token.
  FIRESTEEL_OWN_FRAME Status SyntaxError(std::string_view hint = "") const;
  /// An error at what has been taken from `start` on.
  FIRESTEEL_OWN_FRAME Status ErrorFrom(int start, std::string_view condition,
                                       std::map<std::string, std::string> parameters = {}) const;
  /// The same error, which knew no place, at what has been taken from `start` on.
  FIRESTEEL_OWN_FRAME Status ErrorFrom(int start, const Status& status) const;
  /// FAILED_TO_PARSE_TOO_COMPLEX at the next token.
  FIRESTEEL_OWN_FRAME Status TooComplex() const;
  /// A name, with or without backticks, or a PARSE_SYNTAX_ERROR.
  FIRESTEEL_OWN_FRAME Status ParseName(std::string* name);
  /// `(a, b, …)`.
  FIRESTEEL_OWN_FRAME Status ParseNameList(std::vector<std::string>* names);
  /// `a.b.c`, also IDENTIFIER('a.b.c').
  FIRESTEEL_OWN_FRAME Status ParseQualifiedName(std::vector<std::string>* parts);
  FIRESTEEL_OWN_FRAME Status ParseStringToken(std::string* value);

  // Trees.
  FIRESTEEL_OWN_FRAME Status Make(ExpressionPtr expression, const std::vector<Parsed>& parts,
                                  int start, Parsed* out) const;
  FIRESTEEL_OWN_FRAME Status MakeCall(std::string_view function, std::vector<Parsed> arguments,
                                      int start, Parsed* out) const;
  FIRESTEEL_OWN_FRAME Status MakeLiteral(Value value, DataType type, int start, Parsed* out) const;
  FIRESTEEL_OWN_FRAME Status MakeText(std::string text, int start, Parsed* out) const;
  FIRESTEEL_OWN_FRAME Status MakeCast(DataType type, bool try_cast, int start,
                                      Parsed* operand) const;
  FIRESTEEL_OWN_FRAME Status MakeConditional(const std::vector<Parsed>& parts, int start,
                                             Parsed* out) const;
  /// Puts `not` around what `operand` holds.
  FIRESTEEL_OWN_FRAME Status MakeNot(int start, Parsed* operand) const;

  // expression_parser.cc
  Status ParseInfix(int weakest, Parsed* out);
  Status ParsePrefix(int weakest, int* tightest, Parsed* out);
  std::string_view PeekPrefixFunction() const;
  /// Takes the operator and what is right of it; `left` becomes the whole.
  Status ParseOperation(const InfixOperator& op, Parsed* left);
  Status ParseBinary(const InfixOperator& op, Parsed* left);
  Status ParseChain(const InfixOperator& op, Parsed* left);
  Status MakeBalanced(std::string_view function, const std::vector<Parsed>& operands, size_t first,
                      size_t last, Parsed* out) const;
  FIRESTEEL_OWN_FRAME Status ParseAlias(Parsed* named);
  FIRESTEEL_OWN_FRAME const InfixOperator* PeekInfix() const;
  const InfixOperator* FindPredicate(int ahead) const;

  /// `expression [ASC | DESC] [NULLS FIRST | LAST], …`.
  Status ParseSortOrders(ParsedList* orders);
  FIRESTEEL_OWN_FRAME Status ParseSortDirection(Parsed* out);

  // predicate_parser.cc
  Status ParsePredicate(const InfixOperator& op, Parsed* left);
  Status ParseIs(Parsed* left);
  Status ParseIn(Parsed* left);
  Status ParseBetween(Parsed* left);
  Status ParseInQuery(Parsed* left);
  Status ParseLike(std::string_view function, bool negated, Parsed* left);
  Status ParseQuantifiedLike(std::string_view function, bool negated, Parsed* left);
  FIRESTEEL_OWN_FRAME Status ParseEscape(std::vector<Parsed>* arguments);

  // primary_parser.cc
  /// EXISTS (query), (query) as a value, value IN (query).
  FIRESTEEL_OWN_FRAME Status ParseSubquery(bool exists, Parsed* out);
  FIRESTEEL_OWN_FRAME Status ParseStar(std::vector<std::string> target, int start, Parsed* out);
  FIRESTEEL_OWN_FRAME Status ParseParameter(Parsed* out);
  FIRESTEEL_OWN_FRAME Status ParseCollate(Parsed* base);
  Status ParsePostfix(Parsed* out);
  FIRESTEEL_OWN_FRAME Status ParseDot(Parsed* base);
  Status ParseSubscript(Parsed* base);
  FIRESTEEL_OWN_FRAME Status ParseCastSuffix(Parsed* base);
  Status ParsePrimary(Parsed* out);
  /// What is no word: constants, `*`, and everything that cannot begin an expression.
  FIRESTEEL_OWN_FRAME Status ParseSimple(Parsed* out);
  Status ParseParenthesized(Parsed* out);
  /// The values in `(a, b)` or struct(a, b); of anything else the expression itself.
  std::vector<ExpressionPtr> TupleElements(const ExpressionPtr& expression) const;
  FIRESTEEL_OWN_FRAME Status MakeTuple(std::vector<Parsed> parts, int start, Parsed* out) const;
  /// A name, `t.*`, or the name of a call, whose parenthesis is next.
  struct CallName;
  FIRESTEEL_OWN_FRAME Status ParseReference(std::unique_ptr<CallName>* call, Parsed* out);

  // call_parser.cc
  Status ParseCall(std::unique_ptr<CallName> name, Parsed* out);
  /// What may follow the parenthesis: WITHIN GROUP, FILTER, IGNORE NULLS.
  Status ParseCallClauses(CallName* name, std::vector<Parsed>* parts);
  FIRESTEEL_OWN_FRAME Status MakeNamedCall(const CallName& name, const std::vector<Parsed>& parts,
                                           Parsed* out) const;
  Status ParseArguments(std::vector<Parsed>* arguments);
  Status ParseArgument(Parsed* out);
  FIRESTEEL_OWN_FRAME bool BeginsLambda() const;
  Status ParseLambda(Parsed* out);
  Status ParseNamedArgument(Parsed* out);

  // special_form_parser.cc
  /// Forms that begin with a word: CASE, CAST, EXTRACT, literals such as DATE '…'. Leaves
  /// `out` empty when the word is an ordinary name here.
  Status ParseWordForm(Parsed* out);
  FIRESTEEL_OWN_FRAME Status ParseConstantWord(Parsed* out);
  Status ParseCase(Parsed* out);
  FIRESTEEL_OWN_FRAME Status MakeBranch(const Parsed& operand, Parsed* condition) const;
  Status ParseCast(bool try_cast, Parsed* out);
  Status ParseExtract(Parsed* out);
  Status ParseStruct(Parsed* out);
  Status ParseSubstring(Parsed* out);
  Status ParseTrim(Parsed* out);
  Status ParsePosition(Parsed* out);
  Status ParseOverlay(Parsed* out);
  /// The rest of a plain call after its first argument, which `arguments` holds.
  Status ParseRestOfCall(std::string_view name, std::vector<Parsed> arguments, int start,
                         Parsed* out);

  // literal_parser.cc
  Status ParseNumber(bool negative, int start, Parsed* out);
  Status ParseString(Parsed* out);
  Status ParseTypedLiteral(Parsed* out);
  Status ParseDateLiteral(TypeId type, std::string_view keyword, int start, Parsed* out);
  Status ParseBinaryLiteral(int start, Parsed* out);
  Status MakeWhole(std::string_view digits, char suffix, bool negative, int start,
                   Parsed* out) const;
  Status MakeDecimal(std::string_view text, bool negative, int start, Parsed* out) const;
  Status MakeFloating(std::string_view text, bool is_float, bool negative, int start,
                      Parsed* out) const;
  Status OutOfRange(std::string text, std::string low, std::string high, std::string type,
                    int start) const;
  Status InvalidTypedLiteral(std::string_view type, std::string_view value, int start) const;

  // interval_parser.cc
  bool BeginsInterval() const;
  FIRESTEEL_OWN_FRAME Status ParseInterval(Parsed* out);
  Status ParseIntervalText(int start, Parsed* out);
  Status ParseIntervalPieces(int start, Parsed* out);
  Status MakeInterval(const IntervalSum& sum, int start, Parsed* out) const;
  Status IntervalErrorAt(const IntervalError& error, int start) const;

  // type_parser.cc
  FIRESTEEL_OWN_FRAME Result<DataType> ParseType();
  Status SkipAngleBrackets();

  const SourceText* source_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  int last_end_ = 0;
  int nesting_ = 0;
  std::vector<size_t> close_;  // per token: the index of the bracket that closes it
  int last_when_ = -1;  // index of the last word WHEN; before it CASE begins an expression
};

/// What a call is made of besides its arguments.
struct ExpressionParser::CallName {
  std::vector<std::string> parts;
  int start = 0;
  int end = 0;  // of the arguments
  bool distinct = false;
  bool ignore_nulls = false;
  bool has_filter = false;
  size_t within_group_size = 0;
};

}  // namespace firesteel
