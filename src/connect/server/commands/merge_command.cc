#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "common/error.h"
#include "connect/server/catalog_lists.h"
#include "connect/server/commands/commands.h"
#include "connect/server/plan_translator.h"
#include "plan/relations.h"
#include "plan/row_changes.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using spark::connect::MergeAction_ActionType;
using Sent = google::protobuf::RepeatedPtrField<spark::connect::Expression>;

Status AddActions(const Sent& sent, MergeAction::When when, PlanTranslator* translator,
                  std::vector<MergeAction>* actions) {
  for (const spark::connect::Expression& expression : sent) {
    if (!expression.has_merge_action()) return UnsupportedKind(expression, "expr_type");
    const spark::connect::MergeAction& message = expression.merge_action();
    MergeAction& action = actions->emplace_back();
    action.when = when;
    if (message.has_condition()) {
      ARROW_ASSIGN_OR_RAISE(action.condition, translator->Translate(message.condition()));
    }
    for (const auto& assignment : message.assignments()) {
      ARROW_ASSIGN_OR_RAISE(action.assignments.columns.emplace_back(),
                            translator->Translate(assignment.key()));
      ARROW_ASSIGN_OR_RAISE(action.assignments.values.emplace_back(),
                            translator->Translate(assignment.value()));
    }
  }
  return Status::OK();
}

}  // namespace

Status MergeIntoTable(const spark::connect::MergeIntoTableCommand& command,
                      ServerSession* session) {
  using When = MergeAction::When;
  PlanTranslator translator(session);
  RowChange change;
  ARROW_ASSIGN_OR_RAISE(change.name, ParseTableName(command.target_table_name()));
  change.target = std::make_shared<UnresolvedTable>(change.name, /*streaming=*/false);
  ARROW_ASSIGN_OR_RAISE(PlanPtr source, translator.Translate(command.source_table_plan()));
  ARROW_ASSIGN_OR_RAISE(change.condition, translator.Translate(command.merge_condition()));
  std::vector<MergeAction> actions;
  ARROW_RETURN_NOT_OK(AddActions(command.match_actions(), When::kMatched, &translator, &actions));
  ARROW_RETURN_NOT_OK(
      AddActions(command.not_matched_actions(), When::kNotMatched, &translator, &actions));
  ARROW_RETURN_NOT_OK(AddActions(command.not_matched_by_source_actions(), When::kNotMatchedBySource,
                                 &translator, &actions));
  if (actions.empty()) return MakeError("NO_MERGE_ACTION_SPECIFIED");
  ARROW_ASSIGN_OR_RAISE(const PlanPtr merge,
                        MakeMerge(std::move(change), std::move(source), std::move(actions)));
  return session->session().backend()->ExecuteCommand(merge).status();
}

}  // namespace firesteel
