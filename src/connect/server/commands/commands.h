#pragma once

#include "connect/server/server_session.h"
#include "spark/connect/commands.pb.h"

namespace firesteel {

// What commands do, on their operation's thread; one .cc per family.

/// stream_start_command.cc
Status StartStreamingQuery(const spark::connect::WriteStreamOperationStart& start,
                           ServerSession* session, Operation* operation);
/// streaming_query_command.cc: what clients ask of a query they have a handle of.
Status AskStreamingQuery(const spark::connect::StreamingQueryCommand& command,
                         ServerSession* session, Operation* operation);
/// query_manager_command.cc: what they ask about all queries of their session.
Status AskQueryManager(const spark::connect::StreamingQueryManagerCommand& command,
                       ServerSession* session, Operation* operation);
/// listener_bus_command.cc: the client's listeners come and go.
Status ServeListenerBus(const spark::connect::StreamingQueryListenerBusCommand& command,
                        ServerSession* session, Operation* operation);
/// write_command.cc
Status WriteRelation(const spark::connect::WriteOperation& write, ServerSession* session,
                     Operation* operation);
/// MERGE, which no table here can do: says so, or what else is wrong with it.
Status MergeIntoTable(const spark::connect::MergeIntoTableCommand& command,
                      ServerSession* session);
Status WriteRelation(const spark::connect::WriteOperationV2& write, ServerSession* session,
                     Operation* operation);

}  // namespace firesteel
