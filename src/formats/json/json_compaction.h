#pragma once

#include <string>

#include "formats/json/json_lexer.h"

namespace firesteel {

/// Appends the value that began with `token` as JSON without blanks: strings escaped anew, numbers
/// with a fraction or an exponent as the double they are (`1.50` is `1.5`). What from_json and
/// get_json_object make of a value that is wanted as text. False when the text is malformed.
bool AppendCompactJson(JsonLexer* lexer, JsonToken token, std::string* out);

}  // namespace firesteel
