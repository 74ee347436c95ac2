#include "connectors/jdbc/jdbc_options.h"

#include <algorithm>
#include <cstdlib>

#include "common/error.h"
#include "common/percent_encoding.h"
#include "nlohmann/json.hpp"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

constexpr std::string_view kJdbcPrefix = "jdbc:postgresql:";

/// As forms are sent: a plus sign is a space.
std::string DecodeUrlPart(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return PercentDecode(spaced);
}

/// The parameter of libpq for one of the JDBC driver; those that libpq has nothing like change
/// nothing of what is read and written and are left out, as the driver leaves out what it does not
/// know.
std::optional<std::pair<std::string, std::string>> ToLibpq(std::string_view name,
                                                           const std::string& value) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"USER", "user"},
      {"PASSWORD", "password"},
      {"SSLMODE", "sslmode"},
      {"SSLROOTCERT", "sslrootcert"},
      {"SSLCERT", "sslcert"},
      {"SSLKEY", "sslkey"},
      {"SSLPASSWORD", "sslpassword"},
      {"CONNECTTIMEOUT", "connect_timeout"},
      {"LOGINTIMEOUT", "connect_timeout"},
      {"APPLICATIONNAME", "application_name"},
      {"CHANNELBINDING", "channel_binding"},
      {"GSSENCMODE", "gssencmode"},
      {"TARGETSERVERTYPE", "target_session_attrs"},
      {"OPTIONS", "options"},
  };
  const std::string upper = AsciiUpperCase(name);
  if (upper == "SSL") {
    if (AsciiUpperCase(value) == "FALSE") return std::nullopt;
    return std::pair<std::string, std::string>("sslmode", "verify-full");
  }
  if (upper == "CURRENTSCHEMA") {
    return std::pair<std::string, std::string>("options", "-c search_path=" + value);
  }
  if (upper == "TARGETSERVERTYPE") {
    const std::string target = AsciiUpperCase(value);
    const char* attributes = target == "PRIMARY" || target == "MASTER"    ? "primary"
                             : target == "SECONDARY" || target == "SLAVE" ? "standby"
                             : target == "PREFERSECONDARY"                ? "prefer-standby"
                                                                          : "any";
    return std::pair<std::string, std::string>("target_session_attrs", attributes);
  }
  for (const auto& [known, libpq] : kNames) {
    if (known == upper) return std::pair<std::string, std::string>(libpq, value);
  }
  return std::nullopt;
}

void SetParameter(std::pair<std::string, std::string> parameter, PostgresAddress* address) {
  for (auto& [name, value] : address->parameters) {
    if (name == parameter.first) {
      value = std::move(parameter.second);
      return;
    }
  }
  address->parameters.push_back(std::move(parameter));
}

/// Splits `host:port,host:port`; a host may be `[::1]`.
void ReadHosts(std::string_view text, PostgresAddress* address) {
  std::string hosts;
  std::string ports;
  while (true) {
    const size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    std::string_view port = "5432";
    const size_t bracket = one.find(']');
    const size_t colon = one.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
      port = one.substr(colon + 1);
      one = one.substr(0, colon);
    }
    if (one.size() > 1 && one.front() == '[') one = one.substr(1, one.size() - 2);
    if (!hosts.empty()) {
      hosts += ',';
      ports += ',';
    }
    hosts += one.empty() ? "localhost" : DecodeUrlPart(one);
    ports += port.empty() ? "5432" : std::string(port);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  address->parameters.emplace_back("host", hosts);
  address->parameters.emplace_back("port", ports);
}

Result<std::string> IsolationLevel(const std::string& text) {
  const std::string level = AsciiUpperCase(text);
  // A whole write is one transaction here, so that there is no such thing as none.
  if (level == "NONE" || level == "READ_COMMITTED") return "READ COMMITTED";
  if (level == "READ_UNCOMMITTED") return "READ UNCOMMITTED";
  if (level == "REPEATABLE_READ") return "REPEATABLE READ";
  if (level == "SERIALIZABLE") return "SERIALIZABLE";
  return InvalidJdbcOption("isolationLevel",
                           "it must be NONE, READ_UNCOMMITTED, READ_COMMITTED, REPEATABLE_READ or "
                           "SERIALIZABLE");
}

Result<std::optional<JdbcPartitioning>> ReadPartitioning(const Options& options) {
  const auto column = options.Get("partitionColumn");
  const auto lower = options.Get("lowerBound");
  const auto upper = options.Get("upperBound");
  ARROW_ASSIGN_OR_RAISE(const auto count, options.GetLong("numPartitions"));
  if (count && *count < 1) return InvalidJdbcOption("numPartitions", "it must be at least 1");
  if (!column) {
    if (lower || upper) {
      return InvalidJdbcOption("partitionColumn", "lowerBound and upperBound go with it");
    }
    return std::nullopt;
  }
  if (!lower || !upper || !count) {
    return InvalidJdbcOption("partitionColumn",
                             "lowerBound, upperBound and numPartitions go with it");
  }
  return JdbcPartitioning{*column, *lower, *upper, *count};
}

}  // namespace

Status InvalidJdbcOption(std::string_view option, std::string_view reason) {
  return MakeError("JDBC_INVALID_OPTION",
                   {{"option", std::string(option)}, {"reason", std::string(reason)}});
}

Result<PostgresAddress> PostgresAddress::Parse(std::string_view url, const Options& options) {
  if (!url.starts_with(kJdbcPrefix)) {
    std::string_view kind = url.starts_with("jdbc:") ? url.substr(5) : url;
    kind = kind.substr(0, kind.find_first_of(":/;?"));
    return MakeError("UNSUPPORTED_BUILT_IN_JDBC_DIALECT",
                     {{"name", std::string(kind)}, {"supportedNames", "postgresql"}});
  }
  std::string_view rest = url.substr(kJdbcPrefix.size());
  PostgresAddress address;
  const size_t question = rest.find('?');
  std::string_view arguments;
  if (question != std::string_view::npos) {
    arguments = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  address.shown = std::string(kJdbcPrefix) + std::string(rest);
  std::string_view hosts = "localhost";
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    hosts = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  } else if (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  if (hosts.find('@') != std::string_view::npos) {
    return InvalidJdbcOption("url",
                             "the user and the password do not stand in front of the host; "
                             "use the options user and password");
  }
  ReadHosts(hosts, &address);
  address.parameters.emplace_back("connect_timeout", "10");  // as the JDBC driver
  address.parameters.emplace_back("application_name", "Firesteel");
  while (!arguments.empty()) {
    const std::string_view one = arguments.substr(0, arguments.find('&'));
    arguments.remove_prefix(std::min(arguments.size(), one.size() + 1));
    const size_t equals = one.find('=');
    const std::string value =
        equals == std::string_view::npos ? "" : DecodeUrlPart(one.substr(equals + 1));
    if (auto parameter = ToLibpq(one.substr(0, equals), value)) {
      SetParameter(*std::move(parameter), &address);
    }
  }
  for (const auto& [name, value] : options.All()) {
    if (auto parameter = ToLibpq(name, value)) SetParameter(*std::move(parameter), &address);
  }
  std::string database = DecodeUrlPart(rest);
  if (database.empty()) {
    for (const auto& [name, value] : address.parameters) {
      if (name == "user") database = value;
    }
  }
  if (!database.empty()) address.parameters.emplace_back("dbname", database);
  return address;
}

Result<JdbcOptions> JdbcOptions::Make(const Options& options) {
  JdbcOptions made;
  const auto url = options.Get("url");
  if (!url) return InvalidJdbcOption("url", "it is required");
  ARROW_ASSIGN_OR_RAISE(made.address, PostgresAddress::Parse(*url, options));
  const auto table = options.Get("dbtable");
  const auto query = options.Get("query");
  if (table && query) return InvalidJdbcOption("query", "it does not go with dbtable");
  if (!table && !query) return InvalidJdbcOption("dbtable", "it, or query, is required");
  if (table && table->empty()) return InvalidJdbcOption("dbtable", "it must not be empty");
  made.table = table.value_or("");
  made.relation = table ? *table : "(" + *query + ") AS firesteel_query";
  ARROW_ASSIGN_OR_RAISE(made.partitioning, ReadPartitioning(options));
  if (query && made.partitioning) {
    return InvalidJdbcOption("partitionColumn",
                             "it does not go with query; use dbtable with the query in parentheses "
                             "and an alias");
  }
  if (const auto predicates = options.Get("firesteel.jdbc.predicates")) {
    const auto list = nlohmann::json::parse(*predicates, nullptr, /*allow_exceptions=*/false);
    bool good = list.is_array() && !made.partitioning;
    for (size_t i = 0; good && i < list.size(); ++i) {
      good = list[i].is_string();
      if (good) made.predicates.push_back(list[i].get<std::string>());
    }
    if (!good) {
      return InvalidJdbcOption("firesteel.jdbc.predicates",
                               "it must be a JSON list of conditions, without partitionColumn");
    }
  }
  made.session_statement = options.GetOr("sessionInitStatement", "");
  ARROW_ASSIGN_OR_RAISE(const auto timeout, options.GetLong("queryTimeout"));
  made.query_timeout_s = timeout.value_or(0);
  ARROW_ASSIGN_OR_RAISE(const auto fetch, options.GetLong("fetchsize"));
  if (fetch && *fetch < 0) return InvalidJdbcOption("fetchsize", "it must not be negative");
  ARROW_ASSIGN_OR_RAISE(const auto batch, options.GetLong("batchsize"));
  if (batch && *batch < 1) return InvalidJdbcOption("batchsize", "it must be at least 1");
  if (const auto custom = options.Get("customSchema")) {
    ARROW_ASSIGN_OR_RAISE(made.custom_schema, Schema::FromDdl(*custom));
  }
  ARROW_ASSIGN_OR_RAISE(made.prefer_ntz, options.GetBool("preferTimestampNTZ", false));
  ARROW_ASSIGN_OR_RAISE(made.truncate, options.GetBool("truncate", false));
  ARROW_ASSIGN_OR_RAISE(made.cascade_truncate, options.GetBool("cascadeTruncate", false));
  made.create_table_options = options.GetOr("createTableOptions", "");
  made.create_table_column_types = options.GetOr("createTableColumnTypes", "");
  ARROW_ASSIGN_OR_RAISE(made.isolation_level,
                        IsolationLevel(options.GetOr("isolationLevel", "READ_UNCOMMITTED")));
  return made;
}

}  // namespace firesteel
