#include "plan/semantic_equality.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/generator.h"
#include "expr/nodes.h"
#include "expr/window.h"
#include "expr/window_function.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

const Expression& LookThroughAliases(const Expression& expression) {
  const Expression* current = &expression;
  while (current->kind() == ExpressionKind::kAlias) current = current->child(0).get();
  return *current;
}

bool SameCastOptions(const CastOptions& a, const CastOptions& b) {
  return a.ansi == b.ansi && a.try_cast == b.try_cast && a.time_zone == b.time_zone;
}

/// Compares what only the bound function knows: the direction in WITHIN GROUP (ORDER BY …).
bool SameBoundCalls(const AggregateCall& a, const AggregateCall& b) {
  const std::vector<std::string> arguments(a.arguments().size(), "?");
  return &a.bound() == &b.bound() || a.bound().CallText(a.name(), arguments, false) ==
                                         b.bound().CallText(b.name(), arguments, false);
}

/// Compares what a node says beside its type and its children.
bool SameParameters(const Expression& a, const Expression& b) {
  switch (a.kind()) {
    case ExpressionKind::kCast:
      return SameCastOptions(As<Cast>(a)->options(), As<Cast>(b)->options());
    case ExpressionKind::kScalarFunction:
      return As<ScalarFunction>(a)->name() == As<ScalarFunction>(b)->name();
    case ExpressionKind::kAggregate: {
      const auto& left = *As<AggregateCall>(a);
      const auto& right = *As<AggregateCall>(b);
      return left.name() == right.name() && left.distinct() == right.distinct() &&
             left.has_filter() == right.has_filter() && SameBoundCalls(left, right);
    }
    case ExpressionKind::kGenerator:
      return As<GeneratorCall>(a)->name() == As<GeneratorCall>(b)->name();
    case ExpressionKind::kGetField:
      return As<GetField>(a)->ordinal() == As<GetField>(b)->ordinal();
    case ExpressionKind::kWindow: {
      const auto& left = *As<WindowExpression>(a);
      const auto& right = *As<WindowExpression>(b);
      return left.frame() == right.frame() &&
             left.partition().size() == right.partition().size() &&
             left.order().size() == right.order().size();
    }
    case ExpressionKind::kWindowFunction:
      return As<WindowFunctionCall>(a)->function() == As<WindowFunctionCall>(b)->function() &&
             As<WindowFunctionCall>(a)->ignore_nulls() == As<WindowFunctionCall>(b)->ignore_nulls();
    case ExpressionKind::kSortOrder:
      return As<SortOrder>(a)->ascending() == As<SortOrder>(b)->ascending() &&
             As<SortOrder>(a)->nulls_first() == As<SortOrder>(b)->nulls_first();
    case ExpressionKind::kSubquery: {
      const auto& left = *As<SubqueryExpression>(a);
      const auto& right = *As<SubqueryExpression>(b);
      // Two texts of one query differ in the ids of what the query computes: they count as two.
      return left.form() == right.form() && left.values().size() == right.values().size() &&
             (left.plan() == right.plan() ||
              left.plan()->TreeString() == right.plan()->TreeString());
    }
    case ExpressionKind::kOuterReference:
      return As<OuterReference>(a)->column()->id() == As<OuterReference>(b)->column()->id();
    case ExpressionKind::kConditional:
    case ExpressionKind::kSqlCall: return true;
    default: return a.Equals(b);
  }
}

bool IsCommutative(const Expression& expression) {
  const auto* function = As<ScalarFunction>(expression);
  if (function == nullptr || function->children().size() != 2) return false;
  const std::string_view names[] = {"+", "*", "=", "<=>", "and", "or", "&", "|", "^"};
  return std::find(std::begin(names), std::end(names), function->name()) != std::end(names);
}

size_t Mix(size_t seed, size_t value) {
  return (seed ^ (value + 0x9E3779B97F4A7C15ULL + (seed << 6) + (seed >> 2))) *
         0xFF51AFD7ED558CCDULL;
}

}  // namespace

size_t SemanticHash(const Expression& any) {
  const Expression& expression = LookThroughAliases(any);
  size_t hash = Mix(1, static_cast<size_t>(expression.kind()));
  if (const auto* attribute = As<Attribute>(expression)) {
    return Mix(hash, static_cast<size_t>(attribute->id()));
  }
  hash = Mix(hash, static_cast<size_t>(expression.type().id()));
  if (const auto* function = As<ScalarFunction>(expression)) {
    hash = Mix(hash, std::hash<std::string_view>()(function->name()));
  } else if (expression.kind() == ExpressionKind::kLiteral) {
    hash = Mix(hash, std::hash<std::string>()(expression.Sql()));
  }
  if (IsCommutative(expression)) {
    return Mix(hash, SemanticHash(*expression.child(0)) + SemanticHash(*expression.child(1)));
  }
  for (const ExpressionPtr& child : expression.children()) hash = Mix(hash, SemanticHash(*child));
  return hash;
}

bool SemanticallyEqual(const Expression& first, const Expression& second) {
  const Expression& a = LookThroughAliases(first);
  const Expression& b = LookThroughAliases(second);
  if (&a == &b) return true;
  if (a.kind() != b.kind() || a.children().size() != b.children().size()) return false;
  if (const auto* attribute = As<Attribute>(a)) return attribute->id() == As<Attribute>(b)->id();
  if (!a.type().SameType(b.type()) || !SameParameters(a, b)) return false;
  // The hashes choose the order of the operands, since trying both at each level would take
  // exponential time.
  if (IsCommutative(a) && SemanticHash(*a.child(0)) != SemanticHash(*b.child(0))) {
    return SemanticHash(*a.child(0)) == SemanticHash(*b.child(1)) &&
           SemanticallyEqual(*a.child(0), *b.child(1)) &&
           SemanticallyEqual(*a.child(1), *b.child(0));
  }
  for (size_t i = 0; i < a.children().size(); ++i) {
    if (!SemanticallyEqual(*a.children()[i], *b.children()[i])) return false;
  }
  return true;
}

}  // namespace firesteel
