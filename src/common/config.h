#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "firesteel/error.h"

namespace firesteel {

/// What a whole number counts, and so which suffixes its text may have.
enum class ConfigUnit {
  kNone,
  kMilliseconds,  ///< "500", "500ms", "10s", "5min", "1h", "1d"
  kBytes,         ///< "1024", "64k", "64kb", "128m", "1g"
};

/// One setting: its name, its default and what it means. Declared once, in config_keys.h; T is
/// bool, int64_t, double or std::string.
template <typename T>
struct ConfigKey {
  std::string_view name;
  T default_value;
  std::string_view doc;
  ConfigUnit unit = ConfigUnit::kNone;
};

/// Any of the keys, for lists of them.
using AnyConfigKey = std::variant<const ConfigKey<bool>*, const ConfigKey<int64_t>*,
                                  const ConfigKey<double>*, const ConfigKey<std::string>*>;

/// The settings of a session: text values, with typed access through the keys. Thread-safe; copies
/// are independent (a streaming query takes one when it starts).
class Config {
 public:
  Config() = default;
  Config(const Config& other);
  Config& operator=(const Config& other);

  /// Sets any key; a known key's value is checked. Errors: INVALID_CONF_VALUE.TYPE_MISMATCH,
  /// CANNOT_MODIFY_CONFIG for static ones.
  Status Set(std::string_view name, std::string_view value);
  /// As Set, for static keys too: the way of a session's builder and of the command line.
  Status SetStatic(std::string_view name, std::string_view value);
  void Unset(std::string_view name);
  /// Whether Set takes this key: it is known, and not static.
  static bool IsModifiable(std::string_view name);
  /// The value set, else the default of a known key, else nullopt.
  std::optional<std::string> Get(std::string_view name) const;
  bool IsSet(std::string_view name) const;
  /// What was set; defaults are not listed.
  std::map<std::string, std::string> All() const;

  bool Get(const ConfigKey<bool>& key) const;
  int64_t Get(const ConfigKey<int64_t>& key) const;
  double Get(const ConfigKey<double>& key) const;
  std::string Get(const ConfigKey<std::string>& key) const;

 private:
  std::optional<std::string> Find(std::string_view name) const;

  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> values_;  // guarded by mutex_
};

}  // namespace firesteel
