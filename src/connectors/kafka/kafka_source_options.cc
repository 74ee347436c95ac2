#include "connectors/kafka/kafka_source_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/duration.h"
#include "common/error.h"
#include "common/logging.h"
#include "common/random.h"
#include "connectors/kafka/topic_pattern.h"
#include "types/datetime.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

constexpr char kNameOfGroup[] = "kafka.group.id";
constexpr int64_t kDefaultTriggerDelayMs = 15 * 60 * 1000;
constexpr int64_t kDefaultPollTimeoutMs = 120'000;

std::vector<std::string> SplitTopics(std::string_view text) {
  std::vector<std::string> topics;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view topic = TrimForParsing(text.substr(0, comma));
    if (!topic.empty()) topics.emplace_back(topic);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return topics;
}

Result<TopicSelection> ParseSelection(const Options& options) {
  const std::optional<std::string> subscribe = options.Get("subscribe");
  const std::optional<std::string> pattern = options.Get("subscribePattern");
  const std::optional<std::string> assign = options.Get("assign");
  const int given = int{subscribe.has_value()} + int{pattern.has_value()} + int{assign.has_value()};
  if (given != 1) {
    return Status::Invalid(
        "The Kafka source needs ", given == 0 ? "one" : "only one",
        " of the options subscribe, subscribepattern and assign: what it reads.");
  }
  TopicSelection selection;
  if (subscribe) {
    selection.kind = TopicSelection::Kind::kSubscribe;
    selection.topics = SplitTopics(*subscribe);
    if (selection.topics.empty()) {
      return Status::Invalid("The option 'subscribe' names no topics: '", *subscribe, "'.");
    }
  } else if (pattern) {
    selection.kind = TopicSelection::Kind::kPattern;
    selection.pattern = TrimForParsing(*pattern);
    if (selection.pattern.empty()) {
      return Status::Invalid("The option 'subscribePattern' is empty.");
    }
    ARROW_RETURN_NOT_OK(TopicPattern::Make(selection.pattern).status());
  } else {
    selection.kind = TopicSelection::Kind::kAssign;
    if (!TrimForParsing(*assign).starts_with("{")) {
      return Status::Invalid("The option 'assign' names no partitions: '", *assign, "'.");
    }
    ARROW_ASSIGN_OR_RAISE(selection.partitions, AssignmentFromJson(*assign));
  }
  return selection;
}

/// As Spark reads it: in any case, without spaces inside.
Result<int64_t> ParseDelayMs(const std::string& text) {
  const std::string lower = AsciiLowerCase(TrimForParsing(text));
  const std::optional<int64_t> delay_ms = ParseDurationMs(lower);
  if (delay_ms && lower.find(' ') == lower.npos) return *delay_ms;
  return MakeError("INVALID_OPTION_VALUE", {{"option", "maxTriggerDelay"},
                                            {"value", "'" + text + "'"},
                                            {"reason", "it is no duration like 15m or 30s"}});
}

/// A whole number that must be above 0; 0 where it is not given.
Result<int64_t> PositiveOr0(const Options& options, const char* name) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> number, options.GetLong(name));
  if (number && *number <= 0) return Status::Invalid("The option ", name, " must be above 0.");
  return number.value_or(0);
}

Status ReadLimits(const Options& options, KafkaSourceOptions* parsed) {
  ARROW_ASSIGN_OR_RAISE(parsed->max_offsets_per_trigger, options.GetLong("maxOffsetsPerTrigger"));
  ARROW_ASSIGN_OR_RAISE(parsed->min_offsets_per_trigger, options.GetLong("minOffsetsPerTrigger"));
  ARROW_ASSIGN_OR_RAISE(parsed->min_partitions, PositiveOr0(options, "minPartitions"));
  ARROW_ASSIGN_OR_RAISE(parsed->max_records_per_partition,
                        PositiveOr0(options, "maxRecordsPerPartition"));
  if (parsed->min_offsets_per_trigger && parsed->max_offsets_per_trigger &&
      *parsed->min_offsets_per_trigger > *parsed->max_offsets_per_trigger) {
    return Status::Invalid("The option minOffsetsPerTrigger (", *parsed->min_offsets_per_trigger,
                           ") is above maxOffsetsPerTrigger (", *parsed->max_offsets_per_trigger,
                           ").");
  }
  parsed->max_trigger_delay_ms = kDefaultTriggerDelayMs;
  if (const std::optional<std::string> delay = options.Get("maxTriggerDelay")) {
    ARROW_ASSIGN_OR_RAISE(parsed->max_trigger_delay_ms, ParseDelayMs(*delay));
  }
  return Status::OK();
}

void NameGroup(const Options& options, const char* default_prefix, KafkaSourceOptions* parsed) {
  const std::optional<std::string> group = options.Get(kNameOfGroup);
  parsed->is_group_given = group.has_value();
  if (!group) {
    parsed->group_id = options.GetOr("groupIdPrefix", default_prefix) + "-" + NewUuid();
    return;
  }
  parsed->group_id = *group;
  LogWarning(
      "The option kafka.group.id is set. It only names the group in messages here: no query joins "
      "it, so queries with the same group do not disturb each other, and offsets are not kept in "
      "it (firesteel.kafka.mirrorGroup copies them).");
  if (options.Get("groupIdPrefix")) {
    LogWarning("The option groupIdPrefix means nothing beside kafka.group.id.");
  }
}

Result<KafkaSourceOptions> ParseCommon(const Options& options, const char* default_group_prefix) {
  KafkaSourceOptions parsed;
  ARROW_ASSIGN_OR_RAISE(parsed.topics, ParseSelection(options));
  ARROW_ASSIGN_OR_RAISE(parsed.settings, ConsumerSettings(options));
  ARROW_RETURN_NOT_OK(ReadLimits(options, &parsed));
  ARROW_ASSIGN_OR_RAISE(parsed.fail_on_data_loss, options.GetBool("failOnDataLoss", true));
  ARROW_ASSIGN_OR_RAISE(parsed.include_headers, options.GetBool("includeHeaders", false));
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> poll,
                        options.GetLong("kafkaConsumer.pollTimeoutMs"));
  parsed.poll_timeout_ms = poll.value_or(kDefaultPollTimeoutMs);
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> attempts,
                        options.GetLong("fetchOffset.numRetries"));
  parsed.offset_attempts = std::max<int64_t>(attempts.value_or(3), 1);
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> interval,
                        options.GetLong("fetchOffset.retryIntervalMs"));
  parsed.offset_retry_interval_ms = std::max<int64_t>(interval.value_or(10), 0);
  parsed.mirror_group = options.GetOr("firesteel.kafka.mirrorGroup", "");
  NameGroup(options, default_group_prefix, &parsed);
  return parsed;
}

}  // namespace

std::string TopicSelection::Describe() const {
  switch (kind) {
    case Kind::kSubscribe: {
      std::string joined;
      for (const std::string& topic : topics) joined += (joined.empty() ? "" : ", ") + topic;
      return "Subscribe[" + joined + "]";
    }
    case Kind::kPattern:
      return "SubscribePattern[" + pattern + "]";
    case Kind::kAssign:
      return "Assign[" + JoinPartitions(partitions) + "]";
  }
  return "";
}

Result<KafkaSourceOptions> KafkaSourceOptions::ForStream(const Options& options) {
  if (options.Get("endingOffsets")) {
    return Status::Invalid("endingOffsets is not valid in streaming queries: they do not end.");
  }
  for (const char* name : {"endingOffsetsByTimestamp", "endingTimestamp"}) {
    if (options.Get(name)) {
      return Status::Invalid(name, " is not valid in streaming queries: they do not end.");
    }
  }
  ARROW_ASSIGN_OR_RAISE(KafkaSourceOptions parsed, ParseCommon(options, "spark-kafka-source"));
  ARROW_ASSIGN_OR_RAISE(parsed.start, OffsetBound::OfStart(options, OffsetBound::Kind::kLatest));
  return parsed;
}

Result<KafkaSourceOptions> KafkaSourceOptions::ForBatch(const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const OffsetBound start,
                        OffsetBound::OfStart(options, OffsetBound::Kind::kEarliest));
  ARROW_ASSIGN_OR_RAISE(const OffsetBound end, OffsetBound::OfEnd(options));
  ARROW_RETURN_NOT_OK(CheckBatchBounds(start, end));
  ARROW_ASSIGN_OR_RAISE(KafkaSourceOptions parsed, ParseCommon(options, "spark-kafka-relation"));
  parsed.start = start;
  parsed.end = end;
  return parsed;
}

}  // namespace firesteel
