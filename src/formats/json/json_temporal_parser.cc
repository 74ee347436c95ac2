#include "formats/json/json_temporal_parser.h"

#include <utility>

#include "formats/datetime_pattern.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace firesteel {
namespace {

// Whether a timestamp's text names a zone: anything but digits and separators behind the date.
bool NamesZone(std::string_view text) {
  text = TrimForParsing(text);
  const size_t time = text.find_first_of(" T");
  return time != text.npos && text.find_first_not_of("0123456789:.", time + 1) != text.npos;
}

}  // namespace

struct JsonTemporalParser::State {
  std::shared_ptr<const TimeZone> zone;
  std::optional<DateTimePattern> date;
  std::optional<DateTimePattern> timestamp;
  std::optional<DateTimePattern> timestamp_ntz;
  // Whether a text that its pattern refuses is read in ISO form.
  bool date_fallback = false;
  bool timestamp_fallback = false;
};

JsonTemporalParser::JsonTemporalParser(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}

JsonTemporalParser::~JsonTemporalParser() = default;

Result<std::unique_ptr<JsonTemporalParser>> JsonTemporalParser::Make(
    const JsonReadOptions& options) {
  auto state = std::make_unique<State>();
  ARROW_ASSIGN_OR_RAISE(state->zone, TimeZone::Find(options.time_zone));
  const auto compile = [](const std::optional<std::string>& pattern,
                          std::optional<DateTimePattern>* compiled) -> Status {
    if (!pattern) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(*compiled,
                          DateTimePattern::Make(*pattern, DateTimePattern::Purpose::kParse));
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(compile(options.date_format, &state->date));
  ARROW_RETURN_NOT_OK(compile(options.timestamp_format, &state->timestamp));
  ARROW_RETURN_NOT_OK(compile(options.timestamp_ntz_format, &state->timestamp_ntz));
  state->date_fallback = options.datetime_fallback.value_or(false);
  state->timestamp_fallback = options.datetime_fallback.value_or(false);
  return std::unique_ptr<JsonTemporalParser>(new JsonTemporalParser(std::move(state)));
}

std::optional<int32_t> JsonTemporalParser::ParseDate(std::string_view text) const {
  if (text.empty()) return std::nullopt;
  if (state_->date) {
    if (const std::optional<int32_t> days = state_->date->ParseDate(text)) return days;
    if (!state_->date_fallback) return std::nullopt;
  }
  return firesteel::ParseDate(text);
}

std::optional<int64_t> JsonTemporalParser::ParseTimestamp(std::string_view text) const {
  if (text.empty()) return std::nullopt;
  if (state_->timestamp) {
    if (const std::optional<int64_t> micros =
            state_->timestamp->ParseTimestamp(text, *state_->zone)) {
      return micros;
    }
    if (!state_->timestamp_fallback) return std::nullopt;
  }
  return firesteel::ParseTimestamp(text, *state_->zone);
}

std::optional<int32_t> JsonTemporalParser::ParseDateExactly(std::string_view text) const {
  if (state_->date) return state_->date->ParseDate(text);
  // Takes the full form only: a shorter one may be a timestamp's as well.
  const bool is_full = text.size() == 10 && text[4] == '-' && text[7] == '-';
  return is_full ? ParseDate(text) : std::nullopt;
}

std::optional<int64_t> JsonTemporalParser::ParseTimestampExactly(std::string_view text) const {
  return state_->timestamp ? state_->timestamp->ParseTimestamp(text, *state_->zone)
                           : ParseTimestamp(text);
}

std::optional<int64_t> JsonTemporalParser::ParseTimestampNtz(std::string_view text) const {
  if (text.empty()) return std::nullopt;
  if (state_->timestamp_ntz) return state_->timestamp_ntz->ParseTimestampNtz(text);
  if (NamesZone(text)) return std::nullopt;
  return firesteel::ParseTimestampNtz(text);
}

}  // namespace firesteel
