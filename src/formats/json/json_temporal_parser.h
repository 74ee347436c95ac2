#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firesteel/error.h"
#include "formats/json/json_read_options.h"

namespace firesteel {

/// Reads dates and timestamps from text: in ISO form as a cast does, or by the patterns of the
/// options. Thread-safe.
class JsonTemporalParser {
 public:
  /// Errors: a pattern or a zone that is not known.
  static Result<std::unique_ptr<JsonTemporalParser>> Make(const JsonReadOptions& options);
  ~JsonTemporalParser();

  /// Days since 1970-01-01.
  std::optional<int32_t> ParseDate(std::string_view text) const;
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  std::optional<int64_t> ParseTimestamp(std::string_view text) const;
  std::optional<int64_t> ParseTimestampNtz(std::string_view text) const;
  /// As ParseDate and ParseTimestamp, for guessing what a text is: where there is a pattern, nothing
  /// else will do.
  std::optional<int32_t> ParseDateExactly(std::string_view text) const;
  std::optional<int64_t> ParseTimestampExactly(std::string_view text) const;

 private:
  struct State;
  explicit JsonTemporalParser(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace firesteel
