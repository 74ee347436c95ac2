#include <map>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/json_text.h"
#include "connect/server/arrow_results.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "expr/unresolved.h"
#include "plan/commands.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "session/sql_statement.h"
#include "sql/parameters.h"
#include "sql/parser.h"

namespace firesteel {

Result<PlanPtr> PlanTranslator::TranslateRead(const spark::connect::Read& read) {
  if (read.has_named_table()) {
    ARROW_ASSIGN_OR_RAISE(
        const ExpressionPtr name,
        UnresolvedAttribute::Parse(read.named_table().unparsed_identifier()));
    return std::make_shared<UnresolvedTable>(As<UnresolvedAttribute>(name)->parts(),
                                             read.is_streaming());
  }
  const auto& source = read.data_source();
  std::optional<Schema> schema;
  if (!source.schema().empty()) {
    ARROW_ASSIGN_OR_RAISE(schema, ParseSchemaText(source.schema()));
  }
  Options options;
  for (const auto& [name, value] : source.options()) options.Set(name, value);
  if (source.predicates_size() > 0) {
    // What spark.read.jdbc(…, predicates=[…]) sends: a partition for each.
    std::string predicates;
    for (const std::string& predicate : source.predicates()) {
      predicates += predicates.empty() ? "[" : ",";
      AppendJsonString(predicate, &predicates);
    }
    options.Set("firesteel.jdbc.predicates", predicates + "]");
  }
  std::string format = source.format();
  if (format.empty()) {
    format = session_->session().Conf().Get("spark.sql.sources.default").value_or("parquet");
  }
  std::vector<PlanPtr> inputs;
  for (const std::string& path : source.paths()) {
    Options of_path = options;
    of_path.Set("path", path);
    inputs.push_back(std::make_shared<UnresolvedDataSource>(format, schema, std::move(of_path),
                                                            read.is_streaming()));
  }
  if (inputs.empty()) {
    return std::make_shared<UnresolvedDataSource>(std::move(format), std::move(schema),
                                                  std::move(options), read.is_streaming());
  }
  if (inputs.size() == 1) return std::move(inputs[0]);
  // Several paths have the columns of all of them.
  return std::make_shared<Union>(std::move(inputs), /*by_name=*/true,
                                 /*allow_missing_columns=*/true);
}

Result<PlanPtr> PlanTranslator::TranslateSql(const spark::connect::SQL& sql) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, ParseStatement(sql.query()));
  std::map<std::string, ExpressionPtr> named;
  for (const auto& [name, expression] : sql.named_arguments()) {
    ARROW_ASSIGN_OR_RAISE(named[name], Translate(expression));
  }
  for (const auto& [name, literal] : sql.args()) {  // from older clients
    ARROW_ASSIGN_OR_RAISE(named[name], TranslateLiteral(literal));
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> positional, Translate(sql.pos_arguments()));
  for (const auto& literal : sql.pos_args()) {
    ARROW_ASSIGN_OR_RAISE(positional.emplace_back(), TranslateLiteral(literal));
  }
  if (named.empty()) {
    ARROW_ASSIGN_OR_RAISE(plan, ReplacePositionalParameters(
                                    plan, [&](size_t index) -> Result<ExpressionPtr> {
                                      if (index >= positional.size()) return ExpressionPtr();
                                      return positional[index];
                                    }));
  } else {
    ARROW_ASSIGN_OR_RAISE(
        plan, ReplaceParameters(
                  plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
                    const auto found = named.find(parameter.name());
                    return found == named.end() ? ExpressionPtr() : found->second;
                  }));
  }
  ARROW_ASSIGN_OR_RAISE(plan, ExpandStatement(plan, session_->session().backend().get()));
  if (dynamic_cast<const Command*>(plan.get()) == nullptr) return plan;
  ARROW_ASSIGN_OR_RAISE(QueryResult result,
                        session_->session().backend()->ExecuteCommand(plan));
  ran_command_ = true;
  return firesteel::LocalRelation::Make(result.schema, std::move(result.batches));
}

Result<ExpressionPtr> PlanTranslator::TranslateLiteral(
    const spark::connect::Expression::Literal& literal) {
  DataType type;
  ARROW_ASSIGN_OR_RAISE(Value value, LiteralValue(literal, &type));
  return Literal::Make(std::move(value), std::move(type));
}

Result<PlanPtr> PlanTranslator::TranslateLocalRelation(
    const spark::connect::LocalRelation& relation) {
  std::optional<Schema> schema;
  if (!relation.schema().empty()) {
    ARROW_ASSIGN_OR_RAISE(schema, ParseSchemaText(relation.schema()));
  }
  if (!relation.has_data()) return firesteel::LocalRelation::Make(schema.value_or(Schema()), {});
  ARROW_ASSIGN_OR_RAISE(LocalRows rows,
                        FromArrowStream(relation.data(), schema ? &*schema : nullptr));
  return firesteel::LocalRelation::Make(rows.schema, std::move(rows.batches));
}

Result<PlanPtr> PlanTranslator::TranslateCachedLocalRelation(
    const spark::connect::CachedLocalRelation& relation) {
  const auto bytes = session_->FindArtifact("cache/" + relation.hash());
  spark::connect::LocalRelation local;
  if (bytes == nullptr || !local.ParseFromString(*bytes)) {
    return MakeError("NOT_FOUND_CACHED_LOCAL_RELATION", {{"hash", relation.hash()}});
  }
  return TranslateLocalRelation(local);
}

// Each chunk is an Arrow stream of its own, all with the same columns.
Result<PlanPtr> PlanTranslator::TranslateChunks(
    const spark::connect::ChunkedCachedLocalRelation& relation) {
  const auto find = [this](const std::string& hash) -> Result<std::shared_ptr<const std::string>> {
    auto bytes = session_->FindArtifact("cache/" + hash);
    if (bytes == nullptr) return MakeError("NOT_FOUND_CACHED_LOCAL_RELATION", {{"hash", hash}});
    return bytes;
  };
  std::optional<Schema> schema;
  if (!relation.schemahash().empty()) {
    ARROW_ASSIGN_OR_RAISE(const auto text, find(relation.schemahash()));
    ARROW_ASSIGN_OR_RAISE(schema, ParseSchemaText(*text));
  }
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (const std::string& hash : relation.datahashes()) {
    ARROW_ASSIGN_OR_RAISE(const auto bytes, find(hash));
    ARROW_ASSIGN_OR_RAISE(LocalRows rows, FromArrowStream(*bytes, schema ? &*schema : nullptr));
    if (!schema) schema = rows.schema;
    batches.insert(batches.end(), rows.batches.begin(), rows.batches.end());
  }
  return firesteel::LocalRelation::Make(schema.value_or(Schema()), std::move(batches));
}

Result<PlanPtr> PlanTranslator::TranslateCachedRemoteRelation(
    const spark::connect::CachedRemoteRelation& relation) {
  const std::optional<DataFrame> frame = session_->FindRelation(relation.relation_id());
  if (!frame) {
    return MakeError("DATAFRAME_NOT_FOUND", {{"dfId", relation.relation_id()}});
  }
  return frame->plan();
}

Result<PlanPtr> PlanTranslator::TranslateRange(const spark::connect::Range& range) {
  std::optional<int> partitions;
  if (range.has_num_partitions()) partitions = range.num_partitions();
  return std::make_shared<firesteel::Range>(range.has_start() ? range.start() : 0, range.end(),
                                            range.step(), partitions);
}

}  // namespace firesteel
