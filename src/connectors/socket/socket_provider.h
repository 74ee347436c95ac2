#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `socket`: lines of UTF-8 text from a TCP server, one row `value: string` each; with option
/// `includeTimestamp` also `timestamp`, when the line came. Options `host` and `port`, and
/// `reconnect` (false; not in Spark): looks for the sender again when it hangs up. A line of more than
/// 64 MiB is an error. For trials: a line that no committed batch holds is lost when the process ends.
std::shared_ptr<TableProvider> NewSocketProvider();

}  // namespace firesteel
