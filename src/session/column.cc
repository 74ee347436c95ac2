#include "firesteel/column.h"

#include <utility>

#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace firesteel {
namespace {

ExpressionPtr NewCall(std::string name, std::vector<ExpressionPtr> arguments) {
  return std::make_shared<UnresolvedFunction>(std::move(name), std::move(arguments));
}

/// Builds a call of columns; the first error among them wins.
Column Call(std::string_view name, const std::vector<Column>& columns) {
  std::vector<ExpressionPtr> arguments;
  arguments.reserve(columns.size());
  for (const Column& column : columns) {
    if (!column.status().ok()) return Column(column.status());
    arguments.push_back(column.expression());
  }
  return Column(NewCall(std::string(name), std::move(arguments)));
}

Column LiteralColumn(const Value& value) {
  Result<ExpressionPtr> literal = Literal::Of(value);
  return literal.ok() ? Column(*literal) : Column(literal.status());
}

Column WithCast(const Column& column, std::string_view type_text, bool try_cast) {
  if (!column.status().ok()) return column;
  Result<DataType> type = DataType::FromDdl(type_text);
  if (!type.ok()) return Column(type.status());
  CastOptions options;
  options.try_cast = try_cast;
  return Column(std::make_shared<firesteel::Cast>(column.expression(), *type, options, false));
}

Column SortColumn(const Column& column, bool ascending) {
  if (!column.status().ok()) return column;
  return Column(std::make_shared<SortOrder>(column.expression(), ascending, ascending));
}

}  // namespace

Column::Column(const char* name) : Column(std::string(name)) {}

Column::Column(const std::string& name) {
  if (name == "*") {
    expression_ = std::make_shared<UnresolvedStar>();
    return;
  }
  if (name.size() > 2 && name.ends_with(".*")) {
    expression_ = std::make_shared<UnresolvedStar>(
        std::vector<std::string>{name.substr(0, name.size() - 2)});
    return;
  }
  Result<ExpressionPtr> attribute = UnresolvedAttribute::Parse(name);
  if (attribute.ok()) {
    expression_ = *attribute;
  } else {
    status_ = attribute.status();
  }
}

Column::Column(std::shared_ptr<const Expression> expression) : expression_(std::move(expression)) {}
Column::Column(Status error) : status_(std::move(error)) {}
Column::~Column() = default;
Column::Column(const Column&) = default;
Column::Column(Column&&) noexcept = default;
Column& Column::operator=(const Column&) = default;
Column& Column::operator=(Column&&) noexcept = default;

Column Column::As(std::string_view name) const {
  if (!status_.ok()) return *this;
  return Column(std::make_shared<Alias>(expression_, std::string(name)));
}

Column Column::Cast(const DataType& type) const {
  if (!status_.ok()) return *this;
  return Column(std::make_shared<firesteel::Cast>(expression_, type, CastOptions{}, false));
}

Column Column::Cast(std::string_view type) const { return WithCast(*this, type, false); }
Column Column::TryCast(std::string_view type) const { return WithCast(*this, type, true); }

Column Column::EqualNullSafe(const Column& other) const { return Call("<=>", {*this, other}); }
Column Column::IsNull() const { return Call("isnull", {*this}); }
Column Column::IsNotNull() const { return Call("isnotnull", {*this}); }

Column Column::IsIn(const std::vector<Value>& values) const {
  std::vector<Column> arguments{*this};
  for (const Value& value : values) arguments.push_back(LiteralColumn(value));
  return Call("in", arguments);
}

Column Column::Between(const Column& low, const Column& high) const {
  return (*this >= low) && (*this <= high);
}

Column Column::Like(std::string_view pattern) const {
  return Call("like", {*this, LiteralColumn(std::string(pattern))});
}
Column Column::ILike(std::string_view pattern) const {
  return Call("ilike", {*this, LiteralColumn(std::string(pattern))});
}
Column Column::RLike(std::string_view regular_expression) const {
  return Call("rlike", {*this, LiteralColumn(std::string(regular_expression))});
}
Column Column::Contains(const Column& other) const { return Call("contains", {*this, other}); }
Column Column::StartsWith(const Column& other) const { return Call("startswith", {*this, other}); }
Column Column::EndsWith(const Column& other) const { return Call("endswith", {*this, other}); }

Column Column::Substr(int position, int length) const {
  return Call("substring",
              {*this, LiteralColumn(int32_t{position}), LiteralColumn(int32_t{length})});
}

Column Column::GetField(std::string_view name) const {
  return Call("[]", {*this, LiteralColumn(std::string(name))});
}
Column Column::GetItem(const Value& key) const { return Call("[]", {*this, LiteralColumn(key)}); }

Column Column::Asc() const { return SortColumn(*this, true); }
Column Column::Desc() const { return SortColumn(*this, false); }

Column Column::When(const Column& condition, const Column& value) const {
  if (!status_.ok()) return *this;
  const Conditional* conditional = firesteel::As<Conditional>(expression_);
  if (conditional == nullptr || conditional->has_else()) {
    return Column(Status::Invalid("When() can only follow functions::When() or another When()."));
  }
  for (const Column* part : {&condition, &value}) {
    if (!part->status().ok()) return *part;
  }
  std::vector<ExpressionPtr> children = conditional->children();
  children.push_back(condition.expression());
  children.push_back(value.expression());
  return Column(std::make_shared<Conditional>(std::move(children)));
}

Column Column::Otherwise(const Column& value) const {
  if (!status_.ok()) return *this;
  if (!value.status().ok()) return value;
  const Conditional* conditional = firesteel::As<Conditional>(expression_);
  if (conditional == nullptr || conditional->has_else()) {
    return Column(Status::Invalid("Otherwise() can only follow When(), and only once."));
  }
  std::vector<ExpressionPtr> children = conditional->children();
  children.push_back(value.expression());
  return Column(std::make_shared<Conditional>(std::move(children)));
}

std::string Column::ToString() const {
  return status_.ok() ? expression_->Sql() : "<" + status_.ToString() + ">";
}

Column operator+(const Column& a, const Column& b) { return Call("+", {a, b}); }
Column operator-(const Column& a, const Column& b) { return Call("-", {a, b}); }
Column operator*(const Column& a, const Column& b) { return Call("*", {a, b}); }
Column operator/(const Column& a, const Column& b) { return Call("/", {a, b}); }
Column operator%(const Column& a, const Column& b) { return Call("%", {a, b}); }
Column operator==(const Column& a, const Column& b) { return Call("=", {a, b}); }
Column operator!=(const Column& a, const Column& b) { return !(a == b); }
Column operator<(const Column& a, const Column& b) { return Call("<", {a, b}); }
Column operator<=(const Column& a, const Column& b) { return Call("<=", {a, b}); }
Column operator>(const Column& a, const Column& b) { return Call(">", {a, b}); }
Column operator>=(const Column& a, const Column& b) { return Call(">=", {a, b}); }
Column operator&&(const Column& a, const Column& b) { return Call("and", {a, b}); }
Column operator||(const Column& a, const Column& b) { return Call("or", {a, b}); }
Column operator!(const Column& a) { return Call("not", {a}); }
Column operator-(const Column& a) { return Call("negative", {a}); }

}  // namespace firesteel
