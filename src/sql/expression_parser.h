#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"
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

/// Parses expressions by precedence climbing over the tokens of one text. One instance per text,
/// not thread-safe. The methods are spread over one .cc per family: expression_parser.cc (infix and
/// prefix operators), predicate_parser.cc, primary_parser.cc, special_form_parser.cc,
/// literal_parser.cc, interval_parser.cc, type_parser.cc.
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

  /// `expression [[AS] name | [AS] (name, …)]`.
  Result<Parsed> ParseNamedExpression();
  Result<Parsed> ParseExpression() { return ParseInfix(kWeakest); }
  /// Errors: PARSE_SYNTAX_ERROR unless all tokens have been used.
  Status ExpectEnd() const;

 private:
  // Tokens.
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
  Status ExpectWord(std::string_view word);
  Status ExpectSymbol(std::string_view symbol);
  /// Whether an expression may begin with this token.
  bool BeginsExpression(const Token& token) const;
  bool IsName(const Token& token) const {
    return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName;
  }
  std::string NameOf(const Token& token) const;
  /// The byte after the last token used.
  int LastEnd() const { return last_end_; }
  /// PARSE_SYNTAX_ERROR at the next token.
  Status SyntaxError(std::string hint = "") const;

  // Trees.
  Result<Parsed> Make(ExpressionPtr expression, const std::vector<Parsed>& parts, int start) const;
  Result<Parsed> MakeCall(std::string_view function, std::vector<Parsed> arguments, int start) const;
  Result<Parsed> MakeLiteral(Value value, DataType type, int start) const;
  Result<Parsed> MakeNot(Parsed operand, int start) const;

  // expression_parser.cc
  Result<Parsed> ParseInfix(int weakest);
  Result<Parsed> ParseInfixLevels(int weakest);
  Result<Parsed> ParsePrefix(int weakest, int* tightest);
  Result<Parsed> ParseOperation(const InfixOperator& op, Parsed left);
  Result<Parsed> ParseChain(const InfixOperator& op, Parsed first);
  Result<Parsed> MakeBalanced(std::string_view function, const std::vector<Parsed>& operands,
                              size_t first, size_t last) const;
  const InfixOperator* PeekInfix() const;
  const InfixOperator* FindPredicate(int ahead) const;

  // predicate_parser.cc
  Result<Parsed> ParsePredicate(const InfixOperator& op, Parsed left);
  Result<Parsed> ParseIs(Parsed left);
  Result<Parsed> ParseIn(Parsed left);
  Result<Parsed> ParseBetween(Parsed left);
  Result<Parsed> ParseLike(std::string_view function, Parsed left);

  // primary_parser.cc
  Result<Parsed> ParsePostfix();
  Result<Parsed> ParseDot(Parsed base);
  Result<Parsed> ParseSubscript(Parsed base);
  Result<Parsed> ParsePrimary();
  Result<Parsed> ParseParenthesized();
  Result<Parsed> ParseNameOrCall();
  Result<Parsed> ParseCall(const std::vector<std::string>& name, int start);
  Result<std::vector<Parsed>> ParseArguments();
  Status ParameterMarkerError() const;

  // special_form_parser.cc
  /// Forms that begin with a word: CASE, CAST, EXTRACT, literals such as DATE '…'. Leaves
  /// `expression` null when the word is an ordinary name here.
  Result<Parsed> ParseWordForm();
  Result<Parsed> ParseCase();
  Result<Parsed> ParseCast(bool try_cast);
  Result<Parsed> ParseExtract();
  Result<Parsed> ParseStruct();
  Result<Parsed> ParseSubstring();
  Result<Parsed> ParseTrim();
  Result<Parsed> ParsePosition();

  // literal_parser.cc
  Result<Parsed> ParseNumber(bool negative, int start);
  Result<Parsed> ParseString();
  Result<Parsed> ParseTypedLiteral();
  Result<Parsed> ParseDateLiteral(TypeId type, std::string_view keyword, int start);
  Result<Parsed> ParseBinaryLiteral(int start);
  Result<Parsed> MakeWhole(std::string_view digits, char suffix, bool negative, int start) const;
  Result<Parsed> MakeDecimal(std::string_view text, bool negative, int start) const;
  Result<Parsed> MakeFloating(std::string_view text, bool is_float, bool negative, int start) const;
  Status OutOfRange(std::string text, std::string low, std::string high, std::string type,
                    int start) const;
  Status InvalidTypedLiteral(std::string_view type, std::string_view value, int start) const;

  // interval_parser.cc
  bool BeginsInterval() const;
  Result<Parsed> ParseInterval();
  Result<Parsed> ParseIntervalText(int start);
  Result<Parsed> ParseIntervalPieces(int start);
  Result<Parsed> MakeInterval(const IntervalSum& sum, int start) const;
  Status IntervalErrorAt(const IntervalError& error, int start) const;

  // type_parser.cc
  Result<DataType> ParseType();
  Status SkipAngleBrackets();

  const SourceText* source_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  int last_end_ = 0;
  int nesting_ = 0;
  int last_when_ = -1;  // index of the last word WHEN; before it CASE begins an expression
};

}  // namespace firesteel
