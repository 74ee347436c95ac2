#include "formats/csv/csv_record_parser.h"

#include <charconv>
#include <utility>

#include "fmt/format.h"
#include "formats/utf8.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

// Reads as Java's parseInt: a sign and digits, nothing around.
template <typename T>
bool ParseWhole(std::string_view text, T* value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && stop == end;
}

template <typename T>
Result<bool> AppendWhole(std::string_view text, JsonColumn* column) {
  T value = 0;
  if (!ParseWhole(text, &value)) return false;
  ARROW_RETURN_NOT_OK(column->AppendFixed(value));
  return true;
}

template <typename T>
Result<bool> AppendIfSome(const std::optional<T>& value, JsonColumn* column) {
  if (!value) return false;
  ARROW_RETURN_NOT_OK(column->AppendFixed(*value));
  return true;
}

// Whether a number is written in letters that Java does not know; casts know more words.
bool IsForeignWord(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t+-");
  if (start == text.npos) return false;
  const std::string_view word = text.substr(start);
  const char first = word[0];
  const bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  return is_letter && !word.starts_with("NaN") && !word.starts_with("Infinity");
}

std::optional<bool> ParseTruth(std::string_view text) {
  const auto equals = [text](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
  };
  if (equals("true")) return true;
  if (equals("false")) return false;
  return std::nullopt;
}

}  // namespace

bool CanReadCsv(const DataType& type) {
  return !type.is_nested() && type.id() != TypeId::kNull && type.id() != TypeId::kCalendarInterval;
}

CsvRecordParser::CsvRecordParser(const Schema& data, const Schema& wanted,
                                 const CsvReadOptions& options, RowFilter filter)
    : options_(options),
      wanted_(wanted),
      filter_(std::move(filter)),
      known_(static_cast<size_t>(wanted.size())),
      tokenizer_(options.dialect) {
  size_t from = 0;
  for (const StructField& field : wanted.fields()) {
    const int found = data.IndexOf(field.name);
    // Columns of one name are told apart by their order.
    size_t position = found < 0 ? data.size() : static_cast<size_t>(found);
    for (size_t i = from; i < static_cast<size_t>(data.size()); ++i) {
      if (data.field(static_cast<int>(i)).name == field.name) {
        position = i;
        break;
      }
    }
    positions_.push_back(static_cast<int>(position));
    from = position + 1;
  }
  expected_tokens_ = static_cast<size_t>(data.size());
  checks_count_ = !options.column_pruning || wanted.size() >= data.size();
}

CsvRecordParser::~CsvRecordParser() = default;

Result<std::unique_ptr<CsvRecordParser>> CsvRecordParser::Make(const Schema& data,
                                                               const Schema& wanted,
                                                               const CsvReadOptions& options,
                                                               RowFilter filter) {
  auto parser = std::unique_ptr<CsvRecordParser>(
      new CsvRecordParser(data, wanted, options, std::move(filter)));
  ARROW_ASSIGN_OR_RAISE(parser->temporal_, JsonTemporalParser::Make(options.temporal));
  return parser;
}

Status CsvRecordParser::AppendNulls(std::vector<JsonColumn>* columns) {
  for (JsonColumn& column : *columns) ARROW_RETURN_NOT_OK(column.AppendNull());
  return Status::OK();
}

Result<CsvRecordParser::Outcome> CsvRecordParser::Parse(std::string_view line,
                                                        std::vector<JsonColumn>* columns) {
  ARROW_ASSIGN_OR_RAISE(const bool found, tokenizer_.ParseLine(line));
  if (found) return Convert(tokenizer_.tokens(), columns);
  ARROW_RETURN_NOT_OK(AppendNulls(columns));
  return Outcome{
      .malformed = true, .partial = false, .dropped = false, .reason = "there is no record"};
}

Result<CsvRecordParser::Outcome> CsvRecordParser::Convert(
    const std::vector<std::optional<std::string_view>>& tokens, std::vector<JsonColumn>* columns) {
  Outcome outcome;
  if (checks_count_ && tokens.size() != expected_tokens_) {
    outcome = {
        .malformed = true,
        .partial = true,
        .dropped = false,
        .reason = fmt::format("it has {} values instead of {}", tokens.size(), expected_tokens_)};
  }
  for (size_t i = 0; i < columns->size(); ++i) {
    JsonColumn* column = &(*columns)[i];
    const auto position = static_cast<size_t>(positions_[i]);
    known_[i] = 1;
    if (position >= tokens.size() || !tokens[position] ||
        *tokens[position] == options_.dialect.null_value) {
      ARROW_RETURN_NOT_OK(column->AppendNull());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const bool good,
                          ConvertValue(*tokens[position], column->type(), column));
    if (good) continue;
    known_[i] = 0;
    ARROW_RETURN_NOT_OK(column->AppendNull());
    if (!outcome.malformed) {
      outcome = {
          .malformed = true,
          .partial = true,
          .dropped = false,
          .reason = fmt::format("'{}' is no {}", *tokens[position], column->type().SimpleString())};
    }
  }
  if (!filter_.empty()) {
    const int64_t row = columns->front().length() - 1;
    if (filter_.Drops(columns->data(), row, known_)) {
      for (JsonColumn& column : *columns) column.Truncate(row);
      return Outcome{.malformed = false, .partial = false, .dropped = true, .reason = {}};
    }
  }
  return outcome;
}

Result<bool> CsvRecordParser::ConvertValue(std::string_view text, const DataType& type,
                                           JsonColumn* column) {
  switch (type.id()) {
    case TypeId::kString:
      if (IsValidUtf8(text)) {
        ARROW_RETURN_NOT_OK(column->AppendBytes(text));
      } else {
        ARROW_RETURN_NOT_OK(column->AppendBytes(ReplaceInvalidUtf8(text)));
      }
      return true;
    case TypeId::kBinary:
      ARROW_RETURN_NOT_OK(column->AppendBytes(text));
      return true;
    case TypeId::kBoolean: {
      const std::optional<bool> value = ParseTruth(text);
      if (!value) return false;
      ARROW_RETURN_NOT_OK(column->AppendFixed<uint8_t>(*value ? 1 : 0));
      return true;
    }
    case TypeId::kDecimal:
      return ConvertDecimal(text, type, column);
    case TypeId::kDayTimeInterval:
      return AppendIfSome(ParseDayTimeInterval(text, type), column);
    case TypeId::kYearMonthInterval:
      return AppendIfSome(ParseYearMonthInterval(text, type), column);
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      return ConvertTemporal(text, type, column);
    default:
      return ConvertNumber(text, type, column);
  }
}

Result<bool> CsvRecordParser::ConvertNumber(std::string_view text, const DataType& type,
                                            JsonColumn* column) {
  switch (type.id()) {
    case TypeId::kByte:
      return AppendWhole<int8_t>(text, column);
    case TypeId::kShort:
      return AppendWhole<int16_t>(text, column);
    case TypeId::kInteger:
      return AppendWhole<int32_t>(text, column);
    case TypeId::kLong:
      return AppendWhole<int64_t>(text, column);
    case TypeId::kFloat:
    case TypeId::kDouble:
      break;
    default:
      return false;
  }
  std::optional<double> special;
  if (text == options_.nan_value) {
    special = std::numeric_limits<double>::quiet_NaN();
  } else if (text == options_.positive_infinity) {
    special = std::numeric_limits<double>::infinity();
  } else if (text == options_.negative_infinity) {
    special = -std::numeric_limits<double>::infinity();
  }
  if (!special && IsForeignWord(text)) return false;
  if (type.id() == TypeId::kDouble) {
    return AppendIfSome(special ? special : ParseDouble(text), column);
  }
  return AppendIfSome(special ? std::optional<float>(static_cast<float>(*special))
                              : ParseFloat(text),
                      column);
}

// Reads a decimal; commas between its digits do not count.
Result<bool> CsvRecordParser::ConvertDecimal(std::string_view text, const DataType& type,
                                             JsonColumn* column) {
  if (text.find(',') != text.npos) {
    scratch_.clear();
    for (const char c : text) {
      if (c != ',') scratch_.push_back(c);
    }
    text = scratch_;
  }
  int128_t unscaled = 0;
  if (ParseDecimal(text, type.precision(), type.scale(), &unscaled) != DecimalParse::kOk) {
    return false;
  }
  ARROW_RETURN_NOT_OK(column->AppendFixed(unscaled));
  return true;
}

Result<bool> CsvRecordParser::ConvertTemporal(std::string_view text, const DataType& type,
                                              JsonColumn* column) {
  if (type.id() == TypeId::kDate) return AppendIfSome(temporal_->ParseDate(text), column);
  return AppendIfSome(type.id() == TypeId::kTimestamp ? temporal_->ParseTimestamp(text)
                                                      : temporal_->ParseTimestampNtz(text),
                      column);
}

}  // namespace firesteel
