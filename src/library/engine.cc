#include "library/engine.h"

#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "arrow/memory_pool.h"
#include "common/random.h"
#include "connectors/console/console_provider.h"
#include "connectors/file/file_provider.h"
#include "connectors/jdbc/jdbc_provider.h"
#include "connectors/kafka/kafka_provider.h"
#include "connectors/memory/memory_sink.h"
#include "connectors/noop/noop_provider.h"
#include "connectors/rate/rate_micro_batch_provider.h"
#include "connectors/rate/rate_provider.h"
#include "connectors/socket/socket_provider.h"
#include "formats/file_format.h"

namespace firesteel {

std::shared_ptr<const DataSourceRegistry> NewDataSourceRegistry(
    std::function<Status(std::string_view text)> console) {
  std::vector<std::shared_ptr<TableProvider>> providers;
  for (const FileFormat* format : AllFileFormats()) providers.push_back(NewFileProvider(format));
  providers.push_back(NewConsoleProvider(std::move(console)));
  providers.push_back(NewJdbcProvider());
  providers.push_back(NewKafkaProvider());
  providers.push_back(NewMemorySinkProvider());
  providers.push_back(NewNoopProvider());
  providers.push_back(NewRateMicroBatchProvider());
  providers.push_back(NewRateProvider());
  providers.push_back(NewSocketProvider());
  return std::make_shared<DataSourceRegistry>(std::move(providers));
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
