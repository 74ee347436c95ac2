#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"
#include "formats/datetime_pattern.h"
#include "types/column_view.h"
#include "types/time_zone.h"

namespace firesteel {

/// Renders values as JSON text, as Spark's JSON files and to_json have it. Not thread-safe.
class JsonTextWriter {
 public:
  /// Options: ignoreNullFields, dateFormat, timestampFormat, timestampNTZFormat, timeZone,
  /// writeNonAsciiCharacterAsCodePoint, pretty.
  static Result<JsonTextWriter> Make(const Options& options, const std::string& session_time_zone);

  /// Appends one object: the row `row` of the columns, named as the schema says.
  Status AppendRow(const Schema& schema, const std::vector<ColumnView>& columns, int64_t row,
                   std::string* out);
  /// Appends one value.
  Status AppendValue(const ColumnView& column, int64_t row, std::string* out);
  /// Whether values of this type can be written.
  static bool Supports(const DataType& type);

 private:
  JsonTextWriter(std::shared_ptr<const TimeZone> zone)
      : zone_(std::move(zone)), converter_(*zone_) {}
  template <typename ColumnAt>
  Status AppendFields(const std::vector<StructField>& fields, const ColumnAt& column_at,
                      int64_t row, std::string* out);
  Status AppendMap(const ColumnView& column, int64_t row, std::string* out);
  Status AppendArray(const ColumnView& column, int64_t row, std::string* out);
  Status AppendKey(const ColumnView& column, int64_t row, std::string* out);
  void AppendTemporal(const ColumnView& column, int64_t row, std::string* out);
  void AppendTimestamp(int64_t micros, bool is_local, std::string* out);
  void AppendDecimal(const ColumnView& column, int64_t row, std::string* out);
  void AppendQuoted(std::string_view text, std::string* out) const;
  Status AppendInterval(const ColumnView& column, int64_t row, std::string* out);

  std::shared_ptr<const TimeZone> zone_;
  ZoneConverter converter_;
  bool ignore_null_fields_ = true;
  bool escape_non_ascii_ = false;
  bool pretty_ = false;  // Jackson's layout: a line for each field, two spaces for each level
  int depth_ = 0;
  std::optional<DateTimePattern> date_;
  std::optional<DateTimePattern> timestamp_;
  std::optional<DateTimePattern> timestamp_ntz_;
};

}  // namespace firesteel
