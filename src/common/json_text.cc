#include "common/json_text.h"

#include "fmt/format.h"

namespace firesteel {

void AppendJsonString(std::string_view text, std::string* json) {
  json->push_back('"');
  for (const char c : text) {
    const size_t short_form = std::string_view("\"\\\b\f\n\r\t").find(c);
    if (short_form != std::string_view::npos) {
      json->push_back('\\');
      json->push_back("\"\\bfnrt"[short_form]);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json->append(fmt::format("\\u{:04X}", static_cast<int>(c)));
    } else {
      json->push_back(c);
    }
  }
  json->push_back('"');
}

}  // namespace firesteel
