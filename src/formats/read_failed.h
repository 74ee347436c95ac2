#pragma once

#include <string>

#include "common/error.h"

namespace firesteel {

/// What a query fails with when a file cannot be read, `cause` being the reason.
inline Status ReadFailed(const std::string& path, const Status& cause) {
  return MakeErrorCausedBy("FAILED_READ_FILE.NO_HINT", {{"path", path}}, cause);
}

}  // namespace firesteel
