#include "plan/semantic_equality.h"

#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/generator.h"
#include "expr/nodes.h"

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

/// Compares what a node says beside its type and its children.
bool SameParameters(const Expression& a, const Expression& b) {
  switch (a.kind()) {
    case ExpressionKind::kCast:
      return SameCastOptions(As<CastExpression>(a)->options(), As<CastExpression>(b)->options());
    case ExpressionKind::kScalarFunction:
      return As<ScalarFunction>(a)->name() == As<ScalarFunction>(b)->name();
    case ExpressionKind::kAggregate: {
      const auto& left = *As<AggregateCall>(a);
      const auto& right = *As<AggregateCall>(b);
      return left.name() == right.name() && left.distinct() == right.distinct() &&
             left.has_filter() == right.has_filter();
    }
    case ExpressionKind::kGenerator:
      return As<GeneratorCall>(a)->name() == As<GeneratorCall>(b)->name();
    case ExpressionKind::kGetField:
      return As<GetField>(a)->ordinal() == As<GetField>(b)->ordinal();
    case ExpressionKind::kConditional: return true;
    default: return a.Equals(b);
  }
}

}  // namespace

bool SemanticallyEqual(const Expression& first, const Expression& second) {
  const Expression& a = LookThroughAliases(first);
  const Expression& b = LookThroughAliases(second);
  if (&a == &b) return true;
  if (a.kind() != b.kind() || a.children().size() != b.children().size()) return false;
  if (const auto* attribute = As<Attribute>(a)) return attribute->id() == As<Attribute>(b)->id();
  if (!a.type().SameType(b.type()) || !SameParameters(a, b)) return false;
  for (size_t i = 0; i < a.children().size(); ++i) {
    if (!SemanticallyEqual(*a.children()[i], *b.children()[i])) return false;
  }
  return true;
}

}  // namespace firesteel
