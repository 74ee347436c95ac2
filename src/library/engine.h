#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "session/local_backend.h"

namespace firesteel {

/// Makes the engine of a process: threads for every core, the system's clock and files, and all
/// connectors. The only place that names them. `console` takes the console sink's text.
std::shared_ptr<const Engine> NewEngine(std::function<Status(std::string_view text)> console);

/// Fills a registry with all connectors. `console` takes the console sink's text.
std::shared_ptr<const DataSourceRegistry> NewDataSourceRegistry(
    std::function<Status(std::string_view text)> console);

}  // namespace firesteel
