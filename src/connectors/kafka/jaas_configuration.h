#pragma once

#include <map>
#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// What a Java client's `sasl.jaas.config` says:
///
///   <class of a login module> required <name>="<value>" <name>=<value> …;
struct JaasConfiguration {
  std::string login_module;  ///< without its package: `PlainLoginModule`
  std::map<std::string, std::string> options;

  /// Errors never repeat any of the text, which has secrets.
  static Result<JaasConfiguration> Parse(std::string_view text);
};

}  // namespace firesteel
