// Feeds any text to the parsers of types: DDL, columns, Spark's JSON, a type that starts a text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/error.h"
#include "types/type_parser.h"

namespace firesteel {
namespace {

/// Stops at an answer that no text may give: an error without a condition, or a bug.
void Check(const Status& status) {
  if (status.ok()) return;
  const ErrorInfo* info = GetErrorInfo(status);
  if (info == nullptr || info->condition == "INTERNAL_ERROR") std::abort();
}

/// What was read must come back from its own JSON.
void CheckRoundTrip(const DataType& type) {
  const Result<DataType> again = DataType::FromJson(type.Json());
  if (!again.ok() || *again != type) std::abort();
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using firesteel::Check;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto type = firesteel::DataType::FromDdl(text);
  Check(type.status());
  if (type.ok()) firesteel::CheckRoundTrip(*type);
  const auto json = firesteel::DataType::FromJson(text);
  Check(json.status());
  if (json.ok()) firesteel::CheckRoundTrip(*json);
  Check(firesteel::Schema::FromDdl(text).status());
  Check(firesteel::Schema::FromJson(text).status());
  Check(firesteel::ParseTypeOrSchema(text).status());
  const auto prefix = firesteel::ParseTypePrefix(text, 0);
  Check(prefix.status());
  if (prefix.ok() && prefix->length > size) std::abort();
  return 0;
}
