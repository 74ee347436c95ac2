#include <map>
#include <optional>
#include <utility>

#include "common/error.h"
#include "connect/server/arrow_results.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "expr/unresolved.h"
#include "plan/queries.h"
#include "plan/relations.h"
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
  if (source.paths_size() == 1) {
    options.Set("path", source.paths(0));
  } else if (source.paths_size() > 1) {
    return UnsupportedMessage("Read.DataSource with several paths");
  }
  std::string format = source.format();
  if (format.empty()) {
    format = session_->session().Conf().Get("spark.sql.sources.default").value_or("parquet");
  }
  return std::make_shared<UnresolvedDataSource>(std::move(format), std::move(schema),
                                                std::move(options), read.is_streaming());
}

Result<PlanPtr> PlanTranslator::TranslateSql(const spark::connect::SQL& sql) {
  std::map<std::string, Value> named;
  std::vector<Value> positional;
  DataType type;
  for (const auto& [name, expression] : sql.named_arguments()) {
    if (!expression.has_literal()) return UnsupportedMessage("SQL.named_arguments with a call");
    ARROW_ASSIGN_OR_RAISE(named[name], LiteralValue(expression.literal(), &type));
  }
  for (const auto& expression : sql.pos_arguments()) {
    if (!expression.has_literal()) return UnsupportedMessage("SQL.pos_arguments with a call");
    ARROW_ASSIGN_OR_RAISE(positional.emplace_back(), LiteralValue(expression.literal(), &type));
  }
  const DataFrame frame = named.empty() ? session_->session().Sql(sql.query(), positional)
                                        : session_->session().Sql(sql.query(), named);
  ARROW_RETURN_NOT_OK(frame.status());
  return frame.plan();
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
