#include "types/type_text.h"

#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr std::string_view kDayTimeWords[] = {"day", "hour", "minute", "second"};
constexpr std::string_view kYearMonthWords[] = {"year", "month"};

template <size_t kCount>
std::string IntervalName(const std::string_view (&names)[kCount], const DataType& type) {
  const std::string_view start = names[type.start_field()];
  if (type.start_field() == type.end_field()) return fmt::format("interval {}", start);
  return fmt::format("interval {} to {}", start, names[type.end_field()]);
}

// The names of types without nested parts. Two columns differ between schema text and the names of
// Spark's classes.
std::string AtomName(const DataType& type, bool class_names) {
  switch (type.id()) {
    case TypeId::kNull:
      return "void";
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kByte:
      return class_names ? "byte" : "tinyint";
    case TypeId::kShort:
      return class_names ? "short" : "smallint";
    case TypeId::kInteger:
      return class_names ? "integer" : "int";
    case TypeId::kLong:
      return class_names ? "long" : "bigint";
    case TypeId::kFloat:
      return "float";
    case TypeId::kDouble:
      return "double";
    case TypeId::kDecimal:
      return fmt::format("decimal({},{})", type.precision(), type.scale());
    case TypeId::kString:
      return "string";
    case TypeId::kBinary:
      return "binary";
    case TypeId::kDate:
      return "date";
    case TypeId::kTimestamp:
      return "timestamp";
    case TypeId::kTimestampNtz:
      return "timestamp_ntz";
    case TypeId::kDayTimeInterval:
      return IntervalName(kDayTimeWords, type);
    case TypeId::kYearMonthInterval:
      return IntervalName(kYearMonthWords, type);
    case TypeId::kCalendarInterval:
      return "interval";
    case TypeId::kArray:
      return "array";
    case TypeId::kMap:
      return "map";
    case TypeId::kStruct:
      return "struct";
  }
  return "void";
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

void AppendSimple(const DataType& type, std::string* out) {
  switch (type.id()) {
    case TypeId::kArray:
      out->append("array<");
      AppendSimple(type.element_type(), out);
      break;
    case TypeId::kMap:
      out->append("map<");
      AppendSimple(type.key_type(), out);
      out->push_back(',');
      AppendSimple(type.value_type(), out);
      break;
    case TypeId::kStruct: {
      out->append("struct<");
      const char* separator = "";
      for (const StructField& field : type.fields()) {
        out->append(separator).append(field.name).push_back(':');
        AppendSimple(field.type, out);
        separator = ",";
      }
      break;
    }
    default:
      out->append(AtomName(type, false));
      return;
  }
  out->push_back('>');
}

void AppendSql(const DataType& type, std::string* out);

// Appends a field of a struct or a column; `separator` stands between its name and its type.
void AppendFieldSql(const StructField& field, std::string_view separator, std::string* out) {
  out->append(QuoteIfNeeded(field.name)).append(separator);
  AppendSql(field.type, out);
  if (!field.nullable) out->append(" NOT NULL");
  const std::string comment = CommentOf(field);
  if (comment.empty()) return;
  out->append(" COMMENT '");
  for (char c : comment) {
    if (c == '\'') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('\'');
}

void AppendSql(const DataType& type, std::string* out) {
  switch (type.id()) {
    case TypeId::kArray:
      out->append("ARRAY<");
      AppendSql(type.element_type(), out);
      break;
    case TypeId::kMap:
      out->append("MAP<");
      AppendSql(type.key_type(), out);
      out->append(", ");
      AppendSql(type.value_type(), out);
      break;
    case TypeId::kStruct: {
      out->append("STRUCT<");
      const char* separator = "";
      for (const StructField& field : type.fields()) {
        out->append(separator);
        AppendFieldSql(field, ": ", out);
        separator = ", ";
      }
      break;
    }
    default:
      out->append(UpperCase(AtomName(type, false)));
      return;
  }
  out->push_back('>');
}

// Names may hold characters that would break the drawing.
std::string EscapeControl(std::string_view name) {
  std::string escaped;
  for (char c : name) {
    const size_t at = std::string_view("\n\r\t\f\b\v\a").find(c);
    if (at == std::string_view::npos) {
      escaped.push_back(c);
    } else {
      escaped.push_back('\\');
      escaped.push_back("nrtfbva"[at]);
    }
  }
  return escaped;
}

void AppendTree(const DataType& type, const std::string& prefix, std::string* out);

void AppendTreeLine(const std::string& prefix, std::string_view name, const DataType& type,
                    std::string_view note, std::string* out) {
  out->append(fmt::format("{}-- {}: {}{}\n", prefix, name, type.TypeName(), note));
  AppendTree(type, prefix + "    |", out);
}

void AppendTree(const DataType& type, const std::string& prefix, std::string* out) {
  switch (type.id()) {
    case TypeId::kArray:
      AppendTreeLine(prefix, "element", type.element_type(),
                     fmt::format(" (containsNull = {})", type.contains_null()), out);
      break;
    case TypeId::kMap:
      AppendTreeLine(prefix, "key", type.key_type(), "", out);
      AppendTreeLine(prefix, "value", type.value_type(),
                     fmt::format(" (valueContainsNull = {})", type.value_contains_null()), out);
      break;
    case TypeId::kStruct:
      for (const StructField& field : type.fields()) {
        AppendTreeLine(prefix, EscapeControl(field.name), field.type,
                       fmt::format(" (nullable = {})", field.nullable), out);
      }
      break;
    default:
      break;
  }
}

}  // namespace

std::string QuoteIfNeeded(std::string_view name) {
  bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  for (char c : name) {
    plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_');
  }
  if (plain) return std::string(name);
  std::string quoted = "`";
  for (char c : name) {
    if (c == '`') quoted.push_back('`');
    quoted.push_back(c);
  }
  quoted.push_back('`');
  return quoted;
}

std::string DataType::SimpleString() const {
  std::string text;
  AppendSimple(*this, &text);
  return text;
}

std::string DataType::Sql() const {
  std::string text;
  AppendSql(*this, &text);
  return text;
}

std::string DataType::TypeName() const { return AtomName(*this, true); }

std::string Schema::Ddl() const {
  std::string text;
  const char* separator = "";
  for (const StructField& field : fields_) {
    text.append(separator);
    AppendFieldSql(field, " ", &text);
    separator = ",";
  }
  return text;
}

std::string Schema::TreeString() const {
  std::string text = "root\n";
  AppendTree(AsStruct(), " |", &text);
  return text;
}

}  // namespace firesteel
