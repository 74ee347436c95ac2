#include "analyzer/within_group.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "common/error.h"
#include "expr/nodes.h"
#include "plan/identifier.h"
#include "plan/semantic_equality.h"

namespace firesteel {

namespace {

/// A function that takes WITHIN GROUP.
struct OrderedFunction {
  std::string_view name;
  int arguments;  ///< with it; -1: any number
  int orderings;  ///< -1: any number
  bool needed;    ///< whether it makes no sense without
  bool distinct;  ///< whether it takes DISTINCT
};

constexpr OrderedFunction kOrderedFunctions[] = {
    {"listagg", -1, -1, false, true},        {"string_agg", -1, -1, false, true},
    {"percentile_cont", 1, 1, true, false},  {"percentile_disc", 1, 1, true, false},
    {"mode", 0, 1, false, false},
};

using Parameters = std::map<std::string, std::string>;

Status Invalid(const char* what, const OrderedFunction& function, Parameters parameters) {
  parameters["funcName"] = QuoteIdentifier(function.name);
  return MakeError(std::string("INVALID_WITHIN_GROUP_EXPRESSION.") + what, std::move(parameters));
}

Status WrongNumber(const OrderedFunction& function, int expected, size_t actual) {
  return Invalid(
      "WRONG_NUM_ORDERINGS", function,
      {{"expectedNum", std::to_string(expected)}, {"actualNum", std::to_string(actual)}});
}

/// Distinct values can only be put in order by themselves.
Status CheckDistinct(const OrderedFunction& function, const ExpressionPtr& argument,
                     const std::vector<ExpressionPtr>& orderings) {
  if (!function.distinct) return Invalid("DISTINCT_UNSUPPORTED", function, {});
  if (orderings.size() == 1 && SemanticallyEqual(*orderings[0]->child(0), *argument)) {
    return Status::OK();
  }
  std::string text;
  for (const ExpressionPtr& ordering : orderings) {
    text += (text.empty() ? "\"" : ", \"") + ordering->child(0)->Sql() + "\"";
  }
  return Invalid("MISMATCH_WITH_DISTINCT_INPUT", function,
                 {{"funcArg", "\"" + argument->Sql() + "\""}, {"orderingExpr", text}});
}

Status CheckMissing(const OrderedFunction& function, const UnresolvedFunction& call, size_t given) {
  const bool is_empty_mode = function.name == "mode" && given == 0;
  if (!is_empty_mode && (!function.needed || given != static_cast<size_t>(function.arguments))) {
    return Status::OK();
  }
  if (call.distinct()) return Invalid("DISTINCT_UNSUPPORTED", function, {});
  return Invalid("WITHIN_GROUP_MISSING", function, {});
}

}  // namespace

Status AddWithinGroup(const UnresolvedFunction& call, std::vector<ExpressionPtr>* arguments) {
  const std::string name = FoldCase(call.name());
  const std::vector<ExpressionPtr> orderings = call.within_group();
  const auto* function = std::find_if(
      std::begin(kOrderedFunctions), std::end(kOrderedFunctions),
      [&name](const OrderedFunction& candidate) { return candidate.name == name; });
  if (function == std::end(kOrderedFunctions)) {
    if (orderings.empty()) return Status::OK();
    return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                     {{"prettyName", QuoteIdentifier(name)},
                      {"syntax", "WITHIN GROUP (ORDER BY ...)"}});
  }
  if (orderings.empty()) return CheckMissing(*function, call, arguments->size());
  if (function->arguments >= 0 && static_cast<int>(arguments->size()) != function->arguments) {
    // What mode() orders by is what it takes otherwise.
    if (function->arguments == 0) return WrongNumber(*function, 0, orderings.size());
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", QuoteIdentifier(name)},
                      {"expectedNum", std::to_string(function->arguments)},
                      {"actualNum", std::to_string(arguments->size())}});
  }
  if (function->orderings >= 0 && static_cast<int>(orderings.size()) != function->orderings) {
    return WrongNumber(*function, function->orderings, orderings.size());
  }
  if (call.distinct() && !arguments->empty()) {
    ARROW_RETURN_NOT_OK(CheckDistinct(*function, (*arguments)[0], orderings));
  }
  arguments->insert(arguments->end(), orderings.begin(), orderings.end());
  return Status::OK();
}

}  // namespace firesteel
