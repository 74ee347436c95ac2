#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel {

/// How tightly operators bind, weakest first. A right operand holds what binds tighter than its
/// operator, so that operators of one level group from the left.
enum Precedence : int8_t {
  kOr = 1,
  kAnd,
  kNot,         // prefix; takes a whole predicate: NOT a = 1, NOT a IS NULL
  kPredicate,   // IS, IN, BETWEEN, LIKE …; at most one after an operand
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kSum,
  kProduct,
  kUnary,       // prefix: - + ~
  kWeakest = kOr,
};

enum class OperatorForm : uint8_t {
  kBinary,     ///< left, operator, right
  kChain,      ///< AND, OR: operands of a run are joined as a balanced tree
  kPredicate,  ///< has a form of its own, see predicate_parser.cc
};

/// One infix operator: how it is written, how it binds, the function it stands for.
struct InfixOperator {
  std::string_view symbol;  ///< words in upper case
  Precedence precedence;
  OperatorForm form;
  std::string_view function;
};

/// All infix operators of expressions. To add one: a row here, a function of that name in the
/// registry; a new symbol also goes to the list in lexer.cc. `<>` and NOT LIKE are made by the
/// parser as `not` of another function, which is also how their columns are named.
inline constexpr InfixOperator kInfixOperators[] = {
    {"OR", kOr, OperatorForm::kChain, "or"},
    {"AND", kAnd, OperatorForm::kChain, "and"},
    {"IS", kPredicate, OperatorForm::kPredicate, ""},
    {"IN", kPredicate, OperatorForm::kPredicate, "in"},
    {"BETWEEN", kPredicate, OperatorForm::kPredicate, "between"},
    {"LIKE", kPredicate, OperatorForm::kPredicate, "like"},
    {"ILIKE", kPredicate, OperatorForm::kPredicate, "ilike"},
    {"RLIKE", kPredicate, OperatorForm::kPredicate, "rlike"},
    {"REGEXP", kPredicate, OperatorForm::kPredicate, "rlike"},
    {"=", kComparison, OperatorForm::kBinary, "="},
    {"==", kComparison, OperatorForm::kBinary, "="},
    {"<=>", kComparison, OperatorForm::kBinary, "<=>"},
    {"<>", kComparison, OperatorForm::kBinary, "<>"},
    {"!=", kComparison, OperatorForm::kBinary, "<>"},
    {"<", kComparison, OperatorForm::kBinary, "<"},
    {"<=", kComparison, OperatorForm::kBinary, "<="},
    {"!>", kComparison, OperatorForm::kBinary, "<="},
    {">", kComparison, OperatorForm::kBinary, ">"},
    {">=", kComparison, OperatorForm::kBinary, ">="},
    {"!<", kComparison, OperatorForm::kBinary, ">="},
    {"|", kBitOr, OperatorForm::kBinary, "|"},
    {"^", kBitXor, OperatorForm::kBinary, "^"},
    {"&", kBitAnd, OperatorForm::kBinary, "&"},
    {"<<", kShift, OperatorForm::kBinary, "<<"},
    {">>", kShift, OperatorForm::kBinary, ">>"},
    {">>>", kShift, OperatorForm::kBinary, ">>>"},
    {"+", kSum, OperatorForm::kBinary, "+"},
    {"-", kSum, OperatorForm::kBinary, "-"},
    {"||", kSum, OperatorForm::kBinary, "concat"},
    {"*", kProduct, OperatorForm::kBinary, "*"},
    {"/", kProduct, OperatorForm::kBinary, "/"},
    {"%", kProduct, OperatorForm::kBinary, "%"},
    {"DIV", kProduct, OperatorForm::kBinary, "div"},
};

}  // namespace firesteel
