#pragma once

namespace firesteel {

/// The `firesteel` command: parses the arguments, runs the sub-command, prints errors to standard
/// error. Returns the exit status: 0, 1 when the work failed, 2 for wrong usage.
int RunCommandLine(int argc, char** argv);

}  // namespace firesteel
