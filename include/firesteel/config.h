#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firesteel/error.h"
#include "firesteel/export.h"

namespace firesteel {

class SessionBackend;

/// A session's settings: Spark's `spark.conf`. Streaming queries take a copy when they start.
/// Thread-safe.
class FIRESTEEL_EXPORT RuntimeConfig {
 public:
  explicit RuntimeConfig(std::shared_ptr<SessionBackend> backend);
  /// Errors: INVALID_CONF_VALUE.*
  Status Set(std::string_view name, std::string_view value);
  /// The value, or the default of a known setting; nullopt for a name that is neither.
  std::optional<std::string> Get(std::string_view name) const;
  void Unset(std::string_view name);
  /// What was set, by name; defaults are not listed.
  std::map<std::string, std::string> GetAll() const;
  /// Whether the setting can be changed while the session lives.
  bool IsModifiable(std::string_view name) const;

 private:
  std::shared_ptr<SessionBackend> backend_;
};

}  // namespace firesteel
