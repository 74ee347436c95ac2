#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/rules.h"
#include "common/error.h"
#include "functions/coercion.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

using Columns = std::vector<ExpressionPtr>;

std::string Ordinal(size_t index) {
  constexpr std::string_view kWords[] = {"first", "second", "third",   "fourth", "fifth",
                                         "sixth", "seventh", "eighth", "ninth",  "tenth"};
  if (index < std::size(kWords)) return std::string(kWords[index]);
  return std::to_string(index + 1) + "th";
}

Columns OutputOf(const PlanPtr& plan) {
  Columns columns;
  for (const AttributePtr& column : plan->output()) columns.push_back(column);
  return columns;
}

Status CheckDistinctNames(const PlanPtr& plan, const Resolver& resolver) {
  const std::vector<AttributePtr> columns = plan->output();
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = i + 1; j < columns.size(); ++j) {
      if (!SameName(columns[i]->name(), columns[j]->name(), resolver.case_sensitive())) continue;
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", QuoteIdentifier(FoldCase(columns[j]->name()))}});
    }
  }
  return Status::OK();
}

AttributePtr FindByName(const std::vector<AttributePtr>& columns, const std::string& name,
                        const Resolver& resolver) {
  for (const AttributePtr& column : columns) {
    if (SameName(column->name(), name, resolver.case_sensitive())) return column;
  }
  return nullptr;
}

Result<ExpressionPtr> NullColumn(const AttributePtr& like) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, Literal::Make(Value(), like->type()));
  return ExpressionPtr(std::make_shared<Alias>(std::move(null), like->name()));
}

/// Brings the columns of every child into the order of the first one's names. Errors:
/// UNRESOLVED_COLUMN_AMONG_FIELD_NAMES, COLUMN_ALREADY_EXISTS, NUM_COLUMNS_MISMATCH.
Result<std::vector<Columns>> OrderByName(const Union& all, const Resolver& resolver) {
  for (const PlanPtr& child : all.children()) {
    ARROW_RETURN_NOT_OK(CheckDistinctNames(child, resolver));
  }
  std::vector<AttributePtr> wanted = all.child()->output();
  if (all.allow_missing_columns()) {
    for (const PlanPtr& child : all.children()) {
      for (const AttributePtr& column : child->output()) {
        if (!FindByName(wanted, column->name(), resolver)) wanted.push_back(column);
      }
    }
  }
  std::vector<Columns> ordered;
  for (const PlanPtr& child : all.children()) {
    const std::vector<AttributePtr> given = child->output();
    Columns columns;
    for (const AttributePtr& column : wanted) {
      const AttributePtr found = FindByName(given, column->name(), resolver);
      if (found != nullptr) {
        columns.push_back(found);
      } else if (all.allow_missing_columns()) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, NullColumn(column));
        columns.push_back(std::move(null));
      } else {
        std::string names;
        for (const AttributePtr& name : given) names += (names.empty() ? "" : ", ") + name->name();
        return MakeError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                         {{"colName", column->name()}, {"fieldNames", std::move(names)}});
      }
    }
    if (!all.allow_missing_columns() && given.size() > wanted.size()) {
      for (const AttributePtr& column : given) {
        if (!FindByName(wanted, column->name(), resolver)) columns.push_back(column);
      }
    }
    ordered.push_back(std::move(columns));
  }
  return ordered;
}

Status CheckCounts(const std::vector<Columns>& children, const std::string& name) {
  for (size_t i = 1; i < children.size(); ++i) {
    if (children[i].size() == children[0].size()) continue;
    return MakeError("NUM_COLUMNS_MISMATCH",
                     {{"operator", name},
                      {"firstNumColumns", std::to_string(children[0].size())},
                      {"invalidOrdinalNum", Ordinal(i)},
                      {"invalidNumColumns", std::to_string(children[i].size())}});
  }
  return Status::OK();
}

/// Makes one type of two that differ at most in nullability.
DataType MergeNullability(const DataType& a, const DataType& b) {
  switch (a.id()) {
    case TypeId::kArray:
      return DataType::Array(MergeNullability(a.element_type(), b.element_type()),
                             a.contains_null() || b.contains_null());
    case TypeId::kMap:
      return DataType::Map(MergeNullability(a.key_type(), b.key_type()),
                           MergeNullability(a.value_type(), b.value_type()),
                           a.value_contains_null() || b.value_contains_null());
    case TypeId::kStruct: {
      std::vector<StructField> fields = a.fields();
      for (size_t i = 0; i < fields.size(); ++i) {
        fields[i].type = MergeNullability(fields[i].type, b.fields()[i].type);
        fields[i].nullable |= b.fields()[i].nullable;
      }
      return DataType::Struct(std::move(fields));
    }
    default: return a;
  }
}

/// The type of column `index` of the union. Errors: INCOMPATIBLE_COLUMN_TYPE.
Result<DataType> CommonType(const std::vector<Columns>& children, size_t index, bool ansi,
                            const std::string& name) {
  DataType type = children[0][index]->type();
  for (size_t i = 1; i < children.size(); ++i) {
    const DataType& other = children[i][index]->type();
    if (type.SameType(other)) {
      type = MergeNullability(type, other);
      continue;
    }
    std::optional<DataType> wider = WiderType(type, other, ansi);
    if (!wider) {
      return MakeError("INCOMPATIBLE_COLUMN_TYPE",
                       {{"operator", name},
                        {"columnOrdinalNumber", Ordinal(index)},
                        {"tableOrdinalNumber", Ordinal(i)},
                        {"dataType1", "\"" + other.Sql() + "\""},
                        {"dataType2", "\"" + type.Sql() + "\""},
                        {"hint", ""}});
    }
    type = *std::move(wider);
  }
  return type;
}

/// The child with exactly these columns, cast to the union's types.
PlanPtr ProjectChild(const PlanPtr& child, const Columns& columns,
                     const std::vector<AttributePtr>& output, const FunctionSettings& settings) {
  Columns list;
  const std::vector<AttributePtr> given = child->output();
  bool changed = columns.size() != given.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    ExpressionPtr column = columns[i];
    if (!column->type().SameType(output[i]->type())) {
      CastOptions options{settings.ansi, false, settings.time_zone};
      const AttributePtr named = ToAttribute(column);
      const ExpressionPtr value = As<Alias>(column) ? column->child(0) : column;
      column = std::make_shared<Alias>(
          std::make_shared<Cast>(value, output[i]->type(), std::move(options), true),
          named->name());
    }
    changed = changed || column != given[i];
    list.push_back(std::move(column));
  }
  if (!changed) return child;
  return std::make_shared<Project>(std::move(list), child);
}

/// The columns of the result: the first child's names with types that hold all children's values.
Result<std::vector<AttributePtr>> OutputColumns(const std::vector<Columns>& children,
                                                const std::string& name, bool ansi) {
  ARROW_RETURN_NOT_OK(CheckCounts(children, name));
  std::vector<AttributePtr> output;
  for (size_t i = 0; i < children[0].size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(children, i, ansi, name));
    const AttributePtr named = ToAttribute(children[0][i]);
    const bool nullable = std::any_of(children.begin(), children.end(), [i](const Columns& list) {
      return list[i]->nullable();
    });
    output.push_back(std::make_shared<Attribute>(named->name(), std::move(type), nullable,
                                                 NewExprId(), named->qualifier(),
                                                 named->metadata()));
  }
  return output;
}

Result<PlanPtr> AlignUnion(const Union& all, const Resolver& resolver) {
  std::vector<Columns> children;
  if (all.by_name()) {
    ARROW_ASSIGN_OR_RAISE(children, OrderByName(all, resolver));
  } else {
    for (const PlanPtr& child : all.children()) children.push_back(OutputOf(child));
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<AttributePtr> output,
                        OutputColumns(children, "UNION", resolver.settings().ansi));
  std::vector<PlanPtr> aligned;
  for (size_t i = 0; i < children.size(); ++i) {
    aligned.push_back(ProjectChild(all.children()[i], children[i], output, resolver.settings()));
  }
  return PlanPtr(std::make_shared<Union>(std::move(aligned), false, false, std::move(output)));
}

Result<PlanPtr> AlignPair(const SetOperation& pair, const Resolver& resolver) {
  const bool intersects = pair.operation() == SetOperation::Operation::kIntersect;
  std::string name = intersects ? "INTERSECT" : "EXCEPT";
  if (pair.all()) name += " ALL";
  const std::vector<Columns> children{OutputOf(pair.child(0)), OutputOf(pair.child(1))};
  ARROW_ASSIGN_OR_RAISE(std::vector<AttributePtr> output,
                        OutputColumns(children, name, resolver.settings().ansi));
  for (size_t i = 0; i < output.size(); ++i) {
    const bool left = children[0][i]->nullable();
    output[i] = output[i]->WithNullable(intersects ? left && children[1][i]->nullable() : left);
  }
  std::vector<PlanPtr> sides;
  for (int i = 0; i < 2; ++i) {
    sides.push_back(ProjectChild(pair.child(i), children[i], output, resolver.settings()));
  }
  return PlanPtr(std::make_shared<SetOperation>(pair.operation(), pair.all(), sides[0], sides[1],
                                                std::move(output)));
}

}  // namespace

Result<PlanPtr> AlignSetOperations(const PlanPtr& node, Resolver* resolver) {
  if (node->resolved()) return node;
  if (const auto* all = As<Union>(node)) return AlignUnion(*all, *resolver);
  if (const auto* pair = As<SetOperation>(node)) return AlignPair(*pair, *resolver);
  return node;
}

}  // namespace firesteel
