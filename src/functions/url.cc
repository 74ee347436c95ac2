#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "functions/registry.h"
#include "functions/regular_expression.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// As forms are sent: a space is a plus.
void EncodeUrl(std::string_view text, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (IsAlphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '*') {
      out->push_back(c);
    } else if (c == ' ') {
      out->push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out->push_back('%');
      out->push_back(kDigits[byte >> 4]);
      out->push_back(kDigits[byte & 15]);
    }
  }
}

bool DecodeUrl(std::string_view text, std::string* out) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      bytes.push_back(' ');
    } else if (text[i] != '%') {
      bytes.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return false;
      bytes.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    }
  }
  // Bytes that are no text become replacement characters.
  int maximal = 0;
  for (size_t i = 0; i < bytes.size();) {
    const std::string_view rest = std::string_view(bytes).substr(i);
    const int good = WellFormedBytes(rest, &maximal);
    out->append(good > 0 ? rest.substr(0, good) : std::string_view("\xEF\xBF\xBD"));
    i += good > 0 ? good : maximal;
  }
  return true;
}

Result<BoundFunction> BindUrlEncode(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kString,
                       StringToStringKernel(EncodeUrl));
}

template <bool null_on_error>
Result<BoundFunction> BindUrlDecode(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
      out.clear();
      if (DecodeUrl(text[row], &out)) return builder->Append(out);
      if (null_on_error) return builder->AppendNull();
      return MakeError("CANNOT_DECODE_URL", {{"url", std::string(text[row])}});
    });
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kString, kernel));
  if (null_on_error) function.nullable = true;
  function.may_fail = !null_on_error;
  return function;
}

/// The parts of a URI as RFC 2396 splits it; parts that are not there are nullopt.
struct UriParts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::optional<std::string_view> user_info;
  std::optional<std::string_view> host;
  std::optional<std::string_view> path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

/// Whether all characters are allowed in a URI, those of `more` included. Characters outside of
/// ASCII are, apart from control characters and spaces.
bool IsUriText(std::string_view text, std::string_view more) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || HexValue(text[i + 1]) < 0 || HexValue(text[i + 2]) < 0) {
        return false;
      }
      i += 2;
    } else if (!IsAlphanumeric(c) && static_cast<unsigned char>(c) < 0x80 &&
               std::string_view("-_.!~*'();:@&=+$,").find(c) == std::string_view::npos &&
               more.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool IsDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Letters, digits and hyphens between dots; the last label of a name starts with a letter.
bool IsHostName(std::string_view host) {
  if (host.empty()) return false;
  size_t start = 0;
  bool numeric = true;
  char last_start = 0;
  std::string_view name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  while (start <= name.size()) {
    const size_t dot = std::min(name.find('.', start), name.size());
    const std::string_view label = name.substr(start, dot - start);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label) {
      if (!IsAlphanumeric(c) && c != '-') return false;
    }
    numeric &= IsDigits(label);
    last_start = label.front();
    start = dot + 1;
  }
  return numeric || !(last_start >= '0' && last_start <= '9');
}

/// Splits `user@host:port`; an authority of another form has no host.
bool ReadAuthority(std::string_view authority, UriParts* parts) {
  if (!IsUriText(authority, "[]")) return false;
  const size_t at = authority.rfind('@');
  std::string_view server = authority;
  if (at != std::string_view::npos) server.remove_prefix(at + 1);
  std::string_view host = server;
  std::string_view port;
  if (server.starts_with('[')) {
    const size_t close = server.find(']');
    if (close == std::string_view::npos) return false;
    host = server.substr(0, close + 1);
    port = server.substr(close + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else {
    const size_t colon = std::min(server.rfind(':'), server.size());
    host = server.substr(0, colon);
    port = server.substr(colon);
    if (!IsHostName(host)) return true;
  }
  if (!port.empty() && !IsDigits(port.substr(1))) return true;
  parts->host = host;
  if (at != std::string_view::npos) parts->user_info = authority.substr(0, at);
  return true;
}

/// False when the text is no URI.
bool ReadUri(std::string_view uri, UriParts* parts) {
  if (const size_t hash = uri.find('#'); hash != std::string_view::npos) {
    parts->fragment = uri.substr(hash + 1);
    if (!IsUriText(*parts->fragment, "/?[]")) return false;
    uri = uri.substr(0, hash);
  }
  const size_t colon = uri.find(':');
  if (colon != std::string_view::npos && colon < uri.find_first_of("/?")) {
    const std::string_view scheme = uri.substr(0, colon);
    if (scheme.empty() || IsDigits(scheme.substr(0, 1))) return false;
    for (const char c : scheme) {
      if (!IsAlphanumeric(c) && c != '+' && c != '-' && c != '.') return false;
    }
    parts->scheme = scheme;
    uri = uri.substr(colon + 1);
    if (uri.empty()) return false;
    // What does not start with a slash is opaque: it has no parts.
    if (uri[0] != '/') return IsUriText(uri, "/?[]");
  }
  if (const size_t mark = uri.find('?'); mark != std::string_view::npos) {
    parts->query = uri.substr(mark + 1);
    if (!IsUriText(*parts->query, "/?[]")) return false;
    uri = uri.substr(0, mark);
  }
  if (uri.starts_with("//")) {
    const size_t slash = std::min(uri.find('/', 2), uri.size());
    const std::string_view authority = uri.substr(2, slash - 2);
    uri = uri.substr(slash);
    if (authority.empty() && uri.empty() && !parts->query) return false;
    if (!authority.empty()) {
      parts->authority = authority;
      if (!ReadAuthority(authority, parts)) return false;
    }
  }
  parts->path = uri;
  return IsUriText(uri, "/");
}

std::optional<std::string> PartNamed(const UriParts& parts, std::string_view name) {
  const auto copy = [](const std::optional<std::string_view>& part) {
    return part ? std::optional<std::string>(*part) : std::nullopt;
  };
  if (name == "HOST") return copy(parts.host);
  if (name == "PATH") return copy(parts.path);
  if (name == "QUERY") return copy(parts.query);
  if (name == "REF") return copy(parts.fragment);
  if (name == "PROTOCOL") return copy(parts.scheme);
  if (name == "AUTHORITY") return copy(parts.authority);
  if (name == "USERINFO") return copy(parts.user_info);
  if (name != "FILE" || !parts.path) return std::nullopt;
  std::string file(*parts.path);
  if (parts.query) file.append("?").append(*parts.query);
  return file;
}

/// The value of `key` in a query. The key is part of a regular expression, as in Hive.
class QueryKey {
 public:
  Result<std::optional<std::string>> Find(std::string_view query, std::string_view key) {
    const std::string pattern = "(&|^)" + std::string(key) + "=([^&]*)";
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const RegularExpression> expression,
                          cache_.Get(pattern, "parse_url"));
    if (!matcher_ || &matcher_->expression() != expression.get()) matcher_.emplace(expression);
    matcher_->Reset(query);
    ARROW_ASSIGN_OR_RAISE(bool found, matcher_->Find());
    if (!found) return std::optional<std::string>();
    return std::optional<std::string>(matcher_->Group(2));
  }

 private:
  RegularExpressionCache cache_;
  std::optional<RegularExpressionMatcher> matcher_;
};

template <bool null_on_error>
Result<ColumnVector> ParseUrlColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                    EvaluationContext*) {
  const BytesReader urls(arguments[0]);
  const BytesReader names(arguments[1]);
  QueryKey keys;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
    UriParts parts;
    if (!ReadUri(urls[row], &parts)) {
      if (null_on_error) return builder->AppendNull();
      return MakeError("INVALID_URL", {{"url", std::string(urls[row])}});
    }
    std::optional<std::string> part;
    if (arguments.size() == 2) {
      part = PartNamed(parts, names[row]);
    } else if (names[row] == "QUERY" && parts.query) {
      const BytesReader key(arguments[2]);
      ARROW_ASSIGN_OR_RAISE(part, keys.Find(*parts.query, key[row]));
    }
    return part ? builder->Append(*part) : builder->AppendNull();
  });
}

template <bool null_on_error>
Result<BoundFunction> BindParseUrl(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kString, ParseUrlColumn<null_on_error>));
  function.nullable = true;
  return function;
}

constexpr ScalarFunctionDefinition kUrlFunctions[] = {
    {"parse_url",
     2,
     3,
     {"`parse_url(url, part[, key])`: HOST, PATH, QUERY, REF, PROTOCOL, FILE, "
      "AUTHORITY or USERINFO.",
      "2.0.0"},
     BindParseUrl<false>},
    {"try_parse_url",
     2,
     3,
     {"`try_parse_url(url, part[, key])`: as parse_url, NULL for what is no "
      "URL.",
      "4.0.0"},
     BindParseUrl<true>},
    {"url_encode", 1, 1, {"`url_encode(str)`: as forms are sent.", "3.4.0"}, BindUrlEncode},
    {"url_decode",
     1,
     1,
     {"`url_decode(str)`: the inverse of url_encode.", "3.4.0"},
     BindUrlDecode<false>},
    {"try_url_decode",
     1,
     1,
     {"`try_url_decode(str)`: as url_decode, NULL if malformed.", "4.0.0"},
     BindUrlDecode<true>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> UrlFunctions() { return kUrlFunctions; }

}  // namespace firesteel
