#pragma once

#include <map>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// Returns a user's error: the condition's SQLSTATE and message template come from the table in
/// error_conditions.cc, where every condition the engine raises has its one row. A condition that
/// is not in the table is a bug and gives INTERNAL_ERROR.
Status MakeError(std::string_view condition, std::map<std::string, std::string> parameters = {});

/// As MakeError, with the place in the query text.
Status MakeErrorAt(std::string_view condition, std::map<std::string, std::string> parameters,
                   QueryContext context);

/// As MakeError; `cause` is kept in ErrorInfo::cause and its message appended.
Status MakeErrorCausedBy(std::string_view condition, std::map<std::string, std::string> parameters,
                         const Status& cause);

/// Returns a bug's error (condition INTERNAL_ERROR, SQLSTATE XX000).
Status InternalError(std::string message);

}  // namespace firesteel
