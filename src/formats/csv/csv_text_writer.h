#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/csv/csv_options.h"
#include "formats/datetime_pattern.h"
#include "types/column_view.h"
#include "types/time_zone.h"

namespace firesteel {

/// Renders rows as CSV text, as Spark's CSV files and to_csv have it. Not thread-safe.
class CsvTextWriter {
 public:
  static Result<std::unique_ptr<CsvTextWriter>> Make(const CsvWriteOptions& options);

  /// Appends the names of the columns, without a line separator.
  void AppendHeader(const Schema& schema, std::string* out);
  /// Appends one row, without a line separator.
  void AppendRow(const std::vector<ColumnView>& columns, int64_t row, std::string* out);

 private:
  explicit CsvTextWriter(const CsvWriteOptions& options);
  Status CompilePatterns();
  void AppendElement(std::string_view text, bool first, std::string* out) const;
  bool NeedsQuotes(std::string_view text, bool first) const;
  void AppendQuoted(std::string_view text, std::string* out) const;
  // Renders one value; `nested`: inside of an array, map or struct.
  void RenderValue(const ColumnView& column, int64_t row, bool nested, std::string* out);
  void RenderNested(const ColumnView& column, int64_t row, std::string* out);
  void RenderTimestamp(int64_t micros, bool is_local, bool nested, std::string* out);
  void RenderDate(int32_t days, bool nested, std::string* out);

  const CsvWriteOptions options_;
  std::shared_ptr<const TimeZone> zone_;
  std::optional<ZoneConverter> converter_;
  std::optional<DateTimePattern> date_;
  std::optional<DateTimePattern> timestamp_;
  std::optional<DateTimePattern> timestamp_ntz_;
  std::string scratch_;
};

}  // namespace firesteel
