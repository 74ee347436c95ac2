#pragma once

#include "connect/server/server_session.h"
#include "spark/connect/base.pb.h"

namespace firesteel {

// What the RPCs do once they have their session; one .cc each.

/// config_request.cc
Status HandleConfig(const spark::connect::ConfigRequest::Operation& operation,
                    ServerSession* session, spark::connect::ConfigResponse* response);
/// analyze_request.cc
Status HandleAnalyze(const spark::connect::AnalyzePlanRequest& request, ServerSession* session,
                     spark::connect::AnalyzePlanResponse* response);
/// execute_request.cc: runs a plan, on the operation's thread.
Status ExecutePlan(const spark::connect::Plan& plan, ServerSession* session, Operation* operation);
/// execute_command.cc
Status ExecuteCommand(const spark::connect::Command& command, ServerSession* session,
                      Operation* operation);
/// error_details.cc
void DescribeError(const Status& status, spark::connect::FetchErrorDetailsResponse* response);

}  // namespace firesteel
