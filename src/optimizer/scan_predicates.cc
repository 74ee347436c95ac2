#include "optimizer/scan_predicates.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "expr/function.h"
#include "expr/nodes.h"
#include "optimizer/conjunction.h"

namespace firesteel {

namespace {

using Op = Predicate::Op;

struct Comparison {
  std::string_view function;
  Op op;
  Op swapped;  // the same with its sides exchanged
};

constexpr Comparison kComparisons[] = {
    {"=", Op::kEqual, Op::kEqual},  {"<=>", Op::kEqualNullSafe, Op::kEqualNullSafe},
    {"<", Op::kLess, Op::kGreater}, {"<=", Op::kLessOrEqual, Op::kGreaterOrEqual},
    {">", Op::kGreater, Op::kLess}, {">=", Op::kGreaterOrEqual, Op::kLessOrEqual},
};

constexpr std::pair<std::string_view, Op> kTextSearches[] = {
    {"startswith", Op::kStartsWith}, {"endswith", Op::kEndsWith}, {"contains", Op::kContains}};

// Functions that give NULL as soon as one argument is NULL.
constexpr std::string_view kNullForNull[] = {
    "=",         "<",        "<=",       ">",     ">=",         "not",      "+",        "-",
    "*",         "/",        "%",        "div",   "mod",        "negative", "abs",      "like",
    "ilike",     "rlike",    "upper",    "lower", "startswith", "length",   "endswith", "contains",
    "substring", "year",     "month",    "day",   "hour",       "minute",   "second",   "date_add",
    "sqrt",      "date_sub", "datediff", "floor", "dayofweek",  "quarter",  "sign",     "power"};

bool IsNan(const Value& value) {
  return (value.Is<double>() && std::isnan(value.Get<double>())) ||
         (value.Is<float>() && std::isnan(value.Get<float>()));
}

// The value as one of a narrower type of whole numbers; nullopt when it does not fit.
template <typename T>
std::optional<Value> Narrow(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::optional<Value> {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_integral_v<Held> && !std::is_same_v<Held, bool>) {
          const auto whole = static_cast<int64_t>(held);
          if (whole < std::numeric_limits<T>::min() || whole > std::numeric_limits<T>::max()) {
            return std::nullopt;
          }
          return Value(static_cast<T>(whole));
        } else {
          return std::nullopt;
        }
      },
      value.variant());
}

std::optional<Value> NarrowTo(TypeId type, const Value& value) {
  switch (type) {
    case TypeId::kByte:
      return Narrow<int8_t>(value);
    case TypeId::kShort:
      return Narrow<int16_t>(value);
    case TypeId::kInteger:
      return Narrow<int32_t>(value);
    default:
      return std::nullopt;
  }
}

/// Turns conditions into what scans understand.
class Translator {
 public:
  explicit Translator(const std::vector<AttributePtr>& columns) : columns_(columns) {}

  std::optional<Predicate> Translate(const ExpressionPtr& condition) const {
    if (As<Attribute>(condition)) return OfColumn(Op::kEqual, condition, {Value(true)});
    const auto* call = As<ScalarFunction>(condition);
    if (call == nullptr) return std::nullopt;
    const std::string_view name = call->name();
    if (name == "and" || name == "or") return TranslateChain(*call);
    if (name == "not") {
      std::optional<Predicate> inner = Translate(call->child(0));
      if (!inner) return std::nullopt;
      return Join(Op::kNot, {*std::move(inner)});
    }
    if (name == "isnull") return OfColumn(Op::kIsNull, call->child(0), {});
    if (name == "isnotnull") return OfColumn(Op::kIsNotNull, call->child(0), {});
    if (name == "in") return TranslateIn(*call);
    if (name == "like") return TranslateLike(*call);
    for (const auto& [function, op] : kTextSearches) {
      if (name == function) return TranslateComparison(op, call->child(0), call->child(1));
    }
    for (const Comparison& comparison : kComparisons) {
      if (name != comparison.function) continue;
      return As<Literal>(call->child(1))
                 ? TranslateComparison(comparison.op, call->child(0), call->child(1))
                 : TranslateComparison(comparison.swapped, call->child(1), call->child(0));
    }
    return std::nullopt;
  }

  /// Adds that the columns without which `expression` is not true are not NULL.
  void AddNeeded(const ExpressionPtr& expression, std::vector<Predicate>* predicates) const {
    if (const auto* column = As<Attribute>(expression)) {
      if (!column->nullable()) return;
      std::optional<Predicate> predicate = OfColumn(Op::kIsNotNull, expression, {});
      const bool fresh =
          predicate && std::none_of(predicates->begin(), predicates->end(), [&](const auto& other) {
            return other.op == Op::kIsNotNull && other.column == predicate->column;
          });
      if (fresh) predicates->push_back(*std::move(predicate));
      return;
    }
    const auto* call = As<ScalarFunction>(expression);
    const bool passes_null =
        As<Cast>(expression) ||
        (call != nullptr && std::find(std::begin(kNullForNull), std::end(kNullForNull),
                                      call->name()) != std::end(kNullForNull));
    if (!passes_null) return;
    for (const ExpressionPtr& child : expression->children()) AddNeeded(child, predicates);
  }

 private:
  static Predicate Join(Op op, std::vector<Predicate> children) {
    Predicate predicate;
    predicate.op = op;
    predicate.children = std::move(children);
    return predicate;
  }

  std::optional<Predicate> TranslateChain(const ScalarFunction& call) const {
    std::optional<Predicate> left = Translate(call.child(0));
    if (!left) return std::nullopt;
    std::optional<Predicate> right = Translate(call.child(1));
    if (!right) return std::nullopt;
    return Join(call.name() == "and" ? Op::kAnd : Op::kOr, {*std::move(left), *std::move(right)});
  }

  std::optional<Predicate> TranslateComparison(Op op, const ExpressionPtr& column,
                                               const ExpressionPtr& constant) const {
    const auto* literal = As<Literal>(constant);
    if (literal == nullptr || literal->value().is_null() || IsNan(literal->value())) {
      return std::nullopt;
    }
    if (literal->type().SameType(column->type())) {
      if (As<Attribute>(column)) return OfColumn(op, column, {literal->value()});
      // A narrower column of whole numbers, widened for the comparison.
      const auto* cast = As<Cast>(column);
      if (cast == nullptr) return std::nullopt;
      std::optional<Value> narrow = NarrowTo(cast->child(0)->type().id(), literal->value());
      if (!narrow) return std::nullopt;
      return OfColumn(op, cast->child(0), {*std::move(narrow)});
    }
    return std::nullopt;
  }

  std::optional<Predicate> TranslateIn(const ScalarFunction& call) const {
    std::vector<Value> values;
    for (size_t i = 1; i < call.children().size(); ++i) {
      const auto* literal = As<Literal>(call.child(static_cast<int>(i)));
      if (literal == nullptr || IsNan(literal->value()) ||
          !literal->type().SameType(call.child(0)->type())) {
        return std::nullopt;
      }
      values.push_back(literal->value());
    }
    return OfColumn(Op::kIn, call.child(0), std::move(values));
  }

  /// LIKE with a pattern that is plain text but for a % at an end, or both.
  std::optional<Predicate> TranslateLike(const ScalarFunction& call) const {
    const auto* literal = As<Literal>(call.child(1));
    if (literal == nullptr || !literal->value().Is<std::string>()) return std::nullopt;
    std::string text = literal->value().Get<std::string>();
    const bool open_start = text.starts_with('%');
    if (open_start) text.erase(0, 1);
    const bool open_end = text.ends_with('%');
    if (open_end) text.pop_back();
    if (text.find_first_of("%_\\") != text.npos) return std::nullopt;
    if (text.empty() && (open_start || open_end)) return std::nullopt;
    const Op op = open_start ? (open_end ? Op::kContains : Op::kEndsWith)
                             : (open_end ? Op::kStartsWith : Op::kEqual);
    return OfColumn(op, call.child(0), {Value(std::move(text))});
  }

  std::optional<Predicate> OfColumn(Op op, const ExpressionPtr& column,
                                    std::vector<Value> values) const {
    const auto* attribute = As<Attribute>(column);
    if (attribute == nullptr || (attribute->type().is_nested() && !values.empty())) {
      return std::nullopt;
    }
    const auto found = std::find_if(
        columns_.begin(), columns_.end(),
        [attribute](const AttributePtr& candidate) { return candidate->id() == attribute->id(); });
    if (found == columns_.end()) return std::nullopt;
    Predicate predicate;
    predicate.op = op;
    predicate.column = (*found)->name();
    predicate.values = std::move(values);
    return predicate;
  }

  const std::vector<AttributePtr>& columns_;
};

// `a%b`: begins with a, ends with b. (It is also long enough for both, which is not said.)
void AddEndsOfPattern(const ScalarFunction& like, const Translator& translator,
                      std::vector<Predicate>* predicates) {
  const auto* literal = As<Literal>(like.child(1));
  if (literal == nullptr || !literal->value().Is<std::string>()) return;
  const std::string& text = literal->value().Get<std::string>();
  const size_t gap = text.find('%');
  if (gap == 0 || gap == text.npos || gap + 1 == text.size()) return;
  if (text.find('%', gap + 1) != text.npos || text.find_first_of("_\\") != text.npos) return;
  std::optional<Predicate> start = translator.Translate(like.child(0));
  // The column itself says its name.
  if (!start || !As<Attribute>(like.child(0))) return;
  start->op = Op::kStartsWith;
  start->values = {Value(text.substr(0, gap))};
  Predicate end = *start;
  end.op = Op::kEndsWith;
  end.values = {Value(text.substr(gap + 1))};
  predicates->push_back(*std::move(start));
  predicates->push_back(std::move(end));
}

// NOT (a OR b) is NOT a and NOT b.
void AddConjuncts(const ExpressionPtr& condition, const Translator& translator,
                  std::vector<Predicate>* predicates) {
  const auto* call = As<ScalarFunction>(condition);
  const auto* inner =
      call != nullptr && call->name() == "not" ? As<ScalarFunction>(call->child(0)) : nullptr;
  if (inner != nullptr && inner->name() == "or") {
    for (const ExpressionPtr& child : inner->children()) {
      AddConjuncts(call->WithNewChildren({child}), translator, predicates);
    }
    return;
  }
  const bool says_not_null = call != nullptr && call->name() == "isnotnull";
  translator.AddNeeded(says_not_null ? call->child(0) : condition, predicates);
  if (says_not_null && As<Attribute>(call->child(0))) return;
  if (std::optional<Predicate> predicate = translator.Translate(condition)) {
    predicates->push_back(*std::move(predicate));
  } else if (call != nullptr && call->name() == "like") {
    AddEndsOfPattern(*call, translator, predicates);
  }
}

/// A column that is compared with something is not NULL anyway.
void LeaveOutImplied(std::vector<Predicate>* predicates) {
  constexpr Op kNeverOfNull[] = {Op::kEqual,    Op::kLess,       Op::kLessOrEqual,
                                 Op::kGreater,  Op::kStartsWith, Op::kGreaterOrEqual,
                                 Op::kContains, Op::kEndsWith};
  std::vector<std::string> compared;
  for (const Predicate& predicate : *predicates) {
    if (std::find(std::begin(kNeverOfNull), std::end(kNeverOfNull), predicate.op) !=
        std::end(kNeverOfNull)) {
      compared.push_back(predicate.column);
    }
  }
  std::erase_if(*predicates, [&compared](const Predicate& predicate) {
    return predicate.op == Op::kIsNotNull &&
           std::find(compared.begin(), compared.end(), predicate.column) != compared.end();
  });
}

}  // namespace

std::vector<Predicate> ScanPredicates(const ExpressionPtr& condition,
                                      const std::vector<AttributePtr>& columns) {
  const Translator translator(columns);
  std::vector<Predicate> predicates;
  for (const ExpressionPtr& part : SplitConjunction(condition)) {
    // Rows skipped by the scan must not be missed by a condition that differs each time.
    if (!part->deterministic()) break;
    AddConjuncts(part, translator, &predicates);
  }
  LeaveOutImplied(&predicates);
  return predicates;
}

}  // namespace firesteel
