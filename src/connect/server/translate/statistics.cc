// df.stat, describe and summary.
#include <algorithm>
#include <map>
#include <utility>

#include "common/error.h"
#include "common/random.h"
#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

ExpressionPtr AsType(ExpressionPtr child, DataType type) {
  return std::make_shared<Cast>(std::move(child), std::move(type), CastOptions(),
                                /*implicit=*/false);
}

/// A statistic of a column as text; nullptr where the column has none of that kind.
Result<ExpressionPtr> Statistic(const std::string& name, const StructField& field) {
  const ExpressionPtr column = ColumnNamed(field.name);
  const bool number = field.type.is_numeric();
  ExpressionPtr value;
  if (name == "count") {
    value = Call("count", {column});
  } else if (name == "count_distinct") {
    value = Call("count", {column}, /*distinct=*/true);
  } else if (name == "approx_count_distinct") {
    value = Call("approx_count_distinct", {column});
  } else if (name == "min" || name == "max") {
    value = Call(name, {column});
  } else if (name == "mean" || name == "stddev") {
    const char* function = name == "mean" ? "avg" : "stddev";
    // Text is read as numbers, and what is none counts for nothing.
    CastOptions lenient;
    lenient.try_cast = true;
    const ExpressionPtr as_number =
        number ? column
               : ExpressionPtr(std::make_shared<Cast>(column, TypeId::kDouble, lenient, false));
    value = Call(function, {as_number});
  } else if (!name.empty() && name.back() == '%') {
    char* end = nullptr;
    const double percent = std::strtod(name.c_str(), &end);
    if (end != name.c_str() + name.size() - 1 || percent < 0 || percent > 100) {
      return MakeError("PARSE_PERCENTILE", {{"statistic", name}});
    }
    if (!number) return ExpressionPtr();
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr fraction, Literal::Of(percent / 100));
    value = Call("percentile_approx", {column, std::move(fraction)});
  } else {
    return MakeError("UNRECOGNIZED_STATISTIC", {{"stats", name}});
  }
  return AsType(std::move(value), TypeId::kString);
}

Result<std::vector<Row>> RunToRows(const PlanPtr& plan, SessionBackend* backend) {
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, backend->ExecutePlan(plan));
  const auto schema = std::make_shared<const Schema>(result.schema);
  std::vector<Row> rows;
  for (const auto& batch : result.batches) AppendRows(*batch, schema, &rows);
  return rows;
}

Result<PlanPtr> RelationOf(const Schema& schema, const std::vector<Row>& rows) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  if (!rows.empty()) {
    ARROW_ASSIGN_OR_RAISE(batches.emplace_back(), MakeBatch(rows, schema));
  }
  return PlanPtr(LocalRelation::Make(schema, std::move(batches)));
}

PlanPtr AggregateAll(std::vector<ExpressionPtr> list, PlanPtr input) {
  return std::make_shared<Aggregate>(std::vector<ExpressionPtr>(), std::move(list),
                                     std::move(input));
}

}  // namespace

Result<PlanPtr> PlanTranslator::Summarize(const PlanPtr& input,
                                          const std::vector<std::string>& statistics,
                                          const std::vector<std::string>& columns) {
  ARROW_ASSIGN_OR_RAISE(Schema schema, SchemaOf(input));
  if (!columns.empty()) {
    std::vector<ExpressionPtr> list;
    for (const std::string& name : columns) {
      ARROW_ASSIGN_OR_RAISE(list.emplace_back(), UnresolvedAttribute::Parse(name));
    }
    ARROW_ASSIGN_OR_RAISE(schema, SchemaOf(std::make_shared<Project>(std::move(list), input)));
  }
  std::vector<StructField> fields;
  for (const StructField& field : schema.fields()) {
    if (field.type.is_numeric() || field.type.id() == TypeId::kString) fields.push_back(field);
  }
  std::vector<ExpressionPtr> list;
  std::vector<std::vector<int>> places(statistics.size());  // in the row; -1 for none
  for (size_t s = 0; s < statistics.size(); ++s) {
    for (const StructField& field : fields) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Statistic(statistics[s], field));
      places[s].push_back(value == nullptr ? -1 : static_cast<int>(list.size()));
      if (value == nullptr) continue;
      list.push_back(Named(std::move(value), "s" + std::to_string(list.size())));
    }
  }
  std::vector<Row> found;
  if (!list.empty()) {
    ARROW_ASSIGN_OR_RAISE(found, RunToRows(AggregateAll(std::move(list), input),
                                           session_->session().backend().get()));
  }
  Schema result;
  result.Add("summary", TypeId::kString);
  for (const StructField& field : fields) result.Add(field.name, TypeId::kString);
  std::vector<Row> rows;
  for (size_t s = 0; s < statistics.size(); ++s) {
    std::vector<Value> row{statistics[s]};
    for (const int place : places[s]) {
      row.push_back(place < 0 || found.empty() ? Value() : found[0][place]);
    }
    rows.emplace_back(std::move(row));
  }
  return RelationOf(result, rows);
}

Result<PlanPtr> PlanTranslator::TranslateDescribe(const spark::connect::StatDescribe& describe) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(describe.input()));
  return Summarize(input, {"count", "mean", "stddev", "min", "max"},
                   {describe.cols().begin(), describe.cols().end()});
}

Result<PlanPtr> PlanTranslator::TranslateSummary(const spark::connect::StatSummary& summary) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(summary.input()));
  std::vector<std::string> statistics(summary.statistics().begin(), summary.statistics().end());
  if (statistics.empty()) {
    statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  }
  return Summarize(input, statistics, {});
}

Result<PlanPtr> PlanTranslator::TranslateCrosstab(const spark::connect::StatCrosstab& crosstab) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(crosstab.input()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr first, UnresolvedAttribute::Parse(crosstab.col1()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr second, UnresolvedAttribute::Parse(crosstab.col2()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
  std::vector<ExpressionPtr> keys{Named(AsType(first, TypeId::kString), "a"),
                                  Named(AsType(second, TypeId::kString), "b")};
  std::vector<ExpressionPtr> list = keys;
  list.push_back(Named(Call("count", {std::move(one)}), "n"));
  const PlanPtr counts = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{keys[0]->child(0), keys[1]->child(0)}, std::move(list), input);
  ARROW_ASSIGN_OR_RAISE(const std::vector<Row> rows,
                        RunToRows(counts, session_->session().backend().get()));
  const auto text = [](const Value& value) {
    return value.is_null() ? std::string("null") : value.Get<std::string>();
  };
  std::map<std::string, std::map<std::string, int64_t>> table;
  std::map<std::string, int64_t> none;  // every second value, with no count
  for (const Row& row : rows) none.emplace(text(row[1]), 0);
  for (const Row& row : rows) {
    table.emplace(text(row[0]), none).first->second[text(row[1])] = row[2].Get<int64_t>();
  }
  Schema schema;
  schema.Add(crosstab.col1() + "_" + crosstab.col2(), TypeId::kString);
  for (const auto& [name, count] : none) schema.Add(name, TypeId::kLong);
  std::vector<Row> made;
  for (const auto& [name, line] : table) {
    std::vector<Value> values{name};
    for (const auto& [column, count] : line) values.emplace_back(count);
    made.emplace_back(std::move(values));
  }
  return RelationOf(schema, made);
}

Result<PlanPtr> PlanTranslator::TranslateCorrelation(const PlanPtr& input,
                                                     const std::string& function,
                                                     const std::string& first,
                                                     const std::string& second) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr a, UnresolvedAttribute::Parse(first));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr b, UnresolvedAttribute::Parse(second));
  ExpressionPtr value = Call(function, {std::move(a), std::move(b)});
  return AggregateAll({Named(std::move(value), function)}, input);
}

Result<PlanPtr> PlanTranslator::TranslateApproxQuantile(
    const spark::connect::StatApproxQuantile& quantile) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(quantile.input()));
  if (quantile.relative_error() < 0) {
    return Status::Invalid("The relative error must be non-negative, it is ",
                           quantile.relative_error());
  }
  // 1 / error is what the function calls accuracy.
  constexpr double kMostAccurate = 2147483647;
  const double accuracy = quantile.relative_error() * kMostAccurate <= 1
                              ? kMostAccurate
                              : std::max(1.0, 1 / quantile.relative_error());
  std::vector<ExpressionPtr> all;
  for (const std::string& name : quantile.cols()) {
    std::vector<ExpressionPtr> fractions;
    for (const double fraction : quantile.probabilities()) {
      if (!(fraction >= 0 && fraction <= 1)) {
        return Status::Invalid("A probability must be between 0 and 1, not ", fraction);
      }
      ARROW_ASSIGN_OR_RAISE(fractions.emplace_back(), Literal::Of(fraction));
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, UnresolvedAttribute::Parse(name));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr precision, Literal::Of(static_cast<int32_t>(accuracy)));
    all.push_back(Call("percentile_approx", {AsType(std::move(column), TypeId::kDouble),
                                             Call("array", std::move(fractions)),
                                             std::move(precision)}));
  }
  return AggregateAll({Named(Call("array", std::move(all)), "approx_quantile")}, input);
}

Result<PlanPtr> PlanTranslator::TranslateFrequentItems(
    const spark::connect::StatFreqItems& items) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(items.input()));
  const double support = items.has_support() ? items.support() : 0.01;
  if (support < 1e-4 || support > 1) {
    return Status::Invalid("The support must be between 1e-4 and 1, it is ", support);
  }
  SessionBackend* backend = session_->session().backend().get();
  Schema schema;
  std::vector<Value> row;
  for (const std::string& name : items.cols()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, UnresolvedAttribute::Parse(name));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
    const PlanPtr counts = std::make_shared<Aggregate>(
        std::vector<ExpressionPtr>{column},
        std::vector<ExpressionPtr>{column, Named(Call("count", {std::move(one)}), "n")}, input);
    ARROW_ASSIGN_OR_RAISE(const Schema of_counts, SchemaOf(counts));
    ARROW_ASSIGN_OR_RAISE(const std::vector<Row> rows, RunToRows(counts, backend));
    int64_t total = 0;
    for (const Row& counted : rows) total += counted[1].Get<int64_t>();
    ArrayValue frequent;
    for (const Row& counted : rows) {
      if (static_cast<double>(counted[1].Get<int64_t>()) >= support * static_cast<double>(total)) {
        frequent.elements.push_back(counted[0]);
      }
    }
    schema.Add(name + "_freqItems", DataType::Array(of_counts.field(0).type));
    row.emplace_back(std::move(frequent));
  }
  return RelationOf(schema, {Row(std::move(row))});
}

Result<PlanPtr> PlanTranslator::TranslateSampleBy(const spark::connect::StatSampleBy& sample) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(sample.input()));
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column, Translate(sample.col()));
  std::vector<ExpressionPtr> cases;
  for (const auto& fraction : sample.fractions()) {
    if (!(fraction.fraction() >= 0 && fraction.fraction() <= 1)) {
      return Status::Invalid("requirement failed: fractions must be in [0, 1], not ",
                             fraction.fraction());
    }
    DataType type;
    ARROW_ASSIGN_OR_RAISE(Value value, LiteralValue(fraction.stratum(), &type));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr stratum, Literal::Make(std::move(value), type));
    cases.push_back(Call("<=>", {column, std::move(stratum)}));
    ARROW_ASSIGN_OR_RAISE(cases.emplace_back(), Literal::Of(fraction.fraction()));
  }
  ARROW_ASSIGN_OR_RAISE(cases.emplace_back(), Literal::Of(0.0));
  const int64_t seed =
      sample.has_seed() ? sample.seed() : static_cast<int64_t>(std::hash<std::string>()(NewUuid()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr seed_literal, Literal::Of(seed));
  ExpressionPtr limit = cases.size() == 1 ? cases[0]
                                          : std::make_shared<Conditional>(std::move(cases));
  return std::make_shared<Filter>(
      Call("<", {Call("rand", {std::move(seed_literal)}), std::move(limit)}), input);
}

}  // namespace firesteel
