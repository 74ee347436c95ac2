#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connect/server/observed_relations.h"
#include "connect/server/server_session.h"
#include "expr/expression.h"
#include "expr/user_call.h"
#include "firesteel/row.h"
#include "plan/joins.h"
#include "plan/logical_plan.h"
#include "plan/user_rows.h"
#include "spark/connect/commands.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel {

/// Turns the protocol's relations and expressions into unresolved plans. One per request; not
/// thread-safe. The families are spread over translate/, one .cc each; the switches that list them
/// all are in plan_translator.cc (relations) and translate/expressions.cc.
///
/// What the protocol has and the engine does not is refused with UNSUPPORTED_CONNECT_MESSAGE naming
/// it; unknown fields are ignored, as everywhere in protobuf.
class PlanTranslator {
 public:
  explicit PlanTranslator(ServerSession* session) : session_(session) {}

  Result<PlanPtr> Translate(const spark::connect::Relation& relation);
  Result<ExpressionPtr> Translate(const spark::connect::Expression& expression);
  Result<std::vector<ExpressionPtr>> Translate(
      const google::protobuf::RepeatedPtrField<spark::connect::Expression>& expressions);
  /// A constant as a value; `type` receives its type.
  Result<Value> LiteralValue(const spark::connect::Expression::Literal& literal, DataType* type);

  ServerSession* session() const { return session_; }
  /// Whether an SQL text of the request was a command: it has run, and its rows are the plan.
  bool ran_command() const { return ran_command_; }
  /// What the request's plans observe, each once; filled as they run.
  const std::vector<std::shared_ptr<ObservedRelation>>& observed() const { return observed_; }

 private:
  Result<PlanPtr> TranslateKind(const spark::connect::Relation& relation);
  Result<PlanPtr> TranslateRowKind(const spark::connect::Relation& relation);
  Result<PlanPtr> TranslateDerivedKind(const spark::connect::Relation& relation);

  // translate/reads.cc
  Result<PlanPtr> TranslateRead(const spark::connect::Read& read);
  Result<PlanPtr> TranslateSql(const spark::connect::SQL& sql);
  Result<ExpressionPtr> TranslateLiteral(const spark::connect::Expression::Literal& literal);
  Result<PlanPtr> TranslateLocalRelation(const spark::connect::LocalRelation& relation);
  Result<PlanPtr> TranslateCachedLocalRelation(
      const spark::connect::CachedLocalRelation& relation);
  Result<PlanPtr> TranslateChunks(const spark::connect::ChunkedCachedLocalRelation& relation);
  Result<PlanPtr> TranslateCachedRemoteRelation(
      const spark::connect::CachedRemoteRelation& relation);
  Result<PlanPtr> TranslateRange(const spark::connect::Range& range);
  // translate/projections.cc
  Result<PlanPtr> TranslateProject(const spark::connect::Project& project);
  Result<PlanPtr> TranslateFilter(const spark::connect::Filter& filter);
  Result<PlanPtr> TranslateSort(const spark::connect::Sort& sort);
  Result<PlanPtr> TranslateRepartition(const spark::connect::Repartition& repartition);
  Result<PlanPtr> TranslateRepartition(const spark::connect::RepartitionByExpression& repartition);
  Result<PlanPtr> TranslateWithColumns(const spark::connect::WithColumns& columns);
  Result<PlanPtr> TranslateDrop(const spark::connect::Drop& drop);
  Result<PlanPtr> TranslateWithColumnsRenamed(const spark::connect::WithColumnsRenamed& renamed);
  // translate/aggregations.cc
  Result<PlanPtr> TranslateAggregate(const spark::connect::Aggregate& aggregate);
  Result<std::vector<ExpressionPtr>> PivotValues(const ExpressionPtr& column,
                                                 const PlanPtr& input);
  Result<PlanPtr> TranslateDeduplicate(const spark::connect::Deduplicate& deduplicate);
  Result<PlanPtr> TranslateWithWatermark(const spark::connect::WithWatermark& watermark);
  Result<PlanPtr> TranslateCollectMetrics(const spark::connect::Relation& relation);
  // translate/combinations.cc
  Result<PlanPtr> TranslateJoin(const spark::connect::Join& join);
  Result<PlanPtr> TranslateSetOperation(const spark::connect::SetOperation& operation);
  // translate/nearest_rows.cc
  Result<PlanPtr> TranslateAsOfJoin(const spark::connect::AsOfJoin& join);
  Result<PlanPtr> TranslateNearestByJoin(const spark::connect::NearestByJoin& join);
  /// Errors: a ranking that has no order, or aggregates; streams.
  Status CheckRanking(const PlanPtr& left, const PlanPtr& right, const ExpressionPtr& rank);
  // translate/user_functions.cc
  Result<PlanPtr> TranslateMapPartitions(const spark::connect::MapPartitions& map);
  Result<PlanPtr> TranslateGroupMap(const spark::connect::GroupMap& map);
  Result<PlanPtr> TranslateCoGroupMap(const spark::connect::CoGroupMap& map);
  Result<PlanPtr> TranslateUserTable(
      const spark::connect::CommonInlineUserDefinedTableFunction& sent);
  Result<PlanPtr> CallWithTable(UserColumnFunctionPtr function,
                                const std::vector<const spark::connect::Expression*>& arguments,
                                UserTableCall call);
  Result<ExpressionPtr> TranslateUserFunction(
      const spark::connect::CommonInlineUserDefinedFunction& sent);
  // translate/missing_values.cc
  Result<PlanPtr> TranslateFillMissing(const spark::connect::NAFill& fill);
  Result<PlanPtr> TranslateDropMissing(const spark::connect::NADrop& drop);
  Result<PlanPtr> TranslateReplace(const spark::connect::NAReplace& replace);
  // translate/statistics.cc
  Result<PlanPtr> Summarize(const PlanPtr& input, const std::vector<std::string>& statistics,
                            const std::vector<std::string>& columns);
  Result<PlanPtr> TranslateDescribe(const spark::connect::StatDescribe& describe);
  Result<PlanPtr> TranslateSummary(const spark::connect::StatSummary& summary);
  Result<PlanPtr> TranslateCrosstab(const spark::connect::StatCrosstab& crosstab);
  Result<PlanPtr> TranslateCorrelation(const PlanPtr& input, const std::string& function,
                                       const std::string& first, const std::string& second);
  Result<PlanPtr> TranslateApproxQuantile(const spark::connect::StatApproxQuantile& quantile);
  Result<PlanPtr> TranslateFrequentItems(const spark::connect::StatFreqItems& items);
  Result<PlanPtr> TranslateSampleBy(const spark::connect::StatSampleBy& sample);
  // translate/samples.cc
  Result<PlanPtr> TranslateSample(const spark::connect::Sample& sample);
  // translate/reshaping.cc
  Result<Schema> SchemaOf(const PlanPtr& plan) const;
  Result<PlanPtr> TranslateTail(const spark::connect::Tail& tail);
  Result<PlanPtr> TranslateToSchema(const spark::connect::ToSchema& to);
  Result<PlanPtr> TranslateUnpivot(const spark::connect::Unpivot& unpivot);
  Result<PlanPtr> TranslateTranspose(const spark::connect::Transpose& transpose);
  Result<PlanPtr> TranslateParse(const spark::connect::Parse& parse);
  // translate/references.cc
  void CollectTags(const google::protobuf::Message& message);
  /// The plan with its number, where some column of the request names it.
  PlanPtr Tagged(const spark::connect::Relation& relation, PlanPtr plan) const;
  Result<PlanPtr> TranslateWithRelations(const spark::connect::WithRelations& relations);
  Result<ExpressionPtr> TranslateSubquery(const spark::connect::SubqueryExpression& subquery);
  Result<PlanPtr> TranslateTableFunction(
      const spark::connect::UnresolvedTableValuedFunction& function);
  Result<PlanPtr> TranslateLateralJoin(const spark::connect::LateralJoin& join);
  // translate/windows.cc
  Result<ExpressionPtr> TranslateWindow(const spark::connect::Expression::Window& window);
  // translate/catalog.cc
  Result<PlanPtr> TranslateCatalog(const spark::connect::Catalog& message);
  // translate/shows.cc: relations that need their input's rows.
  Result<PlanPtr> TranslateShowString(const spark::connect::ShowString& show);
  Result<PlanPtr> TranslateHtmlString(const spark::connect::HtmlString& show);

  // translate/columns.cc
  Result<ExpressionPtr> TranslateName(const spark::connect::Expression::UnresolvedAttribute& name);
  Result<ExpressionPtr> TranslateStar(const spark::connect::Expression::UnresolvedStar& star);
  Result<ExpressionPtr> TranslateRegex(const spark::connect::Expression::UnresolvedRegex& regex);
  Result<ExpressionPtr> TranslateUpdateFields(const spark::connect::Expression& expression);
  /// An expression of a list, with the name that Spark gives its column.
  Result<ExpressionPtr> TranslateItem(const spark::connect::Expression& expression);
  // translate/expressions.cc
  Result<ExpressionPtr> TranslateKind(const spark::connect::Expression& expression);
  Result<ExpressionPtr> TranslateFunction(
      const spark::connect::Expression::UnresolvedFunction& function);
  Result<ExpressionPtr> TranslateCast(const spark::connect::Expression::Cast& cast);
  Result<ExpressionPtr> TranslateAlias(const spark::connect::Expression::Alias& alias);
  Result<ExpressionPtr> TranslateSortOrder(const spark::connect::Expression::SortOrder& order);

  ServerSession* session_;
  int depth_ = 0;
  bool ran_command_ = false;
  std::vector<std::shared_ptr<ObservedRelation>> observed_;
  std::set<int64_t> tags_;  // the plans that columns of the request name
  std::map<int64_t, const spark::connect::Relation*> references_;  // what subqueries name
};

/// Errors: UNSUPPORTED_CONNECT_MESSAGE for a kind that is unknown.
Result<JoinType> ToJoinType(spark::connect::Join::JoinType type);

/// UNSUPPORTED_CONNECT_MESSAGE for a message or one of its kinds.
Status UnsupportedMessage(std::string_view name);
/// The same for whichever field of the oneof is set: `Relation.tail`.
Status UnsupportedKind(const google::protobuf::Message& message, const char* oneof);

}  // namespace firesteel
