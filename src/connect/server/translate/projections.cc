#include <optional>
#include <utility>

#include "connect/server/plan_translator.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/repartition.h"

namespace firesteel {

Result<PlanPtr> PlanTranslator::TranslateProject(const spark::connect::Project& project) {
  PlanPtr input = std::make_shared<OneRow>();
  if (project.has_input()) {
    ARROW_ASSIGN_OR_RAISE(input, Translate(project.input()));
  }
  std::vector<ExpressionPtr> list;
  for (const auto& expression : project.expressions()) {
    ARROW_ASSIGN_OR_RAISE(list.emplace_back(), TranslateItem(expression));
  }
  return std::make_shared<Project>(std::move(list), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateFilter(const spark::connect::Filter& filter) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(filter.input()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Translate(filter.condition()));
  return std::make_shared<Filter>(std::move(condition), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateSort(const spark::connect::Sort& sort) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(sort.input()));
  std::vector<ExpressionPtr> order;
  for (const auto& item : sort.order()) {
    ARROW_ASSIGN_OR_RAISE(order.emplace_back(), TranslateSortOrder(item));
  }
  return std::make_shared<Sort>(std::move(order), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateRepartition(
    const spark::connect::Repartition& repartition) {
  using Form = Repartition::Form;
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(repartition.input()));
  return std::make_shared<Repartition>(repartition.shuffle() ? Form::kSpread : Form::kCoalesce,
                                       repartition.num_partitions(), std::vector<ExpressionPtr>(),
                                       std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateRepartition(
    const spark::connect::RepartitionByExpression& repartition) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(repartition.input()));
  std::vector<ExpressionPtr> keys;
  for (const auto& key : repartition.partition_exprs()) {
    // Ranges of values would be for sorting afterwards, which does without them here.
    if (key.has_sort_order()) return input;
    ARROW_ASSIGN_OR_RAISE(keys.emplace_back(), Translate(key));
  }
  std::optional<int> partitions;
  if (repartition.has_num_partitions()) partitions = repartition.num_partitions();
  return std::make_shared<Repartition>(Repartition::Form::kSpread, partitions, std::move(keys),
                                       std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateWithColumns(const spark::connect::WithColumns& columns) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(columns.input()));
  std::vector<std::string> names;
  std::vector<ExpressionPtr> values;
  for (const auto& alias : columns.aliases()) {
    if (alias.name_size() != 1) return UnsupportedMessage("WithColumns with several names");
    names.push_back(alias.name(0));
    ARROW_ASSIGN_OR_RAISE(values.emplace_back(), Translate(alias.expr()));
  }
  return std::make_shared<WithColumns>(std::move(names), std::move(values), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateDrop(const spark::connect::Drop& drop) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(drop.input()));
  std::vector<std::string> names(drop.column_names().begin(), drop.column_names().end());
  StarChoice kept;
  for (const auto& column : drop.columns()) {
    if (!column.has_unresolved_attribute()) return UnsupportedMessage("Drop of an expression");
    ARROW_ASSIGN_OR_RAISE(kept.dropped.emplace_back(), Translate(column));
  }
  if (!kept.dropped.empty()) {
    auto star = std::make_shared<UnresolvedStar>(std::vector<std::string>(),
                                                 std::vector<std::vector<std::string>>(), Origin(),
                                                 std::move(kept));
    input =
        std::make_shared<Project>(std::vector<ExpressionPtr>{std::move(star)}, std::move(input));
  }
  if (names.empty()) return input;
  return std::make_shared<DropColumns>(std::move(names), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateWithColumnsRenamed(
    const spark::connect::WithColumnsRenamed& renamed) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(renamed.input()));
  WithColumnsRenamed::NamePairs names;
  for (const auto& rename : renamed.renames()) {
    names.emplace_back(rename.col_name(), rename.new_col_name());
  }
  for (const auto& [name, new_name] : renamed.rename_columns_map()) {  // from older clients
    names.emplace_back(name, new_name);
  }
  return std::make_shared<WithColumnsRenamed>(std::move(names), std::move(input));
}

}  // namespace firesteel
