#include "connectors/jdbc/postgres_types.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

/// OIDs of built-in types (pg_type.dat); they never change. `array` is the type of lists of it.
struct KnownType {
  uint32_t oid;
  uint32_t array;
  TypeId type;
};
constexpr uint32_t kNumericOid = 1700;
constexpr uint32_t kTimestampOid = 1114;
constexpr KnownType kKnownTypes[] = {
    {16, 1000, TypeId::kBoolean},
    {17, 1001, TypeId::kBinary},
    {20, 1016, TypeId::kLong},
    {21, 1005, TypeId::kShort},
    {23, 1007, TypeId::kInteger},
    {26, 1028, TypeId::kLong},
    {700, 1021, TypeId::kFloat},
    {701, 1022, TypeId::kDouble},
    {1082, 1182, TypeId::kDate},
    {1184, 1185, TypeId::kTimestamp},
    {kTimestampOid, 1115, TypeId::kTimestamp},
    {kNumericOid, 1231, TypeId::kDecimal},
    {25, 1009, TypeId::kString},
    {1043, 1015, TypeId::kString},
    {1042, 1014, TypeId::kString},
    {19, 1003, TypeId::kString},
    {2950, 2951, TypeId::kString},
};
constexpr int kModifierBase = 4;  // of numeric: ((precision << 16) | scale) + 4

// What infinity is, in either direction: the ends of what dates can be in SQL.
constexpr std::string_view kLastTime = "9999-12-31 23:59:59.999999";
constexpr std::string_view kFirstTime = "0001-01-01 00:00:00";

DataType TypeOfElement(const KnownType& known, int modifier, bool prefer_ntz) {
  if (known.oid == kTimestampOid && prefer_ntz) return TypeId::kTimestampNtz;
  if (known.oid != kNumericOid) return known.type;
  if (modifier < kModifierBase) return DataType::Decimal(38, 18);  // as Spark, for any number
  const int precision = ((modifier - kModifierBase) >> 16) & 0xffff;
  const int scale = static_cast<int16_t>(((modifier - kModifierBase) & 0x7ff) << 5) >> 5;
  if (precision > kMaxDecimalPrecision)
    return DataType::Decimal(38, std::min(std::max(scale, 0), 38));
  if (scale < 0) return DataType::Decimal(std::min(precision - scale, kMaxDecimalPrecision), 0);
  return DataType::Decimal(std::max(precision, scale), scale);
}

void AppendCopyEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        *out += c;
        break;
    }
  }
}

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  *out += "\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    *out += kDigits[byte >> 4];
    *out += kDigits[byte & 15];
  }
}

bool AppendFromHex(std::string_view text, std::string* bytes) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return false;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  for (size_t i = 2; i < text.size(); i += 2) {
    bytes->push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return true;
}

template <typename T>
bool ReadNumber(std::string_view text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

template <typename T>
bool ReadFloat(std::string_view text, T* value) {
  if (text == "NaN") *value = std::numeric_limits<T>::quiet_NaN();
  if (text == "Infinity") *value = std::numeric_limits<T>::infinity();
  if (text == "-Infinity") *value = -std::numeric_limits<T>::infinity();
  return text == "NaN" || text.ends_with("Infinity") || ReadNumber(text, value);
}

}  // namespace

DataType PostgresToSparkType(const PostgresColumn& column, bool prefer_ntz) {
  for (const KnownType& known : kKnownTypes) {
    if (known.oid == column.type) return TypeOfElement(known, column.modifier, prefer_ntz);
    if (known.array == column.type) {
      return DataType::Array(TypeOfElement(known, column.modifier, prefer_ntz));
    }
  }
  return TypeId::kString;
}

Result<std::string> SparkToPostgresType(const DataType& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return "BOOLEAN";
    case TypeId::kByte:
    case TypeId::kShort:
      return "SMALLINT";
    case TypeId::kInteger:
      return "INTEGER";
    case TypeId::kLong:
      return "BIGINT";
    case TypeId::kFloat:
      return "FLOAT4";
    case TypeId::kDouble:
      return "FLOAT8";
    case TypeId::kString:
      return "TEXT";
    case TypeId::kBinary:
      return "BYTEA";
    case TypeId::kDate:
      return "DATE";
    case TypeId::kTimestamp:
      return "TIMESTAMP WITH TIME ZONE";
    case TypeId::kTimestampNtz:
      return "TIMESTAMP";
    case TypeId::kDecimal:
      return fmt::format("NUMERIC({},{})", type.precision(), type.scale());
    case TypeId::kArray:
      if (!type.element_type().is_nested()) {
        ARROW_ASSIGN_OR_RAISE(const std::string element, SparkToPostgresType(type.element_type()));
        return element + "[]";
      }
      [[fallthrough]];
    default:
      return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + type.Sql() + "\""}});
  }
}

bool CopyRowReader::Keep(Status status) {
  status_ = std::move(status);
  return status_.ok();
}

Status CopyRowReader::Append(std::string_view row, std::vector<JsonColumn>* columns) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  size_t at = 0;
  for (size_t i = 0; i < columns->size(); ++i) {
    value_.clear();
    bool null = false;
    for (; at < row.size() && row[at] != '\t'; ++at) {
      if (row[at] != '\\' || at + 1 >= row.size()) {
        value_ += row[at];
        continue;
      }
      switch (row[++at]) {
        case 'N':
          null = true;
          break;
        case 'b':
          value_ += '\b';
          break;
        case 'f':
          value_ += '\f';
          break;
        case 'n':
          value_ += '\n';
          break;
        case 'r':
          value_ += '\r';
          break;
        case 't':
          value_ += '\t';
          break;
        case 'v':
          value_ += '\v';
          break;
        default:
          value_ += row[at];
          break;
      }
    }
    ++at;  // the tab
    if (null) {
      ARROW_RETURN_NOT_OK((*columns)[i].AppendNull());
      continue;
    }
    const StructField& field = columns_.field(static_cast<int>(i));
    if (!AppendValue(value_, field.type, &(*columns)[i])) {
      ARROW_RETURN_NOT_OK(status_);
      return MakeError("FAILED_JDBC.UNCLASSIFIED",
                       {{"url", "jdbc:postgresql"},
                        {"message", fmt::format("A value of the column {} is no {}: {}", field.name,
                                                field.type.Sql(), value_)}});
    }
  }
  return Status::OK();
}

bool CopyRowReader::AppendNumber(std::string_view text, const DataType& type, JsonColumn* column) {
  const auto append = [&](auto value) {
    return ReadNumber(text, &value) && Keep(column->AppendFixed(value));
  };
  switch (type.id()) {
    case TypeId::kByte:
      return append(int8_t{0});
    case TypeId::kShort:
      return append(int16_t{0});
    case TypeId::kInteger:
      return append(int32_t{0});
    case TypeId::kLong:
      return append(int64_t{0});
    case TypeId::kFloat: {
      float value;
      return ReadFloat(text, &value) && Keep(column->AppendFixed(value));
    }
    case TypeId::kDouble: {
      double value;
      return ReadFloat(text, &value) && Keep(column->AppendFixed(value));
    }
    default: {
      int128_t value;
      return ParseDecimal(text, type.precision(), type.scale(), &value) == DecimalParse::kOk &&
             Keep(column->AppendFixed(value));
    }
  }
}

bool CopyRowReader::AppendTime(std::string_view text, const DataType& type, JsonColumn* column) {
  if (text == "infinity") text = kLastTime;
  if (text == "-infinity") text = kFirstTime;
  if (type.id() == TypeId::kDate) {
    const std::optional<int32_t> days = ParseDate(text);
    return days && Keep(column->AppendFixed(*days));
  }
  // `timestamp with time zone` ends with +00, as the session's zone is UTC.
  const bool instant = text.ends_with("+00");
  if (instant) text.remove_suffix(3);
  const std::optional<int64_t> micros =
      type.id() == TypeId::kTimestampNtz ? ParseTimestampNtz(text)
                                         : ParseTimestamp(text, instant ? TimeZone::Utc() : *zone_);
  return micros && Keep(column->AppendFixed(*micros));
}

// `{1,NULL,"a \"quoted\" text"}`; lists of lists are refused.
bool CopyRowReader::AppendArray(std::string_view text, const DataType& type, JsonColumn* column) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
  const std::string inner(text.substr(1, text.size() - 2));
  JsonColumn* elements = &column->child(0);
  std::string value;
  for (size_t at = 0; at < inner.size(); ++at) {
    value.clear();
    bool quoted = false;
    bool inside = false;
    for (; at < inner.size() && (inside || inner[at] != ','); ++at) {
      if (inner[at] == '"') {
        inside = !inside;
        quoted = true;
      } else if (inner[at] == '\\' && at + 1 < inner.size()) {
        value += inner[++at];
      } else {
        if (!inside && inner[at] == '{') return false;
        value += inner[at];
      }
    }
    if (!quoted && value == "NULL") {
      if (!Keep(elements->AppendNull())) return false;
    } else if (!AppendValue(value, type.element_type(), elements)) {
      return false;
    }
  }
  return Keep(column->AppendList());
}

bool CopyRowReader::AppendValue(std::string_view text, const DataType& type, JsonColumn* column) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return (text == "t" || text == "f") &&
             Keep(column->AppendFixed(static_cast<uint8_t>(text == "t" ? 1 : 0)));
    case TypeId::kString:
      return Keep(column->AppendBytes(text));
    case TypeId::kBinary: {
      std::string bytes;
      return AppendFromHex(text, &bytes) && Keep(column->AppendBytes(bytes));
    }
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      return AppendTime(text, type, column);
    case TypeId::kArray:
      return AppendArray(text, type, column);
    default:
      return type.is_numeric() && AppendNumber(text, type, column);
  }
}

void CopyRowWriter::AppendRow(const std::vector<ColumnView>& columns, int64_t row,
                              std::string* out) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) *out += '\t';
    if (columns[i].IsNull(row)) {
      *out += "\\N";
      continue;
    }
    value_.clear();
    AppendText(columns[i], row, &value_);
    AppendCopyEscaped(value_, out);
  }
  *out += '\n';
}

// With the offset from UTC: a column with a zone takes the instant by it, one without takes the
// local time and leaves the offset.
void CopyRowWriter::AppendTimestamp(int64_t micros, std::string* out) {
  int64_t seconds = micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
  const int32_t offset = zone_.PeriodAt(seconds).offset_seconds;
  std::array<char, kTimestampTextSize> text;
  const size_t size = FormatTimestamp(micros + int64_t{offset} * 1'000'000, text.data());
  std::string_view shown(text.data(), size);
  const bool negative_year = shown.starts_with('-');
  if (shown.starts_with('+')) shown.remove_prefix(1);
  if (negative_year) shown.remove_prefix(1);
  out->append(shown);
  const int32_t amount = offset < 0 ? -offset : offset;
  *out += fmt::format("{}{:02}:{:02}:{:02}", offset < 0 ? '-' : '+', amount / 3600,
                      amount / 60 % 60, amount % 60);
  if (negative_year) *out += " BC";
}

void CopyRowWriter::AppendArray(const ColumnView& view, int64_t row, std::string* out) {
  *out += '{';
  std::string element;
  for (int64_t i = view.ListBegin(row); i < view.ListEnd(row); ++i) {
    if (i > view.ListBegin(row)) *out += ',';
    if (view.child(0).IsNull(i)) {
      *out += "NULL";
      continue;
    }
    element.clear();
    AppendText(view.child(0), i, &element);
    *out += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') *out += '\\';
      *out += c;
    }
    *out += '"';
  }
  *out += '}';
}

void CopyRowWriter::AppendText(const ColumnView& view, int64_t row, std::string* out) {
  std::array<char, 64> text;
  switch (view.id()) {
    case TypeId::kBoolean:
      *out += view.BoolAt(row) ? 't' : 'f';
      break;
    case TypeId::kByte:
      *out += std::to_string(view.Values<int8_t>()[row]);
      break;
    case TypeId::kShort:
      *out += std::to_string(view.Values<int16_t>()[row]);
      break;
    case TypeId::kInteger:
      *out += std::to_string(view.Values<int32_t>()[row]);
      break;
    case TypeId::kLong:
      *out += std::to_string(view.Values<int64_t>()[row]);
      break;
    case TypeId::kFloat:
      out->append(text.data(), FormatFloat(view.Values<float>()[row], text.data()));
      break;
    case TypeId::kDouble:
      out->append(text.data(), FormatDouble(view.Values<double>()[row], text.data()));
      break;
    case TypeId::kDecimal:
      out->append(text.data(),
                  FormatDecimal(UnscaledDecimalAt(view, row), view.type().scale(), text.data()));
      break;
    case TypeId::kBinary:
      AppendHex(view.BytesAt(row), out);
      break;
    case TypeId::kDate: {
      const size_t size = FormatDate(view.Values<int32_t>()[row], text.data());
      const bool negative_year = text[0] == '-';
      const bool sign = negative_year || text[0] == '+';
      out->append(text.data() + (sign ? 1 : 0), size - (sign ? 1 : 0));
      if (negative_year) *out += " BC";
      break;
    }
    case TypeId::kTimestamp:
      AppendTimestamp(view.Values<int64_t>()[row], out);
      break;
    case TypeId::kTimestampNtz:
      out->append(text.data(), FormatTimestamp(view.Values<int64_t>()[row], text.data()));
      break;
    case TypeId::kArray:
      AppendArray(view, row, out);
      break;
    default:
      out->append(view.BytesAt(row));
      break;
  }
}

}  // namespace firesteel
