#pragma once

#include <map>
#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "common/config.h"
#include "session/session_backend.h"
#include "streaming/streaming_query_manager_impl.h"

namespace firesteel {

/// What all sessions of a process share: threads, time, files, connectors. Made by the composition
/// root (library) or by the test kit; lives as long as any session.
struct Engine {
  std::unique_ptr<TaskScheduler> scheduler;
  StreamingServices services;
  std::shared_ptr<const DataSourceRegistry> registry;
  std::shared_ptr<ViewStore> global_views = std::make_shared<ViewStore>();
  std::shared_ptr<TableStore> tables = std::make_shared<TableStore>();
};

/// Makes a session that runs in this process. Errors: a setting that is not valid.
Result<std::shared_ptr<SessionBackend>> NewLocalBackend(
    std::shared_ptr<const Engine> engine, const std::map<std::string, std::string>& settings);

}  // namespace firesteel
