#include "formats/json/json_compaction.h"

#include <string_view>

#include "common/json_text.h"
#include "formats/json/json_scalars.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

void AppendDouble(double value, std::string* out) {
  char text[kFloatingTextSize];
  out->append(text, FormatDouble(value, text));
}

bool AppendObject(JsonLexer* lexer, std::string* out) {
  out->push_back('{');
  for (bool first = true;; first = false) {
    const JsonStep step = lexer->NextField(first);
    if (step == JsonStep::kMalformed) return false;
    if (step == JsonStep::kEnd) break;
    if (!first) out->push_back(',');
    AppendJsonString(lexer->name(), out);
    out->push_back(':');
    if (!AppendCompactJson(lexer, lexer->NextValue(), out)) return false;
  }
  out->push_back('}');
  return true;
}

bool AppendArray(JsonLexer* lexer, std::string* out) {
  out->push_back('[');
  for (bool first = true;; first = false) {
    const JsonStep step = lexer->NextElement(first);
    if (step == JsonStep::kMalformed) return false;
    if (step == JsonStep::kEnd) break;
    if (!first) out->push_back(',');
    if (!AppendCompactJson(lexer, lexer->NextValue(), out)) return false;
  }
  out->push_back(']');
  return true;
}

}  // namespace

bool AppendCompactJson(JsonLexer* lexer, JsonToken token, std::string* out) {
  switch (token) {
    case JsonToken::kObject: return AppendObject(lexer, out);
    case JsonToken::kArray: return AppendArray(lexer, out);
    case JsonToken::kString: AppendJsonString(lexer->Text(), out); return true;
    case JsonToken::kInteger: {
      // Leading zeros, where they are allowed, are no part of the number.
      std::string_view digits = lexer->raw();
      if (digits.starts_with('-')) {
        out->push_back('-');
        digits.remove_prefix(1);
      }
      while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
      out->append(digits);
      return true;
    }
    case JsonToken::kFloat: AppendDouble(ParseJsonDouble(lexer->raw()), out); return true;
    case JsonToken::kNonNumeric: {
      double value = 0;
      ParseJsonNonNumeric(lexer->raw(), &value);
      out->push_back('"');
      AppendDouble(value, out);
      out->push_back('"');
      return true;
    }
    case JsonToken::kTrue: out->append("true"); return true;
    case JsonToken::kFalse: out->append("false"); return true;
    case JsonToken::kNull: out->append("null"); return true;
    case JsonToken::kEnd:
    case JsonToken::kMalformed: return false;
  }
  return false;
}

}  // namespace firesteel
