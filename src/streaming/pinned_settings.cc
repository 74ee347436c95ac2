#include "streaming/pinned_settings.h"

#include <charconv>
#include <optional>

#include "common/config_keys.h"
#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr std::string_view kShufflePartitions = "spark.sql.shuffle.partitions";
constexpr std::string_view kCodec = "spark.sql.streaming.stateStore.compression.codec";
constexpr std::string_view kProviderClass = "spark.sql.streaming.stateStore.providerClass";
constexpr int kMostShufflePartitions = 100'000;

/// One pinned setting besides the number of shuffle partitions.
struct Setting {
  std::string_view name;
  std::string_view otherwise;  ///< where the session says nothing
  /// What a log that lacks the setting means by it; "" for the session's.
  std::string_view legacy;
  /// What state in this process can be; "" where it does not matter or others check it.
  std::string_view only_for_state;
};

constexpr Setting kSettings[] = {
    {"spark.sql.dropDuplicates.deterministicKeyOrder.enabled", "true", "false", ""},
    {"spark.sql.function.protobufExtensions.enabled", "false", "false", ""},
    {"spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false", "true", ""},
    {"spark.sql.streaming.aggregation.stateFormatVersion", "2", "1", "2"},
    {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "2", "1", ""},
    {"spark.sql.streaming.join.stateFormatVersion", "2", "1", ""},
    {"spark.sql.streaming.multipleWatermarkPolicy", "min", "min", ""},
    {"spark.sql.streaming.queryEvolution.enableSourceEvolution", "false", "false", ""},
    {kCodec, "lz4", "lz4", ""},
    {"spark.sql.streaming.stateStore.encodingFormat", "unsaferow", "unsaferow", "unsaferow"},
    {kProviderClass, "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
     "", "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"},
    {"spark.sql.streaming.stateStore.rocksdb.formatVersion", "5", "", ""},
    {"spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion", "2", "1", ""},
    {"spark.sql.streaming.stateStore.rowChecksum.enabled", "false", "false", "false"},
    {"spark.sql.streaming.statefulOperator.alwaysNullableOutput.enabled", "true", "false", ""},
    {"spark.sql.streaming.statefulOperator.useStrictDistribution", "true", "false", ""},
};

std::optional<int64_t> ParseCount(std::string_view text) {
  int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return count;
}

std::string SessionShufflePartitions(const Config& config, int default_shuffle_partitions) {
  const int64_t count = config.Get(config::kShufflePartitions);
  return std::to_string(count > 0 ? count : default_shuffle_partitions);
}

}  // namespace

PinnedSettings PinnedSettings::Collect(const Config& config, int default_shuffle_partitions) {
  PinnedSettings pinned;
  for (const Setting& setting : kSettings) {
    pinned.values_[std::string(setting.name)] =
        config.Get(setting.name).value_or(std::string(setting.otherwise));
  }
  pinned.values_[std::string(kShufflePartitions)] =
      SessionShufflePartitions(config, default_shuffle_partitions);
  return pinned;
}

Result<PinnedSettings> PinnedSettings::FromSession(const Config& config,
                                                   int default_shuffle_partitions) {
  PinnedSettings pinned = Collect(config, default_shuffle_partitions);
  ARROW_RETURN_NOT_OK(pinned.CheckShufflePartitions());
  return pinned;
}

Result<PinnedSettings> PinnedSettings::FromLog(const std::map<std::string, std::string>& logged,
                                               const Config& config,
                                               int default_shuffle_partitions) {
  PinnedSettings pinned = Collect(config, default_shuffle_partitions);
  for (const Setting& setting : kSettings) {
    if (!setting.legacy.empty()) pinned.values_[std::string(setting.name)] = setting.legacy;
  }
  for (auto& [name, value] : pinned.values_) {
    const auto found = logged.find(name);
    if (found != logged.end()) value = found->second;
  }
  ARROW_RETURN_NOT_OK(pinned.CheckShufflePartitions());
  return pinned;
}

Status PinnedSettings::CheckShufflePartitions() const {
  const std::string name(kShufflePartitions);
  const std::string& text = values_.find(name)->second;
  const std::optional<int64_t> count = ParseCount(text);
  if (count && *count >= 1 && *count <= kMostShufflePartitions) return Status::OK();
  return MakeError(
      "INVALID_CONF_VALUE.REQUIREMENT",
      {{"confName", name},
       {"confValue", text},
       {"confRequirement", fmt::format("a query's checkpoint must hold a number between 1 and {}",
                                       kMostShufflePartitions)}});
}

int PinnedSettings::shuffle_partitions() const {
  const std::string& text = values_.find(std::string(kShufflePartitions))->second;
  return static_cast<int>(ParseCount(text).value_or(1));
}

const std::string& PinnedSettings::state_compression_codec() const {
  return values_.find(std::string(kCodec))->second;
}

const std::string& PinnedSettings::multiple_watermark_policy() const {
  return values_.find("spark.sql.streaming.multipleWatermarkPolicy")->second;
}

Status PinnedSettings::CheckStateFormat() const {
  for (const Setting& setting : kSettings) {
    if (setting.only_for_state.empty()) continue;
    const std::string& value = values_.find(std::string(setting.name))->second;
    if (value == setting.only_for_state) continue;
    if (setting.name == kProviderClass) {
      return MakeError("STATE_STORE_INVALID_PROVIDER", {{"inputClass", value}});
    }
    return MakeError(
        "INVALID_CONF_VALUE.REQUIREMENT",
        {{"confName", std::string(setting.name)},
         {"confValue", value},
         {"confRequirement", fmt::format("only \"{}\" is supported", setting.only_for_state)}});
  }
  return Status::OK();
}

}  // namespace firesteel
