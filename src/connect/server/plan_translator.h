#pragma once

#include <string>
#include <vector>

#include "connect/server/server_session.h"
#include "expr/expression.h"
#include "firesteel/row.h"
#include "plan/logical_plan.h"
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

 private:
  Result<PlanPtr> TranslateKind(const spark::connect::Relation& relation);

  // translate/reads.cc
  Result<PlanPtr> TranslateRead(const spark::connect::Read& read);
  Result<PlanPtr> TranslateSql(const spark::connect::SQL& sql);
  Result<PlanPtr> TranslateLocalRelation(const spark::connect::LocalRelation& relation);
  Result<PlanPtr> TranslateCachedLocalRelation(
      const spark::connect::CachedLocalRelation& relation);
  Result<PlanPtr> TranslateCachedRemoteRelation(
      const spark::connect::CachedRemoteRelation& relation);
  Result<PlanPtr> TranslateRange(const spark::connect::Range& range);
  // translate/projections.cc
  Result<PlanPtr> TranslateProject(const spark::connect::Project& project);
  Result<PlanPtr> TranslateFilter(const spark::connect::Filter& filter);
  Result<PlanPtr> TranslateSort(const spark::connect::Sort& sort);
  Result<PlanPtr> TranslateWithColumns(const spark::connect::WithColumns& columns);
  Result<PlanPtr> TranslateDrop(const spark::connect::Drop& drop);
  Result<PlanPtr> TranslateWithColumnsRenamed(const spark::connect::WithColumnsRenamed& renamed);
  // translate/aggregations.cc
  Result<PlanPtr> TranslateAggregate(const spark::connect::Aggregate& aggregate);
  Result<PlanPtr> TranslateDeduplicate(const spark::connect::Deduplicate& deduplicate);
  Result<PlanPtr> TranslateWithWatermark(const spark::connect::WithWatermark& watermark);
  // translate/combinations.cc
  Result<PlanPtr> TranslateJoin(const spark::connect::Join& join);
  Result<PlanPtr> TranslateSetOperation(const spark::connect::SetOperation& operation);
  // translate/user_functions.cc
  Result<PlanPtr> TranslateMapPartitions(const spark::connect::MapPartitions& map);
  Result<PlanPtr> TranslateGroupMap(const spark::connect::GroupMap& map);
  Result<PlanPtr> TranslateCoGroupMap(const spark::connect::CoGroupMap& map);
  Result<ExpressionPtr> TranslateUserFunction(
      const spark::connect::CommonInlineUserDefinedFunction& sent);
  // translate/catalog.cc
  Result<PlanPtr> TranslateCatalog(const spark::connect::Catalog& message);
  // translate/shows.cc: relations that need their input's rows.
  Result<PlanPtr> TranslateShowString(const spark::connect::ShowString& show);

  // translate/expressions.cc
  Result<ExpressionPtr> TranslateKind(const spark::connect::Expression& expression);
  Result<ExpressionPtr> TranslateFunction(
      const spark::connect::Expression::UnresolvedFunction& function);
  Result<ExpressionPtr> TranslateCast(const spark::connect::Expression::Cast& cast);
  Result<ExpressionPtr> TranslateAlias(const spark::connect::Expression::Alias& alias);
  Result<ExpressionPtr> TranslateSortOrder(const spark::connect::Expression::SortOrder& order);

  ServerSession* session_;
  int depth_ = 0;
};

/// UNSUPPORTED_CONNECT_MESSAGE for a message or one of its kinds.
Status UnsupportedMessage(std::string_view name);
/// The same for whichever field of the oneof is set: `Relation.tail`.
Status UnsupportedKind(const google::protobuf::Message& message, const char* oneof);

}  // namespace firesteel
