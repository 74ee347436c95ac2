#include "plan/join_times.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "expr/function.h"
#include "firesteel/row.h"
#include "plan/attribute_set.h"
#include "plan/event_time.h"

namespace firesteel {

namespace {

constexpr int64_t kMicrosPerMillisecond = 1000;
constexpr int64_t kMicrosPerDay = int64_t{24} * 60 * 60 * 1000 * kMicrosPerMillisecond;

/// A sum of times, each added or taken away, and a constant.
struct TimeSum {
  std::map<ExprId, int> times;
  std::map<ExprId, AttributePtr> columns;
  int64_t micros = 0;
  bool valid = true;

  void AddConstant(int64_t value, int sign) {
    int64_t scaled;
    valid &= !__builtin_mul_overflow(value, static_cast<int64_t>(sign), &scaled) &&
             !__builtin_add_overflow(micros, scaled, &micros);
  }
};

void AddLiteral(const Value& value, int sign, TimeSum* sum) {
  if (value.Is<DayTimeInterval>()) {
    sum->AddConstant(value.Get<DayTimeInterval>().micros, sign);
  } else if (value.Is<CalendarInterval>() && value.Get<CalendarInterval>().months == 0) {
    const CalendarInterval& interval = value.Get<CalendarInterval>();
    sum->AddConstant(interval.days * kMicrosPerDay, sign);
    sum->AddConstant(interval.micros, sign);
  } else {
    sum->valid = false;
  }
}

void AddTerms(const ExpressionPtr& expression, int sign, TimeSum* sum) {
  if (const auto* literal = As<Literal>(expression)) return AddLiteral(literal->value(), sign, sum);
  if (const auto* attribute = As<Attribute>(expression)) {
    sum->valid &= attribute->type().id() == TypeId::kTimestamp;
    sum->times[attribute->id()] += sign;
    sum->columns[attribute->id()] = std::static_pointer_cast<const Attribute>(expression);
    return;
  }
  if (const auto* cast = As<Cast>(expression)) {
    // Only casts between intervals keep the unit.
    sum->valid &= cast->type().SameType(cast->child(0)->type()) ||
                  cast->type().id() == TypeId::kDayTimeInterval;
    return AddTerms(cast->child(0), sign, sum);
  }
  const auto* call = As<ScalarFunction>(expression);
  if (call != nullptr && (call->name() == "+" || call->name() == "-") &&
      call->children().size() == 2) {
    AddTerms(call->child(0), sign, sum);
    return AddTerms(call->child(1), call->name() == "+" ? sign : -sign, sum);
  }
  if (call != nullptr && call->name() == "negative") return AddTerms(call->child(0), -sign, sum);
  sum->valid = false;
}

int64_t FloorToMs(int64_t micros) {
  const int64_t quotient = micros / kMicrosPerMillisecond;
  return micros % kMicrosPerMillisecond < 0 ? quotient - 1 : quotient;
}

/// What `greater > smaller` (or `>=`) says of a time of `side`.
std::optional<int64_t> OffsetOf(const ExpressionPtr& greater, const ExpressionPtr& smaller,
                                bool inclusive, const AttributeSet& side,
                                const AttributeSet& other_event_times, AttributePtr* column) {
  TimeSum sum;  // greater - smaller, which is above zero
  AddTerms(greater, 1, &sum);
  AddTerms(smaller, -1, &sum);
  if (!sum.valid || sum.times.size() != 2) return std::nullopt;
  AttributePtr bounded;
  bool by_event_time = false;
  for (const auto& [id, sign] : sum.times) {
    if (sign == 1 && side.Contains(id)) bounded = sum.columns[id];
    by_event_time |= sign == -1 && other_event_times.Contains(id);
  }
  if (!bounded || !by_event_time) return std::nullopt;
  if (column != nullptr) *column = bounded;
  return FloorToMs(-sum.micros) - (inclusive ? 1 : 0);
}

struct Comparison {
  ExpressionPtr greater;
  ExpressionPtr smaller;
  bool inclusive = false;
};

std::optional<Comparison> ReadComparison(const ExpressionPtr& condition) {
  const auto* call = As<ScalarFunction>(condition);
  if (call == nullptr || call->children().size() != 2) return std::nullopt;
  const std::string_view name = call->name();
  if (name == ">" || name == ">=") return Comparison{call->child(0), call->child(1), name == ">="};
  if (name == "<" || name == "<=") return Comparison{call->child(1), call->child(0), name == "<="};
  return std::nullopt;
}

void SplitInto(const ExpressionPtr& condition, std::vector<ExpressionPtr>* parts) {
  const auto* call = As<ScalarFunction>(condition);
  if (call != nullptr && call->name() == "and") {
    for (const ExpressionPtr& child : call->children()) SplitInto(child, parts);
    return;
  }
  parts->push_back(condition);
}

}  // namespace

std::vector<ExpressionPtr> JoinConjuncts(const ExpressionPtr& condition) {
  std::vector<ExpressionPtr> parts;
  if (condition) SplitInto(condition, &parts);
  return parts;
}

std::optional<int64_t> StateWatermarkOffsetMs(const std::vector<ExpressionPtr>& conjuncts,
                                              const std::vector<AttributePtr>& side,
                                              const std::vector<AttributePtr>& other,
                                              AttributePtr* column) {
  const AttributeSet of_side(side);
  AttributeSet event_times;
  for (const AttributePtr& attribute : other) {
    if (WatermarkDelayMs(*attribute)) event_times.Add(attribute->id());
  }
  std::optional<int64_t> widest;
  const auto add = [&](const ExpressionPtr& greater, const ExpressionPtr& smaller,
                       bool inclusive) {
    const std::optional<int64_t> offset =
        OffsetOf(greater, smaller, inclusive, of_side, event_times, column);
    if (offset) widest = widest ? std::min(*widest, *offset) : *offset;
  };
  for (const ExpressionPtr& condition : conjuncts) {
    const auto* call = As<ScalarFunction>(condition);
    if (call != nullptr && call->name() == "between" && call->children().size() == 3) {
      add(call->child(0), call->child(1), true);
      add(call->child(2), call->child(0), true);
    } else if (const std::optional<Comparison> comparison = ReadComparison(condition)) {
      add(comparison->greater, comparison->smaller, comparison->inclusive);
    }
  }
  return widest;
}

bool HasEventTimeKey(const Join& join) {
  const AttributeSet left(join.left()->output());
  const AttributeSet right(join.right()->output());
  for (const ExpressionPtr& condition : JoinConjuncts(join.condition())) {
    const auto* call = As<ScalarFunction>(condition);
    if (call == nullptr || (call->name() != "=" && call->name() != "<=>")) continue;
    const ExpressionPtr& a = call->child(0);
    const ExpressionPtr& b = call->child(1);
    const bool key = (ReadsOnly(a, left) && ReadsOnly(b, right)) ||
                     (ReadsOnly(a, right) && ReadsOnly(b, left));
    if (!key) continue;
    for (const ExpressionPtr& operand : {a, b}) {
      const auto* column = As<Attribute>(operand);
      if (column != nullptr && WatermarkDelayMs(*column)) return true;
    }
  }
  return false;
}

}  // namespace firesteel
