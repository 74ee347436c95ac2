#include <optional>
#include <utility>

#include "catalog/catalog.h"
#include "connect/server/catalog_lists.h"
#include "connect/server/plan_translator.h"
#include "connect/server/protocol_types.h"
#include "plan/commands.h"
#include "plan/relations.h"
#include "plan/table_commands.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using CatalogMessage = spark::connect::Catalog;

/// The name of a table, with the database where an older client gives it apart.
Result<std::vector<std::string>> TableNameOf(const std::string& table,
                                             const std::string& database = "") {
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name, ParseTableName(table));
  if (!database.empty()) {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> full, ParseTableName(database));
    name.insert(name.begin(), full.begin(), full.end());
  }
  return name;
}

/// Runs catalog messages: what they ask of the session's catalog, and what they change. Used for one
/// message.
class CatalogRequest {
 public:
  explicit CatalogRequest(SessionBackend* backend)
      : backend_(backend), lists_(backend) {}

  Result<PlanPtr> Run(const CatalogMessage& message) {
    switch (message.cat_type_case()) {
      case CatalogMessage::kCurrentCatalog: return OneValue("spark_catalog");
      case CatalogMessage::kSetCurrentCatalog:
        return Do(std::make_shared<Use>(
            std::vector<std::string>{message.set_current_catalog().catalog_name()}, true));
      case CatalogMessage::kCurrentDatabase:
        return OneValue(backend_->catalog()->current_database());
      case CatalogMessage::kSetCurrentDatabase: {
        ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name,
                              ParseTableName(message.set_current_database().db_name()));
        return Do(std::make_shared<Use>(std::move(name), false));
      }
      case CatalogMessage::kCreateTable: return Create(message.create_table(), true);
      case CatalogMessage::kCreateExternalTable:
        return Create(message.create_external_table(), false);
      case CatalogMessage::kDropTempView: return DropView(message.drop_temp_view().view_name(), "");
      case CatalogMessage::kDropGlobalTempView:
        return DropView(message.drop_global_temp_view().view_name(), "global_temp");
      case CatalogMessage::kDropTable:
        return Drop(message.drop_table().table_name(), false, message.drop_table().if_exists());
      case CatalogMessage::kDropView:
        return Drop(message.drop_view().view_name(), true, message.drop_view().if_exists());
      case CatalogMessage::kCreateDatabase: {
        ChangeDatabase::Change change;
        ARROW_ASSIGN_OR_RAISE(change.name, ParseTableName(message.create_database().db_name()));
        change.if_exists = message.create_database().if_not_exists();
        for (const auto& [key, value] : message.create_database().properties()) {
          change.properties[key] = value;
        }
        return Do(std::make_shared<ChangeDatabase>(std::move(change)));
      }
      case CatalogMessage::kDropDatabase: {
        ChangeDatabase::Change change;
        ARROW_ASSIGN_OR_RAISE(change.name, ParseTableName(message.drop_database().db_name()));
        change.drop = true;
        change.if_exists = message.drop_database().if_exists();
        change.cascade = message.drop_database().cascade();
        return Do(std::make_shared<ChangeDatabase>(std::move(change)));
      }
      default: return RunOnTable(message);
    }
  }

 private:
  Result<PlanPtr> RunOnTable(const CatalogMessage& message) {
    using Action = ChangeTable::Action;
    using Cache = CacheTable::Action;
    switch (message.cat_type_case()) {
      case CatalogMessage::kRecoverPartitions:
        return Change(message.recover_partitions().table_name(), Action::kRepair);
      case CatalogMessage::kListPartitions:
        return Change(message.list_partitions().table_name(), Action::kShowPartitions);
      case CatalogMessage::kGetCreateTableString:
        return Change(message.get_create_table_string().table_name(), Action::kShowCreate);
      case CatalogMessage::kTruncateTable:
        return Change(message.truncate_table().table_name(), Action::kTruncate);
      case CatalogMessage::kAnalyzeTable:
        return Change(message.analyze_table().table_name(), Action::kAnalyze);
      case CatalogMessage::kGetTableProperties: {
        Show::Request request;
        request.what = Show::What::kTableProperties;
        ARROW_ASSIGN_OR_RAISE(request.table,
                              TableNameOf(message.get_table_properties().table_name()));
        return Do(std::make_shared<Show>(std::move(request)));
      }
      case CatalogMessage::kIsCached: {
        ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name,
                              TableNameOf(message.is_cached().table_name()));
        ARROW_ASSIGN_OR_RAISE(PlanPtr plan, backend_->AnalyzePlan(std::make_shared<UnresolvedTable>(
                                                std::move(name), false)));
        if (plan->kind() == PlanKind::kSubqueryAlias) plan = plan->child();
        ARROW_ASSIGN_OR_RAISE(const bool cached, backend_->IsCached(plan));
        return OneValue(cached);
      }
      case CatalogMessage::kCacheTable:
        return ChangeCache(message.cache_table().table_name(), Cache::kCache);
      case CatalogMessage::kUncacheTable:
        return ChangeCache(message.uncache_table().table_name(), Cache::kUncache);
      case CatalogMessage::kRefreshTable:
        return ChangeCache(message.refresh_table().table_name(), Cache::kRefresh);
      case CatalogMessage::kClearCache: return ChangeCache("", Cache::kClear);
      case CatalogMessage::kRefreshByPath:
        // Every file is listed anew for each query; only cached rows may be old.
        ARROW_RETURN_NOT_OK(backend_->RefreshCachedPath(message.refresh_by_path().path()));
        return NoRows();
      default: return lists_.Answer(message);
    }
  }

  /// Runs a command; its rows are the answer.
  Result<PlanPtr> Do(const PlanPtr& command) {
    ARROW_ASSIGN_OR_RAISE(QueryResult result, backend_->ExecuteCommand(command));
    return PlanPtr(LocalRelation::Make(result.schema, std::move(result.batches)));
  }

  Result<PlanPtr> NoRows() { return PlanPtr(LocalRelation::Make(Schema(), {})); }

  Result<PlanPtr> OneValue(Value value) { return CatalogLists::OneValue(std::move(value)); }

  Result<PlanPtr> Change(const std::string& table, ChangeTable::Action action) {
    ChangeTable::Change change;
    change.action = action;
    ARROW_ASSIGN_OR_RAISE(change.name, TableNameOf(table));
    return Do(std::make_shared<ChangeTable>(std::move(change)));
  }

  Result<PlanPtr> ChangeCache(const std::string& table, CacheTable::Action action) {
    std::vector<std::string> name;
    if (!table.empty()) {
      ARROW_ASSIGN_OR_RAISE(name, TableNameOf(table));
    }
    return Do(std::make_shared<CacheTable>(action, std::move(name), /*lazy=*/true,
                                           /*if_exists=*/false,
                                           std::map<std::string, std::string>(), nullptr));
  }

  Result<PlanPtr> Drop(const std::string& table, bool view, bool if_exists) {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name, TableNameOf(table));
    return Do(std::make_shared<DropRelation>(std::move(name), view, if_exists));
  }

  Result<PlanPtr> DropView(const std::string& view, const std::string& database) {
    std::vector<std::string> name{view};
    if (!database.empty()) name.insert(name.begin(), database);
    return OneValue(backend_->catalog()->DropView(name));
  }

  template <typename Message>
  Result<PlanPtr> Create(const Message& message, bool may_have_description) {
    CreateTable::Definition definition;
    ARROW_ASSIGN_OR_RAISE(definition.name, TableNameOf(message.table_name()));
    definition.format = message.source();
    for (const auto& [key, value] : message.options()) definition.options.Set(key, value);
    if (message.has_path()) definition.options.Set("path", message.path());
    if (message.has_schema() &&
        !(message.schema().has_struct_() && message.schema().struct_().fields().empty())) {
      ARROW_ASSIGN_OR_RAISE(const DataType type, FromProtocol(message.schema()));
      definition.schema = Schema(type.fields());
    }
    if constexpr (requires { message.description(); }) {
      if (may_have_description && !message.description().empty()) {
        definition.comment = message.description();
      }
    }
    const std::vector<std::string> name = definition.name;
    ARROW_RETURN_NOT_OK(Do(std::make_shared<CreateTable>(std::move(definition), nullptr)).status());
    return PlanPtr(std::make_shared<UnresolvedTable>(name, false));
  }

  SessionBackend* backend_;
  CatalogLists lists_;
};

}  // namespace

Result<PlanPtr> PlanTranslator::TranslateCatalog(const spark::connect::Catalog& message) {
  return CatalogRequest(session_->session().backend().get()).Run(message);
}

}  // namespace firesteel
