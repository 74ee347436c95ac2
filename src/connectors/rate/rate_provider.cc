#include "connectors/rate/rate_provider.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "checkpoint/metadata_log.h"
#include "common/clock.h"
#include "common/error.h"
#include "connectors/rate/rate_rows.h"
#include "connectors/rate/rate_table.h"

namespace firesteel {
namespace {

constexpr int64_t kMillisPerSecond = 1000;
constexpr std::string_view kLogVersion = "v1\n";

struct RateSettings {
  int64_t rows_per_second = 1;
  int64_t ramp_up_seconds = 0;
  int64_t partitions = 1;
  std::string partitions_option;  ///< as the user gave it
};

Result<int64_t> ParseWhole(std::string_view text, const char* what) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return Status::Invalid("'", text, "' is not ", what, ".");
  }
  return number;
}

/// When the query was first started: from its checkpoint, or now and noted there.
Result<int64_t> StartTimeOf(const std::string& metadata_path, const ConnectorContext& context) {
  CheckpointFileManager files(context.env);
  ARROW_ASSIGN_OR_RAISE(MetadataLog log, MetadataLog::Open(&files, metadata_path));
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> content, log.Get(0));
  if (!content.has_value()) {
    const int64_t now_ms = context.clock->NowMs();
    ARROW_RETURN_NOT_OK(log.Add(0, std::string(kLogVersion) + std::to_string(now_ms)).status());
    return now_ms;
  }
  if (!content->starts_with(kLogVersion)) {
    return Status::Invalid(log.directory(), "/0 is not the start time of a rate source.");
  }
  return ParseWhole(std::string_view(*content).substr(kLogVersion.size()),
                    "the start time of a rate source");
}

class RateStream final : public MicroBatchStream {
 public:
  RateStream(RateSettings settings, Schema columns, Clock* clock, int64_t start_ms)
      : settings_(std::move(settings)),
        columns_(std::move(columns)),
        clock_(clock),
        start_ms_(start_ms),
        last_ms_(start_ms) {}

  Result<Offset> InitialOffset() override { return Offset("0"); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t seconds, SecondsOf(json));
    return Offset(std::to_string(seconds));
  }

  Result<Offset> LatestOffset(const Offset& start, const ReadLimit&) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, SecondsOf(start.json()));
    return Offset(std::to_string(std::max(from, available_now_.value_or(Now()))));
  }

  std::optional<Offset> ReportLatestOffset() override { return Offset(std::to_string(Now())); }

  Status PrepareForAvailableNow() override {
    available_now_ = Now();
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, SecondsOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const int64_t to, SecondsOf(end.json()));
    RateRange range;
    ARROW_ASSIGN_OR_RAISE(range.first, RowsAt(from));
    ARROW_ASSIGN_OR_RAISE(range.end, RowsAt(to));
    if (range.end <= range.first) return std::vector<std::shared_ptr<const InputPartition>>{};
    range.start_ms = start_ms_ + from * kMillisPerSecond;
    range.ms_per_value = static_cast<double>((to - from) * kMillisPerSecond) /
                         static_cast<double>(range.end - range.first);
    return DealRange(range, settings_.partitions);
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return NewRateReader(partition, columns_, context);
  }

  Status Commit(const Offset&) override { return Status::OK(); }

  std::string Describe() const override {
    return "RateStreamV2[rowsPerSecond=" + std::to_string(settings_.rows_per_second) +
           ", rampUpTimeSeconds=" + std::to_string(settings_.ramp_up_seconds) +
           ", numPartitions=" + settings_.partitions_option + "]";
  }

  void Stop() override {}

 private:
  static Result<int64_t> SecondsOf(const std::string& json) {
    return ParseWhole(json, "an offset of a rate source");
  }

  /// Whole seconds since the start; a clock that is put back does not bring rows again.
  int64_t Now() {
    last_ms_ = std::max(last_ms_, clock_->NowMs());
    return (last_ms_ - start_ms_) / kMillisPerSecond;
  }

  Result<int64_t> RowsAt(int64_t seconds) const {
    const Result<int64_t> rows =
        RateRowsAtSecond(seconds, settings_.rows_per_second, settings_.ramp_up_seconds);
    if (rows.ok()) return rows;
    return MakeError("INCORRECT_END_OFFSET",
                     {{"rowsPerSecond", std::to_string(settings_.rows_per_second)},
                      {"maxSeconds", std::to_string(INT64_MAX / settings_.rows_per_second)},
                      {"endSeconds", std::to_string(seconds)}});
  }

  RateSettings settings_;
  Schema columns_;
  Clock* clock_;
  int64_t start_ms_;
  int64_t last_ms_;
  std::optional<int64_t> available_now_;
};

Result<RateSettings> ReadSettings(const Options& options, const ConnectorContext& context) {
  RateSettings settings;
  ARROW_ASSIGN_OR_RAISE(settings.rows_per_second, RateOption(options, "rowsPerSecond", 1, 1));
  ARROW_ASSIGN_OR_RAISE(settings.partitions,
                        RateOption(options, "numPartitions", context.default_parallelism, 1));
  settings.partitions_option = options.GetOr("numPartitions", "default");
  ARROW_ASSIGN_OR_RAISE(settings.ramp_up_seconds,
                        ParseRateSeconds(options.GetOr("rampUpTime", "0s")));
  const int64_t max_seconds = INT64_MAX / settings.rows_per_second;
  if (settings.ramp_up_seconds > max_seconds) {
    return MakeError("INCORRECT_RAMP_UP_RATE",
                     {{"rowsPerSecond", std::to_string(settings.rows_per_second)},
                      {"maxSeconds", std::to_string(max_seconds)},
                      {"rampUpTimeSeconds", std::to_string(settings.ramp_up_seconds)}});
  }
  return settings;
}

class RateProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "rate"; }
  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options&, bool,
                               const ConnectorContext&) override {
    return ResolveRateSchema(user_schema, "rate");
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema&, const Options& options,
                                          const ConnectorContext& context) override {
    ARROW_ASSIGN_OR_RAISE(const RateSettings settings, ReadSettings(options, context));
    return NewRateTable("rate", [settings, context](const Schema& columns,
                                                    const std::string& metadata_path)
                                    -> Result<std::unique_ptr<MicroBatchStream>> {
      ARROW_ASSIGN_OR_RAISE(const int64_t start_ms, StartTimeOf(metadata_path, context));
      return std::make_unique<RateStream>(settings, columns, context.clock, start_ms);
    });
  }
};

}  // namespace

Result<int64_t> RateRowsAtSecond(int64_t seconds, int64_t rows_per_second,
                                 int64_t ramp_up_seconds) {
  // Second k of the ramp brings k * (rows_per_second / (ramp_up_seconds + 1)) rows, k from 0.
  const int64_t growth = rows_per_second / (ramp_up_seconds + 1);
  const int64_t ramp = std::min(seconds, ramp_up_seconds);
  // Halves the factor that is even, so that nothing is lost.
  const int64_t half = ramp % 2 == 0 ? ramp / 2 : (ramp - 1) / 2;
  const int64_t other = ramp % 2 == 0 ? ramp - 1 : ramp;
  int64_t in_ramp = 0;
  int64_t after = 0;
  int64_t rows = 0;
  if ((ramp > 0 && (__builtin_mul_overflow(half, other, &in_ramp) ||
                    __builtin_mul_overflow(in_ramp, growth, &in_ramp))) ||
      __builtin_mul_overflow(seconds - ramp, rows_per_second, &after) ||
      __builtin_add_overflow(in_ramp, after, &rows)) {
    return Status::Invalid("After ", seconds, " seconds there are more rows than a BIGINT counts.");
  }
  return rows;
}

Result<int64_t> ParseRateSeconds(std::string_view text) {
  struct Unit {
    std::string_view name;
    int64_t micros;
  };
  constexpr int64_t kMicros = 1'000'000;
  constexpr Unit kUnits[] = {{"", kMicros},          {"us", 1},
                             {"ms", 1000},           {"s", kMicros},
                             {"m", 60 * kMicros},    {"min", 60 * kMicros},
                             {"h", 3600 * kMicros},  {"d", 86400 * kMicros}};
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  int64_t number = 0;
  int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc() || unit == std::end(kUnits)) {
    return Status::Invalid("'", text, "' is not a duration such as 5s, 2m or 500ms.");
  }
  // Seconds beyond what microseconds count are too many for the rate anyway.
  if (unit->micros >= kMicros) {
    if (!__builtin_mul_overflow(number, unit->micros / kMicros, &micros)) return micros;
    return Status::Invalid("The duration '", text, "' is too long.");
  }
  return number / (kMicros / unit->micros);
}

std::shared_ptr<TableProvider> NewRateProvider() { return std::make_shared<RateProvider>(); }

}  // namespace firesteel
