#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

enum class AvroType : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};

/// What the values of a type stand for; those that Spark makes nothing of are kNone, their values
/// are those of the type beneath.
enum class AvroLogicalType : uint8_t {
  kNone,
  kDate,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kDecimal,
};

struct AvroNode;

/// A field of a record.
struct AvroField {
  std::string name;
  std::vector<std::string> aliases;
  const AvroNode* type = nullptr;
  bool has_default = false;
  std::string default_json;
};

/// One type of a schema. A record may contain itself: the pointers go round then.
struct AvroNode {
  AvroType type = AvroType::kNull;
  AvroLogicalType logical = AvroLogicalType::kNone;
  int precision = 0;                   ///< of kDecimal
  int scale = 0;                       ///< of kDecimal
  int64_t size = 0;                    ///< bytes of a fixed
  std::string full_name;               ///< of a record, enum or fixed, with its namespace
  std::vector<std::string> aliases;    ///< full names
  std::string spark_type;              ///< the property spark.sql.catalyst.type
  std::vector<std::string> symbols;    ///< of an enum
  std::string default_symbol;          ///< of an enum; empty: none
  std::vector<AvroField> fields;       ///< of a record
  std::vector<const AvroNode*> inner;  ///< an array's items, a map's values, a union's branches

  /// The last part of the full name, or the name of the type.
  std::string_view Name() const;
  /// The place of the branch null of a union; -1: none.
  int NullBranch() const;
};

/// A schema of Avro, from its JSON text. Immutable.
class AvroSchema {
 public:
  /// Errors: INVALID_SCHEMA.PARSE_ERROR.
  static Result<std::shared_ptr<const AvroSchema>> Parse(std::string_view json);
  const AvroNode& root() const { return *root_; }
  const std::string& text() const { return text_; }

 private:
  friend class AvroSchemaParser;
  std::deque<AvroNode> nodes_;
  const AvroNode* root_ = nullptr;
  std::string text_;
};

/// `int`, `record`, …
std::string_view AvroTypeName(AvroType type);

}  // namespace firesteel
