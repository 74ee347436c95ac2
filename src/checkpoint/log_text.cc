#include "checkpoint/log_text.h"

#include <charconv>
#include <limits>
#include <system_error>

#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Makes the start of a line fit for a message: it may be anything, also megabytes of binary.
std::string Abbreviate(std::string_view line) {
  constexpr size_t kShownBytes = 40;
  std::string shown(line.substr(0, kShownBytes));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return line.size() > kShownBytes ? shown + "..." : shown;
}

Status CheckVersion(std::string_view line, const std::string& path) {
  const std::optional<int32_t> version =
      line.starts_with('v') ? ParseNumber<int32_t>(line.substr(1)) : std::nullopt;
  if (!version.has_value() || *version < 1) {
    return MalformedLog(path, 1,
                        fmt::format("the version, such as v{}, was expected but not '{}'",
                                    kLogVersion, Abbreviate(line)));
  }
  if (*version > kLogVersion) {
    return MakeError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
                     {{"maxSupportedVersion", std::to_string(kLogVersion)},
                      {"version", std::to_string(*version)},
                      {"path", path}});
  }
  return Status::OK();
}

}  // namespace

Result<std::vector<std::string_view>> ParseLogLines(std::string_view text,
                                                    const std::string& path) {
  if (text.empty()) return MalformedLog(path, 0, "it is empty");
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string_view> lines;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  ARROW_RETURN_NOT_OK(CheckVersion(lines.front(), path));
  lines.erase(lines.begin());
  return lines;
}

Status MalformedLog(const std::string& path, int64_t line, std::string_view reason) {
  std::string text = line == 0 ? fmt::format("{}: {}", path, reason)
                               : fmt::format("{}, line {}: {}", path, line, reason);
  return MakeError("MALFORMED_LOG_FILE", {{"text", std::move(text)}});
}

std::optional<int64_t> ParseBatchId(std::string_view name) { return ParseNumber<int64_t>(name); }

}  // namespace firesteel
