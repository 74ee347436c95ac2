#include "formats/csv/csv_text_writer.h"

#include <utility>

#include "fmt/format.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

bool IsBlank(char c) { return static_cast<uint8_t>(c) <= ' '; }

// Shows bytes as [41 42 FF].
void AppendHexBytes(std::string_view bytes, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < bytes.size(); ++i) {
    fmt::format_to(std::back_inserter(*out), "{}{:02X}", i == 0 ? "" : " ",
                   static_cast<uint8_t>(bytes[i]));
  }
  out->push_back(']');
}

}  // namespace

CsvTextWriter::CsvTextWriter(const CsvWriteOptions& options) : options_(options) {}

Result<std::unique_ptr<CsvTextWriter>> CsvTextWriter::Make(const CsvWriteOptions& options) {
  auto writer = std::unique_ptr<CsvTextWriter>(new CsvTextWriter(options));
  ARROW_ASSIGN_OR_RAISE(writer->zone_, TimeZone::Find(options.time_zone));
  writer->converter_.emplace(*writer->zone_);
  ARROW_RETURN_NOT_OK(writer->CompilePatterns());
  return writer;
}

Status CsvTextWriter::CompilePatterns() {
  const auto compile = [](const std::string& pattern, std::optional<DateTimePattern>* compiled) {
    return DateTimePattern::Make(pattern, DateTimePattern::Purpose::kFormat)
        .Map([compiled](DateTimePattern made) -> Result<bool> {
          *compiled = std::move(made);
          return true;
        })
        .status();
  };
  ARROW_RETURN_NOT_OK(compile(options_.date_format.value_or("yyyy-MM-dd"), &date_));
  ARROW_RETURN_NOT_OK(compile(
      options_.timestamp_format.value_or("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"), &timestamp_));
  return compile(options_.timestamp_ntz_format.value_or("yyyy-MM-dd'T'HH:mm:ss[.SSS]"),
                 &timestamp_ntz_);
}

void CsvTextWriter::AppendHeader(const Schema& schema, std::string* out) {
  for (int i = 0; i < schema.size(); ++i) {
    if (i > 0) out->append(options_.dialect.separator);
    AppendElement(schema.field(i).name, i == 0, out);
  }
}

void CsvTextWriter::AppendRow(const std::vector<ColumnView>& columns, int64_t row,
                              std::string* out) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out->append(options_.dialect.separator);
    if (columns[i].IsNull(row)) {
      const std::string& null_value = options_.dialect.null_value;
      if (!null_value.empty()) AppendElement(null_value, i == 0, out);
    } else if (columns[i].id() == TypeId::kString) {
      AppendElement(columns[i].BytesAt(row), i == 0, out);
    } else {
      scratch_.clear();
      RenderValue(columns[i], row, /*nested=*/false, &scratch_);
      AppendElement(scratch_, i == 0, out);
    }
  }
}

// Whether text must stand in quotes to be read back as it is.
bool CsvTextWriter::NeedsQuotes(std::string_view text, bool first) const {
  const CsvDialect& dialect = options_.dialect;
  if (text.find(dialect.separator) != text.npos) return true;
  if (dialect.separator.size() > 1 && text.find(dialect.separator[0]) != text.npos) return true;
  const char stops[] = {'\n', '\r', options_.line_separator[0],
                        options_.escape_quotes ? dialect.quote : '\n'};
  if (text.find_first_of(std::string_view(stops, 4)) != text.npos) return true;
  if (first && dialect.comment != '\0' && text.starts_with(dialect.comment)) return true;
  return text.starts_with(dialect.quote);
}

void CsvTextWriter::AppendElement(std::string_view text, bool first, std::string* out) const {
  const CsvDialect& dialect = options_.dialect;
  if (dialect.ignore_leading_blanks) {
    while (!text.empty() && IsBlank(text[0])) text.remove_prefix(1);
  }
  if (dialect.ignore_trailing_blanks) {
    while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  }
  if (text.empty()) {
    out->append(dialect.empty_value);
  } else if (options_.quote_all || NeedsQuotes(text, first)) {
    AppendQuoted(text, out);
  } else {
    out->append(text);
  }
}

void CsvTextWriter::AppendQuoted(std::string_view text, std::string* out) const {
  const CsvDialect& dialect = options_.dialect;
  out->push_back(dialect.quote);
  for (const char c : text) {
    if (c == dialect.quote && dialect.escape != '\0') {
      out->push_back(dialect.escape);
    } else if (c == dialect.escape && dialect.escape != '\0' &&
               dialect.quote_escape_escape != '\0') {
      out->push_back(dialect.quote_escape_escape);
    }
    out->push_back(c);
  }
  out->push_back(dialect.quote);
}

void CsvTextWriter::RenderDate(int32_t days, bool nested, std::string* out) {
  if (nested) {
    char text[kDateTextSize];
    out->append(text, FormatDate(days, text));
    return;
  }
  date_->Format(days * kMicrosPerDay, 0, TimeZone::Utc(), out);
}

void CsvTextWriter::RenderTimestamp(int64_t micros, bool is_local, bool nested, std::string* out) {
  const int64_t local = is_local ? micros : converter_->ToLocalMicros(micros);
  if (nested) {
    char text[kTimestampTextSize];
    out->append(text, FormatTimestamp(local, text));
  } else if (is_local) {
    timestamp_ntz_->Format(micros, 0, TimeZone::Utc(), out);
  } else {
    timestamp_->Format(local, (local - micros) / kMicrosPerSecond, *zone_, out);
  }
}

void CsvTextWriter::RenderValue(const ColumnView& column, int64_t row, bool nested,
                                std::string* out) {
  char text[kTimestampTextSize + kDecimalTextSize];
  switch (column.id()) {
    case TypeId::kBoolean:
      out->append(column.BoolAt(row) ? "true" : "false");
      break;
    case TypeId::kByte:
      fmt::format_to(std::back_inserter(*out), "{}", column.Values<int8_t>()[row]);
      break;
    case TypeId::kShort:
      fmt::format_to(std::back_inserter(*out), "{}", column.Values<int16_t>()[row]);
      break;
    case TypeId::kInteger:
      fmt::format_to(std::back_inserter(*out), "{}", column.Values<int32_t>()[row]);
      break;
    case TypeId::kLong:
      fmt::format_to(std::back_inserter(*out), "{}", column.Values<int64_t>()[row]);
      break;
    case TypeId::kFloat:
      out->append(text, FormatFloat(column.Values<float>()[row], text));
      break;
    case TypeId::kDouble:
      out->append(text, FormatDouble(column.Values<double>()[row], text));
      break;
    case TypeId::kDecimal:
      out->append(text, FormatDecimalScientific(column.Values<int128_t>()[row],
                                                column.type().scale(), text));
      break;
    case TypeId::kString:
      out->append(column.BytesAt(row));
      break;
    case TypeId::kBinary:
      AppendHexBytes(column.BytesAt(row), out);
      break;
    case TypeId::kDate:
      RenderDate(column.Values<int32_t>()[row], nested, out);
      break;
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      RenderTimestamp(column.Values<int64_t>()[row], column.id() == TypeId::kTimestampNtz, nested,
                      out);
      break;
    case TypeId::kDayTimeInterval:
      out->append(FormatDayTimeInterval(column.Values<int64_t>()[row], column.type()));
      break;
    case TypeId::kYearMonthInterval:
      out->append(FormatYearMonthInterval(column.Values<int32_t>()[row], column.type()));
      break;
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      RenderNested(column, row, out);
      break;
    default:
      break;
  }
}

// Renders arrays as [a, b], maps as {k -> v} and structs as {a, b}.
void CsvTextWriter::RenderNested(const ColumnView& column, int64_t row, std::string* out) {
  const auto append = [&](const ColumnView& child, int64_t index) {
    if (child.IsNull(index)) {
      out->append("null");
    } else {
      RenderValue(child, index, /*nested=*/true, out);
    }
  };
  if (column.id() == TypeId::kStruct) {
    out->push_back('{');
    for (size_t i = 0; i < column.children().size(); ++i) {
      if (i > 0) out->append(", ");
      append(column.child(static_cast<int>(i)), column.ChildIndex(row));
    }
    out->push_back('}');
    return;
  }
  const bool is_map = column.id() == TypeId::kMap;
  out->push_back(is_map ? '{' : '[');
  for (int64_t i = column.ListBegin(row); i < column.ListEnd(row); ++i) {
    if (i > column.ListBegin(row)) out->append(", ");
    append(column.child(0), i);
    if (!is_map) continue;
    out->append(" -> ");
    append(column.child(1), i);
  }
  out->push_back(is_map ? '}' : ']');
}

}  // namespace firesteel
