#include "plan/relations.h"

#include <utility>

#include "arrow/record_batch.h"
#include "fmt/format.h"
#include "plan/describe.h"

namespace firesteel {

namespace {

std::vector<AttributePtr> NewAttributes(const Schema& schema) {
  std::vector<AttributePtr> output;
  output.reserve(schema.fields().size());
  for (const StructField& field : schema.fields()) {
    output.push_back(std::make_shared<Attribute>(field.name, field.type, field.nullable,
                                                 NewExprId(), std::vector<std::string>(),
                                                 field.metadata));
  }
  return output;
}

std::string DescribePredicate(const Predicate& predicate) {
  std::string values;
  for (const Value& value : predicate.values) {
    if (!values.empty()) values += ", ";
    values += value.ToString();
  }
  switch (predicate.op) {
    case Predicate::Op::kEqual: return predicate.column + " = " + values;
    case Predicate::Op::kLess: return predicate.column + " < " + values;
    case Predicate::Op::kLessOrEqual: return predicate.column + " <= " + values;
    case Predicate::Op::kGreater: return predicate.column + " > " + values;
    case Predicate::Op::kGreaterOrEqual: return predicate.column + " >= " + values;
    case Predicate::Op::kIn: return predicate.column + " IN (" + values + ")";
    case Predicate::Op::kIsNull: return predicate.column + " IS NULL";
    case Predicate::Op::kIsNotNull: return predicate.column + " IS NOT NULL";
    case Predicate::Op::kEqualNullSafe:
      return predicate.column + " <=> " + values;
    case Predicate::Op::kStartsWith:
      return predicate.column + " STARTS WITH " + values;
    case Predicate::Op::kEndsWith:
      return predicate.column + " ENDS WITH " + values;
    case Predicate::Op::kContains:
      return predicate.column + " CONTAINS " + values;
    case Predicate::Op::kNot:
      return "NOT (" + DescribePredicate(predicate.children[0]) + ")";
    case Predicate::Op::kAnd:
    case Predicate::Op::kOr:
      break;
  }
  const bool all = predicate.op == Predicate::Op::kAnd;
  return "(" + DescribePredicate(predicate.children[0]) + (all ? " AND " : " OR ") +
         DescribePredicate(predicate.children[1]) + ")";
}

}  // namespace

UnresolvedDataSource::UnresolvedDataSource(std::string format, std::optional<Schema> schema,
                                           Options options, bool streaming)
    : UnresolvedPlan(kKind, {}),
      format_(std::move(format)),
      schema_(std::move(schema)),
      options_(std::move(options)),
      streaming_(streaming) {}

PlanPtr UnresolvedDataSource::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<UnresolvedDataSource>(format_, schema_, options_, streaming_);
}

std::string UnresolvedDataSource::Describe() const {
  return fmt::format("UnresolvedDataSource {}, {}", format_, streaming_ ? "streaming" : "batch");
}

UnresolvedTable::UnresolvedTable(std::vector<std::string> name, bool streaming, Origin origin)
    : UnresolvedPlan(kKind, {}),
      name_(std::move(name)),
      streaming_(streaming),
      origin_(std::move(origin)) {}

PlanPtr UnresolvedTable::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<UnresolvedTable>(name_, streaming_, origin_);
}

std::string UnresolvedTable::Describe() const {
  return fmt::format("UnresolvedTable {}, {}", BracketedList(name_),
                     streaming_ ? "streaming" : "batch");
}

LocalRelation::LocalRelation(std::vector<AttributePtr> output,
                             std::vector<std::shared_ptr<arrow::RecordBatch>> batches)
    : LogicalPlan(kKind, {}), output_(std::move(output)), batches_(std::move(batches)) {}

std::shared_ptr<const LocalRelation> LocalRelation::Make(
    const Schema& schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches) {
  return std::make_shared<LocalRelation>(NewAttributes(schema), std::move(batches));
}

PlanPtr LocalRelation::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<LocalRelation>(output_, batches_);
}

std::string LocalRelation::Describe() const {
  return std::string("LocalRelation ") + (batches_.empty() ? "<empty>, " : "") +
         BracketedList(output_);
}

TableScan::TableScan(std::shared_ptr<Table> table, std::vector<AttributePtr> output,
                     bool streaming, std::vector<Predicate> filters, int source_index)
    : LogicalPlan(kKind, {}),
      table_(std::move(table)),
      output_(std::move(output)),
      streaming_(streaming),
      filters_(std::move(filters)),
      source_index_(source_index) {}

std::shared_ptr<const TableScan> TableScan::Make(std::shared_ptr<Table> table, bool streaming) {
  std::vector<AttributePtr> output = NewAttributes(table->schema());
  return std::make_shared<TableScan>(std::move(table), std::move(output), streaming);
}

std::shared_ptr<const TableScan> TableScan::WithOutput(std::vector<AttributePtr> output) const {
  return std::make_shared<TableScan>(table_, std::move(output), streaming_, filters_,
                                     source_index_);
}

std::shared_ptr<const TableScan> TableScan::WithFilters(std::vector<Predicate> filters) const {
  return std::make_shared<TableScan>(table_, output_, streaming_, std::move(filters),
                                     source_index_);
}

std::shared_ptr<const TableScan> TableScan::WithSourceIndex(int source_index) const {
  return std::make_shared<TableScan>(table_, output_, streaming_, filters_, source_index);
}

PlanPtr TableScan::WithNewChildren(std::vector<PlanPtr>) const {
  return std::make_shared<TableScan>(table_, output_, streaming_, filters_, source_index_);
}

std::string TableScan::Describe() const {
  std::string text = fmt::format("{} {} {}", streaming_ ? "StreamingScan" : "TableScan",
                                 table_->Name(), BracketedList(output_));
  if (filters_.empty()) return text;
  std::vector<std::string> filters;
  for (const Predicate& filter : filters_) filters.push_back(DescribePredicate(filter));
  return text + ", filters " + BracketedList(filters);
}

PlanPtr OneRow::WithNewChildren(std::vector<PlanPtr>) const { return std::make_shared<OneRow>(); }

}  // namespace firesteel
