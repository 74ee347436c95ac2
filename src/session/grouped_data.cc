#include "firesteel/grouped_data.h"

#include <algorithm>
#include <utility>

#include "expr/unresolved.h"
#include "firesteel/functions.h"
#include "plan/operators.h"
#include "session/session_backend.h"

namespace firesteel {

DataFrame GroupedData::Agg(const std::vector<Column>& aggregates) const {
  if (!input_.status().ok()) return input_;
  std::vector<ExpressionPtr> grouping;
  for (const Column& column : grouping_) {
    if (!column.status().ok()) return DataFrame(input_.backend(), column.status());
    grouping.push_back(column.expression());
  }
  std::vector<ExpressionPtr> output = grouping;
  if (form_ != Form::kPlain && !grouping.empty()) {
    using Sets = UnresolvedGroupingSets;
    const std::vector<int> sets(grouping.size(), 1);
    grouping = {std::make_shared<Sets>(
        form_ == Form::kRollup ? Sets::Form::kRollup : Sets::Form::kCube, grouping, sets)};
  }
  for (const Column& column : aggregates) {
    if (!column.status().ok()) return DataFrame(input_.backend(), column.status());
    output.push_back(column.expression());
  }
  return DataFrame(input_.backend(), std::make_shared<Aggregate>(std::move(grouping),
                                                                 std::move(output), input_.plan()));
}

DataFrame GroupedData::Count() const {
  return Agg({functions::Count("*").As("count")});
}

DataFrame GroupedData::Avg(const std::vector<std::string>& columns) const {
  return AggregateNumeric("avg", columns);
}
DataFrame GroupedData::Sum(const std::vector<std::string>& columns) const {
  return AggregateNumeric("sum", columns);
}
DataFrame GroupedData::Min(const std::vector<std::string>& columns) const {
  return AggregateNumeric("min", columns);
}
DataFrame GroupedData::Max(const std::vector<std::string>& columns) const {
  return AggregateNumeric("max", columns);
}

DataFrame GroupedData::AggregateNumeric(std::string_view function,
                                        const std::vector<std::string>& columns) const {
  if (!input_.status().ok()) return input_;
  std::vector<Column> aggregates;
  for (const std::string& column : columns) {
    aggregates.push_back(functions::CallFunction(function, {Column(column)}));
  }
  if (columns.empty()) {
    Result<firesteel::Schema> schema = input_.Schema();
    if (!schema.ok()) return DataFrame(input_.backend(), schema.status());
    for (const StructField& field : schema->fields()) {
      const bool grouped = std::ranges::any_of(
          grouping_, [&](const Column& column) { return column.ToString() == field.name; });
      if (!field.type.is_numeric() || grouped) continue;
      aggregates.push_back(functions::CallFunction(function, {Column("`" + field.name + "`")}));
    }
  }
  return Agg(aggregates);
}

}  // namespace firesteel
