#include "session/command_runner.h"

#include "common/error.h"

namespace firesteel {

Result<QueryResult> RunCommand(const PlanPtr& command, const CommandContext&) {
  return InternalError("No runner for " + command->Describe());
}

}  // namespace firesteel
