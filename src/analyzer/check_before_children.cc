#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/joins.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

Status InlineTableMismatch(size_t row, size_t expected, size_t actual) {
  return MakeError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                   {{"rowIndex", std::to_string(row)},
                    {"expectedNumCols", std::to_string(expected)},
                    {"actualNumCols", std::to_string(actual)}});
}

Status CheckRows(const InlineTable& table) {
  for (size_t i = 1; i < table.rows().size(); ++i) {
    if (table.rows()[i].size() == table.rows()[0].size()) continue;
    return InlineTableMismatch(i, table.rows()[0].size(), table.rows()[i].size());
  }
  return Status::OK();
}

/// Columns of VALUES are named by its rows' shape, those of other relations by what they give.
Status CheckNames(const ColumnAliases& aliases) {
  const auto* table = As<InlineTable>(aliases.child());
  if (table == nullptr || table->rows().empty() ||
      table->rows()[0].size() == aliases.names().size()) {
    return Status::OK();
  }
  return InlineTableMismatch(0, aliases.names().size(), table->rows()[0].size());
}

Status CheckLateral(const Join& join) {
  if (!join.lateral() || join.type() == JoinType::kInner || join.type() == JoinType::kCross ||
      join.type() == JoinType::kLeftOuter) {
    return Status::OK();
  }
  return MakeError("INVALID_LATERAL_JOIN_TYPE",
                   {{"joinType", std::string(ToString(join.type()))}});
}

}  // namespace

Status CheckBeforeChildren(const PlanPtr& node) {
  if (const auto* table = As<InlineTable>(node)) return CheckRows(*table);
  if (const auto* aliases = As<ColumnAliases>(node)) return CheckNames(*aliases);
  if (const auto* join = As<Join>(node)) return CheckLateral(*join);
  return Status::OK();
}

}  // namespace firesteel
