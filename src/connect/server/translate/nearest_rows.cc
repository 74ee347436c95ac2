// Joins that give each row of the left side the nearest rows of the right one: as-of joins and
// nearest-by joins. Both number the pairs of each left row from the best on and keep the first.
#include <algorithm>
#include <array>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "expr/window.h"
#include "functions/coercion.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

// Columns that exist between the parts of such a join only.
constexpr const char* kLeftRow = "__left_row";
constexpr const char* kRightRow = "__right_row";
constexpr const char* kPlace = "__place";

constexpr int kMaximumResults = 100'000;

std::string Folded(std::string name) {
  std::erase(name, '_');
  return FoldCase(name);
}

ExpressionPtr Both(ExpressionPtr a, ExpressionPtr b) {
  if (a == nullptr) return b;
  return Call("and", {std::move(a), std::move(b)});
}

/// The rows with a number for each, and with these columns under names that nothing else has.
PlanPtr Numbered(PlanPtr rows, const char* number, const std::vector<std::string>& keys) {
  std::vector<ExpressionPtr> list = {std::make_shared<UnresolvedStar>(),
                                     Named(Call("monotonically_increasing_id", {}), number)};
  for (size_t i = 0; i < keys.size(); ++i) {
    list.push_back(Named(ColumnNamed(keys[i]), std::string(number) + std::to_string(i)));
  }
  return std::make_shared<Project>(std::move(list), std::move(rows));
}

/// What a join of this kind is made of.
struct NearestRows {
  PlanPtr left;
  PlanPtr right;
  std::vector<std::string> keys;  ///< columns that both sides have and that must be equal
  JoinType type = JoinType::kInner;
  ExpressionPtr condition;  ///< of pairs, besides the keys
  ExpressionPtr rank;       ///< by which pairs are better or worse; not NULL
  bool largest_first = false;
  bool last_of_equals = false;  ///< of right rows that rank equal: the last ones, not the first
  int results = 1;
};

Result<PlanPtr> JoinNearest(NearestRows join) {
  ExpressionPtr condition = std::move(join.condition);
  for (size_t i = 0; i < join.keys.size(); ++i) {
    condition = Both(std::move(condition), Call("=", {ColumnNamed(kLeftRow + std::to_string(i)),
                                                      ColumnNamed(kRightRow + std::to_string(i))}));
  }
  auto pairs = std::make_shared<Join>(Numbered(std::move(join.left), kLeftRow, join.keys),
                                      Numbered(std::move(join.right), kRightRow, join.keys),
                                      join.type, std::move(condition));
  const auto order = [](ExpressionPtr value, bool descending) -> ExpressionPtr {
    return std::make_shared<SortOrder>(std::move(value), !descending, /*nulls_first=*/false);
  };
  auto place = std::make_shared<WindowExpression>(
      Call("row_number", {}), std::vector<ExpressionPtr>{ColumnNamed(kLeftRow)},
      std::vector<ExpressionPtr>{order(std::move(join.rank), join.largest_first),
                                 order(ColumnNamed(kRightRow), join.last_of_equals)},
      std::nullopt, std::vector<ExpressionPtr>{});
  auto placed =
      std::make_shared<Project>(std::vector<ExpressionPtr>{std::make_shared<UnresolvedStar>(),
                                                           Named(std::move(place), kPlace)},
                                std::move(pairs));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr results, Literal::Make(join.results, TypeId::kInteger));
  auto best = std::make_shared<Filter>(Call("<=", {ColumnNamed(kPlace), std::move(results)}),
                                       std::move(placed));
  std::vector<std::string> dropped = {kPlace, kLeftRow, kRightRow};
  for (size_t i = 0; i < join.keys.size(); ++i) {
    dropped.push_back(kLeftRow + std::to_string(i));
    dropped.push_back(kRightRow + std::to_string(i));
  }
  return std::make_shared<DropColumns>(std::move(dropped), std::move(best));
}

Result<JoinType> AsOfJoinType(const std::string& sent) {
  const std::string name = Folded(sent);
  if (name.empty() || name == "inner") return JoinType::kInner;
  if (name == "left" || name == "leftouter") return JoinType::kLeftOuter;
  constexpr std::array<std::string_view, 10> kOthers = {"outer",      "full", "fullouter", "right",
                                                        "rightouter", "semi", "leftsemi",  "anti",
                                                        "leftanti",   "cross"};
  if (std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end()) {
    return Status::Invalid("An as-of join is inner or left outer, not ", sent, ".");
  }
  return MakeError("UNSUPPORTED_JOIN_TYPE", {{"typ", sent}, {"supported", "'inner', 'leftouter'"}});
}

/// Errors: a tolerance below zero, or one that is no constant.
Status CheckTolerance(const ExpressionPtr& tolerance, SessionBackend* backend) {
  auto query = std::make_shared<Project>(
      std::vector<ExpressionPtr>{Named(Call("=", {tolerance, Call("abs", {tolerance})}), "holds")},
      std::make_shared<OneRow>());
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, backend->ExecutePlan(query));
  std::vector<Row> rows;
  for (const auto& batch : result.batches) {
    AppendRows(*batch, std::make_shared<const Schema>(result.schema), &rows);
  }
  const bool holds = rows.size() == 1 && !rows[0][0].is_null() && rows[0][0].Get<bool>();
  return holds ? Status::OK() : MakeError("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE");
}

/// Which pairs are near enough, and how far apart they are.
Status SetDistance(const spark::connect::AsOfJoin& sent, const ExpressionPtr& left,
                   const ExpressionPtr& right, const ExpressionPtr& tolerance, NearestRows* join) {
  const bool exact = sent.allow_exact_matches();
  const std::string direction = Folded(sent.direction());
  const ExpressionPtr behind = Call("-", {left, right});
  const ExpressionPtr ahead = Call("-", {right, left});
  if (direction == "backward") {
    join->condition = Both(join->condition, Call(exact ? ">=" : ">", {left, right}));
    join->rank = behind;
  } else if (direction == "forward") {
    join->condition = Both(join->condition, Call(exact ? "<=" : "<", {left, right}));
    join->rank = ahead;
  } else if (direction == "nearest") {
    // Of pairs that are equal in that, NULL is no distance at all.
    join->condition = Both(join->condition, exact ? Call("isnotnull", {behind})
                                                  : Call("not", {Call("=", {left, right})}));
    join->rank = Call("if", {Call(">", {left, right}), behind, ahead});
  } else {
    return MakeError(
        "AS_OF_JOIN.UNSUPPORTED_DIRECTION",
        {{"direction", sent.direction()}, {"supported", "'forward', 'backward', 'nearest'"}});
  }
  if (tolerance == nullptr) return Status::OK();
  if (direction != "forward") {
    join->condition =
        Both(join->condition, Call(exact ? ">=" : ">", {right, Call("-", {left, tolerance})}));
  }
  if (direction != "backward") {
    join->condition =
        Both(join->condition, Call(exact ? "<=" : "<", {right, Call("+", {left, tolerance})}));
  }
  return Status::OK();
}

}  // namespace

Result<PlanPtr> PlanTranslator::TranslateAsOfJoin(const spark::connect::AsOfJoin& sent) {
  NearestRows join;
  ARROW_ASSIGN_OR_RAISE(join.left, Translate(sent.left()));
  ARROW_ASSIGN_OR_RAISE(join.right, Translate(sent.right()));
  ARROW_ASSIGN_OR_RAISE(join.type, AsOfJoinType(sent.join_type()));
  join.keys.assign(sent.using_columns().begin(), sent.using_columns().end());
  join.last_of_equals = true;
  if (sent.has_join_expr()) {
    ARROW_ASSIGN_OR_RAISE(join.condition, Translate(sent.join_expr()));
  }
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr left, Translate(sent.left_as_of()));
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr right, Translate(sent.right_as_of()));
  ExpressionPtr tolerance;
  if (sent.has_tolerance()) {
    ARROW_ASSIGN_OR_RAISE(tolerance, Translate(sent.tolerance()));
    ARROW_RETURN_NOT_OK(CheckTolerance(tolerance, session_->session().backend().get()));
  }
  ARROW_RETURN_NOT_OK(SetDistance(sent, left, right, tolerance, &join));
  return JoinNearest(std::move(join));
}

Result<PlanPtr> PlanTranslator::TranslateNearestByJoin(const spark::connect::NearestByJoin& sent) {
  NearestRows join;
  ARROW_ASSIGN_OR_RAISE(join.left, Translate(sent.left()));
  ARROW_ASSIGN_OR_RAISE(join.right, Translate(sent.right()));
  ARROW_ASSIGN_OR_RAISE(join.rank, Translate(sent.ranking_expression()));
  join.results = sent.num_results();
  if (join.results < 1 || join.results > kMaximumResults) {
    return MakeError("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE",
                     {{"numResults", std::to_string(join.results)},
                      {"min", "1"},
                      {"max", std::to_string(kMaximumResults)}});
  }
  const std::string type = Folded(sent.join_type());
  if (type == "left" || type == "leftouter") {
    join.type = JoinType::kLeftOuter;
  } else if (type != "inner") {
    return MakeError("NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE",
                     {{"joinType", sent.join_type()}, {"supported", "'INNER', 'LEFT OUTER'"}});
  }
  // An exact answer is an approximate one, too.
  if (const std::string mode = FoldCase(sent.mode()); mode != "exact" && mode != "approx") {
    return MakeError("NEAREST_BY_JOIN.UNSUPPORTED_MODE",
                     {{"mode", sent.mode()}, {"supported", "'approx', 'exact'"}});
  }
  const std::string direction = FoldCase(sent.direction());
  join.largest_first = direction == "similarity";
  if (!join.largest_first && direction != "distance") {
    return MakeError("NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION",
                     {{"direction", sent.direction()}, {"supported", "'distance', 'similarity'"}});
  }
  ARROW_RETURN_NOT_OK(CheckRanking(join.left, join.right, join.rank));
  join.condition = Call("isnotnull", {join.rank});
  return JoinNearest(std::move(join));
}

Status PlanTranslator::CheckRanking(const PlanPtr& left, const PlanPtr& right,
                                    const ExpressionPtr& rank) {
  auto pairs = std::make_shared<Join>(left, right, JoinType::kInner, nullptr);
  ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed,
                        session_->session().backend()->AnalyzePlan(std::make_shared<Project>(
                            std::vector<ExpressionPtr>{Named(rank, "rank")}, std::move(pairs))));
  if (analyzed->is_streaming()) return MakeError("NEAREST_BY_JOIN.STREAMING_NOT_SUPPORTED");
  if (analyzed->kind() == PlanKind::kAggregate) {
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", "NearestByJoin"}, {"invalidExprSqls", rank->Sql()}});
  }
  const DataType type = analyzed->schema().field(0).type;
  if (IsOrderable(type)) return Status::OK();
  return MakeError("NEAREST_BY_JOIN.NON_ORDERABLE_RANKING_EXPRESSION",
                   {{"expression", "\"" + rank->Sql() + "\""}, {"type", "\"" + type.Sql() + "\""}});
}

}  // namespace firesteel
