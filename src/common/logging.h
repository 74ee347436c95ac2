#pragma once

#include <string_view>

namespace firesteel {

/// The engine's log: one line on standard error for what nobody called for and nobody waits for, a
/// skipped damaged snapshot for example. What a caller can act upon is a Status instead.
/// Thread-safe; never fails.
void LogInfo(std::string_view message);
void LogWarning(std::string_view message);
void LogError(std::string_view message);

}  // namespace firesteel
