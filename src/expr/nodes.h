#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/expression.h"
#include "firesteel/row.h"
#include "types/cast.h"

namespace firesteel {

/// A constant of any type, NULL included.
class Literal final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kLiteral;
  /// Errors: the value does not fit the type.
  /// `time_zone` is the zone in which Sql() renders a timestamp.
  static Result<ExpressionPtr> Make(Value value, DataType type, std::string time_zone = "UTC");
  /// The type follows from the value: int32 is INT, std::string STRING, bool BOOLEAN, …
  static Result<ExpressionPtr> Of(const Value& value);
  /// The value of a session's variable: a constant whose Sql() names the variable, and which is no
  /// position in GROUP BY or ORDER BY. Errors: as Make.
  static Result<ExpressionPtr> OfVariable(const std::string& name, Value value, DataType type,
                                          std::string time_zone);
  const Value& value() const { return value_; }
  bool is_variable() const { return !variable_.empty(); }
  bool may_fail() const override { return false; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  Literal(Value value, DataType type, std::shared_ptr<arrow::Array> array, std::string time_zone);
  Value value_;
  std::string time_zone_;
  std::string variable_;  // what Sql() says; "" unless it is a variable's value
  std::shared_ptr<arrow::Array> array_;  // one element
};

/// A column of some plan's output. `metadata` carries the event-time mark of a watermark column
/// (key "spark.watermarkDelayMs"), as in Spark.
class Attribute final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kAttribute;
  Attribute(std::string name, DataType type, bool nullable, ExprId id,
            std::vector<std::string> qualifier = {}, std::string metadata = "{}");
  const std::string& name() const { return name_; }
  ExprId id() const { return id_; }
  const std::vector<std::string>& qualifier() const { return qualifier_; }
  const std::string& metadata() const { return metadata_; }
  StructField AsField() const { return {name_, type(), nullable(), metadata_}; }
  std::shared_ptr<const Attribute> WithNullable(bool nullable) const;
  std::shared_ptr<const Attribute> WithQualifier(std::vector<std::string> qualifier) const;
  std::shared_ptr<const Attribute> WithMetadata(std::string metadata) const;
  std::shared_ptr<const Attribute> WithNewId() const;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  std::string name_;
  ExprId id_;
  std::vector<std::string> qualifier_;
  std::string metadata_;
};
using AttributePtr = std::shared_ptr<const Attribute>;

/// A column of the batch by its index; what attributes become before evaluation.
class BoundReference final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kBoundReference;
  BoundReference(int index, std::string name, DataType type, bool nullable);
  int index() const { return index_; }
  bool may_fail() const override { return false; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  int index_;
  std::string name_;
};

/// `child AS name`. Resolved when the child is; has an id of its own.
class Alias final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kAlias;
  Alias(ExpressionPtr child, std::string name, ExprId id = NewExprId(), std::string metadata = "");
  const std::string& name() const { return name_; }
  ExprId id() const { return id_; }
  /// Requires resolved(). Metadata passes through from a child attribute unless given.
  AttributePtr ToAttribute() const;
  bool may_fail() const override { return child(0)->may_fail(); }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  std::string name_;
  ExprId id_;
  std::string metadata_;
};

/// CAST, TRY_CAST and the implicit casts of coercion. Settings are fixed when it is made resolved.
class Cast final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kCast;
  /// `implicit`: added by coercion; left out of generated column names, as Spark does.
  Cast(ExpressionPtr child, DataType to, CastOptions options, bool implicit);
  /// The type cast to; known before the child is resolved.
  const DataType& target() const { return target_; }
  const CastOptions& options() const { return options_; }
  bool implicit() const { return implicit_; }
  bool may_fail() const override;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  DataType target_;
  CastOptions options_;
  bool implicit_;
};

/// CASE WHEN c1 THEN v1 … [ELSE e] END, also `when(…).otherwise(…)` and if(). Children are
/// c1, v1, c2, v2, …, [e]. Branches see only their rows, so that errors in others do not show.
class Conditional final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kConditional;
  explicit Conditional(std::vector<ExpressionPtr> children);
  bool has_else() const { return children().size() % 2 == 1; }
  bool may_fail() const override;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;
};

/// `child.field` of a struct by ordinal.
class GetField final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kGetField;
  GetField(ExpressionPtr child, int ordinal);
  int ordinal() const { return ordinal_; }
  const std::string& field_name() const;
  bool may_fail() const override { return child(0)->may_fail(); }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  int ordinal_;
};

/// `child ASC NULLS FIRST`; not evaluated itself.
class SortOrder final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kSortOrder;
  SortOrder(ExpressionPtr child, bool ascending, bool nulls_first);
  bool ascending() const { return ascending_; }
  bool nulls_first() const { return nulls_first_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  bool ascending_;
  bool nulls_first_;
};

/// The column an expression stands for in an output list: an Attribute or an Alias.
bool IsNamed(const Expression& expression);
/// Requires IsNamed and resolved.
AttributePtr ToAttribute(const ExpressionPtr& named);

/// Replaces attributes by references to the columns of `input`. Errors: INTERNAL_ERROR for an
/// attribute that is not there.
Result<ExpressionPtr> BindReferences(const ExpressionPtr& expression,
                                     const std::vector<AttributePtr>& input);
Result<std::vector<ExpressionPtr>> BindReferences(const std::vector<ExpressionPtr>& expressions,
                                                  const std::vector<AttributePtr>& input);

}  // namespace firesteel
