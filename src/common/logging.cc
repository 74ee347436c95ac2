#include "common/logging.h"

#include <memory>

#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace firesteel {
namespace {

spdlog::logger& Logger() {
  // Leaks on purpose: background threads may still log while the process ends.
  static spdlog::logger* const logger = [] {
    auto* made =
        new spdlog::logger("firesteel", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

}  // namespace

void LogInfo(std::string_view message) { Logger().info("{}", message); }

void LogWarning(std::string_view message) { Logger().warn("{}", message); }

void LogError(std::string_view message) { Logger().error("{}", message); }

}  // namespace firesteel
