#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/text_table.h"

namespace firesteel {

/// Renders rows as the HTML that notebooks show for a DataFrame. Cells are cut as those of a text
/// table, then escaped: `&`, `<`, `>`, `"`, and every character that HTML 4 has a name for.
Result<std::string> FormatHtmlTable(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                    const Schema& schema, const TextTableOptions& options);

}  // namespace firesteel
