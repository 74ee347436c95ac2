#include <algorithm>
#include <optional>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/write_options.h"
#include "expr/nodes.h"
#include "functions/constant.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "session/commands/column_defaults.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"
#include "session/plan_cache.h"
#include "types/cast.h"

namespace firesteel {

namespace {

using InsertTarget = InsertInto::Target;

/// Whether values of one type may be stored in a column of another without being asked for: what
/// loses meaning is refused, what may only overflow is checked when it runs.
bool CanStore(const DataType& from, const DataType& to) {
  if (from == to || from.id() == TypeId::kNull) return true;
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    return CanStore(from.element_type(), to.element_type());
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    return CanStore(from.key_type(), to.key_type()) && CanStore(from.value_type(), to.value_type());
  }
  if (from.id() == TypeId::kStruct && to.id() == TypeId::kStruct) {
    if (from.fields().size() != to.fields().size()) return false;
    for (size_t i = 0; i < from.fields().size(); ++i) {
      if (!CanStore(from.fields()[i].type, to.fields()[i].type)) return false;
    }
    return true;
  }
  const auto is_time = [](const DataType& type) {
    return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp ||
           type.id() == TypeId::kTimestampNtz;
  };
  const auto is_nested = [](const DataType& type) {
    return type.id() == TypeId::kArray || type.id() == TypeId::kMap ||
           type.id() == TypeId::kStruct;
  };
  if (to.id() == TypeId::kString) return !is_nested(from) && from.id() != TypeId::kBinary;
  if (is_time(from) && is_time(to)) return true;
  if (from.is_numeric() && to.is_numeric()) return true;
  return CanUpCast(from, to);
}

std::string QuotedNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + QuoteIdentifier(name);
  }
  return text;
}

bool SameColumn(const std::string& a, const std::string& b) { return FoldCase(a) == FoldCase(b); }

/// Puts the default of column `at` in the place of DEFAULT. Errors: DEFAULT_PLACEMENT_INVALID.
Result<ExpressionPtr> FillDefault(const ExpressionPtr& item, size_t at,
                                  const std::vector<ExpressionPtr>& defaults) {
  const auto* alias = As<Alias>(item);
  const ExpressionPtr& value = alias == nullptr ? item : alias->child(0);
  if (IsDefaultWord(*value) && at < defaults.size()) {
    return alias == nullptr ? defaults[at] : item->WithNewChildren({defaults[at]});
  }
  if (!IsDefaultWord(*value) && Exists<Expression>(value, IsDefaultWord)) {
    return MakeError("DEFAULT_PLACEMENT_INVALID");
  }
  return item;
}

/// The query with defaults in the place of DEFAULT: in its list, or in VALUES.
Result<PlanPtr> FillDefaults(const PlanPtr& query, const std::vector<ExpressionPtr>& defaults) {
  if (query->kind() == PlanKind::kSubqueryAlias || query->kind() == PlanKind::kColumnAliases) {
    return MapChildren<LogicalPlan>(
        query, [&](const PlanPtr& child) { return FillDefaults(child, defaults); });
  }
  std::vector<ExpressionPtr> items = query->expressions();
  const auto* rows = As<InlineTable>(query);
  const bool all = query->kind() == PlanKind::kProject && items.size() == 1 &&
                   items[0]->kind() == ExpressionKind::kUnresolvedStar;
  if (all && query->child()->kind() != PlanKind::kProject) {
    return MapChildren<LogicalPlan>(
        query, [&](const PlanPtr& child) { return FillDefaults(child, defaults); });
  }
  if (rows == nullptr && query->kind() != PlanKind::kProject) return query;
  const size_t width = rows == nullptr ? items.size() : rows->rows()[0].size();
  for (size_t i = 0; i < items.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(items[i], FillDefault(items[i], i % width, defaults));
  }
  return query->WithNewExpressions(std::move(items));
}

/// The values that PARTITION gives, as constants of the columns' types.
class StaticPartition {
 public:
  /// Errors: names of other columns, values of some columns only that are not the first.
  static Result<StaticPartition> Make(const StoredTable& table, const InsertTarget& target,
                                      const CommandContext& context) {
    StaticPartition partition;
    if (target.partition.empty()) return partition;
    ARROW_RETURN_NOT_OK(CheckColumns(table, target));
    const size_t data_columns = table.schema.fields().size() - table.partition_columns.size();
    bool ended = false;
    for (size_t i = data_columns; i < table.schema.fields().size(); ++i) {
      const StructField& field = table.schema.field(static_cast<int>(i));
      const auto given = std::find_if(
          target.partition.begin(), target.partition.end(),
          [&field](const auto& entry) { return SameColumn(entry.first, field.name); });
      if (given->second == nullptr) {
        ended = true;
      } else if (ended) {
        return MakeError("_LEGACY_ERROR_TEMP_1147",
                         {{"partColumns", QuotedNames(table.partition_columns)}});
      } else {
        ARROW_RETURN_NOT_OK(partition.Add(given->second, field, context));
      }
    }
    return partition;
  }

  const std::vector<ExpressionPtr>& values() const { return values_; }
  /// The values as texts by column.
  const std::string& json() const { return json_; }

 private:
  static Status CheckColumns(const StoredTable& table, const InsertTarget& target) {
    std::vector<std::string> names;
    std::string unknown;
    for (const auto& [name, value] : target.partition) {
      names.push_back(name);
      const bool known = std::any_of(
          table.partition_columns.begin(), table.partition_columns.end(),
          [&name = name](const std::string& column) { return SameColumn(column, name); });
      if (!known) unknown += (unknown.empty() ? "" : ", ") + QuoteIdentifier(name);
    }
    const std::string quoted = TableName{table.database, table.name}.Quoted();
    if (!unknown.empty()) {
      return MakeError("PARTITIONS_NOT_FOUND",
                       {{"partitionList", unknown}, {"tableName", quoted}});
    }
    if (names.size() == table.partition_columns.size()) return Status::OK();
    return MakeError("_LEGACY_ERROR_TEMP_1169",
                     {{"tableName", quoted},
                      {"normalizedPartSpec", QuotedNames(names)},
                      {"partColNames", QuotedNames(table.partition_columns)}});
  }

  Status Add(const ExpressionPtr& value, const StructField& field,
             const CommandContext& context) {
    const auto cast = [&context](const ExpressionPtr& from, const DataType& type) {
      CastOptions options;
      options.time_zone = context.config->Get(config::kSessionTimeZone);
      return std::make_shared<Cast>(from, type, std::move(options), /*implicit=*/false);
    };
    ARROW_ASSIGN_OR_RAISE(const PlanPtr plan,
                          context.backend->AnalyzePlan(std::make_shared<Project>(
                              std::vector<ExpressionPtr>{cast(value, field.type)},
                              std::make_shared<OneRow>())));
    const ExpressionPtr resolved = plan->expressions().at(0);
    if (!IsFoldable(*resolved)) {
      return MakeError("UNSUPPORTED_EXPR_FOR_PARAMETER", {{"invalidExprSql", value->Sql()}});
    }
    ARROW_ASSIGN_OR_RAISE(const Value constant, EvaluateConstant(*resolved));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(constant, field.type));
    ARROW_ASSIGN_OR_RAISE(const Value text,
                          EvaluateConstant(*cast(literal, TypeId::kString)));
    json_.pop_back();
    if (!values_.empty()) json_ += ",";
    AppendJsonString(field.name, &json_);
    json_ += ":";
    if (text.is_null()) {
      json_ += "null";
    } else {
      AppendJsonString(text.Get<std::string>(), &json_);
    }
    json_ += "}";
    values_.push_back(std::move(literal));
    return Status::OK();
  }

  std::vector<ExpressionPtr> values_;  // of the first partition columns
  std::string json_ = "{}";
};

/// The parts of a table and of a query that belong together.
class InsertMatching {
 public:
  InsertMatching(const StoredTable& table, const InsertTarget& target,
                 const StaticPartition& partition, const PlanPtr& query,
                 const CommandContext& context)
      : table_(table), target_(target), partition_(partition), query_(query), context_(context) {}

  /// The query with the table's columns.
  Result<PlanPtr> Match() {
    ARROW_RETURN_NOT_OK(Assign());
    std::vector<ExpressionPtr> list;
    for (size_t i = 0; i < values_.size(); ++i) {
      const StructField& field = table_.schema.field(static_cast<int>(i));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Stored(values_[i], field));
      list.push_back(std::make_shared<Alias>(std::move(value), field.name));
    }
    return PlanPtr(std::make_shared<Project>(std::move(list), query_));
  }

 private:
  Status Assign() {
    const std::vector<StructField>& fields = table_.schema.fields();
    values_.assign(fields.size(), nullptr);
    const size_t first_partition = fields.size() - table_.partition_columns.size();
    std::copy(partition_.values().begin(), partition_.values().end(),
              values_.begin() + static_cast<std::ptrdiff_t>(first_partition));
    const std::vector<AttributePtr> given = query_->output();
    std::vector<size_t> wanted;
    if (target_.by_name) {
      for (const AttributePtr& column : given) {
        ARROW_ASSIGN_OR_RAISE(wanted.emplace_back(), IndexOf(column->name()));
      }
    } else if (!target_.columns.empty()) {
      for (const std::string& name : target_.columns) {
        ARROW_ASSIGN_OR_RAISE(wanted.emplace_back(), IndexOf(name));
      }
    } else {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (values_[i] == nullptr) wanted.push_back(i);
      }
    }
    if (wanted.size() != given.size()) return WrongNumber(wanted, given);
    for (size_t i = 0; i < wanted.size(); ++i) values_[wanted[i]] = given[i];
    for (size_t i = 0; i < values_.size(); ++i) {
      if (values_[i] != nullptr) continue;
      ARROW_ASSIGN_OR_RAISE(values_[i], DefaultOfColumn(table_, fields[i]));
    }
    return Status::OK();
  }

  Result<size_t> IndexOf(const std::string& name) const {
    const std::vector<StructField>& fields = table_.schema.fields();
    std::vector<std::string> names;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (SameColumn(fields[i].name, name)) return i;
      names.push_back(fields[i].name);
    }
    return MakeError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                     {{"objectName", QuoteIdentifier(name)}, {"proposal", QuotedNames(names)}});
  }

  Status WrongNumber(const std::vector<size_t>& wanted,
                     const std::vector<AttributePtr>& given) const {
    std::vector<std::string> table_columns;
    for (const size_t i : wanted) {
      table_columns.push_back(table_.schema.field(static_cast<int>(i)).name);
    }
    std::vector<std::string> data_columns;
    for (const AttributePtr& column : given) data_columns.push_back(column->name());
    if (!partition_.values().empty()) {
      return MakeError("INSERT_PARTITION_COLUMN_ARITY_MISMATCH",
                       {{"tableName", TableName{table_.database, table_.name}.Quoted()},
                        {"reason", given.size() < wanted.size() ? "not enough data columns"
                                                                : "too many data columns"},
                        {"tableColumns", QuotedNames(table_columns)},
                        {"staticPartCols", QuotedNames(table_.partition_columns)},
                        {"dataColumns", QuotedNames(data_columns)}});
    }
    return MakeError(given.size() < wanted.size()
                         ? "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"
                         : "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
                     {{"tableName", TableName{table_.database, table_.name}.Quoted()},
                      {"tableColumns", QuotedNames(table_columns)},
                      {"dataColumns", QuotedNames(data_columns)}});
  }

  Result<ExpressionPtr> Stored(const ExpressionPtr& value, const StructField& field) const {
    const bool known = value->resolved();
    if (known && value->type() == field.type) return value;
    if (known && !CanStore(value->type(), field.type)) {
      return MakeError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                       {{"tableName", TableName{table_.database, table_.name}.Quoted()},
                        {"colName", QuoteIdentifier(field.name)},
                        {"srcType", "\"" + value->type().Sql() + "\""},
                        {"targetType", "\"" + field.type.Sql() + "\""}});
    }
    CastOptions options;
    options.time_zone = context_.config->Get(config::kSessionTimeZone);
    return ExpressionPtr(
        std::make_shared<Cast>(value, field.type, std::move(options), /*implicit=*/false));
  }

  const StoredTable& table_;
  const InsertTarget& target_;
  const StaticPartition& partition_;
  const PlanPtr& query_;
  const CommandContext& context_;
  std::vector<ExpressionPtr> values_;  // by the table's columns
};

/// A value that does not fit names the column that it was for.
Status AsInsertError(const Status& status, const StoredTable& table, const PlanPtr& query) {
  const std::string condition = ErrorCondition(status);
  if (condition != "CAST_OVERFLOW" && condition.rfind("NUMERIC_VALUE_OUT_OF_RANGE", 0) != 0) {
    return status;
  }
  const std::vector<AttributePtr> given = query->output();
  for (size_t i = 0; i < given.size() && i < table.schema.fields().size(); ++i) {
    const StructField& field = table.schema.field(static_cast<int>(i));
    if (given[i]->type() == field.type || CanUpCast(given[i]->type(), field.type)) continue;
    return MakeError("CAST_OVERFLOW_IN_TABLE_INSERT",
                     {{"sourceType", "\"" + given[i]->type().Sql() + "\""},
                      {"targetType", "\"" + field.type.Sql() + "\""},
                      {"columnName", QuoteIdentifier(field.name)}});
  }
  return status;
}

/// The defaults of the columns that the query gives values for, in order.
Result<std::vector<ExpressionPtr>> DefaultsOfGiven(const StoredTable& table,
                                                   const InsertTarget& target,
                                                   const StaticPartition& partition) {
  std::vector<ExpressionPtr> defaults;
  const std::vector<StructField>& fields = table.schema.fields();
  if (target.columns.empty()) {
    const size_t first_partition = fields.size() - table.partition_columns.size();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i >= first_partition && i < first_partition + partition.values().size()) continue;
      ARROW_ASSIGN_OR_RAISE(defaults.emplace_back(), DefaultOfColumn(table, fields[i]));
    }
    return defaults;
  }
  for (const std::string& name : target.columns) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const StructField& known) {
      return SameColumn(known.name, name);
    });
    if (field == fields.end()) break;  // said later
    ARROW_ASSIGN_OR_RAISE(defaults.emplace_back(), DefaultOfColumn(table, *field));
  }
  return defaults;
}

}  // namespace

Result<QueryResult> RunInsertInto(const InsertInto& command, const CommandContext& context) {
  const InsertTarget& target = command.target();
  ARROW_ASSIGN_OR_RAISE(const StoredTable table,
                        FindWritableTable(target.name, "INSERT", context));
  ARROW_ASSIGN_OR_RAISE(const StaticPartition partition,
                        StaticPartition::Make(table, target, context));
  PlanPtr query = command.child();
  if (!target.by_name) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<ExpressionPtr> defaults,
                          DefaultsOfGiven(table, target, partition));
    ARROW_ASSIGN_OR_RAISE(query, FillDefaults(query, defaults));
  }
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query));
  BatchWriteRequest write;
  ARROW_ASSIGN_OR_RAISE(write.plan,
                        InsertMatching(table, target, partition, query, context).Match());
  write.format = table.format;
  write.options = table.options;
  write.options.Set("path", table.location);
  write.partition_columns = table.partition_columns;
  write.mode = target.overwrite ? SaveMode::kOverwrite : SaveMode::kAppend;
  if (target.overwrite && !partition.values().empty()) {
    write.options.Set(kOverwrittenPartitionOption, partition.json());
    if (target.if_not_exists) write.options.Set(kKeepPartitionOption, "true");
  }
  const Status written = context.backend->WriteBatch(write);
  if (ErrorCondition(written) == "UNSUPPORTED_OVERWRITE.PATH") {
    return MakeError("UNSUPPORTED_OVERWRITE.TABLE",
                     {{"table", TableName{table.database, table.name}.Quoted()}});
  }
  if (!written.ok()) return AsInsertError(written, table, query);
  ARROW_RETURN_NOT_OK(RefreshCached(target.name, context));
  return NoResult();
}

}  // namespace firesteel
