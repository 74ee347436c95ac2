#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "firesteel/types.h"
#include "formats/avro/avro_schema.h"
#include "types/column_view.h"

namespace firesteel {

/// Writes values of a column in Avro's binary form (see AvroDecoder), as a schema says. What to do
/// is worked out once, as a tree of steps. Immutable once made; thread-safe.
class AvroEncoder {
 public:
  /// Errors: AVRO_SCHEMA_NOT_SUPPORTED when values of the type cannot be written with this schema.
  static Result<std::unique_ptr<AvroEncoder>> Make(std::shared_ptr<const AvroSchema> schema,
                                                   const DataType& type);
  ~AvroEncoder();

  /// Appends the value of one row. Errors: AVRO_CANNOT_WRITE_NULL_FIELD,
  /// AVRO_SCHEMA_NOT_SUPPORTED for a value that the schema has no place for.
  Status Encode(const ColumnView& column, int64_t row, std::string* out) const;

 private:
  struct Step;
  class Compiler;
  enum class Action : uint8_t;

  AvroEncoder() = default;
  Status Run(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;
  Status RunText(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;
  Status RunDecimal(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;
  Status RunItems(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;
  Status RunRecord(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;
  Status RunMembers(const Step& step, const ColumnView& view, int64_t row, std::string* out) const;

  std::shared_ptr<const AvroSchema> schema_;
  std::unique_ptr<Step> root_;
};

}  // namespace firesteel
