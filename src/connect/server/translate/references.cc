// Relations and expressions that name other relations of the request: by name, by number.
#include <utility>

#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/subqueries.h"
#include "plan/tagged_plan.h"

namespace firesteel {

namespace {

using ProtocolExpression = spark::connect::Expression;

}  // namespace

void PlanTranslator::CollectTags(const google::protobuf::Message& message) {
  if (message.GetDescriptor() == ProtocolExpression::UnresolvedAttribute::descriptor()) {
    const auto& name = static_cast<const ProtocolExpression::UnresolvedAttribute&>(message);
    if (name.has_plan_id()) tags_.insert(name.plan_id());
    return;
  }
  if (message.GetDescriptor() == ProtocolExpression::UnresolvedStar::descriptor()) {
    const auto& star = static_cast<const ProtocolExpression::UnresolvedStar&>(message);
    if (star.has_plan_id()) tags_.insert(star.plan_id());
    return;
  }
  if (message.GetDescriptor() == ProtocolExpression::UnresolvedRegex::descriptor()) {
    const auto& regex = static_cast<const ProtocolExpression::UnresolvedRegex&>(message);
    if (regex.has_plan_id()) tags_.insert(regex.plan_id());
    return;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      CollectTags(reflection.GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      CollectTags(reflection.GetRepeatedMessage(message, field, i));
    }
  }
}

PlanPtr PlanTranslator::Tagged(const spark::connect::Relation& relation, PlanPtr plan) const {
  if (!relation.common().has_plan_id() || tags_.count(relation.common().plan_id()) == 0) {
    return plan;
  }
  return std::make_shared<TaggedPlan>(relation.common().plan_id(), std::move(plan));
}

Result<PlanPtr> PlanTranslator::TranslateWithRelations(
    const spark::connect::WithRelations& relations) {
  std::vector<With::Definition> definitions;
  for (const spark::connect::Relation& reference : relations.references()) {
    if (reference.has_subquery_alias()) {
      ARROW_ASSIGN_OR_RAISE(PlanPtr plan, Translate(reference));
      definitions.push_back({reference.subquery_alias().alias(), std::move(plan)});
    }
    if (reference.common().has_plan_id()) {
      references_[reference.common().plan_id()] = &reference;
    }
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr root, Translate(relations.root()));
  if (definitions.empty() || ran_command_) return root;
  return std::make_shared<With>(std::move(definitions), std::move(root));
}

Result<ExpressionPtr> PlanTranslator::TranslateSubquery(
    const spark::connect::SubqueryExpression& subquery) {
  using Protocol = spark::connect::SubqueryExpression;
  const auto found = references_.find(subquery.plan_id());
  if (found == references_.end()) {
    return UnsupportedMessage("SubqueryExpression of a relation that is not in the request");
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, Translate(*found->second));
  using Form = SubqueryExpression::Form;
  switch (subquery.subquery_type()) {
    case Protocol::SUBQUERY_TYPE_SCALAR:
      return std::make_shared<SubqueryExpression>(Form::kScalar, std::move(plan),
                                                  std::vector<ExpressionPtr>());
    case Protocol::SUBQUERY_TYPE_EXISTS:
      return std::make_shared<SubqueryExpression>(Form::kExists, std::move(plan),
                                                  std::vector<ExpressionPtr>());
    case Protocol::SUBQUERY_TYPE_IN: {
      ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> values,
                            Translate(subquery.in_subquery_values()));
      return std::make_shared<SubqueryExpression>(Form::kIn, std::move(plan), std::move(values));
    }
    default:
      return UnsupportedMessage("SubqueryExpression." +
                                Protocol::SubqueryType_Name(subquery.subquery_type()));
  }
}

Result<PlanPtr> PlanTranslator::TranslateTableFunction(
    const spark::connect::UnresolvedTableValuedFunction& function) {
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> arguments, Translate(function.arguments()));
  return std::make_shared<UnresolvedTableFunction>(function.function_name(),
                                                   std::move(arguments));
}

Result<PlanPtr> PlanTranslator::TranslateLateralJoin(const spark::connect::LateralJoin& join) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr left, Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(PlanPtr right, Translate(join.right()));
  ARROW_ASSIGN_OR_RAISE(const JoinType type, ToJoinType(join.join_type()));
  ExpressionPtr condition;
  if (join.has_join_condition()) {
    ARROW_ASSIGN_OR_RAISE(condition, Translate(join.join_condition()));
  }
  return Join::Lateral(std::move(left), std::move(right), type, std::move(condition));
}

}  // namespace firesteel
