#include "streaming/source_numbering.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {
namespace {

/// What the scans of one source ask for, taken together.
struct Demand {
  std::set<std::string> columns;
  std::optional<std::vector<Predicate>> filters;  // of the first scan; empty once another differs
};

const TableScan* AsStreamingScan(const PlanPtr& plan) {
  const TableScan* scan = As<TableScan>(plan);
  return scan != nullptr && scan->is_streaming() ? scan : nullptr;
}

bool SamePredicates(const std::vector<Predicate>& a, const std::vector<Predicate>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Predicate& left, const Predicate& right) {
        return left.op == right.op && left.column == right.column && left.values == right.values &&
               SamePredicates(left.children, right.children);
      });
}

void AddDemand(const TableScan& scan, Demand* demand) {
  for (const AttributePtr& column : scan.output()) demand->columns.insert(column->name());
  if (!demand->filters) {
    demand->filters = scan.filters();
  } else if (!SamePredicates(*demand->filters, scan.filters())) {
    demand->filters->clear();
  }
}

// The columns of `request` for this scan: its own attributes where it has them, new ones elsewhere.
std::vector<AttributePtr> WidenedOutput(const TableScan& scan, const ScanRequest& request) {
  std::vector<AttributePtr> output;
  const std::vector<AttributePtr> own = scan.output();
  for (const StructField& field : request.columns.fields()) {
    const auto found = std::find_if(own.begin(), own.end(), [&](const AttributePtr& column) {
      return column->name() == field.name;
    });
    output.push_back(found != own.end() ? *found
                                        : std::make_shared<const Attribute>(
                                              field.name, field.type, field.nullable, NewExprId()));
  }
  return output;
}

PlanPtr WithRequest(const TableScan& scan, const ScanRequest& request) {
  const std::vector<AttributePtr> widened = WidenedOutput(scan, request);
  const PlanPtr wide = scan.WithFilters(request.filters)->WithOutput(widened);
  const std::vector<AttributePtr> own = scan.output();
  if (widened == own) return wide;
  return std::make_shared<Project>(std::vector<ExpressionPtr>(own.begin(), own.end()), wide);
}

}  // namespace

Result<NumberedPlan> NumberSources(const PlanPtr& analyzed_plan) {
  NumberedPlan numbered;
  const auto number_of = [&](const Table* table) {
    const auto found = std::find_if(numbered.tables.begin(), numbered.tables.end(),
                                    [&](const auto& known) { return known.get() == table; });
    return static_cast<int>(found - numbered.tables.begin());
  };
  ForEach<LogicalPlan>(analyzed_plan, [&](const PlanPtr& node) {
    const TableScan* scan = AsStreamingScan(node);
    if (scan == nullptr) return;
    const int number = number_of(scan->table().get());
    if (number == static_cast<int>(numbered.tables.size())) {
      numbered.tables.push_back(scan->table());
    }
  });
  ARROW_ASSIGN_OR_RAISE(
      numbered.plan,
      TransformUp<LogicalPlan>(analyzed_plan, [&](const PlanPtr& node) -> Result<PlanPtr> {
        const TableScan* scan = AsStreamingScan(node);
        if (scan == nullptr) return nullptr;
        return scan->WithSourceIndex(number_of(scan->table().get()));
      }));
  return numbered;
}

Result<SourceScans> UnifyScans(const PlanPtr& optimized_plan,
                               const std::vector<std::shared_ptr<Table>>& tables) {
  std::vector<Demand> demands(tables.size());
  ForEach<LogicalPlan>(optimized_plan, [&](const PlanPtr& node) {
    if (const TableScan* scan = AsStreamingScan(node)) {
      AddDemand(*scan, &demands[scan->source_index()]);
    }
  });
  SourceScans scans;
  for (size_t i = 0; i < tables.size(); ++i) {
    ScanRequest request;
    for (const StructField& field : tables[i]->schema().fields()) {
      if (demands[i].columns.contains(field.name)) {
        request.columns.Add(field.name, field.type, field.nullable);
      }
    }
    const Schema metadata = tables[i]->metadata_columns();
    for (const StructField& field : metadata.fields()) {
      if (demands[i].columns.contains(field.name) && request.columns.IndexOf(field.name) < 0) {
        request.columns.Add(field.name, field.type, field.nullable);
      }
    }
    if (demands[i].filters) request.filters = *demands[i].filters;
    scans.requests.push_back(std::move(request));
  }
  ARROW_ASSIGN_OR_RAISE(
      scans.plan,
      TransformUp<LogicalPlan>(optimized_plan, [&](const PlanPtr& node) -> Result<PlanPtr> {
        const TableScan* scan = AsStreamingScan(node);
        if (scan == nullptr) return nullptr;
        return WithRequest(*scan, scans.requests[scan->source_index()]);
      }));
  return scans;
}

}  // namespace firesteel
