#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// Spark SQL's data types. Names follow Spark's classes (`LongType` is kLong).
enum class TypeId : int8_t {
  kNull,  // `void`
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kBinary,
  kDate,
  kTimestamp,          // an instant, microseconds since 1970-01-01 00:00:00 UTC
  kTimestampNtz,       // a local date and time without zone
  kDayTimeInterval,    // microseconds
  kYearMonthInterval,  // months
  kCalendarInterval,   // months, days, microseconds
  kArray,
  kMap,
  kStruct,
};

struct StructField;

/// A data type: an immutable value, cheap to copy, safe to share between threads.
class FIRESTEEL_EXPORT DataType {
 public:
  DataType() : DataType(TypeId::kNull) {}
  /// Makes a type without parameters; implicit so that `TypeId::kLong` can stand for the type.
  /// Intervals get their full range (DAY TO SECOND, YEAR TO MONTH).
  DataType(TypeId id);  // NOLINT(google-explicit-constructor)

  /// `precision` in 1..38 and 0 <= `scale` <= `precision`; checked by the parsers, not here.
  static DataType Decimal(int precision, int scale);
  static DataType Array(DataType element, bool contains_null = true);
  static DataType Map(DataType key, DataType value, bool value_contains_null = true);
  static DataType Struct(std::vector<StructField> fields);
  /// Fields of the range: 0 DAY, 1 HOUR, 2 MINUTE, 3 SECOND.
  static DataType DayTimeInterval(int start_field, int end_field);
  /// Fields of the range: 0 YEAR, 1 MONTH.
  static DataType YearMonthInterval(int start_field, int end_field);

  /// Parses type text as in SQL (`array<struct<a:int,b:decimal(10,2)>>`).
  /// Errors: PARSE_SYNTAX_ERROR, UNSUPPORTED_DATATYPE.
  static Result<DataType> FromDdl(std::string_view text);
  /// Parses Spark's JSON form of a type (`"long"` or `{"type":"array",…}`).
  static Result<DataType> FromJson(std::string_view json);

  TypeId id() const { return id_; }
  int precision() const { return parameter_a_; }
  int scale() const { return parameter_b_; }
  int start_field() const { return parameter_a_; }
  int end_field() const { return parameter_b_; }
  const DataType& element_type() const;  ///< of an array
  bool contains_null() const { return flag_; }
  const DataType& key_type() const;    ///< of a map
  const DataType& value_type() const;  ///< of a map
  bool value_contains_null() const { return flag_; }
  const std::vector<StructField>& fields() const;  ///< of a struct

  bool is_integral() const { return id_ >= TypeId::kByte && id_ <= TypeId::kLong; }
  bool is_floating() const { return id_ == TypeId::kFloat || id_ == TypeId::kDouble; }
  bool is_numeric() const { return id_ >= TypeId::kByte && id_ <= TypeId::kDecimal; }
  bool is_nested() const { return id_ >= TypeId::kArray; }

  std::string SimpleString() const;  ///< `bigint`, `struct<a:int>`: as in schema strings
  std::string Sql() const;           ///< `BIGINT`, `STRUCT<a: INT>`: as in error messages
  std::string TypeName() const;      ///< `long`, `struct`: as in printSchema
  std::string Json() const;          ///< Spark's JSON form, fields in Spark's order

  /// Equality with nullability and field names.
  bool operator==(const DataType& other) const;
  /// Equality that ignores nullability at every level.
  bool SameType(const DataType& other) const;

 private:
  struct Nested;
  TypeId id_;
  bool flag_ = true;
  int16_t parameter_a_ = 0;
  int16_t parameter_b_ = 0;
  std::shared_ptr<const Nested> nested_;
};

struct FIRESTEEL_EXPORT StructField {
  std::string name;
  DataType type;
  bool nullable = true;
  std::string metadata = "{}";  ///< a JSON object

  bool operator==(const StructField& other) const = default;
};

/// The columns of a table, in order. Names may repeat; look-up is the analyzer's business.
class FIRESTEEL_EXPORT Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<StructField> fields) : fields_(std::move(fields)) {}

  /// Appends a column; returns *this so that calls chain as with Spark's StructType.
  Schema& Add(std::string name, DataType type, bool nullable = true);

  /// Parses `a INT NOT NULL, b STRUCT<c: STRING> COMMENT 'text'`. Errors: PARSE_SYNTAX_ERROR, …
  static Result<Schema> FromDdl(std::string_view ddl);
  /// Parses Spark's JSON form (`{"type":"struct","fields":[…]}`).
  static Result<Schema> FromJson(std::string_view json);

  const std::vector<StructField>& fields() const { return fields_; }
  int size() const { return static_cast<int>(fields_.size()); }
  const StructField& field(int i) const { return fields_[i]; }
  /// Returns the index of the first column of this name (exact case), -1 when there is none.
  int IndexOf(std::string_view name) const;

  DataType AsStruct() const { return DataType::Struct(fields_); }
  std::string Ddl() const;         ///< `a INT,b STRING`, as Spark's toDDL
  std::string Json() const;        ///< one line
  std::string TreeString() const;  ///< as printSchema prints it, ends with a line break

  bool operator==(const Schema& other) const = default;

 private:
  std::vector<StructField> fields_;
};

}  // namespace firesteel
