#include <optional>
#include <utility>

#include "analyzer/rules.h"
#include "common/error.h"
#include "functions/constant.h"
#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

/// The number of rows. Errors: INVALID_LIMIT_LIKE_EXPRESSION.*
Result<int64_t> CountOf(const Expression& expression, const std::string& clause) {
  const std::string sql = "\"" + expression.Sql() + "\"";
  if (!IsFoldable(expression)) {
    return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE",
                     {{"name", clause}, {"expr", sql}});
  }
  if (expression.type().id() != TypeId::kInteger) {
    return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE",
                     {{"name", clause},
                      {"expr", sql},
                      {"dataType", "\"" + expression.type().Sql() + "\""}});
  }
  ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(expression));
  if (value.is_null()) {
    return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", {{"name", clause}, {"expr", sql}});
  }
  const int32_t count = value.Get<int32_t>();
  if (count >= 0) return count;
  return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                   {{"name", clause}, {"expr", sql}, {"v", std::to_string(count)}});
}

}  // namespace

Result<PlanPtr> ResolveLimits(const PlanPtr& node, Resolver*) {
  const auto* limit = As<UnresolvedLimit>(node);
  if (limit == nullptr || !limit->count()->resolved()) return node;
  const bool is_limit = limit->clause() == UnresolvedLimit::Clause::kLimit;
  ARROW_ASSIGN_OR_RAISE(const int64_t count,
                        CountOf(*limit->count(), is_limit ? "limit" : "offset"));
  if (is_limit) return PlanPtr(std::make_shared<Limit>(count, limit->child()));
  return PlanPtr(std::make_shared<SkipRows>(count, limit->child()));
}

}  // namespace firesteel
