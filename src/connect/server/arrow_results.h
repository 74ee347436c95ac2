#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// Arrow's stream form, whole in itself: a schema message, the batch, the end mark. What lies in
/// memory as UTC is labelled with the session's zone, as clients expect.
Result<std::string> ToArrowStream(const Schema& schema,
                                  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                  const std::string& time_zone);

/// Reads such a stream from a client into our memory layout (types of the client's kind that we do
/// not use, such as large_utf8, are converted). `schema` says the types; without it they follow
/// from Arrow's. Errors: bytes that are no such stream.
struct LocalRows {
  Schema schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};
Result<LocalRows> FromArrowStream(const std::string& bytes, const Schema* schema);

}  // namespace firesteel
