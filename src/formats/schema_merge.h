#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/file_format.h"

namespace firesteel {

/// Finds the schema of files that carry their own: the first one's, or, with option `mergeSchema`,
/// all columns of all files; numbers of two widths give the wider one. Errors:
/// UNABLE_TO_INFER_SCHEMA without files, CANNOT_MERGE_SCHEMAS, those of `read`.
Result<Schema> InferFromFooters(const std::string& format, const std::vector<InferenceFile>& files,
                                const Options& options,
                                const std::function<Result<Schema>(const InferenceFile&)>& read);

}  // namespace firesteel
