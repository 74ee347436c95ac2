#include <algorithm>
#include <utility>

#include "arrow/record_batch.h"
#include "common/cancellation.h"
#include "connect/server/arrow_results.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "connect/server/requests.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

// Clients take messages of up to 128 MB; Spark aims at 4 MB of rows in one.
constexpr int64_t kRowsPerMessage = 65536;

void SendRows(std::string stream, int64_t rows, int64_t start, bool more_follows,
              Operation* operation) {
  Operation::Response response;
  auto* batch = response.mutable_arrow_batch();
  batch->set_row_count(rows);
  batch->set_start_offset(start);
  batch->set_data(std::move(stream));
  operation->Send(std::move(response), more_follows);
}

Status ExecuteRelation(const spark::connect::Relation& relation, ServerSession* session,
                       Operation* operation) {
  PlanTranslator translator(session);
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, translator.Translate(relation));
  const std::shared_ptr<SessionBackend>& backend = session->session().backend();
  const auto cancellation = std::make_shared<CancellationToken>();
  operation->OnInterrupt([cancellation] { cancellation->Cancel(); });
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, backend->ExecutePlan(plan, cancellation.get()));
  Operation::Response schema;
  ToProtocol(result.schema, schema.mutable_schema());
  operation->Send(std::move(schema), /*more_follows=*/true);

  const std::string zone = session->time_zone();
  int64_t rows = 0;
  for (const auto& batch : result.batches) rows += batch->num_rows();
  int64_t sent = 0;
  for (const auto& batch : result.batches) {
    for (int64_t at = 0; at < batch->num_rows(); at += kRowsPerMessage) {
      if (operation->interrupted()) return Status::OK();
      const auto slice = batch->Slice(at, kRowsPerMessage);
      ARROW_ASSIGN_OR_RAISE(std::string stream, ToArrowStream(result.schema, {slice}, zone));
      const bool is_last = sent + slice->num_rows() == rows;
      SendRows(std::move(stream), slice->num_rows(), sent, /*more_follows=*/is_last, operation);
      sent += slice->num_rows();
    }
  }
  if (sent == 0) {  // clients want at least one
    ARROW_ASSIGN_OR_RAISE(std::string stream, ToArrowStream(result.schema, {}, zone));
    SendRows(std::move(stream), 0, 0, /*more_follows=*/true, operation);
  }
  SendObserved(translator.observed(), operation);
  return Status::OK();
}

}  // namespace

Status ExecutePlan(const spark::connect::Plan& plan, ServerSession* session,
                   Operation* operation) {
  switch (plan.op_type_case()) {
    case spark::connect::Plan::kRoot: return ExecuteRelation(plan.root(), session, operation);
    case spark::connect::Plan::kCommand:
      return ExecuteCommand(plan.command(), session, operation);
    default: return UnsupportedMessage("Plan without a relation or a command");
  }
}

}  // namespace firesteel
