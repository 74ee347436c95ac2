#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/json/json_column.h"
#include "formats/json/json_record_parser.h"
#include "formats/json/json_row_filter.h"

namespace firesteel {

/// The fast path: reads records that are plain JSON objects on one line, with the tokens already
/// found by a JsonStructuralIndex. Fields that no column wants are checked, not converted. Guesses
/// that records have the same fields in the same order. Whatever is out of the ordinary it leaves
/// to JsonRecordParser, untouched: both give the same rows where this one gives any. Not
/// thread-safe.
class JsonFastParser {
 public:
  /// `tolerant` converts the values of the less common types and must outlive this.
  JsonFastParser(const Schema& schema, JsonRecordParser* tolerant, JsonRowFilter filter = {});

  /// Starts a new text, which must have 64 readable bytes behind it.
  void SetText(std::string_view text);

  enum class Outcome : uint8_t {
    kNotPlain,  ///< nothing changed
    kAppended,  ///< one element to each column; the token is moved behind the record
    kDropped,   ///< by the filter: only the token is moved
    kUnwanted   ///< the same, but a field that it needs is missing: Spark counts such a row
  };
  /// Reads the record whose first token `*token` points to and that must end before the offset
  /// `line_end`. The columns have `row` elements.
  Result<Outcome> ParseRecord(const uint32_t** token, uint32_t line_end,
                              std::vector<JsonColumn>* columns, int64_t row);

 private:
  enum class Kind : uint8_t {
    kMissing,
    kNull,
    kString,
    kEscaped,
    kInteger,
    kFloat,
    kTrue,
    kFalse,
    kNested,
    kNotPlain
  };
  struct Slot {
    const char* begin = nullptr;  // of the token, quotes included
    const char* end = nullptr;
    Kind kind = Kind::kMissing;
    uint8_t point = 0;  // of a number that ParseShortDecimal can read: the offset of its point
    bool has_real = false;  // the filter has converted it
    double real = 0.0;
  };
  // The n-th field of the record before: what the n-th field of the next is taken for.
  struct Guess {
    char text[16] = {};  // `"name":`; longer ones are not guessed
    uint32_t mask = 0;   // a bit for each byte of it
    int column = -1;     // -1: no column wants it
  };
  static constexpr int kNotPlain = -2;  // in place of a column

  const uint32_t* PassRecord(const uint32_t* token, uint32_t line_end);
  const Guess* FindGuess(const char* name, const Guess* expected) const;
  int LookUpColumn(const uint32_t* token, size_t ordinal);
  // Checks what is between the bracket at `token` and the one that closes it; returns the token
  // behind, nullptr when it is not plain.
  const uint32_t* PassContainer(const uint32_t* token, uint32_t line_end);
  Kind CheckScalar(const char* begin, const char* next_token, const char** token_end,
                   uint8_t* point);
  static Kind CheckWord(std::string_view word);
  static const char* StringEnd(const char* next_token);
  bool HasBackslash(const char* begin, const char* end);
  void FindBackslash(const char* begin);
  static double RealOf(const Slot& slot);
  enum class Verdict : uint8_t { kKeep, kDrop, kUnwanted };
  Verdict Judge();
  static bool PutSlot(const Slot& slot, JsonColumn* column);
  Status AppendSlot(const Slot& slot, int index, JsonColumn* column, bool* appended);

  JsonRecordParser* tolerant_;
  const JsonRowFilter filter_;
  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
  const char* next_backslash_ = nullptr;  // the first one at or after the last place looked at
  std::vector<Slot> slots_;
  std::vector<uint8_t> known_;  // whether the record has the column's field
  std::vector<Guess> guesses_;
};

}  // namespace firesteel
