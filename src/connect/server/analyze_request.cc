#include <cctype>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "connect/server/requests.h"
#include "firesteel/connector/file_listing.h"
#include "plan/relations.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using Request = spark::connect::AnalyzePlanRequest;
using Response = spark::connect::AnalyzePlanResponse;

// The version whose behaviour this is; clients branch on it.
constexpr std::string_view kSparkVersion = "4.3.0";

Result<DataFrame> FrameOf(const spark::connect::Relation& relation, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, PlanTranslator(session).Translate(relation));
  return DataFrame(session->session().backend(), std::move(plan));
}

Result<DataFrame> FrameOf(const spark::connect::Plan& plan, ServerSession* session) {
  if (!plan.has_root()) return Status::Invalid("The request holds no relation.");
  return FrameOf(plan.root(), session);
}

Result<PlanPtr> Analyzed(const spark::connect::Plan& plan, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(const DataFrame frame, FrameOf(plan, session));
  return frame.backend()->AnalyzePlan(frame.plan());
}

/// The analyzed plan's shape: its text with the ids of columns counted from 0.
std::string NormalizedText(const LogicalPlan& plan) {
  const std::string text = plan.TreeString();
  std::map<std::string, size_t> ids;
  std::string normalized;
  for (size_t i = 0; i < text.size();) {
    normalized += text[i];
    if (text[i++] != '#') continue;
    size_t end = i;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (end > i) {
      normalized += std::to_string(ids.emplace(text.substr(i, end - i), ids.size()).first->second);
    }
    i = end;
  }
  return normalized;
}

Status Explain(const Request::Explain& request, ServerSession* session, Response* response) {
  ARROW_ASSIGN_OR_RAISE(const DataFrame frame, FrameOf(request.plan(), session));
  const bool extended = request.explain_mode() == Request::Explain::EXPLAIN_MODE_EXTENDED ||
                        request.explain_mode() == Request::Explain::EXPLAIN_MODE_COST;
  std::string* text = response->mutable_explain()->mutable_explain_string();
  ARROW_ASSIGN_OR_RAISE(*text, frame.Explain(extended));
  if (request.explain_mode() == Request::Explain::EXPLAIN_MODE_CODEGEN) {
    *text = "Found 0 WholeStageCodegen subtrees.\n";
  }
  return Status::OK();
}

/// The files that the scans of a batch query read, each once.
Status InputFiles(const spark::connect::Plan& plan, ServerSession* session, Response* response) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, Analyzed(plan, session));
  std::set<std::string> files;
  Status status;
  ForEach<LogicalPlan>(analyzed, [&](const PlanPtr& node) {
    const auto* read = As<TableScan>(node);
    if (read == nullptr || read->is_streaming() || !status.ok()) return;
    ScanRequest request;
    request.columns = read->schema();
    const Result<std::shared_ptr<Scan>> scan = read->table()->NewScan(request);
    status = scan.status();
    auto* listing = scan.ok() ? dynamic_cast<FileListing*>(scan->get()) : nullptr;
    if (listing == nullptr) return;
    const Result<std::vector<std::string>> listed = listing->ListFiles();
    status = listed.status();
    if (listed.ok()) files.insert(listed->begin(), listed->end());
  });
  ARROW_RETURN_NOT_OK(status);
  for (const std::string& file : files) response->mutable_input_files()->add_files(file);
  response->mutable_input_files();
  return Status::OK();
}

/// Whatever the storage level, rows are kept in memory.
Status SetCached(const spark::connect::Relation& relation, bool cached, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, PlanTranslator(session).Translate(relation));
  return session->session().backend()->SetCached(plan, cached);
}

}  // namespace

Status HandleAnalyze(const Request& request, ServerSession* session, Response* response) {
  switch (request.analyze_case()) {
    case Request::kSparkVersion:
      response->mutable_spark_version()->set_version(std::string(kSparkVersion));
      return Status::OK();
    case Request::kSchema: {
      ARROW_ASSIGN_OR_RAISE(const DataFrame frame, FrameOf(request.schema().plan(), session));
      ARROW_ASSIGN_OR_RAISE(const Schema schema, frame.Schema());
      ToProtocol(schema, response->mutable_schema()->mutable_schema());
      return Status::OK();
    }
    case Request::kExplain: return Explain(request.explain(), session, response);
    case Request::kTreeString: {
      ARROW_ASSIGN_OR_RAISE(const DataFrame frame, FrameOf(request.tree_string().plan(), session));
      ARROW_ASSIGN_OR_RAISE(const Schema schema, frame.Schema());
      response->mutable_tree_string()->set_tree_string(schema.TreeString());
      return Status::OK();
    }
    case Request::kIsLocal: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, Analyzed(request.is_local().plan(), session));
      response->mutable_is_local()->set_is_local(plan->kind() == PlanKind::kLocalRelation);
      return Status::OK();
    }
    case Request::kIsStreaming: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, Analyzed(request.is_streaming().plan(), session));
      response->mutable_is_streaming()->set_is_streaming(plan->is_streaming());
      return Status::OK();
    }
    case Request::kInputFiles:
      return InputFiles(request.input_files().plan(), session, response);
    case Request::kPersist:
      response->mutable_persist();
      return SetCached(request.persist().relation(), true, session);
    case Request::kUnpersist:
      response->mutable_unpersist();
      return SetCached(request.unpersist().relation(), false, session);
    case Request::kGetStorageLevel: {
      ARROW_ASSIGN_OR_RAISE(
          const PlanPtr plan,
          PlanTranslator(session).Translate(request.get_storage_level().relation()));
      ARROW_ASSIGN_OR_RAISE(const bool cached,
                            session->session().backend()->IsCached(plan));
      // What is kept is kept in memory, in columns.
      auto* level = response->mutable_get_storage_level()->mutable_storage_level();
      level->set_use_disk(cached);
      level->set_use_memory(cached);
      level->set_deserialized(cached);
      level->set_replication(1);
      return Status::OK();
    }
    case Request::kDdlParse: {
      const std::string& text = request.ddl_parse().ddl_string();
      // A list of columns, or one type.
      const Result<Schema> schema = Schema::FromDdl(text);
      if (schema.ok()) {
        ToProtocol(*schema, response->mutable_ddl_parse()->mutable_parsed());
        return Status::OK();
      }
      const Result<DataType> type = DataType::FromDdl(text);
      if (type.ok()) {
        ToProtocol(*type, response->mutable_ddl_parse()->mutable_parsed());
        return Status::OK();
      }
      // `a: INT, b: STRING`, as fields stand inside of a struct.
      const Result<DataType> fields = DataType::FromDdl("struct<" + text + ">");
      if (!fields.ok()) return schema.status();
      ToProtocol(*fields, response->mutable_ddl_parse()->mutable_parsed());
      return Status::OK();
    }
    case Request::kJsonToDdl: {
      ARROW_ASSIGN_OR_RAISE(const Schema schema,
                            Schema::FromJson(request.json_to_ddl().json_string()));
      response->mutable_json_to_ddl()->set_ddl_string(schema.Ddl());
      return Status::OK();
    }
    case Request::kSameSemantics: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr a,
                            Analyzed(request.same_semantics().target_plan(), session));
      ARROW_ASSIGN_OR_RAISE(const PlanPtr b,
                            Analyzed(request.same_semantics().other_plan(), session));
      response->mutable_same_semantics()->set_result(NormalizedText(*a) == NormalizedText(*b));
      return Status::OK();
    }
    case Request::kSemanticHash: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, Analyzed(request.semantic_hash().plan(), session));
      response->mutable_semantic_hash()->set_result(
          static_cast<int32_t>(std::hash<std::string>()(NormalizedText(*plan))));
      return Status::OK();
    }
    default:
      return UnsupportedMessage("AnalyzePlanRequest." + std::to_string(request.analyze_case()));
  }
}

}  // namespace firesteel
