#include "state/state_metadata.h"

#include <limits>
#include <utility>

#include "checkpoint/log_text.h"
#include "common/error.h"
#include "common/json_text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "state/java_utf.h"
#include "state/state_record.h"

namespace firesteel {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMetadataLine = 2;

// The schema file: strings as in java_utf.h, numbers big-endian int32.
//
//   "v2" [number of parts][part]… of the key's schema as JSON, then the same for the value
//
// Version 1 has one string for each. Later versions belong to stores with column families.
constexpr int kSchemaVersion = 2;

Status WriteUnlessThere(CheckpointFileManager* files, const std::string& directory,
                        const std::string& name, std::string_view bytes) {
  const std::string path = directory + "/" + name;
  ARROW_ASSIGN_OR_RAISE(const bool exists, files->env()->Exists(path));
  if (exists) return Status::OK();
  ARROW_RETURN_NOT_OK(files->CreateDirectories(directory));
  return files->WriteAtomic(path, bytes, /*overwrite=*/false);
}

Result<std::optional<std::string>> ReadIfThere(CheckpointFileManager* files,
                                               const std::string& path) {
  Result<std::string> bytes = files->env()->ReadFile(path);
  if (IsNotFound(bytes.status())) return std::nullopt;
  ARROW_RETURN_NOT_OK(bytes.status());
  return std::optional<std::string>(std::move(*bytes));
}

// Reads a whole number of JSON that fits `T`; the error is in words.
template <typename T>
Result<T> ReadNumber(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) {
    return Status::Invalid(fmt::format("{} is missing or no whole number", key));
  }
  const int64_t number = found->get<int64_t>();
  if (number < 0 || number > std::numeric_limits<T>::max()) {
    return Status::Invalid(fmt::format("{} is out of range", key));
  }
  return static_cast<T>(number);
}

Result<std::string> ReadText(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) {
    return Status::Invalid(fmt::format("{} is missing or no string", key));
  }
  return found->get<std::string>();
}

Result<OperatorStateMetadata> ParseOperatorMetadata(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("operatorInfo") || !json.contains("stateStoreInfo") ||
      !json["operatorInfo"].is_object() || !json["stateStoreInfo"].is_array()) {
    return Status::Invalid("a JSON object with operatorInfo and stateStoreInfo was expected");
  }
  OperatorStateMetadata metadata;
  ARROW_ASSIGN_OR_RAISE(metadata.operator_id,
                        ReadNumber<int64_t>(json["operatorInfo"], "operatorId"));
  ARROW_ASSIGN_OR_RAISE(metadata.operator_name, ReadText(json["operatorInfo"], "operatorName"));
  for (const Json& store : json["stateStoreInfo"]) {
    if (!store.is_object()) return Status::Invalid("a store is no JSON object");
    OperatorStateMetadata::Store read;
    ARROW_ASSIGN_OR_RAISE(read.name, ReadText(store, "storeName"));
    ARROW_ASSIGN_OR_RAISE(read.prefix_columns, ReadNumber<int>(store, "numColsPrefixKey"));
    ARROW_ASSIGN_OR_RAISE(read.partitions, ReadNumber<int>(store, "numPartitions"));
    metadata.stores.push_back(std::move(read));
  }
  return metadata;
}

void AppendSchema(const Schema& schema, std::string* bytes) {
  const std::string json = schema.Json();
  const std::vector<std::string_view> parts = SplitForJavaUtf(json);
  AppendBigEndian(static_cast<int32_t>(parts.size()), bytes);
  for (const std::string_view part : parts) AppendJavaUtf(part, bytes);
}

Result<Schema> ReadSchema(int version, std::string_view* bytes) {
  int64_t parts = 1;
  if (version == kSchemaVersion) {
    if (bytes->size() < 4) return Status::Invalid("the file ends where a schema was expected");
    parts = ReadBigEndian(bytes->data());
    bytes->remove_prefix(4);
    // Every part takes two bytes at least.
    if (parts < 0 || parts * 2 > static_cast<int64_t>(bytes->size())) {
      return Status::Invalid(fmt::format("a schema cannot have {} parts", parts));
    }
  }
  std::string json;
  for (int64_t i = 0; i < parts; ++i) {
    ARROW_ASSIGN_OR_RAISE(const std::string part, ReadJavaUtf(bytes));
    json += part;
  }
  Result<Schema> schema = Schema::FromJson(json);
  if (!schema.ok()) return Status::Invalid("it has no valid schema: ", schema.status().message());
  return schema;
}

Result<StateSchema> ParseStateSchema(int version, std::string_view bytes) {
  StateSchema schema;
  ARROW_ASSIGN_OR_RAISE(schema.key, ReadSchema(version, &bytes));
  ARROW_ASSIGN_OR_RAISE(schema.value, ReadSchema(version, &bytes));
  if (!bytes.empty()) return Status::Invalid("more follows after the two schemas");
  return schema;
}

bool CanHold(const DataType& stored, const DataType& expected);

// Whether a stored field can hold what the query puts in; names do not matter.
bool FieldsCanHold(const std::vector<StructField>& stored,
                   const std::vector<StructField>& expected) {
  if (stored.size() != expected.size()) return false;
  for (size_t i = 0; i < stored.size(); ++i) {
    if (expected[i].nullable && !stored[i].nullable) return false;
    if (!CanHold(stored[i].type, expected[i].type)) return false;
  }
  return true;
}

bool CanHold(const DataType& stored, const DataType& expected) {
  if (stored.id() != expected.id()) return false;
  switch (stored.id()) {
    case TypeId::kStruct:
      return FieldsCanHold(stored.fields(), expected.fields());
    case TypeId::kArray:
      return (stored.contains_null() || !expected.contains_null()) &&
             CanHold(stored.element_type(), expected.element_type());
    case TypeId::kMap:
      return (stored.value_contains_null() || !expected.value_contains_null()) &&
             CanHold(stored.key_type(), expected.key_type()) &&
             CanHold(stored.value_type(), expected.value_type());
    default:
      return stored == expected;
  }
}

}  // namespace

Result<std::optional<OperatorStateMetadata>> OperatorStateMetadata::Read(
    CheckpointFileManager* files, const std::string& operator_directory) {
  const std::string path = operator_directory + "/_metadata/metadata";
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> text, ReadIfThere(files, path));
  if (!text.has_value()) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string_view> lines, ParseLogLines(*text, path));
  if (lines.size() != 1) return MalformedLog(path, 0, "two lines were expected");
  Result<OperatorStateMetadata> metadata = ParseOperatorMetadata(lines[0]);
  if (!metadata.ok()) return MalformedLog(path, kMetadataLine, metadata.status().message());
  return std::optional<OperatorStateMetadata>(std::move(*metadata));
}

Status OperatorStateMetadata::Write(CheckpointFileManager* files,
                                    const std::string& operator_directory) const {
  std::string text = fmt::format("v{}\n{{\"operatorInfo\":{{\"operatorId\":{},\"operatorName\":",
                                 kLogVersion, operator_id);
  AppendJsonString(operator_name, &text);
  text += "},\"stateStoreInfo\":[";
  for (size_t i = 0; i < stores.size(); ++i) {
    text += i == 0 ? "{\"storeName\":" : ",{\"storeName\":";
    AppendJsonString(stores[i].name, &text);
    text += fmt::format(",\"numColsPrefixKey\":{},\"numPartitions\":{}}}", stores[i].prefix_columns,
                        stores[i].partitions);
  }
  text += "]}";
  return WriteUnlessThere(files, operator_directory + "/_metadata", "metadata", text);
}

Result<std::optional<StateSchema>> StateSchema::Read(CheckpointFileManager* files,
                                                     const std::string& store_directory) {
  const std::string path = store_directory + "/_metadata/schema";
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> text, ReadIfThere(files, path));
  if (!text.has_value()) return std::nullopt;
  std::string_view bytes = *text;
  const Result<std::string> version = ReadJavaUtf(&bytes);
  if (!version.ok() || (*version != "v1" && *version != "v2")) {
    const std::string found = version.ValueOr("");
    if (found.size() == 2 && found[0] == 'v' && found[1] >= '3' && found[1] <= '9') {
      return MakeError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
                       {{"maxSupportedVersion", std::to_string(kSchemaVersion)},
                        {"version", found.substr(1)},
                        {"path", path}});
    }
    return MalformedLog(path, 0, "it does not start as a state schema does");
  }
  Result<StateSchema> schema = ParseStateSchema(*version == "v1" ? 1 : kSchemaVersion, bytes);
  if (!schema.ok()) return MalformedLog(path, 0, schema.status().message());
  return std::optional<StateSchema>(std::move(*schema));
}

Status StateSchema::Write(CheckpointFileManager* files, const std::string& store_directory) const {
  std::string bytes;
  AppendJavaUtf(fmt::format("v{}", kSchemaVersion), &bytes);
  AppendSchema(key, &bytes);
  AppendSchema(value, &bytes);
  return WriteUnlessThere(files, store_directory + "/_metadata", "schema", bytes);
}

Status StateSchema::CheckCompatible(const StateSchema& expected) const {
  if (!FieldsCanHold(key.fields(), expected.key.fields())) {
    return MakeError("STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
                     {{"storedKeySchema", key.Ddl()}, {"newKeySchema", expected.key.Ddl()}});
  }
  if (!FieldsCanHold(value.fields(), expected.value.fields())) {
    return MakeError("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
                     {{"storedValueSchema", value.Ddl()},
                      {"newValueSchema", expected.value.Ddl()}});
  }
  return Status::OK();
}

}  // namespace firesteel
