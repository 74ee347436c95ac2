#include "library/engine.h"

#include <filesystem>
#include <thread>
#include <utility>

#include "arrow/memory_pool.h"
#include "common/random.h"
#include "connectors/console/console_provider.h"
#include "connectors/file/file_provider.h"
#include "connectors/memory/memory_sink.h"
#include "connectors/noop/noop_provider.h"
#include "connectors/rate/rate_micro_batch_provider.h"
#include "connectors/rate/rate_provider.h"
#include "connectors/socket/socket_provider.h"
#include "formats/file_format.h"

namespace firesteel {

std::shared_ptr<const DataSourceRegistry> NewDataSourceRegistry(
    std::function<Status(std::string_view text)> console) {
  auto registry = std::make_shared<DataSourceRegistry>();
  for (const FileFormat* format : AllFileFormats()) registry->Register(NewFileProvider(format));
  registry->Register(NewConsoleProvider(std::move(console)));
  registry->Register(NewMemorySinkProvider());
  registry->Register(NewNoopProvider());
  registry->Register(NewRateMicroBatchProvider());
  registry->Register(NewRateProvider());
  registry->Register(NewSocketProvider());
  return registry;
}

std::shared_ptr<const Engine> NewEngine(
    std::function<Status(std::string_view text)> console) {
  auto engine = std::make_shared<Engine>();
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  engine->scheduler = TaskScheduler::Make(cores);
  ExecutionServices& services = engine->services.execution;
  services.scheduler = engine->scheduler.get();
  services.clock = Clock::System();
  services.env = Env::Posix();
  services.pool = arrow::default_memory_pool();
  services.spill_directory =
      std::filesystem::temp_directory_path().string() + "/firesteel-spill-" + NewUuid();
  engine->registry = NewDataSourceRegistry(std::move(console));
  return engine;
}

}  // namespace firesteel
