#include "catalog/catalog.h"

#include <utility>

#include "common/error.h"
#include "expr/unresolved.h"
#include "plan/identifier.h"
#include "plan/relations.h"

namespace firesteel {

namespace {

constexpr char kSearchPath[] =
    "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";
constexpr std::string_view kCatalogName = "spark_catalog";
constexpr std::string_view kGlobalDatabase = "global_temp";

/// Takes the catalog's name off the front.
std::vector<std::string> WithoutCatalog(std::vector<std::string> name) {
  if (name.size() > 1 && FoldCase(name[0]) == kCatalogName) name.erase(name.begin());
  return name;
}

/// Matches one pattern without `|`; both in lower case.
bool MatchesOne(std::string_view name, std::string_view pattern) {
  size_t n = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '.' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Catalog::Catalog(std::shared_ptr<const DataSourceRegistry> registry,
                 std::shared_ptr<ViewStore> global_views, std::shared_ptr<TableStore> tables)
    : registry_(std::move(registry)),
      global_views_(global_views ? std::move(global_views) : std::make_shared<ViewStore>()),
      tables_(tables ? std::move(tables) : std::make_shared<TableStore>()) {}

Status Catalog::CreateTempView(const std::string& name, PlanPtr plan, bool replace) {
  // The name is SQL: a dot in it separates parts unless it stands in backticks.
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr parsed, UnresolvedAttribute::Parse(name));
  const std::vector<std::string>& parts = As<UnresolvedAttribute>(parsed)->parts();
  if (parts.size() > 1) {
    return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", name}});
  }
  return CreateView(parts[0], {std::move(plan), "", std::nullopt}, false, replace);
}

Status Catalog::CreateView(const std::string& name, StoredView view, bool global, bool replace) {
  ViewStore& store = global ? *global_views_ : views_;
  if (store.Put(name, std::move(view), replace)) return Status::OK();
  std::vector<std::string> full{name};
  if (global) full.insert(full.begin(), std::string(kGlobalDatabase));
  return MakeError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", QuoteIdentifier(full)}});
}

bool Catalog::DropTempView(std::string_view name) { return views_.Remove(name); }

bool Catalog::DropView(const std::vector<std::string>& name) {
  const std::vector<std::string> parts = WithoutCatalog(name);
  if (parts.size() == 1) return views_.Remove(parts[0]);
  return parts.size() == 2 && FoldCase(parts[0]) == kGlobalDatabase &&
         global_views_->Remove(parts[1]);
}

Result<StoredView> Catalog::LookupView(const std::vector<std::string>& name) const {
  std::optional<StoredView> found;
  const std::vector<std::string> parts = WithoutCatalog(name);
  if (parts.size() > 2) {
    const std::vector<std::string> database(parts.begin(), parts.end() - 1);
    return MakeError("REQUIRES_SINGLE_PART_NAMESPACE",
                     {{"sessionCatalog", QuoteIdentifier(kCatalogName)},
                      {"namespace", QuoteIdentifier(database)}});
  }
  if (parts.size() == 1) found = views_.Find(parts[0]);
  if (parts.size() == 2 && FoldCase(parts[0]) == kGlobalDatabase) {
    found = global_views_->Find(parts[1]);
  }
  if (found) return *std::move(found);
  return TableNotFound(name);
}

Result<PlanPtr> Catalog::Lookup(const std::vector<std::string>& name) const {
  ARROW_ASSIGN_OR_RAISE(std::optional<StoredTable> table, FindTable(name));
  if (!table) {
    ARROW_ASSIGN_OR_RAISE(StoredView view, LookupView(name));
    return std::move(view.plan);
  }
  if (table->is_view()) return table->view;
  Options options = table->options;
  options.Set("path", table->location);
  return PlanPtr(std::make_shared<UnresolvedDataSource>(table->format, table->ReadSchema(),
                                                        std::move(options), false));
}

Result<TableName> Catalog::FullName(const std::vector<std::string>& name) const {
  const std::vector<std::string> parts = WithoutCatalog(name);
  if (parts.size() > 2) {
    return MakeError("REQUIRES_SINGLE_PART_NAMESPACE",
                     {{"sessionCatalog", QuoteIdentifier(kCatalogName)},
                      {"namespace", QuoteIdentifier(name)}});
  }
  if (parts.size() == 2) return TableName{FoldCase(parts[0]), parts[1]};
  return TableName{current_database(), parts[0]};
}

Result<std::optional<StoredTable>> Catalog::FindTable(const std::vector<std::string>& name) const {
  if (name.size() == 1 && views_.Find(name[0])) return std::optional<StoredTable>();
  const std::vector<std::string> parts = WithoutCatalog(name);
  if (parts.size() > 2) return std::optional<StoredTable>();  // LookupView says what is wrong
  ARROW_ASSIGN_OR_RAISE(const TableName full, FullName(name));
  return tables_->Find(full.database, full.name);
}

Result<StoredDatabase> Catalog::FindDatabase(const std::vector<std::string>& name) const {
  const std::vector<std::string> parts = WithoutCatalog(name);
  std::optional<StoredDatabase> found;
  if (parts.size() == 1) found = tables_->FindDatabase(parts[0]);
  if (!found) return SchemaNotFound(name);
  return *std::move(found);
}

std::string TableName::Quoted() const {
  return QuoteIdentifier({std::string(kCatalogName), database, name});
}

std::vector<std::string> TableName::Place() const {
  return {std::string(kCatalogName), database};
}

std::vector<std::string> Catalog::TempViewNames() const { return views_.Names(); }

Status Catalog::CheckDatabase(const std::vector<std::string>& name) const {
  const std::vector<std::string> parts = WithoutCatalog(name);
  if (parts.size() == 1) {
    const std::string database = FoldCase(parts[0]);
    if (database == kGlobalDatabase || tables_->FindDatabase(database)) return Status::OK();
  }
  return SchemaNotFound(name);
}

Result<std::vector<CatalogEntry>> Catalog::List(const std::vector<std::string>& database) const {
  std::vector<CatalogEntry> entries;
  std::string folded = current_database();
  if (!database.empty()) {
    ARROW_RETURN_NOT_OK(CheckDatabase(database));
    folded = FoldCase(database.back());
  }
  if (folded == kGlobalDatabase) {
    for (std::string& name : global_views_->Names()) {
      entries.push_back({std::string(kGlobalDatabase), std::move(name)});
    }
  }
  for (const StoredTable& table : tables_->Tables(folded)) {
    entries.push_back({folded, FoldCase(table.name), false, table.is_view()});
  }
  for (std::string& name : views_.Names()) entries.push_back({"", std::move(name)});
  return entries;
}

std::vector<std::string> Catalog::Databases() const {
  std::vector<std::string> names;
  for (const StoredDatabase& database : tables_->Databases()) {
    names.push_back(FoldCase(database.name));
  }
  return names;
}

std::string Catalog::current_database() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return current_database_;
}

Status Catalog::SetCurrentDatabase(const std::vector<std::string>& name) {
  ARROW_RETURN_NOT_OK(CheckDatabase(name));
  const std::lock_guard<std::mutex> lock(mutex_);
  current_database_ = FoldCase(name.back());
  return Status::OK();
}

Status TableNotFound(const std::vector<std::string>& name) {
  return MakeError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", QuoteIdentifier(name)}, {"searchPath", kSearchPath}});
}

Status SchemaNotFound(const std::vector<std::string>& name) {
  std::vector<std::string> full = WithoutCatalog(name);
  full.insert(full.begin(), std::string(kCatalogName));
  return MakeError("SCHEMA_NOT_FOUND", {{"schemaName", QuoteIdentifier(full)}});
}

bool MatchesPattern(std::string_view name, std::string_view pattern) {
  const std::string folded = FoldCase(name);
  const std::string wanted = FoldCase(pattern);
  std::string_view rest = wanted;
  for (;;) {
    const size_t bar = rest.find('|');
    if (MatchesOne(folded, Trim(rest.substr(0, bar)))) return true;
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace firesteel
