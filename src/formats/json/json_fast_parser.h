#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/json/json_column.h"
#include "formats/json/json_record_parser.h"

namespace firesteel {

/// The fast path: reads records that are plain JSON objects on one line, with the tokens already
/// found by a JsonStructuralIndex. Fields that no column wants are checked, not converted. Guesses
/// that records have the same fields in the same order. Whatever is out of the ordinary it leaves to
/// JsonRecordParser, untouched: both give the same rows where this one gives any. Not thread-safe.
class JsonFastParser {
 public:
  /// `tolerant` converts the values of the less common types and must outlive this.
  JsonFastParser(const Schema& schema, JsonRecordParser* tolerant);

  /// Starts a new text, which must have 64 readable bytes behind it.
  void SetText(std::string_view text);

  /// Reads the record whose first token `*token` points to and that must end before the offset
  /// `line_end`. Appends one element to each column (they have `row` elements) and moves `*token`
  /// behind the record. False, and nothing changed, when the record is not plain.
  Result<bool> ParseRecord(const uint32_t** token, uint32_t line_end,
                           std::vector<JsonColumn>* columns, int64_t row);

 private:
  enum class Kind : uint8_t { kMissing, kNull, kString, kEscaped, kInteger, kFloat, kTrue, kFalse,
                              kNested };
  struct Slot {
    const char* begin = nullptr;  // of the token, quotes included
    const char* end = nullptr;
    Kind kind = Kind::kMissing;
  };
  // The n-th field of the record before: what the n-th field of the next is taken for.
  struct Guess {
    uint64_t words[2] = {0, 0};
    uint64_t masks[2] = {0, 0};
    uint32_t length = UINT32_MAX;  // of the name without quotes; longer names are not guessed
    int column = -1;
  };

  // Returns the column of the name at `token` (-1: none wants it), or kNotPlain.
  static constexpr int kNotPlain = -2;
  int FindColumn(const uint32_t* token, size_t ordinal);
  void Remember(std::string_view name, int column, Guess* guess);
  // Checks the value at `token` and returns the token behind it; nullptr when it is not plain.
  const uint32_t* PassValue(const uint32_t* token, uint32_t line_end, Slot* slot);
  const uint32_t* PassContainer(const uint32_t* token, uint32_t line_end);
  const uint32_t* PassScalar(const uint32_t* token, Slot* slot);
  const char* StringEnd(const uint32_t* token) const;
  bool HasBackslash(const char* begin, const char* end);
  Result<bool> AppendSlots(std::vector<JsonColumn>* columns);
  Result<bool> AppendSlot(const Slot& slot, int index, JsonColumn* column);

  JsonRecordParser* tolerant_;
  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
  const char* next_backslash_ = nullptr;  // the first one at or after the last place looked at
  std::vector<Slot> slots_;
  std::vector<Guess> guesses_;
};

}  // namespace firesteel
