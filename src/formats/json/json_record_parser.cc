#include "formats/json/json_record_parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/json/json_scalars.h"
#include "formats/json/json_compaction.h"
#include "formats/utf8.h"
#include "types/decimal.h"
#include "types/interval.h"

namespace firesteel {

JsonField::JsonField(const DataType& field_type) : type(field_type) {
  switch (type.id()) {
    case TypeId::kArray:
      children.emplace_back(type.element_type());
      break;
    case TypeId::kMap:
      children.emplace_back(type.key_type());
      children.emplace_back(type.value_type());
      break;
    case TypeId::kStruct:
      for (const StructField& field : type.fields()) {
        index[field.name] = static_cast<int>(children.size());
        names.push_back(field.name);
        children.emplace_back(field.type);
      }
      break;
    default:
      break;
  }
}

int JsonField::Find(std::string_view name, size_t likely) const {
  if (likely < names.size() && names[likely] == name) return static_cast<int>(likely);
  const auto found = index.find(name);
  return found == index.end() ? -1 : found->second;
}

JsonRecordParser::JsonRecordParser(const Schema& schema, const JsonSyntax& syntax,
                                   const JsonTemporalParser* temporal, RowFilter filter)
    : root_(schema.AsStruct()),
      syntax_(syntax),
      temporal_(temporal),
      filter_(std::move(filter)),
      known_(schema.size()),
      lexer_(syntax) {}

Result<JsonRecordParser::Outcome> JsonRecordParser::Parse(std::string_view text,
                                                          std::vector<JsonColumn>* columns,
                                                          int64_t first_row) {
  lexer_.Reset(text);
  reason_ = nullptr;
  Outcome outcome;
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion,
                        ConvertRows(columns->data(), first_row, &outcome.rows));
  if (conversion == Conversion::kFailed || conversion == Conversion::kMalformed) {
    for (JsonColumn& column : *columns) {
      column.Truncate(first_row);
      ARROW_RETURN_NOT_OK(column.AppendNull());
    }
    outcome.rows = 1;
  }
  outcome.partial = conversion == Conversion::kPartial;
  outcome.malformed = conversion != Conversion::kGood;
  outcome.reason = reason_ == nullptr ? "" : reason_;
  return outcome;
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertRows(JsonColumn* columns,
                                                                   int64_t first_row,
                                                                   int64_t* rows) {
  const JsonToken token = lexer_.NextValue();
  if (token == JsonToken::kMalformed) return Malformed();
  if (token == JsonToken::kEnd) return Conversion::kGood;
  if (token == JsonToken::kObject) return ConvertRecord(columns, first_row, rows);
  if (token != JsonToken::kArray) return Fail("the record is no object");
  // An array gives a row for each element; one bad element spoils it when it is no object.
  Conversion worst = Conversion::kGood;
  bool first = true;
  while (true) {
    const JsonStep step = lexer_.NextElement(first);
    first = false;
    if (step == JsonStep::kMalformed) return Malformed();
    if (step == JsonStep::kEnd) return worst;
    const JsonToken element = lexer_.NextValue();
    if (element == JsonToken::kMalformed) return Malformed();
    if (element != JsonToken::kObject) return Fail("an element of the record is no object");
    ARROW_ASSIGN_OR_RAISE(const Conversion conversion,
                          ConvertRecord(columns, first_row + *rows, rows));
    if (conversion == Conversion::kMalformed) return conversion;
    worst = std::max(worst, conversion);
  }
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertRecord(JsonColumn* columns,
                                                                     int64_t row, int64_t* rows) {
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion, ConvertFields(root_, columns, row));
  if (!filter_.empty()) {
    for (size_t i = 0; i < known_.size(); ++i) known_[i] = columns[i].length() > row;
    if (filter_.Drops(columns, row, known_)) {
      for (size_t i = 0; i < known_.size(); ++i) columns[i].Truncate(row);
      return Conversion::kGood;
    }
  }
  if (conversion == Conversion::kMalformed) return conversion;
  ARROW_RETURN_NOT_OK(AppendMissing(root_, columns, row));
  ++*rows;
  return conversion;
}

Result<bool> JsonRecordParser::ParseValue(std::string_view text, int index, JsonColumn* column) {
  lexer_.Reset(text, /*depth=*/1);
  reason_ = nullptr;
  const int64_t length = column->length();
  const JsonToken token = lexer_.NextValue();
  if (token == JsonToken::kMalformed) return false;
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion, Convert(token, root_.children[index], column));
  if (conversion == Conversion::kGood && lexer_.position() == text.data() + text.size()) {
    return true;
  }
  column->Truncate(length);
  return false;
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertObject(const JsonField& field,
                                                                     JsonColumn* columns,
                                                                     int64_t row) {
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion, ConvertFields(field, columns, row));
  if (conversion != Conversion::kMalformed) {
    ARROW_RETURN_NOT_OK(AppendMissing(field, columns, row));
  }
  return conversion;
}

Status JsonRecordParser::AppendMissing(const JsonField& field, JsonColumn* columns, int64_t row) {
  for (size_t i = 0; i < field.children.size(); ++i) {
    if (columns[i].length() == row) ARROW_RETURN_NOT_OK(columns[i].AppendNull());
  }
  return Status::OK();
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertFields(const JsonField& field,
                                                                     JsonColumn* columns,
                                                                     int64_t row) {
  Conversion worst = Conversion::kGood;
  size_t likely = 0;
  for (bool first = true;; first = false) {
    const JsonStep step = lexer_.NextField(first);
    if (step == JsonStep::kMalformed) return Malformed();
    if (step == JsonStep::kEnd) break;
    const int index = field.Find(lexer_.name(), likely);
    if (index < 0) {
      if (!lexer_.SkipRest(lexer_.NextValue())) return Malformed();
      continue;
    }
    likely = index + 1;
    Conversion conversion;
    if (columns[index].length() > row) {
      ARROW_ASSIGN_OR_RAISE(conversion, ConvertRepeated(field.children[index], &columns[index]));
    } else {
      ARROW_ASSIGN_OR_RAISE(conversion,
                            Convert(lexer_.NextValue(), field.children[index], &columns[index]));
    }
    if (conversion == Conversion::kMalformed) return conversion;
    if (conversion != Conversion::kGood) worst = Conversion::kPartial;
  }
  return worst;
}

// Replaces a value by a later one of the same name, unless the later one cannot be read. So it is
// read twice, first into a column of its own.
Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertRepeated(const JsonField& field,
                                                                       JsonColumn* column) {
  const JsonLexer before = lexer_;
  JsonColumn trial(field.type);
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion, Convert(lexer_.NextValue(), field, &trial));
  if (conversion == Conversion::kFailed || conversion == Conversion::kMalformed) {
    return conversion;
  }
  lexer_ = before;
  column->Truncate(column->length() - 1);
  return Convert(lexer_.NextValue(), field, column);
}

Result<JsonRecordParser::Conversion> JsonRecordParser::Convert(JsonToken token,
                                                               const JsonField& field,
                                                               JsonColumn* column) {
  if (token == JsonToken::kMalformed) return Malformed();
  if (token == JsonToken::kNull) {
    ARROW_RETURN_NOT_OK(column->AppendNull());
    return Conversion::kGood;
  }
  const TypeId id = field.type.id();
  if (id == TypeId::kString) return ConvertToString(token, column);
  if (token == JsonToken::kObject && id == TypeId::kStruct) return ConvertStruct(field, column);
  if (token == JsonToken::kObject && id == TypeId::kMap) return ConvertMap(field, column);
  if (token == JsonToken::kArray && id == TypeId::kArray) return ConvertArray(field, column);
  if (id == TypeId::kNull) {
    if (!lexer_.SkipRest(token)) return Malformed();
    ARROW_RETURN_NOT_OK(column->AppendNull());
    return Conversion::kGood;
  }
  if (token == JsonToken::kObject || token == JsonToken::kArray) {
    if (!lexer_.SkipRest(token)) return Malformed();
    return Fail("an object or array stands where the column has another type");
  }
  return ConvertScalar(token, field.type, column);
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertStruct(const JsonField& field,
                                                                     JsonColumn* column) {
  ARROW_ASSIGN_OR_RAISE(const Conversion conversion,
                        ConvertObject(field, column->children(), column->length()));
  if (conversion == Conversion::kMalformed) {
    column->TruncateChildren();
    return conversion;
  }
  ARROW_RETURN_NOT_OK(column->AppendStruct());
  return conversion;
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertArray(const JsonField& field,
                                                                    JsonColumn* column) {
  Conversion worst = Conversion::kGood;
  for (bool first = true;; first = false) {
    const JsonStep step = lexer_.NextElement(first);
    if (step == JsonStep::kEnd) break;
    if (step == JsonStep::kMalformed) return Malformed();
    const JsonToken token = lexer_.NextValue();
    if (worst == Conversion::kFailed) {
      if (!lexer_.SkipRest(token)) return Malformed();
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const Conversion conversion,
                          Convert(token, field.children[0], &column->child(0)));
    if (conversion == Conversion::kMalformed) return conversion;
    worst = std::max(worst, conversion);
  }
  if (worst == Conversion::kFailed) {
    column->TruncateChildren();
    return worst;
  }
  ARROW_RETURN_NOT_OK(column->AppendList());
  return worst;
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertMap(const JsonField& field,
                                                                  JsonColumn* column) {
  Conversion worst = Conversion::kGood;
  for (bool first = true;; first = false) {
    const JsonStep step = lexer_.NextField(first);
    if (step == JsonStep::kEnd) break;
    if (step == JsonStep::kMalformed) return Malformed();
    if (worst == Conversion::kFailed) {
      if (!lexer_.SkipRest(lexer_.NextValue())) return Malformed();
      continue;
    }
    ARROW_RETURN_NOT_OK(column->child(0).AppendBytes(lexer_.name()));
    ARROW_ASSIGN_OR_RAISE(const Conversion conversion,
                          Convert(lexer_.NextValue(), field.children[1], &column->child(1)));
    if (conversion == Conversion::kMalformed) return conversion;
    worst = std::max(worst, conversion);
  }
  if (worst == Conversion::kFailed) {
    column->TruncateChildren();
    return worst;
  }
  ARROW_RETURN_NOT_OK(column->AppendList());
  return worst;
}

// Gives numbers, words and nested values as they are written.
Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertToString(JsonToken token,
                                                                       JsonColumn* column) {
  if (token == JsonToken::kString) {
    ARROW_RETURN_NOT_OK(column->AppendBytes(lexer_.Text()));
    return Conversion::kGood;
  }
  const char* begin = lexer_.value_begin();
  std::string compact;
  if (syntax_.keep_nested_text) {
    if (!lexer_.SkipRest(token)) return Malformed();
  } else if (!AppendCompactJson(&lexer_, token, &compact)) {
    return Malformed();
  }
  const std::string_view text = syntax_.keep_nested_text
                                    ? std::string_view(begin, lexer_.position() - begin)
                                    : std::string_view(compact);
  if (IsValidUtf8(text)) {
    ARROW_RETURN_NOT_OK(column->AppendBytes(text));
  } else {
    ARROW_RETURN_NOT_OK(column->AppendBytes(ReplaceInvalidUtf8(text)));
  }
  return Conversion::kGood;
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertScalar(JsonToken token,
                                                                     const DataType& type,
                                                                     JsonColumn* column) {
  if (token == JsonToken::kString) return ConvertText(lexer_.Text(), type, column);
  if (token == JsonToken::kTrue || token == JsonToken::kFalse) {
    if (type.id() != TypeId::kBoolean) return Fail("true or false stands in another column");
    ARROW_RETURN_NOT_OK(column->AppendFixed<uint8_t>(token == JsonToken::kTrue ? 1 : 0));
    return Conversion::kGood;
  }
  return ConvertNumber(token, type, column);
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertNumber(JsonToken token,
                                                                     const DataType& type,
                                                                     JsonColumn* column) {
  const std::string_view raw = lexer_.raw();
  const auto good = [](Status status) -> Result<Conversion> {
    ARROW_RETURN_NOT_OK(status);
    return Conversion::kGood;
  };
  if (type.is_floating()) {
    const bool single = type.id() == TypeId::kFloat;
    double value = 0;
    if (token == JsonToken::kNonNumeric) {
      ParseJsonNonNumeric(raw, &value);
    } else if (!single) {
      value = ParseJsonDouble(raw);
    } else {
      return good(column->AppendFixed(ParseJsonFloat(raw)));
    }
    return good(single ? column->AppendFixed(static_cast<float>(value))
                       : column->AppendFixed(value));
  }
  if (token == JsonToken::kNonNumeric) return Fail("a number has no value in this column's type");
  if (type.id() == TypeId::kDecimal) {
    int128_t unscaled = 0;
    if (ParseDecimal(raw, type.precision(), type.scale(), &unscaled) != DecimalParse::kOk) {
      return Fail("a number does not fit its decimal column");
    }
    return good(column->AppendFixed(unscaled));
  }
  int64_t value = 0;
  if (token != JsonToken::kInteger || !ParseJsonLong(raw, &value)) {
    return Fail("a number does not fit its column");
  }
  const auto fits = [value](int64_t low, int64_t high) { return value >= low && value <= high; };
  switch (type.id()) {
    case TypeId::kByte:
      // Takes unsigned bytes as well, as Spark does: 200 becomes -56.
      if (!fits(-128, 255)) break;
      return good(column->AppendFixed(static_cast<int8_t>(value)));
    case TypeId::kShort:
      if (!fits(-32768, 32767)) break;
      return good(column->AppendFixed(static_cast<int16_t>(value)));
    case TypeId::kInteger:
      if (!fits(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())) break;
      return good(column->AppendFixed(static_cast<int32_t>(value)));
    case TypeId::kLong:
      return good(column->AppendFixed(value));
    case TypeId::kTimestamp:
      // Counts seconds, and wraps around as Java's multiplication does.
      return good(column->AppendFixed(
          static_cast<int64_t>(static_cast<uint64_t>(value) * uint64_t{1000000})));
    default:
      break;
  }
  return Fail("a number does not fit its column");
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertText(std::string_view text,
                                                                   const DataType& type,
                                                                   JsonColumn* column) {
  const auto good = [](Status status) -> Result<Conversion> {
    ARROW_RETURN_NOT_OK(status);
    return Conversion::kGood;
  };
  switch (type.id()) {
    case TypeId::kFloat:
    case TypeId::kDouble: {
      double value = 0;
      if (!syntax_.allow_non_numeric_numbers || !ParseJsonNonNumeric(text, &value)) break;
      return good(type.id() == TypeId::kFloat ? column->AppendFixed(static_cast<float>(value))
                                              : column->AppendFixed(value));
    }
    case TypeId::kDecimal: {
      bytes_.assign(text);
      std::erase(bytes_, ',');
      int128_t unscaled = 0;
      if (ParseDecimal(bytes_, type.precision(), type.scale(), &unscaled) != DecimalParse::kOk) {
        break;
      }
      return good(column->AppendFixed(unscaled));
    }
    case TypeId::kBinary:
      if (!ParseBase64(text, &bytes_)) break;
      return good(column->AppendBytes(bytes_));
    case TypeId::kDate:
      if (const std::optional<int32_t> days = temporal_->ParseDate(text)) {
        return good(column->AppendFixed(*days));
      }
      break;
    case TypeId::kTimestamp:
      if (const std::optional<int64_t> micros = temporal_->ParseTimestamp(text)) {
        return good(column->AppendFixed(*micros));
      }
      break;
    case TypeId::kTimestampNtz:
      if (const std::optional<int64_t> micros = temporal_->ParseTimestampNtz(text)) {
        return good(column->AppendFixed(*micros));
      }
      break;
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
    case TypeId::kCalendarInterval:
      return ConvertInterval(text, type, column);
    default:
      break;
  }
  return Fail("a text does not fit its column's type");
}

Result<JsonRecordParser::Conversion> JsonRecordParser::ConvertInterval(std::string_view text,
                                                                       const DataType& type,
                                                                       JsonColumn* column) {
  if (type.id() == TypeId::kDayTimeInterval) {
    const std::optional<int64_t> micros = ParseDayTimeInterval(text, type);
    if (!micros) return Fail("a text is no interval");
    ARROW_RETURN_NOT_OK(column->AppendFixed(*micros));
  } else if (type.id() == TypeId::kYearMonthInterval) {
    const std::optional<int32_t> months = ParseYearMonthInterval(text, type);
    if (!months) return Fail("a text is no interval");
    ARROW_RETURN_NOT_OK(column->AppendFixed(*months));
  } else {
    const std::optional<CalendarInterval> interval = ParseCalendarInterval(text);
    int64_t nanos = 0;
    if (!interval || __builtin_mul_overflow(interval->micros, int64_t{1000}, &nanos)) {
      return Fail("a text is no interval");
    }
    struct MonthDayNano {  // as Arrow lays it out
      int32_t months;
      int32_t days;
      int64_t nanos;
    };
    ARROW_RETURN_NOT_OK(column->AppendFixed(MonthDayNano{interval->months, interval->days, nanos}));
  }
  return Conversion::kGood;
}

}  // namespace firesteel
