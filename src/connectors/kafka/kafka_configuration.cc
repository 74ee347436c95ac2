#include "connectors/kafka/kafka_configuration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "connectors/kafka/jaas_configuration.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

constexpr std::string_view kPrefix = "kafka.";
constexpr int64_t kBytesPerKilobyte = 1024;

/// Other names for the same thing.
constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {
    {"buffer.memory", "queue.buffering.max.kbytes"},
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"max.request.size", "message.max.bytes"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"request.timeout.ms", "socket.timeout.ms"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
};

/// What tunes the Java client only: leaving it out changes no result.
constexpr std::string_view kTunesJavaOnly[] = {
    "auto.include.jmx.reporter",
    "client.dns.lookup",
    "default.api.timeout.ms",
    "enable.metrics.push",
    "max.block.ms",
    "max.poll.records",
    "metadata.max.idle.ms",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "partitioner.ignore.keys",
    "socket.connection.setup.timeout.max.ms",
};

/// Settings by which a program could run code in this process, or hand it pointers.
constexpr std::string_view kUnsafe[] = {"plugin.library.paths", "ssl.engine.location",
                                        "interceptors",         "opaque",
                                        "default_topic_conf",   "ssl_key",
                                        "ssl_certificate",      "ssl_ca",
                                        "ssl.engine.id",        "builtin.features",
                                        "test.mock.num.brokers"};

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

Status Unsupported(std::string_view name, std::string_view reason) {
  return MakeError("KAFKA_UNSUPPORTED_CONFIGURATION",
                   {{"option", "kafka." + std::string(name)}, {"reason", std::string(reason)}});
}

/// `kafka.*` options by their lower-case names without the prefix.
std::map<std::string, std::string> KafkaOptions(const Options& options) {
  std::map<std::string, std::string> found;
  for (const auto& [name, value] : options.All()) {
    const std::string lower = AsciiLowerCase(name);
    if (lower.starts_with(kPrefix)) found[lower.substr(kPrefix.size())] = value;
  }
  return found;
}

Status RefuseGiven(const std::map<std::string, std::string>& given,
                   std::initializer_list<const char*> names, std::string_view why) {
  for (const char* name : names) {
    if (given.count(name) > 0) return Status::Invalid("The Kafka option '", name, "' ", why);
  }
  return Status::OK();
}

constexpr std::string_view kNotSupported = "is not supported.";

Status CheckConsumerOptions(const std::map<std::string, std::string>& given) {
  ARROW_RETURN_NOT_OK(RefuseGiven(
      given, {"auto.offset.reset"},
      "cannot be set: the query keeps its own offsets. Where a new query begins is said by the "
      "option startingOffsets, 'earliest' or 'latest'."));
  ARROW_RETURN_NOT_OK(RefuseGiven(
      given, {"key.deserializer", "value.deserializer"},
      "cannot be set: keys and values are bytes, which functions of columns make something of."));
  return RefuseGiven(given, {"enable.auto.commit", "interceptor.classes"}, kNotSupported);
}

Status CheckProducerOptions(const std::map<std::string, std::string>& given) {
  ARROW_RETURN_NOT_OK(RefuseGiven(
      given, {"key.serializer", "value.serializer"},
      "cannot be set: keys and values are bytes or strings, which functions of columns make."));
  return RefuseGiven(given, {"interceptor.classes", "transactional.id"}, kNotSupported);
}

/// Says who the client is, from what a Java client is told.
Status ApplyJaas(const std::string& text, KafkaSettings* settings) {
  ARROW_ASSIGN_OR_RAISE(JaasConfiguration jaas, JaasConfiguration::Parse(text));
  if (jaas.login_module == "PlainLoginModule" || jaas.login_module == "ScramLoginModule") {
    if (jaas.options.count("username") == 0 || jaas.options.count("password") == 0) {
      return Unsupported("sasl.jaas.config", "it names no username or no password");
    }
    settings->emplace("sasl.username", jaas.options["username"]);
    settings->emplace("sasl.password", jaas.options["password"]);
    return Status::OK();
  }
  if (jaas.login_module == "Krb5LoginModule") {
    if (jaas.options.count("keyTab") > 0) {
      settings->emplace("sasl.kerberos.keytab", jaas.options["keyTab"]);
    }
    if (jaas.options.count("principal") > 0) {
      settings->emplace("sasl.kerberos.principal", jaas.options["principal"]);
    }
    if (jaas.options.count("serviceName") > 0) {
      settings->emplace("sasl.kerberos.service.name", jaas.options["serviceName"]);
    }
    return Status::OK();
  }
  return Unsupported("sasl.jaas.config",
                     "its login module is none of PlainLoginModule, ScramLoginModule and "
                     "Krb5LoginModule");
}

bool IsPemFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string start(4096, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start.find("-----BEGIN ") != std::string::npos;
}

/// Java keeps certificates in stores of its own; librdkafka reads PEM, and PKCS#12 for the key.
Status ApplyStores(std::map<std::string, std::string>* given, KafkaSettings* settings) {
  const auto take = [&](const char* name) -> std::string {
    const auto found = given->extract(name);
    return found.empty() ? "" : found.mapped();
  };
  const std::string trust = take("ssl.truststore.location");
  const std::string trust_type = AsciiLowerCase(take("ssl.truststore.type"));
  take("ssl.truststore.password");
  if (!trust.empty()) {
    if (trust_type != "pem" && !(trust_type.empty() && IsPemFile(trust))) {
      return Unsupported("ssl.truststore.location",
                         "only trust stores of type PEM can be read; `keytool -exportcert -rfc` "
                         "makes one, and kafka.ssl.truststore.type says so");
    }
    settings->emplace("ssl.ca.location", trust);
  }
  const std::string keys = take("ssl.keystore.location");
  const std::string key_type = AsciiLowerCase(take("ssl.keystore.type"));
  const std::string password = take("ssl.keystore.password");
  if (keys.empty()) return Status::OK();
  if (key_type == "pem" || (key_type.empty() && IsPemFile(keys))) {
    settings->emplace("ssl.certificate.location", keys);
    settings->emplace("ssl.key.location", keys);
  } else if (key_type == "pkcs12") {
    settings->emplace("ssl.keystore.location", keys);
    if (!password.empty()) settings->emplace("ssl.keystore.password", password);
  } else {
    return Unsupported("ssl.keystore.location",
                       "only key stores of type PEM and PKCS12 can be read; `keytool "
                       "-importkeystore -deststoretype PKCS12` makes one, and "
                       "kafka.ssl.keystore.type says so");
  }
  return Status::OK();
}

Result<std::string> TranslateValue(const std::string& name, const std::string& value) {
  if (name == "buffer.memory") {
    int64_t bytes = 0;
    const char* const end = value.data() + value.size();
    if (std::from_chars(value.data(), end, bytes).ptr != end) {
      return Unsupported(name, "it is no whole number");
    }
    return std::to_string(std::max<int64_t>(1, bytes / kBytesPerKilobyte));
  }
  if (name == "ssl.endpoint.identification.algorithm" && value.empty()) {
    return std::string("none");
  }
  if (name == "security.protocol" || name == "compression.type" || name == "acks") {
    return AsciiLowerCase(value);
  }
  return value;
}

Result<KafkaSettings> Translate(std::map<std::string, std::string> given) {
  KafkaSettings settings;
  if (const auto jaas = given.extract("sasl.jaas.config"); !jaas.empty()) {
    ARROW_RETURN_NOT_OK(ApplyJaas(jaas.mapped(), &settings));
  }
  ARROW_RETURN_NOT_OK(ApplyStores(&given, &settings));
  for (const auto& [name, value] : given) {
    if (Contains(kTunesJavaOnly, name)) continue;
    if (Contains(kUnsafe, name) || name.ends_with("_cb")) {
      return Unsupported(name, "it would let the options of a query run code in this process");
    }
    const auto* renamed = std::find_if(std::begin(kRenamed), std::end(kRenamed),
                                       [&](const auto& pair) { return pair.first == name; });
    ARROW_ASSIGN_OR_RAISE(std::string translated, TranslateValue(name, value));
    settings[renamed == std::end(kRenamed) ? name : std::string(renamed->second)] =
        std::move(translated);
  }
  return settings;
}

bool IsSetTo(const KafkaSettings& settings, const char* name, std::string_view value) {
  const auto found = settings.find(name);
  return found != settings.end() && found->second == value;
}

/// Java's producers avoid duplicates by retries unless another setting excludes that.
void AvoidDuplicates(KafkaSettings* settings) {
  if (settings->count("enable.idempotence") > 0) return;
  const bool excluded = IsSetTo(*settings, "acks", "0") || IsSetTo(*settings, "acks", "1") ||
                        IsSetTo(*settings, "retries", "0");
  (*settings)["enable.idempotence"] = excluded ? "false" : "true";
}

}  // namespace

Result<KafkaSettings> ConsumerSettings(const Options& options) {
  std::map<std::string, std::string> given = KafkaOptions(options);
  ARROW_RETURN_NOT_OK(CheckConsumerOptions(given));
  if (given.count("bootstrap.servers") == 0) {
    return Status::Invalid(
        "The Kafka source needs the option 'kafka.bootstrap.servers': where the brokers are.");
  }
  // The group says who reads, for quotas and rights; the query assigns partitions itself.
  given.erase("partition.assignment.strategy");
  // The defaults of the Java client, and so Spark's; librdkafka's are the other ones.
  given.emplace("isolation.level", "read_uncommitted");
  given.emplace("check.crcs", "true");
  return Translate(std::move(given));
}

Result<KafkaSettings> ProducerSettings(const Options& options) {
  std::map<std::string, std::string> given = KafkaOptions(options);
  ARROW_RETURN_NOT_OK(CheckProducerOptions(given));
  if (given.count("bootstrap.servers") == 0) {
    return Status::Invalid(
        "The Kafka sink needs the option 'kafka.bootstrap.servers': where the brokers are.");
  }
  if (const auto partitioner = given.extract("partitioner.class");
      !partitioner.empty() && !partitioner.mapped().ends_with("DefaultPartitioner")) {
    return Unsupported("partitioner.class",
                       "a Java class cannot run here; a column `partition` chooses partitions");
  }
  for (const char* of_consumers : {"group.id", "isolation.level"}) given.erase(of_consumers);
  ARROW_ASSIGN_OR_RAISE(KafkaSettings settings, Translate(std::move(given)));
  AvoidDuplicates(&settings);
  settings.emplace("partitioner", "murmur2_random");
  settings.emplace("acks", "all");
  // As Java's delivery.timeout.ms; an alias the user may have set.
  if (settings.count("delivery.timeout.ms") == 0) settings.emplace("message.timeout.ms", "120000");
  return settings;
}

}  // namespace firesteel
