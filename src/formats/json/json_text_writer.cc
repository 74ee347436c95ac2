#include "formats/json/json_text_writer.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

constexpr std::string_view kBase64Letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void AppendBase64(std::string_view bytes, std::string* out) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < count; ++k) {
      bits |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i + k])) << (16 - 8 * k);
    }
    for (size_t digit = 0; digit < 4; ++digit) {
      out->push_back(digit <= count ? kBase64Letters[bits >> (18 - 6 * digit) & 63] : '=');
    }
  }
}

void AppendInteger(int64_t value, std::string* out) {
  fmt::format_int text(value);
  out->append(text.data(), text.size());
}

template <typename T>
void AppendFloating(T value, size_t (*format)(T, char*), std::string* out) {
  char text[kFloatingTextSize];
  const size_t length = format(value, text);
  const bool quoted = !std::isfinite(value);
  if (quoted) out->push_back('"');
  out->append(text, length);
  if (quoted) out->push_back('"');
}

// Returns how many bytes from the start on are written as they are, perhaps a few too few: looks at
// eight at once.
size_t PlainPrefix(std::string_view text, bool escapes_non_ascii) {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  constexpr uint64_t kHighBits = 0x80 * kOnes;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, sizeof(word));
    // A subtraction borrows into the high bit of a byte that is too small.
    const uint64_t quote = word ^ ('"' * kOnes);
    const uint64_t backslash = word ^ ('\\' * kOnes);
    uint64_t special = ((word - 0x20 * kOnes) & ~word) | ((quote - kOnes) & ~quote) |
                       ((backslash - kOnes) & ~backslash);
    if (escapes_non_ascii) special |= word;
    if ((special & kHighBits) != 0) break;
  }
  return i;
}

void PutTwoDigits(int64_t number, char* out) {
  out[0] = static_cast<char>('0' + number / 10);
  out[1] = static_cast<char>('0' + number % 10);
}

// Writes Thh:mm:ss.SSS.
void AppendTimeOfDay(int64_t millis, std::string* out) {
  char text[] = "T00:00:00.000";
  PutTwoDigits(millis / 3600000, text + 1);
  PutTwoDigits(millis / 60000 % 60, text + 4);
  PutTwoDigits(millis / 1000 % 60, text + 7);
  text[10] = static_cast<char>('0' + millis / 100 % 10);
  PutTwoDigits(millis % 100, text + 11);
  out->append(text, sizeof(text) - 1);
}

// The letter behind the backslash for a control character, 0 when it has none.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

// Reads the character at `*i` of valid UTF-8 and moves `*i` behind it.
uint32_t NextCode(std::string_view text, size_t* i) {
  const uint8_t first = static_cast<uint8_t>(text[(*i)++]);
  const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  uint32_t code = first & (0x3FU >> more);
  for (int k = 0; k < more && *i < text.size(); ++k) {
    code = code << 6 | (static_cast<uint8_t>(text[(*i)++]) & 0x3FU);
  }
  return code;
}

}  // namespace

Result<JsonTextWriter> JsonTextWriter::Make(const Options& options,
                                            const std::string& session_time_zone) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(options.GetOr("timeZone", session_time_zone)));
  JsonTextWriter writer(std::move(zone));
  ARROW_ASSIGN_OR_RAISE(writer.ignore_null_fields_, options.GetBool("ignoreNullFields", true));
  ARROW_ASSIGN_OR_RAISE(writer.escape_non_ascii_,
                        options.GetBool("writeNonAsciiCharacterAsCodePoint", false));
  ARROW_ASSIGN_OR_RAISE(writer.pretty_, options.GetBool("pretty", false));
  struct Setting {
    const char* name;
    std::optional<DateTimePattern>* pattern;
  };
  const Setting settings[] = {{"dateFormat", &writer.date_},
                              {"timestampFormat", &writer.timestamp_},
                              {"timestampNTZFormat", &writer.timestamp_ntz_}};
  for (const Setting& setting : settings) {
    const std::optional<std::string> pattern = options.Get(setting.name);
    if (!pattern) continue;
    ARROW_ASSIGN_OR_RAISE(*setting.pattern,
                          DateTimePattern::Make(*pattern, DateTimePattern::Purpose::kFormat));
  }
  return writer;
}

bool JsonTextWriter::Supports(const DataType& type) {
  switch (type.id()) {
    case TypeId::kCalendarInterval:
      return false;
    case TypeId::kArray:
      return Supports(type.element_type());
    case TypeId::kMap:
      return !type.key_type().is_nested() && type.key_type().id() != TypeId::kBinary &&
             Supports(type.key_type()) && Supports(type.value_type());
    case TypeId::kStruct:
      for (const StructField& field : type.fields()) {
        if (!Supports(field.type)) return false;
      }
      return true;
    default:
      return true;
  }
}

void JsonTextWriter::AppendQuoted(std::string_view text, std::string* out) const {
  out->push_back('"');
  size_t plain = 0;  // everything before it is written
  for (size_t i = PlainPrefix(text, escape_non_ascii_); i < text.size();) {
    const char c = text[i];
    const uint8_t byte = static_cast<uint8_t>(c);
    const bool is_plain = byte >= 0x80 ? !escape_non_ascii_ : byte >= 0x20 && c != '"' && c != '\\';
    if (is_plain) {
      ++i;
      continue;
    }
    out->append(text.substr(plain, i - plain));
    if (const char letter = ShortEscape(c)) {
      out->push_back('\\');
      out->push_back(letter);
      ++i;
    } else if (byte < 0x80) {
      fmt::format_to(std::back_inserter(*out), "\\u{:04X}", byte);
      ++i;
    } else {
      uint32_t code = NextCode(text, &i);
      if (code > 0xFFFF) {
        code -= 0x10000;
        fmt::format_to(std::back_inserter(*out), "\\u{:04X}", 0xD800 + (code >> 10));
        code = 0xDC00 + (code & 0x3FF);
      }
      fmt::format_to(std::back_inserter(*out), "\\u{:04X}", code);
    }
    plain = i;
  }
  out->append(text.substr(plain));
  out->push_back('"');
}

template <typename ColumnAt>
Status JsonTextWriter::AppendFields(const std::vector<StructField>& fields,
                                    const ColumnAt& column_at, int64_t row, std::string* out) {
  out->push_back('{');
  ++depth_;
  bool first = true;
  for (size_t i = 0; i < fields.size(); ++i) {
    const ColumnView& column = column_at(i);
    const bool is_null = column.IsNull(row);
    if (is_null && ignore_null_fields_) continue;
    if (!first) out->push_back(',');
    first = false;
    if (pretty_) out->append("\n").append(2 * depth_, ' ');
    AppendQuoted(fields[i].name, out);
    out->append(pretty_ ? " : " : ":");
    ARROW_RETURN_NOT_OK(AppendValue(column, row, out));
  }
  --depth_;
  if (pretty_) {
    if (first) {
      out->push_back(' ');
    } else {
      out->append("\n").append(2 * depth_, ' ');
    }
  }
  out->push_back('}');
  return Status::OK();
}

Status JsonTextWriter::AppendRow(const Schema& schema, const std::vector<ColumnView>& columns,
                                 int64_t row, std::string* out) {
  return AppendFields(
      schema.fields(), [&](size_t i) -> const ColumnView& { return columns[i]; }, row, out);
}

Status JsonTextWriter::AppendMap(const ColumnView& column, int64_t row, std::string* out) {
  out->push_back('{');
  ++depth_;
  const int64_t begin = column.ListBegin(row);
  const int64_t end = column.ListEnd(row);
  for (int64_t i = begin; i < end; ++i) {
    if (i > begin) out->push_back(',');
    if (pretty_) out->append("\n").append(2 * depth_, ' ');
    ARROW_RETURN_NOT_OK(AppendKey(column.child(0), i, out));
    out->append(pretty_ ? " : " : ":");
    ARROW_RETURN_NOT_OK(AppendValue(column.child(1), i, out));
  }
  --depth_;
  if (pretty_) {
    if (begin == end) {
      out->push_back(' ');
    } else {
      out->append("\n").append(2 * depth_, ' ');
    }
  }
  out->push_back('}');
  return Status::OK();
}

Status JsonTextWriter::AppendArray(const ColumnView& column, int64_t row, std::string* out) {
  out->append(pretty_ ? "[ " : "[");
  const int64_t begin = column.ListBegin(row);
  const int64_t end = column.ListEnd(row);
  for (int64_t i = begin; i < end; ++i) {
    if (i > begin) out->append(pretty_ ? ", " : ",");
    ARROW_RETURN_NOT_OK(AppendValue(column.child(0), i, out));
  }
  out->append(pretty_ && begin < end ? " ]" : "]");
  return Status::OK();
}

// Writes a map's key. Dates and times are the numbers they are stored as, as in Spark.
Status JsonTextWriter::AppendKey(const ColumnView& column, int64_t row, std::string* out) {
  switch (column.id()) {
    case TypeId::kString:
      AppendQuoted(column.BytesAt(row), out);
      return Status::OK();
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      out->push_back('"');
      AppendInteger(column.Values<int32_t>()[row], out);
      out->push_back('"');
      return Status::OK();
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      out->push_back('"');
      AppendInteger(column.Values<int64_t>()[row], out);
      out->push_back('"');
      return Status::OK();
    default: {
      std::string text;
      ARROW_RETURN_NOT_OK(AppendValue(column, row, &text));
      const bool quoted = text.starts_with('"');
      *out += quoted ? text : '"' + text + '"';
      return Status::OK();
    }
  }
}

void JsonTextWriter::AppendTimestamp(int64_t micros, bool is_local, std::string* out) {
  const int64_t local_micros = is_local ? micros : converter_.ToLocalMicros(micros);
  const int64_t offset_seconds = (local_micros - micros) / kMicrosPerSecond;
  out->push_back('"');
  const std::optional<DateTimePattern>& pattern = is_local ? timestamp_ntz_ : timestamp_;
  if (pattern) {
    pattern->Format(local_micros, offset_seconds, *zone_, out);
  } else {
    // yyyy-MM-dd'T'HH:mm:ss.SSSXXX
    char date[kDateTextSize];
    out->append(date, FormatDate(FloorDivide(local_micros, kMicrosPerDay), date));
    AppendTimeOfDay(FloorModulo(local_micros, kMicrosPerDay) / kMicrosPerMillisecond, out);
    if (!is_local && offset_seconds == 0) {
      out->push_back('Z');
    } else if (!is_local) {
      const int64_t size = std::abs(offset_seconds);
      fmt::format_to(std::back_inserter(*out), "{}{:02}:{:02}", offset_seconds < 0 ? '-' : '+',
                     size / 3600, size / 60 % 60);
      if (size % 60 != 0) fmt::format_to(std::back_inserter(*out), ":{:02}", size % 60);
    }
  }
  out->push_back('"');
}

void JsonTextWriter::AppendTemporal(const ColumnView& column, int64_t row, std::string* out) {
  if (column.id() != TypeId::kDate) {
    AppendTimestamp(column.Values<int64_t>()[row], column.id() == TypeId::kTimestampNtz, out);
    return;
  }
  const int64_t days = column.Values<int32_t>()[row];
  out->push_back('"');
  if (date_) {
    date_->Format(days * kMicrosPerDay, 0, TimeZone::Utc(), out);
  } else {
    char text[kDateTextSize];
    out->append(text, FormatDate(days, text));
  }
  out->push_back('"');
}

void JsonTextWriter::AppendDecimal(const ColumnView& column, int64_t row, std::string* out) {
  const int128_t unscaled = column.Values<int128_t>()[row];
  char text[kDecimalTextSize];
  out->append(text, FormatDecimalScientific(unscaled, column.type().scale(), text));
}

Status JsonTextWriter::AppendInterval(const ColumnView& column, int64_t row, std::string* out) {
  AppendQuoted(column.id() == TypeId::kDayTimeInterval
                   ? FormatDayTimeInterval(column.Values<int64_t>()[row], column.type())
                   : FormatYearMonthInterval(column.Values<int32_t>()[row], column.type()),
               out);
  return Status::OK();
}

Status JsonTextWriter::AppendValue(const ColumnView& column, int64_t row, std::string* out) {
  if (column.IsNull(row)) {
    out->append("null");
    return Status::OK();
  }
  switch (column.id()) {
    case TypeId::kBoolean:
      out->append(column.BoolAt(row) ? "true" : "false");
      return Status::OK();
    case TypeId::kByte:
      AppendInteger(column.Values<int8_t>()[row], out);
      return Status::OK();
    case TypeId::kShort:
      AppendInteger(column.Values<int16_t>()[row], out);
      return Status::OK();
    case TypeId::kInteger:
      AppendInteger(column.Values<int32_t>()[row], out);
      return Status::OK();
    case TypeId::kLong:
      AppendInteger(column.Values<int64_t>()[row], out);
      return Status::OK();
    case TypeId::kFloat:
      AppendFloating(column.Values<float>()[row], &FormatFloat, out);
      return Status::OK();
    case TypeId::kDouble:
      AppendFloating(column.Values<double>()[row], &FormatDouble, out);
      return Status::OK();
    case TypeId::kDecimal:
      AppendDecimal(column, row, out);
      return Status::OK();
    case TypeId::kString:
      AppendQuoted(column.BytesAt(row), out);
      return Status::OK();
    case TypeId::kBinary:
      out->push_back('"');
      AppendBase64(column.BytesAt(row), out);
      out->push_back('"');
      return Status::OK();
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      AppendTemporal(column, row, out);
      return Status::OK();
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return AppendInterval(column, row, out);
    case TypeId::kArray:
      return AppendArray(column, row, out);
    case TypeId::kMap:
      return AppendMap(column, row, out);
    case TypeId::kStruct:
      return AppendFields(
          column.type().fields(),
          [&](size_t i) -> const ColumnView& { return column.child(static_cast<int>(i)); },
          column.ChildIndex(row), out);
    case TypeId::kNull:
    case TypeId::kCalendarInterval:
      break;
  }
  return InternalError("A type without a JSON form reached the JSON writer: " +
                       column.type().SimpleString());
}

}  // namespace firesteel
