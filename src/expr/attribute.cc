#include "expr/nodes.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"

namespace firesteel {

Attribute::Attribute(std::string name, DataType type, bool nullable, ExprId id,
                     std::vector<std::string> qualifier, std::string metadata)
    : Expression(kKind, {}),
      name_(std::move(name)),
      id_(id),
      qualifier_(std::move(qualifier)),
      metadata_(std::move(metadata)) {
  SetType(std::move(type), nullable);
}

std::shared_ptr<const Attribute> Attribute::WithNullable(bool nullable) const {
  return std::make_shared<Attribute>(name_, type(), nullable, id_, qualifier_, metadata_);
}

std::shared_ptr<const Attribute> Attribute::WithQualifier(
    std::vector<std::string> qualifier) const {
  return std::make_shared<Attribute>(name_, type(), nullable(), id_, std::move(qualifier),
                                     metadata_);
}

std::shared_ptr<const Attribute> Attribute::WithMetadata(std::string metadata) const {
  return std::make_shared<Attribute>(name_, type(), nullable(), id_, qualifier_,
                                     std::move(metadata));
}

std::shared_ptr<const Attribute> Attribute::WithNewId() const {
  return std::make_shared<Attribute>(name_, type(), nullable(), NewExprId(), qualifier_, metadata_);
}

ExpressionPtr Attribute::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string Attribute::Sql() const { return name_; }

std::string Attribute::ToString() const { return name_ + "#" + std::to_string(id_); }

BoundReference::BoundReference(int index, std::string name, DataType type, bool nullable)
    : Expression(kKind, {}), index_(index), name_(std::move(name)) {
  SetType(std::move(type), nullable);
}

ExpressionPtr BoundReference::WithNewChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string BoundReference::Sql() const { return name_; }

std::string BoundReference::ToString() const {
  return "input[" + std::to_string(index_) + ", " + name_ + "]";
}

Result<ColumnVector> BoundReference::Evaluate(const arrow::RecordBatch& batch,
                                              EvaluationContext*) const {
  if (index_ >= batch.num_columns()) {
    return InternalError("The batch has no column " + std::to_string(index_));
  }
  return ColumnVector{batch.column(index_), false};
}

Alias::Alias(ExpressionPtr child, std::string name, ExprId id, std::string metadata)
    : Expression(kKind, {std::move(child)}),
      name_(std::move(name)),
      id_(id),
      metadata_(std::move(metadata)) {
  if (this->child(0)->resolved()) SetType(this->child(0)->type(), this->child(0)->nullable());
}

AttributePtr Alias::ToAttribute() const {
  std::string metadata = metadata_;
  if (metadata.empty()) {
    const Attribute* attribute = As<Attribute>(child(0));
    metadata = attribute ? attribute->metadata() : "{}";
  }
  return std::make_shared<Attribute>(name_, type(), nullable(), id_, std::vector<std::string>(),
                                     std::move(metadata));
}

ExpressionPtr Alias::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<Alias>(std::move(children[0]), name_, id_, metadata_);
}

std::string Alias::Sql() const { return child(0)->Sql() + " AS " + name_; }

std::string Alias::ToString() const {
  return child(0)->ToString() + " AS " + name_ + "#" + std::to_string(id_);
}

Result<ColumnVector> Alias::Evaluate(const arrow::RecordBatch& batch,
                                     EvaluationContext* context) const {
  return child(0)->Evaluate(batch, context);
}

bool IsNamed(const Expression& expression) {
  return expression.kind() == ExpressionKind::kAttribute ||
         expression.kind() == ExpressionKind::kAlias;
}

AttributePtr ToAttribute(const ExpressionPtr& named) {
  if (const auto* alias = As<Alias>(named)) return alias->ToAttribute();
  return std::static_pointer_cast<const Attribute>(named);
}

namespace {

using ColumnIndex = std::unordered_map<ExprId, int>;

ColumnIndex IndexById(const std::vector<AttributePtr>& input) {
  ColumnIndex index;
  for (size_t i = 0; i < input.size(); ++i) index.emplace(input[i]->id(), static_cast<int>(i));
  return index;
}

Result<ExpressionPtr> Bind(const ExpressionPtr& expression, const ColumnIndex& index,
                           const std::vector<AttributePtr>& input) {
  return TransformUp<Expression>(
      expression, [&](const ExpressionPtr& node) -> Result<ExpressionPtr> {
        const auto* attribute = As<Attribute>(node);
        if (!attribute) return ExpressionPtr();
        auto found = index.find(attribute->id());
        if (found == index.end()) {
          return InternalError("The column " + attribute->ToString() + " is not in the input");
        }
        const AttributePtr& column = input[found->second];
        return ExpressionPtr(std::make_shared<BoundReference>(
            found->second, attribute->name(), column->type(),
            attribute->nullable() || column->nullable()));
      });
}

}  // namespace

Result<ExpressionPtr> BindReferences(const ExpressionPtr& expression,
                                     const std::vector<AttributePtr>& input) {
  return Bind(expression, IndexById(input), input);
}

Result<std::vector<ExpressionPtr>> BindReferences(const std::vector<ExpressionPtr>& expressions,
                                                  const std::vector<AttributePtr>& input) {
  const ColumnIndex index = IndexById(input);
  std::vector<ExpressionPtr> bound;
  bound.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Bind(expression, index, input));
    bound.push_back(std::move(one));
  }
  return bound;
}

}  // namespace firesteel
