#include <algorithm>
#include <optional>
#include <utility>

#include "common/error.h"
#include "functions/registry.h"
#include "functions/window_functions.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"

namespace firesteel {

namespace {

std::vector<std::vector<Value>> ColumnRows(const PlanPtr& plan) {
  std::vector<std::vector<Value>> rows;
  for (const AttributePtr& column : plan->output()) {
    rows.push_back({column->name(), column->type().SimpleString(), CommentOf(column->metadata())});
  }
  return rows;
}

const std::vector<std::string>& DescribeColumns() {
  static const std::vector<std::string> columns{"col_name", "data_type", "comment"};
  return columns;
}

Result<QueryResult> DescribeColumn(const DescribeRelation& command, const CommandContext& context) {
  const PlanPtr query = std::make_shared<Project>(
      std::vector<ExpressionPtr>{std::make_shared<UnresolvedAttribute>(command.column())},
      std::make_shared<UnresolvedTable>(command.name(), false));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, context.backend->AnalyzePlan(query));
  const AttributePtr column = plan->output()[0];
  const Value comment = CommentOf(column->metadata());
  std::vector<std::vector<Value>> rows{
      {"col_name", column->name()},
      {"data_type", column->type().SimpleString()},
      {"comment", comment.is_null() ? Value("NULL") : comment}};
  if (command.extended()) {
    for (const char* statistic : {"min", "max", "num_nulls", "distinct_count", "avg_col_len",
                                  "max_col_len", "histogram"}) {
      rows.push_back({statistic, "NULL"});
    }
    ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                          context.catalog->FindTable(command.name()));
    if (table) {
      for (const auto& [name, value] : table->defaults) {
        if (FoldCase(name) == FoldCase(column->name())) rows.push_back({"default", value});
      }
    }
  }
  return TextResult({"info_name", "info_value"}, rows);
}

void AppendPartitions(const StoredTable& table, std::vector<std::vector<Value>>* rows) {
  if (table.partition_columns.empty()) return;
  rows->push_back({"# Partition Information", "", ""});
  rows->push_back({"# col_name", "data_type", "comment"});
  const std::vector<StructField>& fields = table.schema.fields();
  for (size_t i = fields.size() - table.partition_columns.size(); i < fields.size(); ++i) {
    rows->push_back({fields[i].name, fields[i].type.SimpleString(), CommentOf(fields[i].metadata)});
  }
}

/// What DESCRIBE says of a table besides its columns.
void AppendTable(const StoredTable& table, bool extended, std::vector<std::vector<Value>>* rows) {
  AppendPartitions(table, rows);
  if (!table.defaults.empty()) {
    rows->push_back({"", "", ""});
    rows->push_back({"# Column Default Values", "", ""});
    for (const StructField& field : table.schema.fields()) {
      const auto value = table.defaults.find(field.name);
      if (value == table.defaults.end()) continue;
      rows->push_back({field.name, field.type.SimpleString(), value->second});
    }
  }
  if (!extended) return;
  const auto add = [rows](const char* name, Value value) {
    rows->push_back({name, std::move(value), ""});
  };
  add("", "");
  add("# Detailed Table Information", "");
  add("Catalog", "spark_catalog");
  add("Database", FoldCase(table.database));
  add("Table", FoldCase(table.name));
  add("Created By", "Spark 4.3.0");
  add("Type", std::string(TableKind(table)));
  if (!table.is_view()) add("Provider", table.format);
  if (table.comment) add("Comment", *table.comment);
  if (!table.properties.empty()) {
    std::string text;
    for (const auto& [key, value] : table.properties) {
      text += (text.empty() ? "" : ", ") + key + "=" + value;
    }
    add("Table Properties", "[" + text + "]");
  }
  if (table.is_view()) {
    add("View Text", table.view_text);
    add("View Original Text", table.view_text);
  } else {
    add("Location", "file:" + table.location);
  }
}

Result<QueryResult> DescribeTable(const DescribeRelation& command, const CommandContext& context) {
  if (!command.column().empty()) return DescribeColumn(command, context);
  ARROW_ASSIGN_OR_RAISE(
      const PlanPtr plan,
      context.backend->AnalyzePlan(std::make_shared<UnresolvedTable>(command.name(), false)));
  std::vector<std::vector<Value>> rows = ColumnRows(plan);
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        context.catalog->FindTable(command.name()));
  if (table) {
    AppendTable(*table, command.extended(), &rows);
  } else if (command.extended()) {
    ARROW_ASSIGN_OR_RAISE(const StoredView view, context.catalog->LookupView(command.name()));
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    rows.push_back({"Table", FoldCase(command.name().back()), ""});
    rows.push_back({"Type", "VIEW", ""});
    if (view.comment) rows.push_back({"Comment", *view.comment, ""});
    if (!view.text.empty()) rows.push_back({"View Text", view.text, ""});
  }
  return TextResult(DescribeColumns(), rows);
}

/// Lines with a label before the first of each group, all texts in one column.
class LabelledLines {
 public:
  explicit LabelledLines(size_t width) : width_(width) {}

  void Add(std::string label, const std::string& text) {
    label.resize(std::max(width_, label.size()), ' ');
    rows_.push_back({label + text});
  }
  const std::vector<std::vector<Value>>& rows() const { return rows_; }

 private:
  size_t width_;
  std::vector<std::vector<Value>> rows_;
};

/// The columns or parameters of a function in SQL, a line each, types below each other.
void AddFields(const std::string& label, const std::vector<SqlFunction::Parameter>& fields,
               bool extended, LabelledLines* lines) {
  size_t name_width = 0;
  size_t type_width = 0;
  for (const SqlFunction::Parameter& field : fields) {
    name_width = std::max(name_width, field.name.size());
    type_width = std::max(type_width, field.type.Sql().size());
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    std::string text = fields[i].name;
    text.resize(name_width + 1, ' ');
    std::string type = fields[i].type.Sql();
    type.resize(type_width, ' ');
    text += type;
    if (extended && fields[i].default_value) text += " DEFAULT " + fields[i].default_text;
    if (extended && fields[i].comment) text += " '" + *fields[i].comment + "'";
    lines->Add(i == 0 ? label : "", text);
  }
}

std::vector<SqlFunction::Parameter> ColumnsOf(const SqlFunction& function) {
  std::vector<SqlFunction::Parameter> columns;
  for (const StructField& field : function.returns->fields()) {
    const Value comment = CommentOf(field.metadata);
    columns.push_back({field.name, field.type, nullptr, "", std::nullopt});
    if (!comment.is_null()) columns.back().comment = comment.Get<std::string>();
  }
  return columns;
}

Result<QueryResult> DescribeSqlFunction(const SqlFunction& function, bool extended) {
  LabelledLines lines(extended ? 15 : 10);
  lines.Add("Function:", function.name);
  lines.Add("Type:", function.table ? "TABLE" : "SCALAR");
  if (function.parameters.empty()) {
    lines.Add("Input:", "()");
  } else {
    AddFields("Input:", function.parameters, extended, &lines);
  }
  if (function.table) {
    AddFields("Returns:", ColumnsOf(function), extended, &lines);
  } else {
    lines.Add("Returns:", function.returns->Sql());
  }
  if (extended) {
    const SqlFunction::Characteristics& said = function.characteristics;
    if (said.comment) lines.Add("Comment:", *said.comment);
    lines.Add("Deterministic:", said.deterministic.value_or(true) ? "true" : "false");
    lines.Add("Data Access:", said.reads_data.value_or(false) ? "READS SQL DATA" : "CONTAINS SQL");
    lines.Add("Body:", function.body_text);
  }
  return TextResult({"function_desc"}, lines.rows());
}

Result<QueryResult> DescribeFunction(const DescribeRelation& command,
                                     const CommandContext& context) {
  const std::string& name = command.name().back();
  const std::optional<std::string> own = VariableName(command.name());
  const SqlFunctionPtr in_sql = own ? context.catalog->sql_functions().Find(*own) : nullptr;
  if (in_sql != nullptr) return DescribeSqlFunction(*in_sql, command.extended());
  const FunctionLookup function = FindFunction(name);
  const WindowFunctionDefinition* window = FindWindowFunction(name);
  if (!function && window == nullptr) {
    return MakeError("UNRESOLVED_ROUTINE",
                     {{"routineName", QuoteIdentifier(command.name())},
                      {"searchPath",
                       "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
  }
  const FunctionDocumentation& documentation =
      window               ? window->documentation
      : function.scalar    ? function.scalar->documentation
      : function.aggregate ? function.aggregate->documentation
                           : function.generator->documentation;
  std::vector<std::vector<Value>> rows{
      {"Function: " + FoldCase(name)}, {"Usage: " + std::string(documentation.usage)}};
  if (command.extended()) {
    rows.push_back({"Extended Usage:\n    Since: " + std::string(documentation.since) + "\n"});
  }
  return TextResult({"function_desc"}, rows);
}

Result<QueryResult> DescribeDatabase(const DescribeRelation& command,
                                     const CommandContext& context) {
  std::string location;
  std::string comment;
  const Result<StoredDatabase> database = context.catalog->FindDatabase(command.name());
  if (database.ok()) {
    ARROW_ASSIGN_OR_RAISE(location, DatabaseDirectory(*database, context));
    location.insert(0, "file:");
    comment = database->comment.value_or("");
  } else {
    // global_temp lies nowhere.
    ARROW_RETURN_NOT_OK(context.catalog->List(command.name()).status());
  }
  std::vector<std::vector<Value>> rows{{"Catalog Name", "spark_catalog"},
                                       {"Namespace Name", FoldCase(command.name().back())},
                                       {"Comment", comment},
                                       {"Location", location},
                                       {"Owner", ""}};
  if (command.extended()) rows.push_back({"Properties", ""});
  return TextResult({"info_name", "info_value"}, rows);
}

}  // namespace

Result<QueryResult> RunDescribe(const DescribeRelation& command, const CommandContext& context) {
  switch (command.what()) {
    case DescribeRelation::What::kTable: return DescribeTable(command, context);
    case DescribeRelation::What::kQuery: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, context.backend->AnalyzePlan(command.child()));
      return TextResult(DescribeColumns(), ColumnRows(plan));
    }
    case DescribeRelation::What::kFunction: return DescribeFunction(command, context);
    case DescribeRelation::What::kDatabase: return DescribeDatabase(command, context);
  }
  return InternalError("No runner for " + command.Describe());
}

Result<QueryResult> RunExplain(const Explain& command, const CommandContext& context) {
  const PlanPtr& statement = command.child();
  if (dynamic_cast<const Command*>(statement.get()) != nullptr) {
    return TextResult({"plan"}, {{"== Physical Plan ==\nExecute " + statement->Describe() + "\n"}});
  }
  const bool extended =
      command.mode() == Explain::Mode::kExtended || command.mode() == Explain::Mode::kCost;
  ARROW_ASSIGN_OR_RAISE(std::string text, context.backend->ExplainPlan(statement, extended));
  if (command.mode() == Explain::Mode::kCodegen) text = "Found 0 WholeStageCodegen subtrees.\n";
  return TextResult({"plan"}, {{std::move(text)}});
}

}  // namespace firesteel
