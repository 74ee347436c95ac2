#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

struct TextTableOptions {
  int rows = 20;            ///< rows shown at most
  int truncate = 20;        ///< characters a cell keeps; 0 is all
  bool vertical = false;    ///< one line per column
  std::string time_zone = "UTC";
};

/// The texts of a table's cells, names first, cut to what is shown.
struct TextTableCells {
  std::vector<std::vector<std::string>> rows;
  bool more = false;  ///< there are more rows than these
};

Result<TextTableCells> MakeTextTableCells(
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, const Schema& schema,
    const TextTableOptions& options);
/// "only showing top N rows".
std::string TextTableRemark(const TextTableOptions& options);

/// Renders rows as Spark's `show` and console sink do, to the character: the frame, the alignment,
/// the `…` rules, East Asian widths, and "only showing top N rows" when `batches` hold more rows
/// than are shown. Ends with the empty line that `show` prints.
Result<std::string> FormatTextTable(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                    const Schema& schema, const TextTableOptions& options);

}  // namespace firesteel
