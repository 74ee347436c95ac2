#include "formats/json/json_temporal_parser.h"
#include <utility>
#include "arrow/array/array_base.h"
#include "types/arrow_types.h"
#include "types/cast.h"
namespace firesteel {
struct JsonTemporalParser::State { std::string zone; };
JsonTemporalParser::JsonTemporalParser(std::unique_ptr<const State> state) : state_(std::move(state)) {}
JsonTemporalParser::~JsonTemporalParser() = default;
Result<std::unique_ptr<JsonTemporalParser>> JsonTemporalParser::Make(const JsonReadOptions& options) {
  auto s = std::make_unique<State>(); s->zone = options.time_zone;
  return std::unique_ptr<JsonTemporalParser>(new JsonTemporalParser(std::move(s)));
}
std::optional<int32_t> JsonTemporalParser::ParseDate(std::string_view) const { return std::nullopt; }
std::optional<int64_t> JsonTemporalParser::ParseTimestamp(std::string_view) const { return std::nullopt; }
std::optional<int64_t> JsonTemporalParser::ParseTimestampNtz(std::string_view) const { return std::nullopt; }
}
