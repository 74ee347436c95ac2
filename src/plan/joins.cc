#include "plan/joins.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "plan/attribute_set.h"
#include "plan/describe.h"

namespace firesteel {

namespace {

struct JoinTypeName {
  std::string_view name;  // without underscores and spaces
  JoinType type;
};

constexpr JoinTypeName kJoinTypeNames[] = {
    {"inner", JoinType::kInner},          {"cross", JoinType::kCross},
    {"outer", JoinType::kFullOuter},      {"full", JoinType::kFullOuter},
    {"fullouter", JoinType::kFullOuter},  {"left", JoinType::kLeftOuter},
    {"leftouter", JoinType::kLeftOuter},  {"right", JoinType::kRightOuter},
    {"rightouter", JoinType::kRightOuter}, {"semi", JoinType::kLeftSemi},
    {"leftsemi", JoinType::kLeftSemi},    {"anti", JoinType::kLeftAnti},
    {"leftanti", JoinType::kLeftAnti},
};

std::vector<AttributePtr> AsNullable(std::vector<AttributePtr> columns) {
  for (AttributePtr& column : columns) column = column->WithNullable(true);
  return columns;
}

bool Overlap(const std::vector<AttributePtr>& left, const std::vector<AttributePtr>& right) {
  const AttributeSet ids(left);
  return std::any_of(right.begin(), right.end(),
                     [&](const AttributePtr& column) { return ids.Contains(column->id()); });
}

}  // namespace

std::string_view ToString(JoinType type) {
  switch (type) {
    case JoinType::kInner: return "Inner";
    case JoinType::kCross: return "Cross";
    case JoinType::kLeftOuter: return "LeftOuter";
    case JoinType::kRightOuter: return "RightOuter";
    case JoinType::kFullOuter: return "FullOuter";
    case JoinType::kLeftSemi: return "LeftSemi";
    case JoinType::kLeftAnti: return "LeftAnti";
    case JoinType::kExistence: return "ExistenceJoin";
    case JoinType::kLeftSingle: return "LeftSingle";
  }
  return "";
}

Result<JoinType> ParseJoinType(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (c != '_' && c != ' ') {
      folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  std::string supported;
  for (const JoinTypeName& row : kJoinTypeNames) {
    if (row.name == folded) return row.type;
    supported += (supported.empty() ? "'" : ", '") + std::string(row.name) + "'";
  }
  return MakeError("UNSUPPORTED_JOIN_TYPE",
                   {{"typ", std::string(text)}, {"supported", std::move(supported)}});
}

Join::Join(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition)
    : LogicalPlan(kKind, {std::move(left), std::move(right)}),
      type_(type),
      condition_(std::move(condition)) {}

PlanPtr Join::Using(PlanPtr left, PlanPtr right, JoinType type, std::vector<std::string> columns) {
  auto join = std::make_shared<Join>(std::move(left), std::move(right), type, nullptr);
  join->using_columns_ = std::move(columns);
  return join;
}

PlanPtr Join::Natural(PlanPtr left, PlanPtr right, JoinType type) {
  auto join = std::make_shared<Join>(std::move(left), std::move(right), type, nullptr);
  join->natural_ = true;
  return join;
}

PlanPtr Join::Lateral(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition) {
  auto join =
      std::make_shared<Join>(std::move(left), std::move(right), type, std::move(condition));
  join->lateral_ = true;
  return join;
}

PlanPtr Join::Existence(PlanPtr left, PlanPtr right, ExpressionPtr condition,
                        AttributePtr exists) {
  auto join = std::make_shared<Join>(std::move(left), std::move(right), JoinType::kExistence,
                                     std::move(condition));
  join->exists_ = std::move(exists);
  return join;
}

std::vector<AttributePtr> Join::output() const {
  std::vector<AttributePtr> output = left()->output();
  if (type_ == JoinType::kExistence) {
    output.push_back(exists_);
    return output;
  }
  if (type_ == JoinType::kLeftSemi || type_ == JoinType::kLeftAnti) return output;
  std::vector<AttributePtr> more = right()->output();
  if (type_ == JoinType::kRightOuter || type_ == JoinType::kFullOuter) {
    output = AsNullable(std::move(output));
  }
  if (type_ == JoinType::kLeftOuter || type_ == JoinType::kFullOuter ||
      type_ == JoinType::kLeftSingle) {
    more = AsNullable(std::move(more));
  }
  output.insert(output.end(), more.begin(), more.end());
  return output;
}

std::vector<ExpressionPtr> Join::expressions() const {
  if (condition_ == nullptr) return {};
  return {condition_};
}

PlanPtr Join::Copy(PlanPtr left, PlanPtr right, ExpressionPtr condition) const {
  auto join =
      std::make_shared<Join>(std::move(left), std::move(right), type_, std::move(condition));
  join->using_columns_ = using_columns_;
  join->natural_ = natural_;
  join->lateral_ = lateral_;
  join->exists_ = exists_;
  return join;
}

PlanPtr Join::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return Copy(left(), right(), expressions.empty() ? nullptr : std::move(expressions[0]));
}

PlanPtr Join::WithNewChildren(std::vector<PlanPtr> children) const {
  return Copy(std::move(children[0]), std::move(children[1]), condition_);
}

std::string Join::Describe() const {
  std::string type(ToString(type_));
  if (natural_) type = "NaturalJoin(" + type + ")";
  if (!using_columns_.empty()) {
    type = "UsingJoin(" + type + ", " + BracketedList(using_columns_) + ")";
  }
  if (exists_ != nullptr) type += "(" + exists_->ToString() + ")";
  return (lateral_ ? "LateralJoin " : "Join ") + type +
         (condition_ == nullptr ? "" : ", " + condition_->ToString());
}

bool Join::SelfResolved() const {
  return !natural_ && !lateral_ && using_columns_.empty() &&
         !Overlap(left()->output(), right()->output()) &&
         (condition_ == nullptr || condition_->type().id() == TypeId::kBoolean);
}

}  // namespace firesteel
