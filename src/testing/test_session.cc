#include "testing/test_session.h"

#include <utility>

#include "arrow/memory_pool.h"
#include "library/engine.h"
#include "session/local_backend.h"

namespace firesteel::testing {

Result<Session> MakeTestSession(const TestEngineOptions& options,
                                const std::map<std::string, std::string>& settings) {
  auto engine = std::make_shared<Engine>();
  engine->scheduler = TaskScheduler::Make(options.threads);
  ExecutionServices& services = engine->services.execution;
  services.scheduler = engine->scheduler.get();
  services.clock = options.clock;
  services.env = options.env;
  services.pool = arrow::default_memory_pool();
  services.spill_directory = options.spill_directory;
  engine->services.failpoint = options.failpoint;
  engine->registry = NewDataSourceRegistry([](std::string_view) { return Status::OK(); });
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<SessionBackend> backend,
                        NewLocalBackend(std::move(engine), settings));
  return Session(std::move(backend));
}

}  // namespace firesteel::testing
