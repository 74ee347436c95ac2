#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "firesteel/types.h"
#include "formats/json/json_column.h"
#include "formats/json/json_lexer.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/row_filter.h"

namespace firesteel {

/// A column and how the fields of its structs are found by name. Built once per reader.
struct JsonField {
  explicit JsonField(const DataType& field_type);
  /// The index of the field of this name, -1 when there is none. `likely` is tried first.
  int Find(std::string_view name, size_t likely) const;

  DataType type;
  std::vector<std::string> names;   // of a struct's fields
  std::vector<JsonField> children;  // of the struct, array or map
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, int, Hash, std::equal_to<>> index;
};

/// The tolerant parser: reads one record of JSON text into columns exactly as Spark's reader does,
/// whatever is in it. Not thread-safe.
class JsonRecordParser {
 public:
  struct Outcome {
    int64_t rows = 0;        ///< appended to the columns; 0 for blank text, `[]`, dropped rows
    bool malformed = false;  ///< the record is to be treated as the parse mode says
    bool partial = false;    ///< malformed, but the good values of its rows were kept
    std::string reason;      ///< when malformed
  };

  /// `temporal` must outlive the parser. Rows that `filter` drops are left out, whatever is wrong
  /// with the rest of their record.
  JsonRecordParser(const Schema& schema, const JsonSyntax& syntax,
                   const JsonTemporalParser* temporal, RowFilter filter = {});

  /// Reads a record; appends as many elements to each of `columns` (those of the schema), which
  /// have `first_row` elements. A record that cannot be read at all gives one row of NULLs; one
  /// with bad values keeps the good ones.
  Result<Outcome> Parse(std::string_view text, std::vector<JsonColumn>* columns, int64_t first_row);

  /// Reads one value of field `index`, which is all of `text`, appending it to `column`. False, and
  /// nothing appended, when there is anything about it that Parse would complain about.
  Result<bool> ParseValue(std::string_view text, int index, JsonColumn* column);

  const JsonField& root() const { return root_; }
  const JsonSyntax& syntax() const { return syntax_; }
  const JsonTemporalParser& temporal() const { return *temporal_; }

 private:
  // What became of one value. A partial value was appended with NULLs where parts were bad; for a
  // failed one nothing was, and it was passed over; after malformed text there is no way on.
  enum class Conversion { kGood, kPartial, kFailed, kMalformed };

  Result<Conversion> Convert(JsonToken token, const JsonField& field, JsonColumn* column);
  Result<Conversion> ConvertScalar(JsonToken token, const DataType& type, JsonColumn* column);
  Result<Conversion> ConvertNumber(JsonToken token, const DataType& type, JsonColumn* column);
  Result<Conversion> ConvertText(std::string_view text, const DataType& type, JsonColumn* column);
  Result<Conversion> ConvertToString(JsonToken token, JsonColumn* column);
  // Fills element `row` of each column; `columns` points to one for each child of `field`.
  Result<Conversion> ConvertObject(const JsonField& field, JsonColumn* columns, int64_t row);
  // The same without the columns that the object says nothing of.
  Result<Conversion> ConvertFields(const JsonField& field, JsonColumn* columns, int64_t row);
  Status AppendMissing(const JsonField& field, JsonColumn* columns, int64_t row);
  // Reads an object that is a row of its own and adds to `*rows` unless the filter drops it.
  Result<Conversion> ConvertRecord(JsonColumn* columns, int64_t row, int64_t* rows);
  Result<Conversion> ConvertRepeated(const JsonField& field, JsonColumn* column);
  Result<Conversion> ConvertStruct(const JsonField& field, JsonColumn* column);
  Result<Conversion> ConvertArray(const JsonField& field, JsonColumn* column);
  Result<Conversion> ConvertMap(const JsonField& field, JsonColumn* column);
  Result<Conversion> ConvertInterval(std::string_view text, const DataType& type,
                                     JsonColumn* column);
  Result<Conversion> ConvertRows(JsonColumn* columns, int64_t first_row, int64_t* rows);
  Conversion Malformed() {
    if (reason_ == nullptr) reason_ = lexer_.error();
    return Conversion::kMalformed;
  }
  Conversion Fail(const char* reason) {
    if (reason_ == nullptr) reason_ = reason;
    return Conversion::kFailed;
  }

  JsonField root_;
  JsonSyntax syntax_;
  const JsonTemporalParser* temporal_;
  const RowFilter filter_;
  std::vector<uint8_t> known_;  // columns of which the record says something
  JsonLexer lexer_;
  const char* reason_ = nullptr;  // of the first failure in this record
  std::string bytes_;
};

}  // namespace firesteel
