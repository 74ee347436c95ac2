#include "session/commands/families.h"

#include <utility>

#include "arrow/record_batch.h"
#include "expr/unresolved.h"
#include "plan/identifier.h"
#include "types/arrow_types.h"

namespace firesteel {

bool IsDefaultWord(const Expression& expression) {
  const auto* name = As<UnresolvedAttribute>(expression);
  return name != nullptr && name->parts().size() == 1 && FoldCase(name->parts()[0]) == "default";
}

QueryResult NoResult() { return QueryResult(); }

Result<QueryResult> TextResult(const std::vector<std::string>& columns,
                               const std::vector<std::vector<Value>>& rows) {
  Schema schema;
  for (const std::string& column : columns) schema.Add(column, TypeId::kString);
  return ResultOf(schema, rows);
}

Result<QueryResult> ResultOf(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  QueryResult result;
  result.schema = schema;
  if (rows.empty()) return result;
  std::vector<Row> made;
  made.reserve(rows.size());
  for (const std::vector<Value>& row : rows) made.emplace_back(row);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, MakeBatch(made, schema));
  result.batches.push_back(std::move(batch));
  return result;
}

}  // namespace firesteel
