#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/csv/csv_options.h"
#include "formats/csv/csv_tokenizer.h"
#include "formats/json/json_column.h"
#include "formats/row_filter.h"

namespace firesteel {

/// Whether values of this type can be kept in CSV files.
bool CanReadCsv(const DataType& type);

/// Reads records of CSV text into columns, exactly as Spark's reader does. For files, and for
/// from_csv. Not thread-safe.
class CsvRecordParser {
 public:
  /// What became of one record.
  struct Outcome {
    bool malformed = false;  ///< to be treated as the parse mode says
    bool partial = false;    ///< malformed, but its good values were kept; else all are NULL
    bool dropped = false;    ///< by the filter: nothing was appended, whatever else was wrong
    std::string reason;      ///< when malformed
  };

  /// `data` are the values of a record in order, `wanted` those of them to parse, neither with
  /// the corrupt-record column. With options.column_pruning a record's number of values does not
  /// matter when not all are wanted. Records that `filter` drops are left out.
  static Result<std::unique_ptr<CsvRecordParser>> Make(const Schema& data, const Schema& wanted,
                                                       const CsvReadOptions& options,
                                                       RowFilter filter = {});
  ~CsvRecordParser();

  /// Reads one record, which is all of `line`; appends one element to each of `columns` (those of
  /// `wanted`), whatever is in it.
  Result<Outcome> Parse(std::string_view line, std::vector<JsonColumn>* columns);
  /// The same for a record that is cut already.
  Result<Outcome> Convert(const std::vector<std::optional<std::string_view>>& tokens,
                          std::vector<JsonColumn>* columns);
  /// Appends NULLs for a record that cannot be cut.
  static Status AppendNulls(std::vector<JsonColumn>* columns);

 private:
  CsvRecordParser(const Schema& data, const Schema& wanted, const CsvReadOptions& options,
                  RowFilter filter);
  // False when the text is no value of the type; nothing was appended then.
  Result<bool> ConvertValue(std::string_view text, const DataType& type, JsonColumn* column);
  Result<bool> ConvertNumber(std::string_view text, const DataType& type, JsonColumn* column);
  Result<bool> ConvertDecimal(std::string_view text, const DataType& type, JsonColumn* column);
  Result<bool> ConvertTemporal(std::string_view text, const DataType& type, JsonColumn* column);

  const CsvReadOptions options_;
  const Schema wanted_;
  const RowFilter filter_;
  std::vector<uint8_t> known_;  // whether a wanted value could be read
  std::vector<int> positions_;  // of the wanted values in a record
  size_t expected_tokens_ = 0;
  bool checks_count_ = true;
  CsvTokenizer tokenizer_;
  std::unique_ptr<JsonTemporalParser> temporal_;
  std::string scratch_;
};

}  // namespace firesteel
