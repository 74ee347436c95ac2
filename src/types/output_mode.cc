#include "firesteel/output_mode.h"

#include <string>

#include "common/error.h"
#include "types/type_lexer.h"

namespace firesteel {

std::string_view ToString(OutputMode mode) {
  switch (mode) {
    case OutputMode::kAppend:
      return "Append";
    case OutputMode::kUpdate:
      return "Update";
    case OutputMode::kComplete:
      return "Complete";
  }
  return "Append";
}

Result<OutputMode> ParseOutputMode(std::string_view text) {
  const std::string lower = AsciiLowerCase(text);
  if (lower == "append" || lower.empty()) return OutputMode::kAppend;
  if (lower == "update") return OutputMode::kUpdate;
  if (lower == "complete") return OutputMode::kComplete;
  return MakeError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", std::string(text)}});
}

}  // namespace firesteel
