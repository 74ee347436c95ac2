#pragma once

#include <memory>
#include <string>

#include "connect/server/server_session.h"
#include "firesteel/connector/user_function.h"
#include "spark/connect/expressions.pb.h"
#include "spark/connect/relations.pb.h"

namespace firesteel {

/// A function that a client sent inside of a query, or to be registered. Errors:
/// UNSUPPORTED_CONNECT_MESSAGE for one that is not Python's or of a kind that is not known.
Result<std::shared_ptr<const UserColumnFunction>> FromProtocol(
    const spark::connect::CommonInlineUserDefinedFunction& sent, ServerSession* session);

/// The same for a table function.
Result<std::shared_ptr<const UserColumnFunction>> FromProtocol(
    const spark::connect::CommonInlineUserDefinedTableFunction& sent, ServerSession* session);

/// `spark.udf.register(…)` and `spark.udtf.register(…)`.
Status RegisterFunction(const spark::connect::CommonInlineUserDefinedFunction& sent,
                        ServerSession* session);
Status RegisterFunction(const spark::connect::CommonInlineUserDefinedTableFunction& sent,
                        ServerSession* session);

/// Whose workers run the functions of a session.
std::string WorkerOwner(const ServerSession& session);

}  // namespace firesteel
