#include <utility>

#include "connect/server/plan_translator.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {

// The text is made when the request is read: it is all the request asks for.
Result<PlanPtr> PlanTranslator::TranslateShowString(const spark::connect::ShowString& show) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(show.input()));
  const DataFrame frame(session_->session().backend(), std::move(input));
  ARROW_ASSIGN_OR_RAISE(std::string text,
                        frame.ShowString(show.num_rows(), show.truncate(), show.vertical()));
  text.pop_back();  // clients end it with a line break of their own
  Schema schema;
  schema.Add("show_string", TypeId::kString, /*nullable=*/false);
  ARROW_ASSIGN_OR_RAISE(auto batch, MakeBatch({Row({Value(std::move(text))})}, schema));
  return firesteel::LocalRelation::Make(schema, {std::move(batch)});
}

}  // namespace firesteel
