#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/export.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel {

class Expression;
class WindowSpec;

/// An expression over the columns of a DataFrame: a cheap value. Names are looked up when an action
/// or Schema() asks for it. A mistake that shows at once (an expression text that does not parse)
/// is kept and returned by the first action.
class FIRESTEEL_EXPORT Column {
 public:
  /// A column by name: `a`, `t.a`, `a.field`, `*`.
  Column(const char* name);         // NOLINT(google-explicit-constructor)
  Column(const std::string& name);  // NOLINT(google-explicit-constructor)
  explicit Column(std::shared_ptr<const Expression> expression);
  explicit Column(Status error);
  ~Column();
  Column(const Column&);
  Column(Column&&) noexcept;
  Column& operator=(const Column&);
  Column& operator=(Column&&) noexcept;

  Column As(std::string_view name) const;
  /// Casts to a type, or to the type that a text names. Errors: UNSUPPORTED_DATATYPE, …
  Column Cast(const DataType& type) const;
  Column Cast(std::string_view type) const;
  Column TryCast(std::string_view type) const;

  Column EqualNullSafe(const Column& other) const;
  Column IsNull() const;
  Column IsNotNull() const;
  Column IsIn(const std::vector<Value>& values) const;
  Column Between(const Column& low, const Column& high) const;
  Column Like(std::string_view pattern) const;
  Column ILike(std::string_view pattern) const;
  Column RLike(std::string_view regular_expression) const;
  Column Contains(const Column& other) const;
  Column StartsWith(const Column& other) const;
  Column EndsWith(const Column& other) const;
  /// `position` counts from 1.
  Column Substr(int position, int length) const;
  Column GetField(std::string_view name) const;
  /// An element of an array (index from 0) or of a map (key).
  Column GetItem(const Value& key) const;
  Column Asc() const;
  Column Desc() const;
  /// Adds a branch to `When(…)`.
  Column When(const Column& condition, const Column& value) const;
  Column Otherwise(const Column& value) const;
  /// The function over the rows of a window; see firesteel/window.h.
  Column Over(const WindowSpec& window) const;

  std::string ToString() const;

  /// For the engine: the expression, or the error.
  const std::shared_ptr<const Expression>& expression() const { return expression_; }
  const Status& status() const { return status_; }

 private:
  std::shared_ptr<const Expression> expression_;
  Status status_;
};

FIRESTEEL_EXPORT Column operator+(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator-(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator*(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator/(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator%(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator==(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator!=(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator<(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator<=(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator>(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator>=(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator&&(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator||(const Column& a, const Column& b);
FIRESTEEL_EXPORT Column operator!(const Column& a);
FIRESTEEL_EXPORT Column operator-(const Column& a);

}  // namespace firesteel
