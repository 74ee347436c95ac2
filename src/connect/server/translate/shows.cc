#include <algorithm>
#include <utility>

#include "connect/server/plan_translator.h"
#include "formats/html_table.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// A relation of one text.
Result<PlanPtr> OneText(const std::string& column, std::string text) {
  Schema schema;
  schema.Add(column, TypeId::kString, /*nullable=*/false);
  ARROW_ASSIGN_OR_RAISE(auto batch, MakeBatch({Row({Value(std::move(text))})}, schema));
  return firesteel::LocalRelation::Make(schema, {std::move(batch)});
}

}  // namespace

// The text is made when the request is read: it is all the request asks for.
Result<PlanPtr> PlanTranslator::TranslateShowString(const spark::connect::ShowString& show) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(show.input()));
  const DataFrame frame(session_->session().backend(), std::move(input));
  ARROW_ASSIGN_OR_RAISE(std::string text,
                        frame.ShowString(show.num_rows(), show.truncate(), show.vertical()));
  text.pop_back();  // clients end it with a line break of their own
  return OneText("show_string", std::move(text));
}

Result<PlanPtr> PlanTranslator::TranslateHtmlString(const spark::connect::HtmlString& show) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(show.input()));
  TextTableOptions options;
  options.rows = std::max(show.num_rows(), 0);
  options.truncate = show.truncate();
  options.time_zone = session_->time_zone();
  ARROW_ASSIGN_OR_RAISE(const QueryResult result,
                        session_->session().backend()->ExecutePlan(
                            std::make_shared<Limit>(int64_t{options.rows} + 1, std::move(input))));
  ARROW_ASSIGN_OR_RAISE(std::string text, FormatHtmlTable(result.batches, result.schema, options));
  return OneText("html_string", std::move(text));
}

}  // namespace firesteel
