#include <utility>

#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "sql/parser.h"

namespace firesteel {

namespace {

using ProtocolExpression = spark::connect::Expression;

/// Functions that clients call by a name which is none in SQL.
std::string FunctionName(const std::string& name) {
  if (name == "==") return "=";
  if (name == "isNull") return "isnull";
  if (name == "isNotNull") return "isnotnull";
  if (name == "!") return "not";
  return name;
}

}  // namespace

Result<ExpressionPtr> PlanTranslator::Translate(const ProtocolExpression& expression) {
  if (++depth_ > 1000) return UnsupportedMessage("Expression nested deeper than 1000 levels");
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr translated, TranslateKind(expression));
  --depth_;
  return translated;
}

Result<std::vector<ExpressionPtr>> PlanTranslator::Translate(
    const google::protobuf::RepeatedPtrField<ProtocolExpression>& expressions) {
  std::vector<ExpressionPtr> translated;
  translated.reserve(static_cast<size_t>(expressions.size()));
  for (const ProtocolExpression& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(translated.emplace_back(), Translate(expression));
  }
  return translated;
}

Result<ExpressionPtr> PlanTranslator::TranslateKind(const ProtocolExpression& expression) {
  switch (expression.expr_type_case()) {
    case ProtocolExpression::kLiteral: {
      DataType type;
      ARROW_ASSIGN_OR_RAISE(Value value, LiteralValue(expression.literal(), &type));
      return Literal::Make(std::move(value), std::move(type));
    }
    case ProtocolExpression::kUnresolvedAttribute:
      return TranslateName(expression.unresolved_attribute());
    case ProtocolExpression::kWindow: return TranslateWindow(expression.window());
    case ProtocolExpression::kSubqueryExpression:
      return TranslateSubquery(expression.subquery_expression());
    case ProtocolExpression::kNamedArgumentExpression: {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value,
                            Translate(expression.named_argument_expression().value()));
      return std::make_shared<NamedArgument>(expression.named_argument_expression().key(),
                                             std::move(value));
    }
    case ProtocolExpression::kUnresolvedFunction:
      return TranslateFunction(expression.unresolved_function());
    case ProtocolExpression::kCallFunction: {
      ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> arguments,
                            Translate(expression.call_function().arguments()));
      return std::make_shared<UnresolvedFunction>(expression.call_function().function_name(),
                                                  std::move(arguments));
    }
    case ProtocolExpression::kExpressionString:
      return ParseExpression(expression.expression_string().expression());
    case ProtocolExpression::kUnresolvedStar:
      return TranslateStar(expression.unresolved_star());
    case ProtocolExpression::kUnresolvedRegex:
      return TranslateRegex(expression.unresolved_regex());
    case ProtocolExpression::kUpdateFields:
      return TranslateUpdateFields(expression);
    case ProtocolExpression::kAlias: return TranslateAlias(expression.alias());
    case ProtocolExpression::kCast: return TranslateCast(expression.cast());
    case ProtocolExpression::kSortOrder: return TranslateSortOrder(expression.sort_order());
    case ProtocolExpression::kUnresolvedExtractValue: {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr child,
                            Translate(expression.unresolved_extract_value().child()));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr extraction,
                            Translate(expression.unresolved_extract_value().extraction()));
      return std::make_shared<UnresolvedFunction>(
          "[]", std::vector<ExpressionPtr>{std::move(child), std::move(extraction)});
    }
    case ProtocolExpression::kLambdaFunction: {
      std::vector<std::string> names;
      for (const auto& variable : expression.lambda_function().arguments()) {
        names.push_back(variable.name_parts_size() > 0 ? variable.name_parts(0) : "");
      }
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr body,
                            Translate(expression.lambda_function().function()));
      return std::make_shared<UnresolvedLambda>(std::move(names), std::move(body));
    }
    case ProtocolExpression::kUnresolvedNamedLambdaVariable: {
      const auto& parts = expression.unresolved_named_lambda_variable().name_parts();
      if (parts.empty()) {
        return UnsupportedMessage("UnresolvedNamedLambdaVariable without name_parts");
      }
      return std::make_shared<UnresolvedAttribute>(
          std::vector<std::string>(parts.begin(), parts.end()));
    }
    case ProtocolExpression::kCommonInlineUserDefinedFunction:
      return TranslateUserFunction(expression.common_inline_user_defined_function());
    default: return UnsupportedKind(expression, "expr_type");
  }
}

Result<ExpressionPtr> PlanTranslator::TranslateFunction(
    const ProtocolExpression::UnresolvedFunction& function) {
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> arguments, Translate(function.arguments()));
  return std::make_shared<UnresolvedFunction>(FunctionName(function.function_name()),
                                              std::move(arguments), function.is_distinct());
}

Result<ExpressionPtr> PlanTranslator::TranslateCast(const ProtocolExpression::Cast& cast) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr child, Translate(cast.expr()));
  DataType type;
  if (cast.has_type()) {
    ARROW_ASSIGN_OR_RAISE(type, FromProtocol(cast.type()));
  } else {
    ARROW_ASSIGN_OR_RAISE(type, DataType::FromDdl(cast.type_str()));
  }
  CastOptions options;
  options.try_cast = cast.eval_mode() == ProtocolExpression::Cast::EVAL_MODE_TRY;
  return std::make_shared<Cast>(std::move(child), std::move(type), options, /*implicit=*/false);
}

Result<ExpressionPtr> PlanTranslator::TranslateAlias(const ProtocolExpression::Alias& alias) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr child, Translate(alias.expr()));
  if (alias.name_size() == 1) {
    return std::make_shared<Alias>(std::move(child), alias.name(0), NewExprId(),
                                   alias.has_metadata() ? alias.metadata() : "");
  }
  return std::make_shared<UnresolvedMultiAlias>(
      std::move(child), std::vector<std::string>(alias.name().begin(), alias.name().end()));
}

Result<ExpressionPtr> PlanTranslator::TranslateSortOrder(
    const ProtocolExpression::SortOrder& order) {
  using Order = ProtocolExpression::SortOrder;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr child, Translate(order.child()));
  const bool ascending = order.direction() != Order::SORT_DIRECTION_DESCENDING;
  // Not said: NULL is the least value, as in Spark.
  const bool nulls_first = order.null_ordering() == Order::SORT_NULLS_UNSPECIFIED
                               ? ascending
                               : order.null_ordering() == Order::SORT_NULLS_FIRST;
  return std::make_shared<SortOrder>(std::move(child), ascending, nulls_first);
}

}  // namespace firesteel
