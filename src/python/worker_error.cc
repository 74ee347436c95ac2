#include "python/worker_error.h"

#include "nlohmann/json.hpp"

namespace firesteel {

WorkerError ParseWorkerError(const std::string& payload) {
  const auto error = nlohmann::json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!error.is_object()) return {payload, ""};
  const auto text = [&](const char* name) {
    const auto found = error.find(name);
    return found != error.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  return {text("type") + ": " + text("message"), text("traceback")};
}

}  // namespace firesteel
