#include <algorithm>
#include <optional>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "plan/identifier.h"
#include "plan/operators.h"
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

/// The parts of a table and of a query that belong together.
class InsertMatching {
 public:
  InsertMatching(const StoredTable& table, const InsertTarget& target, const PlanPtr& query,
           const CommandContext& context)
      : table_(table), target_(target), query_(query), context_(context) {}

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
    for (const auto& [name, value] : target_.partition) {
      if (value == nullptr) continue;
      ARROW_ASSIGN_OR_RAISE(const size_t at, IndexOf(name));
      values_[at] = value;
    }
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
      ARROW_ASSIGN_OR_RAISE(values_[i], Literal::Make(Value(), fields[i].type));
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

}  // namespace

Result<QueryResult> RunInsertInto(const InsertInto& command, const CommandContext& context) {
  const InsertTarget& target = command.target();
  const bool has_values = std::any_of(target.partition.begin(), target.partition.end(),
                                      [](const auto& entry) { return entry.second != nullptr; });
  if (target.overwrite && has_values) {
    return MakeError("INVALID_STATEMENT_OR_CLAUSE",
                     {{"operation", "INSERT OVERWRITE with values of PARTITION"}});
  }
  ARROW_ASSIGN_OR_RAISE(const StoredTable table,
                        FindWritableTable(target.name, "INSERT", context));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr query, context.backend->AnalyzePlan(command.child()));
  BatchWriteRequest write;
  ARROW_ASSIGN_OR_RAISE(write.plan, InsertMatching(table, target, query, context).Match());
  write.format = table.format;
  write.options = table.options;
  write.options.Set("path", table.location);
  write.partition_columns = table.partition_columns;
  write.mode = target.overwrite ? SaveMode::kOverwrite : SaveMode::kAppend;
  const Status written = context.backend->WriteBatch(write);
  if (!written.ok()) return AsInsertError(written, table, query);
  ARROW_RETURN_NOT_OK(RefreshCached(target.name, context));
  return NoResult();
}

}  // namespace firesteel
