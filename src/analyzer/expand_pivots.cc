#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/aggregate.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/constant.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"
#include "plan/pivots.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

bool AllResolved(const PlanPtr& node) {
  const std::vector<ExpressionPtr> expressions = node->expressions();
  return std::all_of(expressions.begin(), expressions.end(),
                     [](const ExpressionPtr& expression) { return expression->resolved(); });
}

/// Builds the aggregation that a PIVOT stands for.
class PivotExpansion {
 public:
  PivotExpansion(const Pivot& pivot, const FunctionSettings& settings)
      : pivot_(pivot), settings_(settings) {}

  Result<PlanPtr> Make() {
    for (const ExpressionPtr& aggregate : pivot_.aggregates()) {
      if (HasAggregate(aggregate)) continue;
      return MakeError("_LEGACY_ERROR_TEMP_1006", {{"sql", aggregate->Sql()}});
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, PivotColumn());
    std::vector<ExpressionPtr> grouping = Keys();
    std::vector<ExpressionPtr> list = grouping;
    for (const ExpressionPtr& value : pivot_.values()) {
      ARROW_RETURN_NOT_OK(AddValue(value, column, &list));
    }
    return PlanPtr(
        std::make_shared<Aggregate>(std::move(grouping), std::move(list), pivot_.child()));
  }

 private:
  Result<ExpressionPtr> Bind(std::string_view name, std::vector<ExpressionPtr> arguments,
                             ExpressionPtr filter = nullptr, bool distinct = false) const {
    return BindCall(name, std::move(arguments), distinct, std::move(filter), settings_);
  }

  Result<ExpressionPtr> PivotColumn() const {
    if (pivot_.columns().size() == 1) return pivot_.columns()[0];
    return Bind("struct", pivot_.columns());
  }

  /// Without keys in the text: all columns that are not used otherwise.
  std::vector<ExpressionPtr> Keys() const {
    if (pivot_.grouping()) return *pivot_.grouping();
    AttributeSet used;
    for (const ExpressionPtr& column : pivot_.columns()) used.AddReferences(column);
    for (const ExpressionPtr& aggregate : pivot_.aggregates()) used.AddReferences(aggregate);
    std::vector<ExpressionPtr> keys;
    for (const AttributePtr& column : pivot_.child()->output()) {
      if (!used.Contains(column->id())) keys.push_back(column);
    }
    return keys;
  }

  /// A column per aggregate, for the rows in which `column` has the value.
  Status AddValue(const ExpressionPtr& item, const ExpressionPtr& column,
                  std::vector<ExpressionPtr>* list) const {
    const ExpressionPtr value = WithoutAlias(item);
    if (!IsFoldable(*value)) {
      return MakeError("NON_LITERAL_PIVOT_VALUES", {{"expression", Quoted(value->Sql())}});
    }
    const std::optional<DataType> common =
        ComparisonType(column->type(), value->type(), settings_.ansi);
    if (!common) {
      return MakeError("PIVOT_VALUE_DATA_TYPE_MISMATCH",
                       {{"value", value->Sql()},
                        {"valueType", value->type().SimpleString()},
                        {"pivotType", column->type().SimpleString()}});
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr here, Bind("<=>", {column, value}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr rows, Bind("count", {one}, here));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr zero, Literal::Of(int64_t{0}));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr any, Bind(">", {rows, zero}));
    ARROW_ASSIGN_OR_RAISE(const std::string name, NameOf(item));
    for (const ExpressionPtr& aggregate : pivot_.aggregates()) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr result, Restricted(WithoutAlias(aggregate), here));
      if (HasPlainTypes()) {
        ARROW_ASSIGN_OR_RAISE(result, BindConditional({any, std::move(result)}, settings_));
      }
      const auto* alias = As<Alias>(aggregate);
      std::string full = name;
      if (pivot_.aggregates().size() > 1) full += "_" + (alias ? alias->name() : aggregate->Sql());
      list->push_back(std::make_shared<Alias>(std::move(result), std::move(full)));
    }
    return Status::OK();
  }

  /// The aggregates in the expression over the rows for which `condition` holds only.
  Result<ExpressionPtr> Restricted(const ExpressionPtr& expression,
                                   const ExpressionPtr& condition) const {
    return TransformUp<Expression>(
        expression, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const auto* call = As<AggregateCall>(e);
          if (call == nullptr) return ExpressionPtr();
          ExpressionPtr filter = condition;
          if (call->has_filter()) {
            ARROW_ASSIGN_OR_RAISE(filter, Bind("and", {call->filter(), condition}));
          }
          return Bind(call->name(), call->arguments(), std::move(filter), call->distinct());
        });
  }

  /// Whether all aggregates are numbers or booleans: those are NULL where no row has the value, the
  /// others what they are of no rows.
  bool HasPlainTypes() const {
    return std::all_of(pivot_.aggregates().begin(), pivot_.aggregates().end(),
                       [](const ExpressionPtr& aggregate) {
                         return aggregate->type().is_numeric() ||
                                aggregate->type().id() == TypeId::kBoolean;
                       });
  }

  /// The alias of a value or its text.
  Result<std::string> NameOf(const ExpressionPtr& item) const {
    if (const auto* alias = As<Alias>(item)) return alias->name();
    const Cast text(item, TypeId::kString, CastOptions{true, false, settings_.time_zone}, true);
    ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(text));
    return value.is_null() ? "null" : value.Get<std::string>();
  }

  const Pivot& pivot_;
  const FunctionSettings& settings_;
};

/// Builds the expansion that an UNPIVOT stands for.
class UnpivotExpansion {
 public:
  UnpivotExpansion(const Unpivot& unpivot, const FunctionSettings& settings)
      : unpivot_(unpivot), settings_(settings), width_(unpivot.definition().value_columns.size()) {}

  Result<PlanPtr> Make() const {
    ARROW_ASSIGN_OR_RAISE(const std::vector<DataType> types, ValueTypes());
    const std::vector<ExpressionPtr> ids = Ids();
    std::vector<AttributePtr> output;
    for (const ExpressionPtr& id : ids) output.push_back(ToAttribute(id)->WithNewId());
    output.push_back(std::make_shared<Attribute>(unpivot_.definition().name_column, TypeId::kString,
                                                 false, NewExprId()));
    for (size_t i = 0; i < width_; ++i) {
      output.push_back(std::make_shared<Attribute>(unpivot_.definition().value_columns[i], types[i],
                                                   true, NewExprId()));
    }
    std::vector<std::vector<ExpressionPtr>> projections;
    for (size_t row = 0; row * width_ < unpivot_.values().size(); ++row) {
      std::vector<ExpressionPtr> projection = ids;
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr name, Literal::Of(NameOf(row)));
      projection.push_back(std::move(name));
      for (size_t i = 0; i < width_; ++i) projection.push_back(ValueAt(row, i, types[i]));
      projections.push_back(std::move(projection));
    }
    const std::vector<AttributePtr> values(output.end() - static_cast<std::ptrdiff_t>(width_),
                                           output.end());
    PlanPtr expand = std::make_shared<Expand>(std::move(projections), std::move(output),
                                              unpivot_.child());
    if (unpivot_.definition().include_nulls) return expand;
    return WithoutNulls(values, std::move(expand));
  }

 private:
  Result<std::vector<DataType>> ValueTypes() const {
    std::vector<DataType> types;
    for (size_t i = 0; i < width_; ++i) {
      // Texts do not meet other types here, as they do elsewhere.
      std::optional<DataType> common;
      std::string shown;
      bool fits = true;
      for (size_t j = i; j < unpivot_.values().size(); j += width_) {
        const ExpressionPtr value = WithoutAlias(unpivot_.values()[j]);
        common = j == i ? value->type() : fits ? Wider(*common, value->type()) : common;
        fits = fits && common.has_value();
        shown += (shown.empty() ? "" : ", ") + Quoted(value->type().Sql()) + " (`" + value->Sql() +
                 "`)";
      }
      if (!fits) return MakeError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", {{"types", shown}});
      types.push_back(*common);
    }
    return types;
  }

  std::optional<DataType> Wider(const DataType& a, const DataType& b) const {
    const bool text = a.id() == TypeId::kString || b.id() == TypeId::kString;
    if (text && a.id() != b.id() && a.id() != TypeId::kNull && b.id() != TypeId::kNull) {
      return std::nullopt;
    }
    return WiderType(a, b, settings_.ansi);
  }

  /// What is no column by name gets its text for one.
  static ExpressionPtr WithName(const ExpressionPtr& id) {
    if (As<Attribute>(id) != nullptr || As<Alias>(id) != nullptr) return id;
    return std::make_shared<Alias>(id, id->Sql());
  }

  std::vector<ExpressionPtr> Ids() const {
    std::vector<ExpressionPtr> ids;
    if (unpivot_.ids()) {
      for (const ExpressionPtr& id : *unpivot_.ids()) ids.push_back(WithName(id));
      return ids;
    }
    AttributeSet used;
    for (const ExpressionPtr& value : unpivot_.values()) used.AddReferences(value);
    for (const AttributePtr& column : unpivot_.child()->output()) {
      if (!used.Contains(column->id())) ids.push_back(column);
    }
    return ids;
  }

  std::string NameOf(size_t row) const {
    if (const std::optional<std::string>& name = unpivot_.definition().names[row]) return *name;
    std::string text;
    for (size_t i = 0; i < width_; ++i) {
      text += (text.empty() ? "" : "_") + WithoutAlias(unpivot_.values()[row * width_ + i])->Sql();
    }
    return text;
  }

  ExpressionPtr ValueAt(size_t row, size_t column, const DataType& type) const {
    ExpressionPtr value = WithoutAlias(unpivot_.values()[row * width_ + column]);
    if (value->type().SameType(type)) return value;
    return std::make_shared<Cast>(std::move(value), type,
                                  CastOptions{settings_.ansi, false, settings_.time_zone}, true);
  }

  /// Leaves out the rows in which all values are NULL.
  Result<PlanPtr> WithoutNulls(const std::vector<AttributePtr>& values, PlanPtr expand) const {
    ExpressionPtr condition;
    for (const AttributePtr& value : values) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr one,
                            BindCall("isnotnull", {value}, false, nullptr, settings_));
      if (condition != nullptr) {
        ARROW_ASSIGN_OR_RAISE(one, BindCall("or", {condition, one}, false, nullptr, settings_));
      }
      condition = std::move(one);
    }
    return PlanPtr(std::make_shared<Filter>(std::move(condition), std::move(expand)));
  }

  const Unpivot& unpivot_;
  const FunctionSettings& settings_;
  size_t width_;
};

}  // namespace

Result<PlanPtr> ExpandPivots(const PlanPtr& node, Resolver* resolver) {
  if (const auto* pivot = As<Pivot>(node)) {
    if (!AllResolved(node)) return node;
    return PivotExpansion(*pivot, resolver->settings()).Make();
  }
  if (const auto* unpivot = As<Unpivot>(node)) {
    if (!AllResolved(node)) return node;
    return UnpivotExpansion(*unpivot, resolver->settings()).Make();
  }
  return node;
}

}  // namespace firesteel
