#pragma once

#include <memory>
#include <string>

#include "connectors/jdbc/jdbc_options.h"
#include "firesteel/connector/sink.h"
#include "firesteel/connector/table.h"
#include "types/time_zone.h"

namespace firesteel {

/// Begins a write: one transaction over one connection, in which the table is made or emptied as
/// `mode` asks for, all partitions' rows are copied in, and which the commit of the write ends. A
/// write that fails leaves no trace. Errors: TABLE_OR_VIEW_ALREADY_EXISTS,
/// UNSUPPORTED_DATATYPE, FAILED_JDBC.*, JDBC_INVALID_OPTION.
Result<std::unique_ptr<StreamingWrite>> BeginJdbcWrite(const JdbcOptions& options,
                                                       const Schema& schema, SaveMode mode,
                                                       std::shared_ptr<const TimeZone> zone);

}  // namespace firesteel
