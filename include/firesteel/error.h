#pragma once

#include <map>
#include <memory>
#include <string>

#include "arrow/result.h"
#include "arrow/status.h"
#include "firesteel/export.h"

namespace firesteel {

using arrow::Result;
using arrow::Status;

/// Where in a query text an error points. Offsets are in bytes from 0, line and position count
/// from 1 and 0, as Spark reports them.
struct QueryContext {
  std::string fragment;   ///< The offending piece of the text.
  std::string full_text;  ///< The whole text the user gave.
  int start_offset = -1;
  int stop_offset = -1;
  int line = -1;
  int position = -1;
};

/// What a user's error says besides its message: Spark's error condition (for example
/// "UNRESOLVED_COLUMN.WITH_SUGGESTION"), its SQLSTATE and the parameters of its message.
/// An error without this is a bug of the engine or a plain failure of the system below.
struct ErrorInfo {
  std::string condition;
  std::string sql_state;
  std::map<std::string, std::string> parameters;
  QueryContext context;
  Status cause;  ///< OK when there is none.
};

/// Returns the error information that `status` carries, or nullptr.
FIRESTEEL_EXPORT const ErrorInfo* GetErrorInfo(const Status& status);

/// Returns the condition of `status`, "" when it has none.
FIRESTEEL_EXPORT std::string ErrorCondition(const Status& status);

}  // namespace firesteel
