#include "connectors/rate/rate_micro_batch_provider.h"

#include <optional>
#include <string>
#include <utility>

#include "connectors/rate/rate_rows.h"
#include "connectors/rate/rate_table.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

struct MicroBatchRateSettings {
  int64_t rows_per_batch = 0;
  int64_t partitions = 1;
  int64_t start_ms = 0;
  int64_t advance_ms = 1000;
};

struct Position {
  int64_t row = 0;
  int64_t timestamp_ms = 0;
};

Offset ToOffset(const Position& position) {
  return Offset("{\"offset\":" + std::to_string(position.row) +
                ",\"timestamp\":" + std::to_string(position.timestamp_ms) + "}");
}

Result<Position> PositionOf(const std::string& json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  const auto number = [&](const char* name) -> std::optional<int64_t> {
    if (!parsed.is_object() || !parsed.contains(name)) return std::nullopt;
    const nlohmann::json& value = parsed[name];
    if (!value.is_number_integer() || value.get<int64_t>() < 0) return std::nullopt;
    return value.get<int64_t>();
  };
  const std::optional<int64_t> row = number("offset");
  const std::optional<int64_t> timestamp_ms = number("timestamp");
  if (!row || !timestamp_ms) {
    return Status::Invalid("'", json, "' is not an offset of a rate-micro-batch source.");
  }
  return Position{*row, *timestamp_ms};
}

class RateMicroBatchStream final : public MicroBatchStream {
 public:
  RateMicroBatchStream(MicroBatchRateSettings settings, Schema columns)
      : settings_(settings), columns_(std::move(columns)) {}

  Result<Offset> InitialOffset() override { return ToOffset({0, settings_.start_ms}); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const Position position, PositionOf(json));
    return ToOffset(position);
  }

  /// One more batch each time it is asked; with AvailableNow one batch in all.
  Result<Offset> LatestOffset(const Offset& start, const ReadLimit&) override {
    if (last_batch_end_.has_value()) return *last_batch_end_;
    ARROW_ASSIGN_OR_RAISE(Position position, PositionOf(start.json()));
    if (__builtin_add_overflow(position.row, settings_.rows_per_batch, &position.row) ||
        __builtin_add_overflow(position.timestamp_ms, settings_.advance_ms,
                               &position.timestamp_ms)) {
      return Status::Invalid("The rate-micro-batch source has no more numbers after ",
                             start.json(), ".");
    }
    const Offset end = ToOffset(position);
    if (available_now_) last_batch_end_ = end;
    return end;
  }

  Status PrepareForAvailableNow() override {
    available_now_ = true;
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const Position from, PositionOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const Position to, PositionOf(end.json()));
    if (from.row >= to.row) return std::vector<std::shared_ptr<const InputPartition>>{};
    return DealRange({from.row, to.row, from.timestamp_ms, 0}, settings_.partitions);
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return NewRateReader(partition, columns_, context);
  }

  Status Commit(const Offset&) override { return Status::OK(); }

  std::string Describe() const override {
    return "RatePerMicroBatchStream[rowsPerBatch=" + std::to_string(settings_.rows_per_batch) +
           ", numPartitions=" + std::to_string(settings_.partitions) +
           ", startTimestamp=" + std::to_string(settings_.start_ms) +
           ", advanceMsPerBatch=" + std::to_string(settings_.advance_ms) + "]";
  }

  void Stop() override {}

 private:
  MicroBatchRateSettings settings_;
  Schema columns_;
  bool available_now_ = false;
  std::optional<Offset> last_batch_end_;
};

class RateMicroBatchProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "rate-micro-batch"; }
  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options&, bool,
                               const ConnectorContext&) override {
    return ResolveRateSchema(user_schema, "rate-micro-batch");
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema&, const Options& options,
                                          const ConnectorContext& context) override {
    MicroBatchRateSettings settings;
    ARROW_ASSIGN_OR_RAISE(settings.rows_per_batch, RateOption(options, "rowsPerBatch", 0, 1));
    ARROW_ASSIGN_OR_RAISE(settings.partitions,
                          RateOption(options, "numPartitions", context.default_parallelism, 1));
    ARROW_ASSIGN_OR_RAISE(settings.start_ms, RateOption(options, "startTimestamp", 0, 0));
    ARROW_ASSIGN_OR_RAISE(settings.advance_ms,
                          RateOption(options, "advanceMillisPerBatch", 1000, 0));
    return NewRateTable(
        "rate-micro-batch",
        [settings](const Schema& columns,
                   const std::string&) -> Result<std::unique_ptr<MicroBatchStream>> {
          return std::make_unique<RateMicroBatchStream>(settings, columns);
        });
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewRateMicroBatchProvider() {
  return std::make_shared<RateMicroBatchProvider>();
}

}  // namespace firesteel
