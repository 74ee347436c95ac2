#include "formats/avro/avro_schema.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/error.h"
#include "nlohmann/json.hpp"
#include "types/decimal.h"

namespace firesteel {
namespace {

using Json = nlohmann::json;

constexpr std::pair<std::string_view, AvroType> kTypeNames[] = {
    {"null", AvroType::kNull},    {"boolean", AvroType::kBoolean}, {"int", AvroType::kInt},
    {"long", AvroType::kLong},    {"float", AvroType::kFloat},     {"double", AvroType::kDouble},
    {"bytes", AvroType::kBytes},  {"string", AvroType::kString},   {"record", AvroType::kRecord},
    {"error", AvroType::kRecord}, {"enum", AvroType::kEnum},       {"array", AvroType::kArray},
    {"map", AvroType::kMap},      {"union", AvroType::kUnion},     {"fixed", AvroType::kFixed},
};

std::optional<AvroType> TypeOfName(std::string_view name) {
  for (const auto& [known, type] : kTypeNames) {
    if (known == name && type != AvroType::kUnion) return type;
  }
  return std::nullopt;
}

bool IsPrimitive(AvroType type) { return type <= AvroType::kString; }
bool IsNamed(AvroType type) {
  return type == AvroType::kRecord || type == AvroType::kEnum || type == AvroType::kFixed;
}

// Names are letters (of any script), digits and underscores.
bool IsName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
    if (!letter && c != '_' && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

std::string StringOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The largest decimal precision that `size` bytes hold.
int64_t PrecisionOf(int64_t size) {
  return size <= 0 ? 0 : static_cast<int64_t>((static_cast<double>(size) * 8 - 1) * 0.30102999566);
}

}  // namespace

std::string_view AvroTypeName(AvroType type) {
  for (const auto& [name, known] : kTypeNames) {
    if (known == type) return name;
  }
  return "";
}

std::string_view AvroNode::Name() const {
  if (!IsNamed(type)) return AvroTypeName(type);
  const std::string_view name = full_name;
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

int AvroNode::NullBranch() const {
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i]->type == AvroType::kNull) return static_cast<int>(i);
  }
  return -1;
}

/// Builds the nodes of one schema. Used once.
class AvroSchemaParser {
 public:
  explicit AvroSchemaParser(AvroSchema* schema) : schema_(schema) {}

  Result<const AvroNode*> ParseType(const Json& json, const std::string& space, int depth) {
    if (depth > kMaxDepth) return Refuse("its types are nested too deeply");
    if (json.is_string()) return ParseName(json.get<std::string>(), space);
    if (json.is_array()) return ParseUnion(json, space, depth);
    if (!json.is_object()) return Refuse("a type must be a name, an object or a list");
    const auto type = json.find("type");
    if (type == json.end()) return Refuse("an object has no type");
    if (!type->is_string()) return ParseType(*type, space, depth + 1);
    const std::optional<AvroType> known = TypeOfName(type->get<std::string>());
    if (!known) return ParseName(type->get<std::string>(), space);
    AvroNode* node = &schema_->nodes_.emplace_back();
    node->type = *known;
    if (IsNamed(*known)) return ParseNamed(json, space, depth, node);
    if (*known == AvroType::kArray || *known == AvroType::kMap) {
      const char* key = *known == AvroType::kArray ? "items" : "values";
      if (!json.contains(key)) return Refuse(std::string("a type lacks its ") + key);
      ARROW_ASSIGN_OR_RAISE(const AvroNode* inner, ParseType(json[key], space, depth + 1));
      node->inner.push_back(inner);
    }
    ReadProperties(json, node);
    return node;
  }

  Status Refuse(const std::string& reason) const {
    return MakeError("INVALID_SCHEMA.PARSE_ERROR",
                     {{"inputSchema", "\"" + schema_->text_ + "\""}, {"reason", reason + "."}});
  }

 private:
  static constexpr int kMaxDepth = 200;

  static std::string FullName(const std::string& name, const std::string& space) {
    if (name.find('.') != std::string::npos || space.empty()) return name;
    return space + "." + name;
  }

  Result<const AvroNode*> ParseName(const std::string& name, const std::string& space) {
    const std::optional<AvroType> type = TypeOfName(name);
    if (type && IsPrimitive(*type)) {
      AvroNode* node = &schema_->nodes_.emplace_back();
      node->type = *type;
      return node;
    }
    auto found = named_.find(FullName(name, space));
    if (found == named_.end()) found = named_.find(name);
    if (found == named_.end()) return Refuse("no type is named " + name);
    return found->second;
  }

  Result<const AvroNode*> ParseUnion(const Json& json, const std::string& space, int depth) {
    AvroNode* node = &schema_->nodes_.emplace_back();
    node->type = AvroType::kUnion;
    std::set<std::string> names;
    for (const Json& branch : json) {
      ARROW_ASSIGN_OR_RAISE(const AvroNode* inner, ParseType(branch, space, depth + 1));
      if (inner->type == AvroType::kUnion) return Refuse("a union lies in a union");
      const std::string name =
          IsNamed(inner->type) ? inner->full_name : std::string(AvroTypeName(inner->type));
      if (!names.insert(name).second) return Refuse("a union has " + name + " twice");
      node->inner.push_back(inner);
    }
    if (node->inner.empty()) return Refuse("a union has no branches");
    return node;
  }

  Result<const AvroNode*> ParseNamed(const Json& json, std::string space, int depth,
                                     AvroNode* node) {
    const std::string name = StringOf(json, "name");
    const std::string own_space = StringOf(json, "namespace");
    if (json.contains("namespace")) space = own_space;
    node->full_name = FullName(name, space);
    const size_t point = node->full_name.rfind('.');
    if (!IsName(node->Name())) return Refuse("\"" + name + "\" is no name");
    space = point == std::string::npos ? "" : node->full_name.substr(0, point);
    if (!named_.emplace(node->full_name, node).second) {
      return Refuse("two types are named " + node->full_name);
    }
    for (const std::string& alias : Names(json, "aliases")) {
      node->aliases.push_back(FullName(alias, space));
    }
    switch (node->type) {
      case AvroType::kEnum:
        ARROW_RETURN_NOT_OK(ReadEnum(json, node));
        break;
      case AvroType::kFixed:
        ARROW_RETURN_NOT_OK(ReadFixed(json, node));
        break;
      default:
        ARROW_RETURN_NOT_OK(ReadFields(json, space, depth, node));
        break;
    }
    return node;
  }

  Status ReadEnum(const Json& json, AvroNode* node) const {
    if (!json.contains("symbols") || !json["symbols"].is_array()) {
      return Refuse("an enum lacks its symbols");
    }
    node->symbols = Names(json, "symbols");
    const std::set<std::string> distinct(node->symbols.begin(), node->symbols.end());
    if (distinct.size() != json["symbols"].size()) return Refuse("symbols of an enum repeat");
    for (const std::string& symbol : node->symbols) {
      if (!IsName(symbol)) return Refuse("\"" + symbol + "\" is no symbol");
    }
    node->default_symbol = StringOf(json, "default");
    if (json.contains("default") && !distinct.contains(node->default_symbol)) {
      return Refuse("the default of an enum is none of its symbols");
    }
    return Status::OK();
  }

  Status ReadFixed(const Json& json, AvroNode* node) const {
    constexpr int64_t kLargest = int64_t{1} << 30;  // bytes
    const auto size = json.find("size");
    if (size == json.end() || !size->is_number_integer()) return Refuse("a fixed lacks its size");
    node->size = size->get<int64_t>();
    if (node->size < 0 || node->size > kLargest)
      return Refuse("the size of a fixed is out of range");
    ReadProperties(json, node);
    return Status::OK();
  }

  Status ReadFields(const Json& json, const std::string& space, int depth, AvroNode* node) {
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) return Refuse("a record lacks its fields");
    std::set<std::string> names;
    for (const Json& entry : *fields) {
      if (!entry.is_object() || !entry.contains("type")) return Refuse("a field lacks its type");
      AvroField field;
      field.name = StringOf(entry, "name");
      if (!IsName(field.name)) return Refuse("\"" + field.name + "\" is no name");
      if (!names.insert(field.name).second) return Refuse("two fields are named " + field.name);
      field.aliases = Names(entry, "aliases");
      ARROW_ASSIGN_OR_RAISE(field.type, ParseType(entry["type"], space, depth + 1));
      field.has_default = entry.contains("default");
      if (field.has_default) {
        field.default_json = entry["default"].dump(-1, ' ', false, Json::error_handler_t::replace);
      }
      node->fields.push_back(std::move(field));
    }
    return Status::OK();
  }

  static std::vector<std::string> Names(const Json& json, const char* key) {
    std::vector<std::string> names;
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return names;
    for (const Json& name : *found) {
      if (name.is_string()) names.push_back(name.get<std::string>());
    }
    return names;
  }

  // A logical type that does not fit the type beneath counts for nothing, says Avro.
  static void ReadProperties(const Json& json, AvroNode* node) {
    node->spark_type = StringOf(json, "spark.sql.catalyst.type");
    const std::string name = StringOf(json, "logicalType");
    if (node->type == AvroType::kInt) {
      if (name == "date") node->logical = AvroLogicalType::kDate;
    } else if (node->type == AvroType::kLong) {
      if (name == "time-micros") node->logical = AvroLogicalType::kTimeMicros;
      if (name == "timestamp-millis") node->logical = AvroLogicalType::kTimestampMillis;
      if (name == "timestamp-micros") node->logical = AvroLogicalType::kTimestampMicros;
      if (name == "local-timestamp-millis") node->logical = AvroLogicalType::kLocalTimestampMillis;
      if (name == "local-timestamp-micros") node->logical = AvroLogicalType::kLocalTimestampMicros;
    } else if (name == "decimal" &&
               (node->type == AvroType::kBytes || node->type == AvroType::kFixed)) {
      const auto number = [&](const char* key) -> int64_t {
        const auto found = json.find(key);
        return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
      };
      const int64_t precision = number("precision");
      const int64_t scale = number("scale");
      const bool holds = node->type == AvroType::kBytes || precision <= PrecisionOf(node->size);
      if (precision < 1 || scale < 0 || scale > precision || !holds) return;
      if (precision > kMaxDecimalPrecision) return;
      node->logical = AvroLogicalType::kDecimal;
      node->precision = static_cast<int>(precision);
      node->scale = static_cast<int>(scale);
    }
  }

  AvroSchema* schema_;
  std::map<std::string, const AvroNode*> named_;
};

Result<std::shared_ptr<const AvroSchema>> AvroSchema::Parse(std::string_view json) {
  auto schema = std::make_shared<AvroSchema>();
  schema->text_ = json;
  AvroSchemaParser parser(schema.get());
  Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  // A bare name stands for the type without quotes too, as in Avro's own parser.
  if (document.is_discarded()) {
    const std::optional<AvroType> type = TypeOfName(json);
    if (!type || !IsPrimitive(*type)) return parser.Refuse("it is no JSON text");
    document = std::string(json);
  }
  ARROW_ASSIGN_OR_RAISE(schema->root_, parser.ParseType(document, "", 0));
  return schema;
}

}  // namespace firesteel
