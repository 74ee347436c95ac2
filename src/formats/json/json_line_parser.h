#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json/json_fast_parser.h"
#include "formats/json/json_record_parser.h"
#include "formats/json/json_structural_index.h"

namespace firesteel {

/// Parses blocks of JSON lines into columns. Cuts a block into chunks that fit the processor's
/// cache and indexes each; where that fails (a line spoils its chunk) halves the chunk, down to
/// single lines for the tolerant parser. Not thread-safe.
class JsonLineParser {
 public:
  /// An empty `separator` stands for \n, \r\n and \r. Rows that `filter` drops may be left out.
  static Result<std::unique_ptr<JsonLineParser>> Make(const Schema& schema,
                                                      const JsonSyntax& syntax,
                                                      const JsonTemporalParser* temporal,
                                                      std::string separator,
                                                      JsonRowFilter filter);

  /// Starts a block of whole lines with 64 readable bytes behind it, which stays in place until it
  /// is used up.
  void SetBlock(std::string_view block);
  bool used_up() const { return !in_chunk_ && rest_.empty(); }

  struct Step {
    std::string_view record;            ///< the last one, when it needed the tolerant parser
    JsonRecordParser::Outcome outcome;  ///< of that record
    int64_t rows = 0;                   ///< appended in all, those of `record` included
    int64_t unwanted = 0;               ///< dropped, but to be counted as read
  };
  /// Appends rows to the columns, which have `row` elements each, until they have `end_row`, or the
  /// block is used up, or a record was malformed (then it is the last one).
  Result<Step> Parse(std::vector<JsonColumn>* columns, int64_t row, int64_t end_row);

  /// Bytes parsed since the start.
  int64_t parsed_bytes() const { return parsed_bytes_; }

 private:
  JsonLineParser(const Schema& schema, const JsonSyntax& syntax, const JsonTemporalParser* temporal,
                 std::string separator, JsonRowFilter filter,
                 std::unique_ptr<JsonStructuralIndex> index);
  void NextChunk();
  std::string_view FirstLines(size_t bytes) const;
  Status ParseIndexed(std::vector<JsonColumn>* columns, int64_t row, int64_t end_row, Step* step);
  Status ParseByLine(std::vector<JsonColumn>* columns, int64_t row, int64_t end_row, Step* step);
  Status ParseTolerantly(std::string_view line, std::vector<JsonColumn>* columns, int64_t row,
                         Step* step);
  uint32_t LineEnd(uint32_t offset);
  std::string_view LineAround(uint32_t offset, uint32_t line_end) const;

  JsonRecordParser tolerant_;
  JsonFastParser fast_;
  std::unique_ptr<JsonStructuralIndex> index_;
  const std::string separator_;
  const bool breaks_at_carriage_return_;
  const bool indexable_;  // lines end at line breaks, which the index can resynchronise at

  std::string_view rest_;  // of the block, behind the chunk
  std::string_view chunk_;
  bool in_chunk_ = false;
  bool chunk_is_indexed_ = false;
  const uint32_t* token_ = nullptr;  // of an indexed chunk: the next record
  std::string_view unread_lines_;    // of another chunk
  const char* next_carriage_return_ = nullptr;
  size_t chunk_bytes_;
  int64_t parsed_bytes_ = 0;
};

}  // namespace firesteel
