#include "connect/server/plan_translator.h"

#include <utility>

#include "common/error.h"
#include "expr/unresolved.h"
#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

// As deep as our own walkers go; see message_depth.h for what can be read at all.
constexpr int kMaximumDepth = 500;

}  // namespace

Status UnsupportedMessage(std::string_view name) {
  return MakeError("UNSUPPORTED_CONNECT_MESSAGE", {{"name", std::string(name)}});
}

Status UnsupportedKind(const google::protobuf::Message& message, const char* oneof) {
  const google::protobuf::Descriptor* descriptor = message.GetDescriptor();
  const google::protobuf::FieldDescriptor* field = message.GetReflection()->GetOneofFieldDescriptor(
      message, descriptor->FindOneofByName(oneof));
  return UnsupportedMessage(descriptor->name() + "." +
                            (field == nullptr ? "(none)" : field->name()));
}

Result<PlanPtr> PlanTranslator::Translate(const spark::connect::Relation& relation) {
  if (++depth_ > kMaximumDepth) {
    return MakeError("PLAN_TOO_DEEP", {{"limit", std::to_string(kMaximumDepth)}});
  }
  if (depth_ == 1) CollectTags(relation);
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, TranslateKind(relation));
  --depth_;
  return Tagged(relation, std::move(plan));
}

Result<PlanPtr> PlanTranslator::TranslateKind(const spark::connect::Relation& relation) {
  using Relation = spark::connect::Relation;
  switch (relation.rel_type_case()) {
    // Reads.
    case Relation::kRead: return TranslateRead(relation.read());
    case Relation::kSql: return TranslateSql(relation.sql());
    case Relation::kLocalRelation: return TranslateLocalRelation(relation.local_relation());
    case Relation::kCachedLocalRelation:
      return TranslateCachedLocalRelation(relation.cached_local_relation());
    case Relation::kChunkedCachedLocalRelation:
      return TranslateChunks(relation.chunked_cached_local_relation());
    case Relation::kCachedRemoteRelation:
      return TranslateCachedRemoteRelation(relation.cached_remote_relation());
    case Relation::kRange: return TranslateRange(relation.range());
    case Relation::kWithRelations: return TranslateWithRelations(relation.with_relations());
    case Relation::kUnresolvedTableValuedFunction:
      return TranslateTableFunction(relation.unresolved_table_valued_function());
    case Relation::kCatalog: return TranslateCatalog(relation.catalog());
    case Relation::kParse: return TranslateParse(relation.parse());
    default: return TranslateRowKind(relation);
  }
}

Result<PlanPtr> PlanTranslator::TranslateRowKind(const spark::connect::Relation& relation) {
  using Relation = spark::connect::Relation;
  switch (relation.rel_type_case()) {
    // Rows in, rows out.
    case Relation::kProject: return TranslateProject(relation.project());
    case Relation::kFilter: return TranslateFilter(relation.filter());
    case Relation::kSort: return TranslateSort(relation.sort());
    case Relation::kWithColumns: return TranslateWithColumns(relation.with_columns());
    case Relation::kDrop: return TranslateDrop(relation.drop());
    case Relation::kWithColumnsRenamed:
      return TranslateWithColumnsRenamed(relation.with_columns_renamed());
    case Relation::kLimit: {
      ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(relation.limit().input()));
      return std::make_shared<Limit>(relation.limit().limit(), std::move(input));
    }
    case Relation::kOffset: {
      ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(relation.offset().input()));
      return std::make_shared<SkipRows>(relation.offset().offset(), std::move(input));
    }
    case Relation::kSubqueryAlias: {
      ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(relation.subquery_alias().input()));
      return std::make_shared<SubqueryAlias>(relation.subquery_alias().alias(), std::move(input));
    }
    case Relation::kToDf: {
      const auto& names = relation.to_df().column_names();
      ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(relation.to_df().input()));
      // Ends the table's name, which aliases in SQL would keep: `t AS x (a, b)`.
      input = std::make_shared<Project>(
          std::vector<ExpressionPtr>{std::make_shared<UnresolvedStar>()}, std::move(input));
      return std::make_shared<ColumnAliases>(
          std::vector<std::string>(names.begin(), names.end()), std::move(input));
    }
    // Only says how to run it, which we decide ourselves.
    case Relation::kHint: return Translate(relation.hint().input());
    case Relation::kRepartition: return TranslateRepartition(relation.repartition());
    case Relation::kRepartitionByExpression:
      return TranslateRepartition(relation.repartition_by_expression());
    // Groups and several inputs.
    case Relation::kAggregate: return TranslateAggregate(relation.aggregate());
    case Relation::kDeduplicate: return TranslateDeduplicate(relation.deduplicate());
    case Relation::kWithWatermark: return TranslateWithWatermark(relation.with_watermark());
    case Relation::kCollectMetrics:
      return TranslateCollectMetrics(relation);
    case Relation::kJoin: return TranslateJoin(relation.join());
    case Relation::kSetOp: return TranslateSetOperation(relation.set_op());
    // Functions of Python.
    case Relation::kMapPartitions: return TranslateMapPartitions(relation.map_partitions());
    case Relation::kGroupMap: return TranslateGroupMap(relation.group_map());
    case Relation::kCoGroupMap: return TranslateCoGroupMap(relation.co_group_map());
    case Relation::kCommonInlineUserDefinedTableFunction:
      return TranslateUserTable(relation.common_inline_user_defined_table_function());
    // Texts.
    case Relation::kShowString: return TranslateShowString(relation.show_string());
    case Relation::kHtmlString: return TranslateHtmlString(relation.html_string());
    default: return TranslateDerivedKind(relation);
  }
}

Result<PlanPtr> PlanTranslator::TranslateDerivedKind(const spark::connect::Relation& relation) {
  using Relation = spark::connect::Relation;
  switch (relation.rel_type_case()) {
    case Relation::kLateralJoin: return TranslateLateralJoin(relation.lateral_join());
    case Relation::kAsOfJoin: return TranslateAsOfJoin(relation.as_of_join());
    case Relation::kNearestByJoin: return TranslateNearestByJoin(relation.nearest_by_join());
    // Spark's own catalog knows no changes of tables either.
    case Relation::kRelationChanges:
      return MakeError("UNSUPPORTED_FEATURE.CHANGE_DATA_CAPTURE",
                       {{"catalogName", "spark_catalog"}});
    // Other shapes.
    case Relation::kSample: return TranslateSample(relation.sample());
    case Relation::kTail: return TranslateTail(relation.tail());
    case Relation::kToSchema: return TranslateToSchema(relation.to_schema());
    case Relation::kUnpivot: return TranslateUnpivot(relation.unpivot());
    case Relation::kTranspose: return TranslateTranspose(relation.transpose());
    // df.na and df.stat.
    case Relation::kFillNa: return TranslateFillMissing(relation.fill_na());
    case Relation::kDropNa: return TranslateDropMissing(relation.drop_na());
    case Relation::kReplace: return TranslateReplace(relation.replace());
    case Relation::kSummary: return TranslateSummary(relation.summary());
    case Relation::kDescribe: return TranslateDescribe(relation.describe());
    case Relation::kCrosstab: return TranslateCrosstab(relation.crosstab());
    case Relation::kApproxQuantile: return TranslateApproxQuantile(relation.approx_quantile());
    case Relation::kFreqItems: return TranslateFrequentItems(relation.freq_items());
    case Relation::kSampleBy: return TranslateSampleBy(relation.sample_by());
    case Relation::kCov: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(relation.cov().input()));
      return TranslateCorrelation(input, "covar_samp", relation.cov().col1(),
                                  relation.cov().col2());
    }
    case Relation::kCorr: {
      if (relation.corr().has_method() && relation.corr().method() != "pearson") {
        return UnsupportedMessage("StatCorr.method " + relation.corr().method());
      }
      ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(relation.corr().input()));
      return TranslateCorrelation(input, "corr", relation.corr().col1(), relation.corr().col2());
    }
    default: return UnsupportedKind(relation, "rel_type");
  }
}

}  // namespace firesteel
