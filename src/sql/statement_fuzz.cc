// Feeds any text to the parser: statements, expressions and scripts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/error.h"
#include "sql/parser.h"

namespace {

/// Stops at an answer that no text may give: an error without a condition, or a bug.
void Check(const firesteel::Status& status) {
  if (status.ok()) return;
  const firesteel::ErrorInfo* info = firesteel::GetErrorInfo(status);
  if (info == nullptr || info->condition == "INTERNAL_ERROR") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statement = firesteel::ParseStatement(text);
  Check(statement.status());
  if (statement.ok() && (*statement)->TreeString().empty()) std::abort();
  const auto expression = firesteel::ParseExpression(text);
  Check(expression.status());
  // The text may be empty: that of an empty string is.
  if (expression.ok()) static_cast<void>((*expression)->ToString());
  Check(firesteel::SplitStatements(text).status());
  return 0;
}
