// SET, RESET, USE, and the options in parentheses of other statements.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/error.h"
#include "fmt/format.h"
#include "sql/statement_parser.h"

namespace firesteel {

using SettingAction = SetConfiguration::Action;

namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kSecondsPerHour = 3600;
constexpr int64_t kMaximumZoneSeconds = 18 * kSecondsPerHour;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == ':' || c == '\\';
  });
}

/// The name in backticks that `text` begins with and ends with, or the text.
std::string_view WithoutBackticks(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '`' && text.back() == '`';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

// What follows SET is no SQL: everything up to `=` is the key, all after it the value.
Status StatementParser::ParseSet(PlanPtr* out) {
  const int start = Peek().start;
  const bool variable = PeekWord("VAR", 1) || PeekWord("VARIABLE", 1);
  if (variable && Peek(2).kind != TokenKind::kEnd && !PeekSymbol("=", 2) && !PeekSymbol(".", 2)) {
    Advance(2);
    Status parsed = ParseSetVariable(out);
    const bool ends = Peek().kind == TokenKind::kEnd || PeekSymbol(";");
    if (parsed.ok() ? ends : ErrorCondition(parsed) != "PARSE_SYNTAX_ERROR") return parsed;
    // What is no assignment would be a setting, and those have no such keys.
    return ErrorFrom(start, "INVALID_SET_SYNTAX");
  }
  if (PeekWord("TIME", 1) && PeekWord("ZONE", 2)) return ParseSetTimeZone(out);
  if (PeekWord("CATALOG", 1) && (IsName(Peek(2)) || Peek(2).kind == TokenKind::kString)) {
    Advance(2);
    std::vector<std::string> name;
    if (Peek().kind == TokenKind::kString) {
      name.emplace_back();
      ARROW_RETURN_NOT_OK(ParseStringToken(&name.back()));
    } else {
      ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
    }
    *out = std::make_shared<Use>(std::move(name), true);
    return Status::OK();
  }
  Advance();
  const std::string_view text = Trim(TakeRestOfText());
  const auto done = [&](SettingAction action, std::string_view key, std::string_view value) {
    *out = std::make_shared<SetConfiguration>(action, std::string(key), std::string(value));
    return Status::OK();
  };
  if (text.empty() || text == "-v") return done(SettingAction::kShowAll, text, "");
  const size_t equals = text.find('=');
  const std::string_view raw_key = Trim(text.substr(0, equals));
  const std::string_view key = WithoutBackticks(raw_key);
  if (key.size() == raw_key.size() && !IsKey(key)) return ErrorFrom(start, "INVALID_SET_SYNTAX");
  if (equals == text.npos) return done(SettingAction::kShowOne, key, "");
  const std::string_view value = Trim(text.substr(equals + 1));
  return done(SettingAction::kSet, key, WithoutBackticks(value));
}

// `SET TIME ZONE 'zone' | LOCAL | INTERVAL …`.
Status StatementParser::ParseSetTimeZone(PlanPtr* out) {
  const int start = Peek().start;
  Advance(3);
  std::string zone;
  if (AcceptWord("LOCAL")) {
    const char* variable = std::getenv("TZ");
    zone = variable == nullptr || *variable == '\0' ? "UTC" : variable;
  } else if (Peek().kind == TokenKind::kString) {
    ARROW_RETURN_NOT_OK(ParseStringToken(&zone));
  } else if (PeekWord("INTERVAL")) {
    Parsed interval;
    ARROW_RETURN_NOT_OK(ParseInterval(&interval));
    const auto* literal = As<Literal>(interval.expression);
    const bool is_time = literal != nullptr && literal->value().Is<DayTimeInterval>();
    const int64_t micros = is_time ? literal->value().Get<DayTimeInterval>().micros : 0;
    const int64_t seconds = micros / kMicrosPerSecond;
    if (!is_time || micros % kMicrosPerSecond != 0 || seconds > kMaximumZoneSeconds ||
        seconds < -kMaximumZoneSeconds) {
      return ErrorFrom(start, "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
                       {{"input", interval.expression->Sql()}});
    }
    const int64_t size = seconds < 0 ? -seconds : seconds;
    zone = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', size / kSecondsPerHour,
                       size / 60 % 60);
    if (size % 60 != 0) zone += fmt::format(":{:02}", size % 60);
  } else {
    return SyntaxError();
  }
  *out = std::make_shared<SetConfiguration>(SettingAction::kSet, "spark.sql.session.timeZone",
                                            std::move(zone));
  return Status::OK();
}

Status StatementParser::ParseReset(PlanPtr* out) {
  const int start = Peek().start;
  Advance();
  const std::string_view text = Trim(TakeRestOfText());
  const std::string_view key = WithoutBackticks(text);
  if (!text.empty() && key.size() == text.size() && !IsKey(key)) {
    return ErrorFrom(start, "INVALID_RESET_COMMAND_FORMAT");
  }
  *out = std::make_shared<SetConfiguration>(
      text.empty() ? SettingAction::kResetAll : SettingAction::kReset, std::string(key), "");
  return Status::OK();
}

Status StatementParser::ParseUse(PlanPtr* out) {
  Advance();
  const bool kind_follows = IsName(Peek(1));
  const bool catalog = kind_follows && PeekWord("CATALOG");
  if (kind_follows && (catalog || PeekWord("DATABASE") || PeekWord("SCHEMA") ||
                       PeekWord("NAMESPACE"))) {
    Advance();
  }
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  *out = std::make_shared<Use>(std::move(name), catalog);
  return Status::OK();
}

// `(key value, 'key' = 'value', a.b 1, …)`.
Status StatementParser::ParseOptions(std::map<std::string, std::string>* options) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    const int start = Peek().start;
    std::string key;
    std::string value;
    ARROW_RETURN_NOT_OK(ParseOptionKey(&key));
    if (PeekSymbol("=") || PeekSymbol("==")) Advance();
    ARROW_RETURN_NOT_OK(ParseOptionValue(&value));
    if (!options->emplace(key, std::move(value)).second) {
      return ErrorFrom(start, "DUPLICATE_KEY", {{"keyColumn", "`" + key + "`"}});
    }
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status StatementParser::ParseOptionKey(std::string* key) {
  if (Peek().kind == TokenKind::kString) {
    // Not ParseStringToken: the value may be the next string.
    *key = UnescapeString(TextOf(Peek()));
    Advance();
    return Status::OK();
  }
  std::vector<std::string> parts;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&parts));
  for (const std::string& part : parts) *key += (key->empty() ? "" : ".") + part;
  return Status::OK();
}

Status StatementParser::ParseOptionValue(std::string* value) {
  if (Peek().kind == TokenKind::kString) return ParseStringToken(value);
  if (AcceptSymbol("-")) *value = "-";
  const bool word = PeekWord("TRUE") || PeekWord("FALSE");
  if (Peek().kind != TokenKind::kNumber && !word) return SyntaxError();
  for (const char c : TextOf(Peek())) {
    value->push_back(word && c < 'a' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  Advance();
  return Status::OK();
}

}  // namespace firesteel
