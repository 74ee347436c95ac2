#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "formats/json/json_fast_parser.h"
#include "formats/json/json_record_parser.h"
#include "formats/json/json_structural_index.h"

namespace firesteel {

/// Parses texts that lie anywhere, each of them a record, as JsonLineParser does the lines of a
/// block: copies as many as fit into the processor's cache next to each other and indexes them at
/// once. What is out of the ordinary goes to the tolerant parser. Not thread-safe.
class JsonTextParser {
 public:
  /// `temporal` must outlive the parser.
  static Result<std::unique_ptr<JsonTextParser>> Make(const Schema& schema,
                                                      const JsonSyntax& syntax,
                                                      const JsonTemporalParser* temporal);

  /// Takes the first of some texts, at least one, and returns how many. They stay in place until
  /// each of them was parsed or skipped.
  size_t Load(std::span<const std::string_view> texts);
  /// Parses the next text that was loaded as JsonRecordParser::Parse does.
  Result<JsonRecordParser::Outcome> ParseNext(std::vector<JsonColumn>* columns, int64_t row);
  void SkipNext();

 private:
  JsonTextParser(const Schema& schema, const JsonSyntax& syntax, const JsonTemporalParser* temporal,
                 std::unique_ptr<JsonStructuralIndex> index);
  size_t CopyTexts(std::span<const std::string_view> texts);

  JsonRecordParser tolerant_;
  JsonFastParser fast_;
  std::unique_ptr<JsonStructuralIndex> index_;
  std::vector<char> chunk_;  // the texts, a line break behind each, and bytes that may be read
  size_t chunk_bytes_;       // so many are copied at most

  std::span<const std::string_view> texts_;  // loaded, and not parsed yet
  std::vector<uint32_t> ends_;               // of all loaded texts, in the chunk
  size_t next_ = 0;                          // the text that comes next, counted from the first
  bool is_indexed_ = false;
  const uint32_t* token_ = nullptr;  // where it is: the first one of the next text, or behind it
};

}  // namespace firesteel
