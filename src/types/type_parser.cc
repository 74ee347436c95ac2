#include "types/type_parser.h"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/json_text.h"
#include "types/type_lexer.h"
#include "types/type_text.h"

namespace firesteel {
namespace {

using Kind = TypeToken::Kind;

struct NamedAtom {
  std::string_view name;
  TypeId id;
};

// Types that are one word, with all the words for them.
constexpr NamedAtom kAtoms[] = {
    {"bigint", TypeId::kLong},
    {"binary", TypeId::kBinary},
    {"boolean", TypeId::kBoolean},
    {"byte", TypeId::kByte},
    {"date", TypeId::kDate},
    {"double", TypeId::kDouble},
    {"float", TypeId::kFloat},
    {"int", TypeId::kInteger},
    {"integer", TypeId::kInteger},
    {"long", TypeId::kLong},
    {"real", TypeId::kFloat},
    {"short", TypeId::kShort},
    {"smallint", TypeId::kShort},
    {"string", TypeId::kString},
    {"timestamp", TypeId::kTimestamp},
    {"timestamp_ltz", TypeId::kTimestamp},
    {"timestamp_ntz", TypeId::kTimestampNtz},
    {"tinyint", TypeId::kByte},
    {"void", TypeId::kNull},
};

// Reads type text by recursive descent. Used for one text; not thread-safe.
class TypeParser {
 public:
  TypeParser(std::string_view text, size_t offset) : lexer_(text, offset) {}

  /// Reads the first token; to be called before anything else.
  Status Start() { return Advance(); }
  bool AtEnd() const { return token_.kind == Kind::kEnd; }
  const TypeToken& token() const { return token_; }
  /// The end of the last token that was taken.
  size_t end() const { return end_; }
  Status SyntaxError() const { return lexer_.SyntaxError(token_); }
  /// The first type that does not exist. Text that is no type at all is the graver error, so this
  /// is looked at once everything has been read.
  const Status& unsupported() const { return unsupported_; }

  Result<DataType> ParseType(int depth);
  Result<std::vector<StructField>> ParseFields(int depth, bool inside_struct);

 private:
  Status Advance() {
    end_ = token_.end;
    ARROW_ASSIGN_OR_RAISE(token_, lexer_.Next());
    return Status::OK();
  }
  Status Expect(char symbol) {
    if (!token_.IsSymbol(symbol)) return SyntaxError();
    return Advance();
  }
  /// Takes the word if it is next.
  Result<bool> Accept(std::string_view word) {
    if (!token_.IsWord(word)) return false;
    ARROW_RETURN_NOT_OK(Advance());
    return true;
  }

  Result<DataType> ParseNested(const TypeToken& name, std::string_view kind, int depth);
  Result<DataType> ParseDecimal();
  Result<DataType> ParseInterval(const TypeToken& name);
  Result<DataType> ParseSizedString(const TypeToken& name);
  Result<DataType> ParseString();
  Result<StructField> ParseField(int depth, bool inside_struct);
  Result<std::vector<int>> ParseSizes();
  Result<bool> TakeSizes(const TypeToken& name);
  DataType Unsupported(const TypeToken& name, std::string_view text) {
    if (unsupported_.ok()) {
      unsupported_ =
          lexer_.ErrorAt("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + AsciiUpperCase(text) + "\""}},
                         name.start, end_);
    }
    return TypeId::kNull;
  }

  TypeLexer lexer_;
  TypeToken token_;
  size_t end_ = 0;
  Status unsupported_;
};

Result<DataType> TypeParser::ParseType(int depth) {
  if (depth > kMaxTypeDepth) return MakeError("FAILED_TO_PARSE_TOO_COMPLEX");
  if (token_.kind != Kind::kWord) return SyntaxError();
  const TypeToken name = token_;
  ARROW_RETURN_NOT_OK(Advance());
  const std::string lower = AsciiLowerCase(name.text);
  if (lower == "array" || lower == "map" || lower == "struct") {
    return ParseNested(name, lower, depth);
  }
  if (lower == "decimal" || lower == "dec" || lower == "numeric") return ParseDecimal();
  if (lower == "interval") return ParseInterval(name);
  if (lower == "char" || lower == "character" || lower == "varchar") {
    return ParseSizedString(name);
  }
  ARROW_ASSIGN_OR_RAISE(const bool has_sizes, TakeSizes(name));
  if (has_sizes) return DataType();
  for (const NamedAtom& atom : kAtoms) {
    if (atom.name == lower) return atom.id == TypeId::kString ? ParseString() : DataType(atom.id);
  }
  return Unsupported(name, name.text);
}

// INT(5) names a type that does not exist, rather than being wrong text.
Result<bool> TypeParser::TakeSizes(const TypeToken& name) {
  if (!token_.IsSymbol('(')) return false;
  ARROW_ASSIGN_OR_RAISE(const std::vector<int> sizes, ParseSizes());
  std::string text = name.text + "(";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i > 0 ? "," : "") + std::to_string(sizes[i]);
  Unsupported(name, text + ")");
  return true;
}

Result<DataType> TypeParser::ParseNested(const TypeToken& name, std::string_view kind, int depth) {
  if (!token_.IsSymbol('<')) {
    return lexer_.ErrorAt("INCOMPLETE_TYPE_DEFINITION." + AsciiUpperCase(kind), {}, name.start,
                          name.end);
  }
  ARROW_RETURN_NOT_OK(Advance());
  std::optional<DataType> type;
  if (kind == "array") {
    ARROW_ASSIGN_OR_RAISE(DataType element, ParseType(depth + 1));
    type = DataType::Array(std::move(element));
  } else if (kind == "map") {
    ARROW_ASSIGN_OR_RAISE(DataType key, ParseType(depth + 1));
    ARROW_RETURN_NOT_OK(Expect(','));
    ARROW_ASSIGN_OR_RAISE(DataType value, ParseType(depth + 1));
    type = DataType::Map(std::move(key), std::move(value));
  } else {
    std::vector<StructField> fields;
    if (!token_.IsSymbol('>')) {
      ARROW_ASSIGN_OR_RAISE(fields, ParseFields(depth + 1, /*inside_struct=*/true));
    }
    type = DataType::Struct(std::move(fields));
  }
  ARROW_RETURN_NOT_OK(Expect('>'));
  return *std::move(type);
}

// Reads `(10)` or `(10, 2)`.
Result<std::vector<int>> TypeParser::ParseSizes() {
  ARROW_RETURN_NOT_OK(Expect('('));
  std::vector<int> sizes;
  while (true) {
    if (token_.kind != Kind::kNumber) return SyntaxError();
    int size = 0;
    const char* const end = token_.text.data() + token_.text.size();
    if (std::from_chars(token_.text.data(), end, size).ec != std::errc()) return SyntaxError();
    sizes.push_back(size);
    ARROW_RETURN_NOT_OK(Advance());
    if (!token_.IsSymbol(',')) break;
    ARROW_RETURN_NOT_OK(Advance());
  }
  ARROW_RETURN_NOT_OK(Expect(')'));
  return sizes;
}

Result<DataType> TypeParser::ParseDecimal() {
  if (!token_.IsSymbol('(')) return DataType(TypeId::kDecimal);
  const TypeToken open = token_;
  ARROW_ASSIGN_OR_RAISE(const std::vector<int> sizes, ParseSizes());
  if (sizes.size() > 2) return lexer_.SyntaxError(open);
  const int precision = sizes[0];
  const int scale = sizes.size() == 2 ? sizes[1] : 0;
  if (precision > 38) {
    return lexer_.ErrorAt("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                          {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}},
                          open.start, end_);
  }
  if (precision < 1 || scale > precision) {
    return lexer_.ErrorAt(
        "INVALID_DECIMAL_SCALE",
        {{"precision", std::to_string(precision)}, {"scale", std::to_string(scale)}}, open.start,
        end_);
  }
  return DataType::Decimal(precision, scale);
}

Result<DataType> TypeParser::ParseSizedString(const TypeToken& name) {
  if (!token_.IsSymbol('(')) {
    return lexer_.ErrorAt("DATATYPE_MISSING_SIZE",
                          {{"type", "\"" + AsciiUpperCase(name.text) + "\""}}, name.start,
                          name.end);
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<int> sizes, ParseSizes());
  if (sizes.size() != 1) return Unsupported(name, name.text);
  return DataType(TypeId::kString);
}

// A collation may follow; only the one that compares bytes, which is the default, exists here.
Result<DataType> TypeParser::ParseString() {
  const TypeToken collate = token_;
  ARROW_ASSIGN_OR_RAISE(const bool has_collation, Accept("collate"));
  if (!has_collation) return DataType(TypeId::kString);
  if (!token_.IsName()) return SyntaxError();
  const std::string collation = token_.text;
  ARROW_RETURN_NOT_OK(Advance());
  if (AsciiLowerCase(collation) == "utf8_binary") return DataType(TypeId::kString);
  return Unsupported(collate, "string collate " + collation);
}

// Reads what follows INTERVAL: nothing, or the fields of its range.
Result<DataType> TypeParser::ParseInterval(const TypeToken& name) {
  static constexpr std::array<std::string_view, 4> kDayTime = {"day", "hour", "minute", "second"};
  static constexpr std::array<std::string_view, 2> kYearMonth = {"year", "month"};
  const auto index_of = [](const auto& names, const TypeToken& token) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (token.IsWord(names[i])) return static_cast<int>(i);
    }
    return -1;
  };
  const int day_time = index_of(kDayTime, token_);
  const int year_month = index_of(kYearMonth, token_);
  if (day_time < 0 && year_month < 0) return DataType(TypeId::kCalendarInterval);
  const std::string start_name = AsciiLowerCase(token_.text);
  ARROW_RETURN_NOT_OK(Advance());
  int end_day_time = day_time;
  int end_year_month = year_month;
  ARROW_ASSIGN_OR_RAISE(const bool is_range, Accept("to"));
  if (is_range) {
    end_day_time = index_of(kDayTime, token_);
    end_year_month = index_of(kYearMonth, token_);
    if (end_day_time < 0 && end_year_month < 0) return SyntaxError();
    const std::string end_name = AsciiLowerCase(token_.text);
    ARROW_RETURN_NOT_OK(Advance());
    const bool fits = day_time >= 0 ? end_day_time > day_time : end_year_month > year_month;
    if (!fits) {
      return lexer_.ErrorAt("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
                            {{"input", ""}, {"from", start_name}, {"to", end_name}}, name.start,
                            end_);
    }
  }
  if (day_time >= 0) return DataType::DayTimeInterval(day_time, end_day_time);
  return DataType::YearMonthInterval(year_month, end_year_month);
}

Result<StructField> TypeParser::ParseField(int depth, bool inside_struct) {
  if (!token_.IsName()) return SyntaxError();
  StructField field;
  field.name = token_.text;
  ARROW_RETURN_NOT_OK(Advance());
  if (inside_struct && token_.IsSymbol(':')) ARROW_RETURN_NOT_OK(Advance());
  ARROW_ASSIGN_OR_RAISE(field.type, ParseType(depth));
  while (true) {
    const TypeToken option = token_;
    if (option.IsWord("not")) {
      ARROW_RETURN_NOT_OK(Advance());
      if (!token_.IsWord("null") || !field.nullable) return SyntaxError();
      field.nullable = false;
    } else if (option.IsWord("comment")) {
      ARROW_RETURN_NOT_OK(Advance());
      if (token_.kind != Kind::kString || field.metadata != "{}") return SyntaxError();
      field.metadata = "{\"comment\":";
      AppendJsonString(token_.text, &field.metadata);
      field.metadata += "}";
    } else if (!inside_struct && option.IsWord("default")) {
      return lexer_.ErrorAt("UNSUPPORTED_DEFAULT_VALUE.WITHOUT_SUGGESTION", {}, option.start,
                            option.end);
    } else {
      return field;
    }
    ARROW_RETURN_NOT_OK(Advance());
  }
}

Result<std::vector<StructField>> TypeParser::ParseFields(int depth, bool inside_struct) {
  std::vector<StructField> fields;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(StructField field, ParseField(depth, inside_struct));
    fields.push_back(std::move(field));
    if (!token_.IsSymbol(',')) return fields;
    ARROW_RETURN_NOT_OK(Advance());
  }
}

}  // namespace

Result<TypePrefix> ParseTypePrefix(std::string_view text, size_t offset) {
  TypeParser parser(text, offset);
  ARROW_RETURN_NOT_OK(parser.Start());
  TypePrefix prefix;
  ARROW_ASSIGN_OR_RAISE(prefix.type, parser.ParseType(0));
  ARROW_RETURN_NOT_OK(parser.unsupported());
  prefix.length = parser.end() - offset;
  return prefix;
}

Result<DataType> DataType::FromDdl(std::string_view text) {
  TypeParser parser(text, 0);
  ARROW_RETURN_NOT_OK(parser.Start());
  if (parser.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT");
  ARROW_ASSIGN_OR_RAISE(DataType type, parser.ParseType(0));
  if (!parser.AtEnd()) return parser.SyntaxError();
  ARROW_RETURN_NOT_OK(parser.unsupported());
  return type;
}

Result<Schema> Schema::FromDdl(std::string_view ddl) {
  TypeParser parser(ddl, 0);
  ARROW_RETURN_NOT_OK(parser.Start());
  if (parser.AtEnd()) return MakeError("PARSE_EMPTY_STATEMENT");
  ARROW_ASSIGN_OR_RAISE(auto fields, parser.ParseFields(0, /*inside_struct=*/false));
  if (!parser.AtEnd()) return parser.SyntaxError();
  ARROW_RETURN_NOT_OK(parser.unsupported());
  return Schema(std::move(fields));
}

Result<DataType> ParseTypeOrSchema(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != text.npos && (text[start] == '{' || text[start] == '"')) {
    return DataType::FromJson(text);
  }
  Result<DataType> type = DataType::FromDdl(text);
  if (type.ok()) return type;
  TypeParser parser(text, 0);
  ARROW_RETURN_NOT_OK(parser.Start());
  // The columns may have colons here (`a: INT`), as inside of a struct.
  Result<std::vector<StructField>> fields = parser.ParseFields(0, /*inside_struct=*/true);
  if (fields.ok() && parser.AtEnd() && parser.unsupported().ok()) {
    return DataType::Struct(*std::move(fields));
  }
  return type.status();
}

}  // namespace firesteel
