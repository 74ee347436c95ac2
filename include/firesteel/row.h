#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "firesteel/export.h"
#include "firesteel/types.h"

namespace firesteel {

class Value;

struct Date {
  int32_t days = 0;  ///< since 1970-01-01, proleptic Gregorian
  bool operator==(const Date&) const = default;
};
struct Timestamp {
  int64_t micros = 0;  ///< since 1970-01-01 00:00:00 UTC
  bool operator==(const Timestamp&) const = default;
};
struct TimestampNtz {
  int64_t micros = 0;  ///< the local date and time read as if it were UTC
  bool operator==(const TimestampNtz&) const = default;
};
struct DayTimeInterval {
  int64_t micros = 0;
  bool operator==(const DayTimeInterval&) const = default;
};
struct YearMonthInterval {
  int32_t months = 0;
  bool operator==(const YearMonthInterval&) const = default;
};
struct CalendarInterval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
  bool operator==(const CalendarInterval&) const = default;
};
struct Binary {
  std::string bytes;
  bool operator==(const Binary&) const = default;
};
struct Decimal {
  __int128 unscaled = 0;
  int precision = 10;
  int scale = 0;
  bool operator==(const Decimal&) const = default;
};
struct ArrayValue {
  std::vector<Value> elements;
  bool operator==(const ArrayValue&) const;
};
/// Entries in the order of the data; keys are never NULL.
struct MapValue {
  std::vector<std::pair<Value, Value>> entries;
  bool operator==(const MapValue&) const;
};
struct StructValue {
  std::vector<Value> fields;
  bool operator==(const StructValue&) const;
};

/// One SQL value, NULL included. The alternative held tells the type family; the exact type is the
/// column's. Equality is C++'s: NULL equals NULL, NaN does not equal NaN.
class FIRESTEEL_EXPORT Value {
 public:
  using Variant = std::variant<std::monostate, bool, int8_t, int16_t, int32_t, int64_t, float,
                               double, Decimal, std::string, Binary, Date, Timestamp, TimestampNtz,
                               DayTimeInterval, YearMonthInterval, CalendarInterval, ArrayValue,
                               MapValue, StructValue>;

  Value() = default;  ///< NULL
  template <typename T>
    requires std::is_constructible_v<Variant, T> &&
             (!std::is_same_v<std::remove_cvref_t<T>, Value>)
  Value(T&& value) : variant_(std::forward<T>(value)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* text) : variant_(std::string(text)) {}  // NOLINT(google-explicit-constructor)

  bool is_null() const { return variant_.index() == 0; }
  const Variant& variant() const { return variant_; }
  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(variant_);
  }
  /// Requires Is<T>().
  template <typename T>
  const T& Get() const {
    return std::get<T>(variant_);
  }

  /// Renders as Spark's cast to string does, with timestamps in UTC; NULL is "NULL".
  std::string ToString() const;
  bool operator==(const Value& other) const = default;

 private:
  Variant variant_;
};

inline bool ArrayValue::operator==(const ArrayValue& other) const = default;
inline bool MapValue::operator==(const MapValue& other) const = default;
inline bool StructValue::operator==(const StructValue& other) const = default;

/// One row of a result, with the schema it belongs to.
class FIRESTEEL_EXPORT Row {
 public:
  Row() = default;
  explicit Row(std::vector<Value> values, std::shared_ptr<const Schema> schema = nullptr)
      : values_(std::move(values)), schema_(std::move(schema)) {}

  int size() const { return static_cast<int>(values_.size()); }
  const Value& operator[](int i) const { return values_[i]; }
  const std::vector<Value>& values() const { return values_; }
  /// May be null for rows made by hand.
  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// `[1,a,NULL]`
  std::string ToString() const;
  /// Compares the values only.
  bool operator==(const Row& other) const { return values_ == other.values_; }

 private:
  std::vector<Value> values_;
  std::shared_ptr<const Schema> schema_;
};

}  // namespace firesteel
