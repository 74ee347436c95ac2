#include "common/config.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

// Settings that are fixed once a session exists. Programs written for Spark set them through the
// builder; the engine reads none of them but the server's own.
constexpr std::string_view kStaticKeys[] = {
    "spark.connect.execute.manager.detachedTimeout",
    "spark.connect.session.manager.defaultSessionTimeout",
    "spark.sql.cache.serializer",
    "spark.sql.catalogImplementation",
    "spark.sql.extensions",
    "spark.sql.globalTempDatabase",
    "spark.sql.queryExecutionListeners",
    "spark.sql.sources.schemaStringLengthThreshold",
    "spark.sql.streaming.streamingQueryListeners",
    "spark.sql.streaming.ui.enabled",
    "spark.sql.streaming.ui.retainedProgressUpdates",
    "spark.sql.streaming.ui.retainedQueries",
    "spark.sql.warehouse.dir",
};

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// How many of the unit one of `suffix` is; 0 for an unknown suffix.
int64_t Multiplier(ConfigUnit unit, std::string_view suffix) {
  struct Suffix {
    std::string_view text;
    int64_t multiplier;
  };
  static constexpr Suffix kTimes[] = {{"ms", 1},      {"s", 1000},    {"m", 60000},
                                      {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
  static constexpr Suffix kSizes[] = {
      {"b", 1},        {"k", 1 << 10},          {"kb", 1 << 10},
      {"m", 1 << 20},  {"mb", 1 << 20},         {"g", 1 << 30},
      {"gb", 1 << 30}, {"t", int64_t{1} << 40}, {"tb", int64_t{1} << 40}};
  if (suffix.empty()) return 1;
  const auto find = [suffix](const auto& table) -> int64_t {
    for (const Suffix& entry : table) {
      if (entry.text == suffix) return entry.multiplier;
    }
    return 0;
  };
  if (unit == ConfigUnit::kMilliseconds) return find(kTimes);
  if (unit == ConfigUnit::kBytes) return find(kSizes);
  return 0;
}

std::optional<bool> Parse(const ConfigKey<bool>&, std::string_view text) {
  const std::string lower = LowerCase(Trim(text));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return std::nullopt;
}

std::optional<int64_t> Parse(const ConfigKey<int64_t>& key, std::string_view text) {
  const std::string lower = LowerCase(Trim(text));
  int64_t value = 0;
  const char* const begin = lower.data();
  const auto [end, error] = std::from_chars(begin, begin + lower.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view suffix = std::string_view(lower).substr(end - begin);
  const int64_t multiplier = Multiplier(key.unit, Trim(suffix));
  if (multiplier == 0 || __builtin_mul_overflow(value, multiplier, &value)) return std::nullopt;
  return value;
}

std::optional<double> Parse(const ConfigKey<double>&, std::string_view text) {
  const std::string trimmed(Trim(text));
  double value = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
  if (error != std::errc() || end != trimmed.data() + trimmed.size()) return std::nullopt;
  return value;
}

std::optional<std::string> Parse(const ConfigKey<std::string>&, std::string_view text) {
  return std::string(text);
}

const AnyConfigKey* FindKey(std::string_view name) {
  for (const AnyConfigKey& key : config::kAllKeys) {
    if (std::visit([&](const auto* typed) { return typed->name == name; }, key)) return &key;
  }
  return nullptr;
}

std::string_view TypeName(bool) { return "boolean"; }
std::string_view TypeName(int64_t) { return "bigint"; }
std::string_view TypeName(double) { return "double"; }
std::string_view TypeName(const std::string&) { return "string"; }

std::string ToText(bool value) { return value ? "true" : "false"; }
std::string ToText(int64_t value) { return fmt::format("{}", value); }
std::string ToText(double value) { return fmt::format("{}", value); }
std::string ToText(const std::string& value) { return value; }

// Values were checked when they were set; one that a newer default made unreadable falls back.
template <typename T>
T ValueOr(const ConfigKey<T>& key, const std::optional<std::string>& text) {
  if (!text.has_value()) return key.default_value;
  return Parse(key, *text).value_or(key.default_value);
}

}  // namespace

Config::Config(const Config& other) { *this = other; }

Config& Config::operator=(const Config& other) {
  if (this == &other) return *this;
  const std::map<std::string, std::string> copy = other.All();
  std::lock_guard lock(mutex_);
  values_.clear();
  values_.insert(copy.begin(), copy.end());
  return *this;
}

bool Config::IsModifiable(std::string_view name) {
  return FindKey(name) != nullptr &&
         std::find(std::begin(kStaticKeys), std::end(kStaticKeys), name) == std::end(kStaticKeys);
}

Status Config::Set(std::string_view name, std::string_view value) {
  for (std::string_view fixed : kStaticKeys) {
    if (name == fixed) return MakeError("CANNOT_MODIFY_CONFIG", {{"key", std::string(name)}});
  }
  return SetStatic(name, value);
}

Status Config::SetStatic(std::string_view name, std::string_view value) {
  if (const AnyConfigKey* key = FindKey(name)) {
    ARROW_RETURN_NOT_OK(std::visit(
        [&](const auto* typed) -> Status {
          if (Parse(*typed, value).has_value()) return Status::OK();
          return MakeError("INVALID_CONF_VALUE.TYPE_MISMATCH",
                           {{"confName", std::string(name)},
                            {"confValue", std::string(value)},
                            {"confType", std::string(TypeName(typed->default_value))}});
        },
        *key));
  }
  std::lock_guard lock(mutex_);
  values_.insert_or_assign(std::string(name), std::string(value));
  return Status::OK();
}

void Config::Unset(std::string_view name) {
  std::lock_guard lock(mutex_);
  if (const auto found = values_.find(name); found != values_.end()) values_.erase(found);
}

std::optional<std::string> Config::Find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Config::Get(std::string_view name) const {
  if (std::optional<std::string> value = Find(name)) return value;
  if (const AnyConfigKey* key = FindKey(name)) {
    return std::visit(
        [](const auto* typed) {
          const std::string text = ToText(typed->default_value);
          return typed->unit == ConfigUnit::kMilliseconds ? text + "ms" : text;
        },
        *key);
  }
  return std::nullopt;
}

bool Config::IsSet(std::string_view name) const { return Find(name).has_value(); }

std::map<std::string, std::string> Config::All() const {
  std::lock_guard lock(mutex_);
  return {values_.begin(), values_.end()};
}

bool Config::Get(const ConfigKey<bool>& key) const { return ValueOr(key, Find(key.name)); }
int64_t Config::Get(const ConfigKey<int64_t>& key) const { return ValueOr(key, Find(key.name)); }
double Config::Get(const ConfigKey<double>& key) const { return ValueOr(key, Find(key.name)); }
std::string Config::Get(const ConfigKey<std::string>& key) const {
  return ValueOr(key, Find(key.name));
}

}  // namespace firesteel
