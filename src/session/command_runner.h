#pragma once

#include "catalog/catalog.h"
#include "common/config.h"
#include "session/session_backend.h"

namespace firesteel {

class Clock;
class Env;
class PlanCache;

/// What commands work on.
struct CommandContext {
  SessionBackend* backend = nullptr;
  Catalog* catalog = nullptr;
  Config* config = nullptr;
  PlanCache* cache = nullptr;
  Env* env = nullptr;
  Clock* clock = nullptr;
};

/// Runs a Command. One .cc per family in session/commands/; the table of them is in
/// command_runner.cc.
Result<QueryResult> RunCommand(const PlanPtr& command, const CommandContext& context);

}  // namespace firesteel
