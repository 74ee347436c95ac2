#include "analyzer/grouping_view.h"

#include <algorithm>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "common/error.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

/// What column `index` of an Expand stands for: its value in the sets that it is part of.
ExpressionPtr MeaningOf(const Expand& expand, size_t index) {
  for (const std::vector<ExpressionPtr>& projection : expand.projections()) {
    const auto* literal = As<Literal>(projection[index]);
    if (literal == nullptr || !literal->value().is_null()) return projection[index];
  }
  return expand.projections()[0][index];
}

bool IsSetNumber(const Attribute& column) {
  return column.name() == kGroupingIdColumn || column.name() == "_gen_grouping_pos";
}

}  // namespace

GroupingView::GroupingView(const Aggregate& aggregate) {
  const auto* expand = As<Expand>(aggregate.child());
  row_columns_ = expand ? expand->child()->output() : aggregate.child()->output();
  for (const ExpressionPtr& key : aggregate.grouping()) {
    const auto* column = As<Attribute>(key);
    ExpressionPtr meaning = key;
    if (expand != nullptr && column != nullptr) {
      if (column->name() == kGroupingIdColumn) {
        grouping_id_ = std::static_pointer_cast<const Attribute>(key);
      }
      if (IsSetNumber(*column)) continue;
      const std::vector<AttributePtr> output = expand->output();
      for (size_t i = 0; i < output.size(); ++i) {
        if (output[i]->id() == column->id()) meaning = MeaningOf(*expand, i);
      }
    }
    if (column != nullptr) {
      group_columns_.push_back(std::static_pointer_cast<const Attribute>(key));
    }
    keys_.push_back({key, std::move(meaning)});
  }
}

int GroupingView::KeyIndex(const ExpressionPtr& expression) const {
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (SemanticallyEqual(*keys_[i].key, *expression) ||
        SemanticallyEqual(*keys_[i].meaning, *expression)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

ExpressionPtr GroupingView::GroupOf(const ExpressionPtr& expression) const {
  if (expression->kind() == ExpressionKind::kLiteral) return nullptr;
  if (grouping_id_ != nullptr && SemanticallyEqual(*grouping_id_, *expression)) {
    return grouping_id_;
  }
  const int index = KeyIndex(expression);
  return index < 0 ? nullptr : keys_[index].key;
}

Result<ExpressionPtr> GroupingView::GroupingCall(const UnresolvedFunction& call,
                                                 const Resolver& resolver) const {
  const std::vector<ExpressionPtr> arguments = call.arguments();
  std::string keys;
  for (const Key& key : keys_) keys += (keys.empty() ? "" : ", ") + key.meaning->Sql();
  const FunctionSettings& settings = resolver.settings();
  if (FoldCase(call.name()) == "grouping") {
    const int index = arguments.size() == 1 ? KeyIndex(arguments[0]) : -1;
    if (index < 0) {
      return MakeError("GROUPING_COLUMN_MISMATCH",
                       {{"grouping", call.Sql()}, {"groupingColumns", keys}});
    }
    const int shift = static_cast<int>(keys_.size()) - 1 - index;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bits, Literal::Of(int32_t{shift}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int64_t{1}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr shifted,
                          BindCall("shiftright", {grouping_id_, bits}, false, nullptr, settings));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bit,
                          BindCall("&", {shifted, one}, false, nullptr, settings));
    return ExpressionPtr(std::make_shared<Cast>(
        bit, TypeId::kByte, CastOptions{settings.ansi, false, settings.time_zone}, true));
  }
  // Without arguments it stands for all keys; others must be all keys in their order.
  bool same = arguments.empty() || arguments.size() == keys_.size();
  for (size_t i = 0; same && i < arguments.size(); ++i) {
    same = KeyIndex(arguments[i]) == static_cast<int>(i);
  }
  if (same) return ExpressionPtr(grouping_id_);
  std::string shown;
  for (const ExpressionPtr& argument : arguments) {
    shown += (shown.empty() ? "" : ", ") + argument->Sql();
  }
  return MakeError("GROUPING_ID_COLUMN_MISMATCH",
                   {{"groupingIdColumn", shown}, {"groupByColumns", keys}});
}

Result<ExpressionPtr> GroupingView::ReplaceGroupingCalls(const ExpressionPtr& expression,
                                                         const Resolver& resolver) const {
  if (grouping_id_ == nullptr) return expression;
  ARROW_ASSIGN_OR_RAISE(
      ExpressionPtr replaced,
      TransformUp<Expression>(expression, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* call = As<UnresolvedFunction>(e);
        if (call == nullptr) return ExpressionPtr();
        const std::string name = FoldCase(call->name());
        if (name != "grouping" && name != "grouping_id") return ExpressionPtr();
        return GroupingCall(*call, resolver);
      }));
  if (replaced == expression) return expression;
  // Calls around the replaced ones can be bound only now.
  return ResolveCalls(replaced, resolver);
}

bool IsAllKeyword(const ExpressionPtr& expression) {
  const auto* name = As<UnresolvedAttribute>(expression);
  return name != nullptr && name->parts().size() == 1 && FoldCase(name->parts()[0]) == "all";
}

}  // namespace firesteel
