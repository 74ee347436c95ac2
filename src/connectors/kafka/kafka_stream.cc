#include "connectors/kafka/kafka_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/clock.h"
#include "common/error.h"
#include "connectors/kafka/available_now.h"
#include "connectors/kafka/initial_offsets.h"
#include "connectors/kafka/kafka_offset_reader.h"
#include "connectors/kafka/offset_mirror.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

/// How long a query that runs waits at once for brokers that are away; in between it can be
/// stopped.
constexpr int64_t kShortPatienceMs = 1000;
/// How long the first answer, and all attempts together, may take.
constexpr int64_t kLongPatienceMs = 60'000;
/// How often the engine asks without being woken.
constexpr int64_t kIdleQueryLooksMs = 10'000;

class KafkaStream final : public MicroBatchStream {
 public:
  KafkaStream(std::shared_ptr<const KafkaReadSettings> settings, const ConnectorContext& context,
              std::string metadata_path, std::unique_ptr<KafkaOffsetReader> offsets,
              std::unique_ptr<OffsetMirror> mirror)
      : settings_(std::move(settings)),
        options_(*settings_->options),
        env_(context.env),
        clock_(context.clock),
        metadata_path_(std::move(metadata_path)),
        offsets_(std::move(offsets)),
        mirror_(std::move(mirror)) {}

  void StopWhen(const std::atomic<bool>* stopped) override { offsets_->StopWhen(stopped); }

  Result<Offset> InitialOffset() override {
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets initial, InitialOffsets(metadata_path_, env_, [&] {
                            return offsets_->Resolve(options_.start, /*is_start=*/true);
                          }));
    return Offset(PartitionOffsetsToJson(initial));
  }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets offsets, PartitionOffsetsFromJson(json));
    for (const auto& [partition, offset] : offsets) {
      if (offset < 0) {
        return Status::Invalid("The offset of the Kafka partition ", partition.ToString(), " is ",
                               offset, ".");
      }
    }
    return Offset(PartitionOffsetsToJson(offsets));
  }

  ReadLimit DefaultReadLimit() const override {
    if (options_.max_offsets_per_trigger) return ReadMaxRows{*options_.max_offsets_per_trigger};
    // A batch that waits for enough records is one with a limit, too.
    if (options_.min_offsets_per_trigger) return ReadMaxRows{std::numeric_limits<int64_t>::max()};
    return ReadAllAvailable{};
  }

  Result<Offset> LatestOffset(const Offset& start, const ReadLimit& limit) override {
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets from, PartitionOffsetsFromJson(start.json()));
    ARROW_ASSIGN_OR_RAISE(const bool known, FindLatest(from));
    if (!known) return start;
    PartitionOffsets end = latest_;
    if (const auto* rows = std::get_if<ReadMaxRows>(&limit)) {
      ARROW_ASSIGN_OR_RAISE(PartitionOffsets begin, WithNewPartitions(from, latest_));
      if (WaitsForMore(begin)) {
        if (wake_ != nullptr) ARROW_RETURN_NOT_OK(settings_->cursors->WaitAt(latest_));
        return start;
      }
      end = LimitOffsets(begin, latest_, rows->rows);
    }
    Offset offset(PartitionOffsetsToJson(end));
    if (offset == start && wake_ != nullptr) ARROW_RETURN_NOT_OK(settings_->cursors->WaitAt(end));
    return offset;
  }

  std::optional<Offset> ReportLatestOffset() override {
    if (latest_.empty()) return std::nullopt;
    return Offset(PartitionOffsetsToJson(latest_));
  }

  Status PrepareForAvailableNow() override {
    available_now_ = true;
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets from, PartitionOffsetsFromJson(start.json()));
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets until, PartitionOffsetsFromJson(end.json()));
    offsets_->SetPatience(kLongPatienceMs);
    if (available_now_ && has_latest_) ARROW_RETURN_NOT_OK(CheckStillThere(until));
    ARROW_ASSIGN_OR_RAISE(
        std::vector<OffsetRange> ranges,
        RangesBetween(from, until, options_, [&](const std::vector<TopicPartition>& partitions) {
          return offsets_->EarliestOf(partitions);
        }));
    ranges =
        SplitRanges(std::move(ranges), options_.min_partitions, options_.max_records_per_partition);
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    for (OffsetRange& range : ranges) {
      partitions.push_back(std::make_shared<KafkaInputPartition>(std::move(range)));
    }
    last_batch_ms_ = clock_->NowMs();
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return OpenKafkaRange(settings_, partition, context);
  }

  Status Commit(const Offset&) override { return Status::OK(); }

  void OnBatchCommitted(const Offset& end) override {
    if (mirror_ == nullptr) return;
    const Result<PartitionOffsets> offsets = PartitionOffsetsFromJson(end.json());
    if (offsets.ok()) mirror_->Copy(*offsets);
  }

  bool SetWaker(std::function<void()> wake) override {
    wake_ = std::move(wake);
    settings_->cursors->SetOnArrival(wake_);
    // Time, too, can be what a batch waits for; an idle query looks every now and then.
    return !options_.min_offsets_per_trigger || options_.max_trigger_delay_ms >= kIdleQueryLooksMs;
  }

  std::map<std::string, std::string> Metrics(const std::optional<Offset>& consumed) override {
    if (!consumed) return {};
    const Result<PartitionOffsets> offsets = PartitionOffsetsFromJson(consumed->json());
    return offsets.ok() ? OffsetsBehindLatest(*offsets, latest_)
                        : std::map<std::string, std::string>();
  }

  std::string Describe() const override { return "KafkaV2[" + options_.topics.Describe() + "]"; }

  void Stop() override {
    offsets_.reset();
    mirror_.reset();
  }

 private:
  /// Asks for the latest offsets; false when the brokers are away for a while.
  Result<bool> FindLatest(const PartitionOffsets& from) {
    if (available_now_ && has_latest_) return true;
    // A query that has begun outlives brokers that are away for a time, and can be stopped
    // meanwhile.
    const bool is_first = !has_latest_;
    offsets_->SetPatience(is_first ? kLongPatienceMs : kShortPatienceMs);
    Result<PartitionOffsets> latest = offsets_->LatestAfter(from);
    const int64_t now_ms = clock_->NowMs();
    if (!latest.ok()) {
      if (away_since_ms_ < 0) away_since_ms_ = now_ms;
      const bool may_come_back =
          offsets_->brokers_are_away() && !is_first && now_ms - away_since_ms_ < kLongPatienceMs;
      if (!may_come_back) return latest.status();
      if (wake_ != nullptr) wake_();
      return false;
    }
    away_since_ms_ = -1;
    has_latest_ = true;
    latest_ = std::move(*latest);
    return true;
  }

  /// Whether the end of a batch is among what was there when the query started, and is there now.
  /// A batch that an earlier run has begun is not asked about: it had another beginning.
  Status CheckStillThere(const PartitionOffsets& end) {
    ARROW_RETURN_NOT_OK(CheckEndIsPrefetched(end, latest_));
    ARROW_ASSIGN_OR_RAISE(const PartitionOffsets now, offsets_->LatestAfter(end));
    return CheckEndIsAvailable(end, now);
  }

  /// `from`, with the beginnings of those partitions of `until` that it does not have.
  Result<PartitionOffsets> WithNewPartitions(const PartitionOffsets& from,
                                             const PartitionOffsets& until) {
    std::vector<TopicPartition> added;
    for (const auto& [partition, offset] : until) {
      if (from.count(partition) == 0) added.push_back(partition);
    }
    ARROW_ASSIGN_OR_RAISE(PartitionOffsets all, offsets_->EarliestOf(added));
    all.insert(from.begin(), from.end());
    return all;
  }

  /// Whether a batch from `begin` would be smaller than wanted, and not yet overdue.
  bool WaitsForMore(const PartitionOffsets& begin) {
    if (!options_.min_offsets_per_trigger || available_now_) return false;
    const int64_t now_ms = clock_->NowMs();
    if (now_ms - last_batch_ms_ >= options_.max_trigger_delay_ms) return false;
    int64_t records = 0;
    for (const auto& [partition, end] : latest_) {
      const auto from = begin.find(partition);
      if (from != begin.end()) records += end - from->second;
    }
    return records < *options_.min_offsets_per_trigger;
  }

  std::shared_ptr<const KafkaReadSettings> settings_;
  const KafkaSourceOptions& options_;
  Env* env_;
  Clock* clock_;
  std::string metadata_path_;
  std::unique_ptr<KafkaOffsetReader> offsets_;
  std::unique_ptr<OffsetMirror> mirror_;
  std::function<void()> wake_;
  PartitionOffsets latest_;
  bool has_latest_ = false;
  bool available_now_ = false;
  int64_t away_since_ms_ = -1;
  int64_t last_batch_ms_ = 0;  // the first batch of a run does not wait, as in Spark
};

Status ReportDeleted(const KafkaSourceOptions& options,
                     const std::vector<TopicPartition>& partitions) {
  const std::string deleted = JoinPartitions(partitions);
  if (!options.is_group_given) {
    return ReportDataLoss(options, "PARTITIONS_DELETED", {{"partitions", deleted}});
  }
  return ReportDataLoss(options, "PARTITIONS_DELETED_AND_GROUP_ID_CONFIG_PRESENT",
                        {{"partitions", deleted}, {"groupIdConfig", "group.id"}});
}

std::string DecimalText(double number) {
  char text[kFloatingTextSize];
  return std::string(text, FormatDouble(number, text));
}

}  // namespace

Result<std::unique_ptr<MicroBatchStream>> NewKafkaStream(
    std::shared_ptr<const KafkaReadSettings> settings, const ConnectorContext& context,
    std::string metadata_path) {
  const KafkaSourceOptions& options = *settings->options;
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaOffsetReader> offsets,
                        KafkaOffsetReader::Make(options));
  std::unique_ptr<OffsetMirror> mirror;
  if (!options.mirror_group.empty()) {
    ARROW_ASSIGN_OR_RAISE(mirror, OffsetMirror::Make(options.settings, options.mirror_group));
  }
  return std::make_unique<KafkaStream>(std::move(settings), context, std::move(metadata_path),
                                       std::move(offsets), std::move(mirror));
}

Result<std::vector<OffsetRange>> RangesBetween(
    const PartitionOffsets& start, const PartitionOffsets& end, const KafkaSourceOptions& options,
    const std::function<Result<PartitionOffsets>(const std::vector<TopicPartition>&)>&
        earliest_of) {
  std::vector<TopicPartition> added;
  std::vector<TopicPartition> deleted;
  for (const auto& [partition, offset] : end) {
    if (start.count(partition) == 0) added.push_back(partition);
  }
  for (const auto& [partition, offset] : start) {
    if (end.count(partition) == 0) deleted.push_back(partition);
  }
  ARROW_ASSIGN_OR_RAISE(PartitionOffsets from, earliest_of(added));
  std::erase_if(added, [&](const TopicPartition& partition) { return from.count(partition) > 0; });
  if (!added.empty()) {
    ARROW_RETURN_NOT_OK(ReportDataLoss(options, "INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS",
                                       {{"partitions", JoinPartitions(added)}}));
  }
  for (const auto& [partition, offset] : from) {
    if (offset == 0) continue;
    ARROW_RETURN_NOT_OK(ReportDataLoss(
        options, "ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO",
        {{"topicPartition", partition.ToString()}, {"startOffset", std::to_string(offset)}}));
  }
  if (!deleted.empty()) ARROW_RETURN_NOT_OK(ReportDeleted(options, deleted));
  from.insert(start.begin(), start.end());
  std::vector<OffsetRange> ranges;
  for (const auto& [partition, until] : end) {
    const auto begin = from.find(partition);
    if (begin == from.end()) continue;
    if (until < begin->second) {
      ARROW_RETURN_NOT_OK(ReportDataLoss(options, "PARTITION_OFFSET_CHANGED",
                                         {{"topicPartition", partition.ToString()},
                                          {"prevOffset", std::to_string(begin->second)},
                                          {"newOffset", std::to_string(until)}}));
    }
    ranges.push_back({partition, begin->second, until});
  }
  return ranges;
}

std::map<std::string, std::string> OffsetsBehindLatest(const PartitionOffsets& consumed,
                                                       const PartitionOffsets& latest) {
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t most = std::numeric_limits<int64_t>::min();
  int64_t total = 0;
  int64_t count = 0;
  for (const auto& [partition, end] : latest) {
    const auto read = consumed.find(partition);
    if (read == consumed.end()) continue;
    const int64_t behind = end - read->second;
    least = std::min(least, behind);
    most = std::max(most, behind);
    total += behind;
    ++count;
  }
  if (count == 0) return {};
  return {{"minOffsetsBehindLatest", std::to_string(least)},
          {"maxOffsetsBehindLatest", std::to_string(most)},
          {"avgOffsetsBehindLatest",
           DecimalText(static_cast<double>(total) / static_cast<double>(count))}};
}

}  // namespace firesteel
