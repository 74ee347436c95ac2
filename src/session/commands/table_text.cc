#include "session/commands/table_text.h"

#include <algorithm>
#include <utility>

#include "common/config_keys.h"
#include "common/env.h"
#include "common/error.h"
#include "nlohmann/json.hpp"
#include "plan/identifier.h"
#include "plan/relations.h"
#include "session/plan_cache.h"

namespace firesteel {

namespace {

std::string QuoteText(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string PropertyPairs(const std::map<std::string, std::string>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    text += (text.empty() ? "  " : ",\n  ") + QuoteText(key) + " = " + QuoteText(value);
  }
  return "(\n" + text + ")\n";
}

std::string PlainName(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_';
  });
  return plain ? name : QuoteIdentifier(name);
}

Status WalkPartitions(const std::string& directory, const std::string& prefix, size_t depth,
                      Env* env, std::vector<std::string>* found) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children, env->ListDirectory(directory));
  for (const FileStatus& child : children) {
    const std::string name = child.path.substr(child.path.rfind('/') + 1);
    if (!child.is_directory || name.find('=') == std::string::npos) continue;
    const std::string full = prefix.empty() ? name : prefix + "/" + name;
    if (depth == 1) {
      found->push_back(full);
    } else {
      ARROW_RETURN_NOT_OK(WalkPartitions(child.path, full, depth - 1, env, found));
    }
  }
  return Status::OK();
}

}  // namespace

Result<std::string> DatabaseDirectory(const StoredDatabase& database,
                                      const CommandContext& context) {
  if (!database.location.empty()) return database.location;
  ARROW_ASSIGN_OR_RAISE(const std::string warehouse,
                        ToLocalPath(context.config->Get(config::kWarehouseDirectory)));
  return FoldCase(database.name) == "default" ? warehouse
                                              : warehouse + "/" + FoldCase(database.name) + ".db";
}

Result<StoredTable> FindWritableTable(const std::vector<std::string>& name,
                                      std::string_view operation, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(std::optional<StoredTable> table, context.catalog->FindTable(name));
  // A temporary view may hide it.
  if (!table) ARROW_RETURN_NOT_OK(context.catalog->LookupView(name).status());
  if (!table || table->is_view()) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"viewName", QuoteIdentifier(name)}, {"operation", std::string(operation)}});
  }
  return *std::move(table);
}

std::string CreateStatement(const StoredTable& table) {
  const std::string name = FoldCase(table.database) + "." + PlainName(FoldCase(table.name));
  if (table.is_view()) {
    std::string columns;
    for (const StructField& field : table.schema.fields()) {
      columns += (columns.empty() ? "\n  " : ",\n  ") + PlainName(field.name);
    }
    return "CREATE VIEW " + name + " (" + columns + ")\nWITH SCHEMA COMPENSATION\nAS " +
           table.view_text + "\n";
  }
  std::string columns;
  for (const StructField& field : table.schema.fields()) {
    columns += (columns.empty() ? "\n  " : ",\n  ") + PlainName(field.name) + " " +
               field.type.Sql() +
               (field.type.id() == TypeId::kString ? " COLLATE UTF8_BINARY" : "");
    if (!field.nullable) columns += " NOT NULL";
    const auto value = table.defaults.find(field.name);
    if (value != table.defaults.end()) columns += " DEFAULT " + value->second;
    const Value comment = CommentOf(field.metadata);
    if (!comment.is_null()) columns += " COMMENT " + QuoteText(comment.Get<std::string>());
  }
  std::string text = "CREATE TABLE spark_catalog." + name + " (" + columns + ")\nUSING " +
                     table.format + "\n";
  std::map<std::string, std::string> options = table.options.All();
  options.erase("path");
  if (!options.empty()) text += "OPTIONS " + PropertyPairs(options);
  if (!table.partition_columns.empty()) {
    text += "PARTITIONED BY (";
    for (size_t i = 0; i < table.partition_columns.size(); ++i) {
      text += (i == 0 ? "" : ", ") + PlainName(table.partition_columns[i]);
    }
    text += ")\n";
  }
  if (table.external) text += "LOCATION " + QuoteText("file:" + table.location) + "\n";
  if (table.comment) text += "COMMENT " + QuoteText(*table.comment) + "\n";
  if (!table.properties.empty()) text += "TBLPROPERTIES " + PropertyPairs(table.properties);
  return text;
}

Result<std::vector<std::string>> ListPartitions(const StoredTable& table, Env* env) {
  std::vector<std::string> found;
  ARROW_ASSIGN_OR_RAISE(const bool exists, env->Exists(table.location));
  if (exists) {
    ARROW_RETURN_NOT_OK(
        WalkPartitions(table.location, "", table.partition_columns.size(), env, &found));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view TableKind(const StoredTable& table) {
  if (table.is_view()) return "VIEW";
  return table.external ? "EXTERNAL" : "MANAGED";
}

Value CommentOf(const std::string& metadata) {
  const nlohmann::json parsed = nlohmann::json::parse(metadata, nullptr, false);
  if (!parsed.is_object()) return Value();
  const auto found = parsed.find("comment");
  if (found == parsed.end() || !found->is_string()) return Value();
  return found->get<std::string>();
}

Status RefreshCached(const std::vector<std::string>& name, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, context.backend->AnalyzePlan(
                                                std::make_shared<UnresolvedTable>(name, false)));
  context.cache->Refresh(plan->kind() == PlanKind::kSubqueryAlias ? plan->child() : plan);
  return Status::OK();
}

}  // namespace firesteel
