#include "tools/supported.h"

#include <vector>

#include "connectors/console/console_provider.h"
#include "firesteel/connector/table.h"
#include "formats/file_format.h"
#include "functions/registry.h"
#include "library/engine.h"

namespace firesteel {
namespace {

/// Asks a table of the connector, made for no particular place, what it can do.
unsigned CapabilitiesOf(const DataSourceRegistry& registry, const std::string& name) {
  Options options;
  options.Set("path", "/");
  const Schema schema({{"value", TypeId::kString}});
  const auto provider = registry.Find(name);
  if (!provider.ok()) return 0;
  const auto table = (*provider)->GetTable(schema, options, ConnectorContext{});
  return table.ok() ? (*table)->capabilities() : 0;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string TableLine(std::string_view what, const std::string& which) {
  return "| " + std::string(what) + " | " + which + " |\n";
}

}  // namespace

std::string SupportedTable() {
  std::vector<std::string> sources;
  std::vector<std::string> sinks{"foreachBatch"};
  const auto registry = NewDataSourceRegistry(StandardOutput());
  for (const std::string& name : registry->Names()) {
    const unsigned capabilities = CapabilitiesOf(*registry, name);
    if ((capabilities & Table::kMicroBatchRead) != 0) sources.push_back(name);
    if ((capabilities & Table::kStreamingWrite) != 0) sinks.push_back(name);
  }
  std::vector<std::string> scalars;
  std::vector<std::string> aggregates;
  std::vector<std::string> generators;
  for (const std::string_view name : FunctionNames()) {
    const FunctionLookup found = FindFunction(name);
    std::vector<std::string>& family =
        found.aggregate ? aggregates : found.generator ? generators : scalars;
    family.emplace_back(name);
  }
  std::string text = "| what | which |\n|---|---|\n";
  text += TableLine("sources", Join(sources));
  text += TableLine("sinks", Join(sinks));
  text += TableLine("output modes", Join({"append", "update", "complete"}));
  text += TableLine("triggers", Join({"default", "ProcessingTime", "Once", "AvailableNow"}));
  text += TableLine("aggregate functions (" + std::to_string(aggregates.size()) + ")", Join(aggregates));
  text += TableLine("generators", Join(generators));
  text += TableLine("scalar functions (" + std::to_string(scalars.size()) + ")", Join(scalars));
  return text;
}

}  // namespace firesteel
