#pragma once

#include <signal.h>

#include "connect/server/connect_server.h"

namespace firesteel {

/// Lets the server's queries end with their batches, once the process has been told to end. One
/// more of `signals`, which must be blocked, and those batches are given up.
void FinishQueriesUnlessAsked(ConnectServer* server, const sigset_t& signals);

}  // namespace firesteel
