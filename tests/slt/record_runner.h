#pragma once

#include <string>
#include <vector>

#include "firesteel/session.h"
#include "tests/slt/slt_file.h"

namespace firesteel::slt {

/// What came of a record. Reasons: rows, schema, error, unrecorded, timeout, crash.
struct Outcome {
  std::string reason;  ///< "" when it passed
  std::vector<std::string> difference;
  double seconds = 0;
};

/// Runs a record in the session of its file. With `update` the record takes the session's answer
/// as the wanted one.
Outcome RunRecord(const Session& session, bool update, Record* record);

}  // namespace firesteel::slt
