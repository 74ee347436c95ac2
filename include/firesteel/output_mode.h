#pragma once

#include <string_view>

#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

/// Which rows of the result table a batch gives to the sink.
enum class OutputMode {
  kAppend,    ///< only new rows, which never change later
  kUpdate,    ///< rows that changed since the last batch
  kComplete,  ///< the whole table
};

FIRESTEEL_EXPORT std::string_view ToString(OutputMode mode);
/// Parses in any case; "" is append, as in Spark. Errors: STREAMING_OUTPUT_MODE.INVALID.
FIRESTEEL_EXPORT Result<OutputMode> ParseOutputMode(std::string_view text);

}  // namespace firesteel
