#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/csv/csv_options.h"
#include "formats/file_format.h"

namespace firesteel {

/// Finds the type of a column of CSV text by its values, as Spark does: int, bigint, decimal (whole
/// numbers of many digits), double, date, timestamp, boolean or string. Not thread-safe.
class CsvTypeInference {
 public:
  static Result<std::unique_ptr<CsvTypeInference>> Make(const CsvReadOptions& options);

  /// The type that holds one more value, given the type of those before (kNull at the start).
  DataType Add(const DataType& so_far, std::optional<std::string_view> value) const;
  /// The type that holds the values of both.
  DataType Merge(const DataType& a, const DataType& b) const;

 private:
  explicit CsvTypeInference(const CsvReadOptions& options) : options_(options) {}
  DataType TypeOf(std::string_view value, TypeId from) const;
  std::optional<DataType> DecimalOf(std::string_view value) const;

  const CsvReadOptions options_;
  std::unique_ptr<JsonTemporalParser> temporal_;
};

/// The names of columns by the first record: those of a header made safe, or `_c0`, `_c1`, ….
std::vector<std::string> CsvColumnNames(const std::vector<std::optional<std::string_view>>& first,
                                        const CsvReadOptions& options);

/// The schema of these files: the columns of the first record, strings unless options.infer_schema.
/// A schema without columns when the files hold no record.
Result<Schema> InferCsvSchema(const std::vector<InferenceFile>& files,
                               const Options& options);

}  // namespace firesteel
