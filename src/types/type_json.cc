#include <utility>

#include "common/error.h"
#include "common/json_text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "types/type_parser.h"
#include "types/type_text.h"

namespace firesteel {
namespace {

using Json = nlohmann::ordered_json;

Status Invalid(std::string_view what) {
  return MakeError("INVALID_JSON_DATA_TYPE", {{"invalidType", std::string(what.substr(0, 200))}});
}

Status InvalidNode(const Json& what) {
  return Invalid(what.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Result<DataType> TypeFromJson(const Json& json, int depth);

// Returns the member, nullptr when it is missing.
const Json* Member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

Result<bool> BoolMember(const Json& object, const char* name, bool otherwise) {
  const Json* member = Member(object, name);
  if (member == nullptr) return otherwise;
  if (!member->is_boolean()) return InvalidNode(object);
  return member->get<bool>();
}

Result<DataType> TypeMember(const Json& object, const char* name, int depth) {
  const Json* member = Member(object, name);
  if (member == nullptr) return InvalidNode(object);
  return TypeFromJson(*member, depth + 1);
}

Result<StructField> FieldFromJson(const Json& json, int depth) {
  if (!json.is_object()) return InvalidNode(json);
  const Json* name = Member(json, "name");
  if (name == nullptr || !name->is_string()) return InvalidNode(json);
  StructField field;
  field.name = name->get<std::string>();
  ARROW_ASSIGN_OR_RAISE(field.type, TypeMember(json, "type", depth));
  ARROW_ASSIGN_OR_RAISE(field.nullable, BoolMember(json, "nullable", true));
  if (const Json* metadata = Member(json, "metadata")) {
    if (!metadata->is_object()) return InvalidNode(json);
    field.metadata = metadata->dump();
  }
  return field;
}

// The name of a type without nested parts. Spark's names are those of type text, but for a few
// that only its JSON has.
Result<DataType> AtomFromJson(const std::string& name) {
  if (name == "null") return DataType(TypeId::kNull);
  const Result<DataType> type = DataType::FromDdl(name);
  if (!type.ok() || type->is_nested()) return Invalid(name);
  return type;
}

Result<DataType> TypeFromJson(const Json& json, int depth) {
  if (depth > kMaxTypeDepth) return MakeError("FAILED_TO_PARSE_TOO_COMPLEX");
  if (json.is_string()) return AtomFromJson(json.get_ref<const std::string&>());
  if (!json.is_object()) return InvalidNode(json);
  const Json* kind_member = Member(json, "type");
  if (kind_member == nullptr || !kind_member->is_string()) return InvalidNode(json);
  const auto& kind = kind_member->get_ref<const std::string&>();
  if (kind == "array") {
    ARROW_ASSIGN_OR_RAISE(DataType element, TypeMember(json, "elementType", depth));
    ARROW_ASSIGN_OR_RAISE(const bool contains_null, BoolMember(json, "containsNull", true));
    return DataType::Array(std::move(element), contains_null);
  }
  if (kind == "map") {
    ARROW_ASSIGN_OR_RAISE(DataType key, TypeMember(json, "keyType", depth));
    ARROW_ASSIGN_OR_RAISE(DataType value, TypeMember(json, "valueType", depth));
    ARROW_ASSIGN_OR_RAISE(const bool contains_null, BoolMember(json, "valueContainsNull", true));
    return DataType::Map(std::move(key), std::move(value), contains_null);
  }
  if (kind == "struct") {
    const Json* members = Member(json, "fields");
    if (members == nullptr || !members->is_array()) return InvalidNode(json);
    std::vector<StructField> fields;
    for (const Json& member : *members) {
      ARROW_ASSIGN_OR_RAISE(StructField field, FieldFromJson(member, depth));
      fields.push_back(std::move(field));
    }
    return DataType::Struct(std::move(fields));
  }
  // A user-defined type is stored as the type it is made of.
  if (kind == "udt") return TypeMember(json, "sqlType", depth);
  return InvalidNode(json);
}

Result<DataType> ParseJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Invalid(text);
  return TypeFromJson(json, 0);
}

void AppendJson(const DataType& type, std::string* out) {
  switch (type.id()) {
    case TypeId::kArray:
      out->append(R"({"type":"array","elementType":)");
      AppendJson(type.element_type(), out);
      out->append(fmt::format(R"(,"containsNull":{}}})", type.contains_null()));
      break;
    case TypeId::kMap:
      out->append(R"({"type":"map","keyType":)");
      AppendJson(type.key_type(), out);
      out->append(R"(,"valueType":)");
      AppendJson(type.value_type(), out);
      out->append(fmt::format(R"(,"valueContainsNull":{}}})", type.value_contains_null()));
      break;
    case TypeId::kStruct: {
      out->append(R"({"type":"struct","fields":[)");
      const char* separator = "";
      for (const StructField& field : type.fields()) {
        out->append(separator).append(R"({"name":)");
        AppendJsonString(field.name, out);
        out->append(R"(,"type":)");
        AppendJson(field.type, out);
        out->append(
            fmt::format(R"(,"nullable":{},"metadata":{}}})", field.nullable, field.metadata));
        separator = ",";
      }
      out->append("]}");
      break;
    }
    default:
      AppendJsonString(type.TypeName(), out);
  }
}

}  // namespace

std::string CommentOf(const StructField& field) {
  if (field.metadata == "{}") return "";
  const Json json = Json::parse(field.metadata, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return "";
  const Json* comment = Member(json, "comment");
  return comment != nullptr && comment->is_string() ? comment->get<std::string>() : "";
}

Result<DataType> DataType::FromJson(std::string_view json) { return ParseJson(json); }

std::string DataType::Json() const {
  std::string text;
  AppendJson(*this, &text);
  return text;
}

Result<Schema> Schema::FromJson(std::string_view json) {
  ARROW_ASSIGN_OR_RAISE(const DataType type, ParseJson(json));
  if (type.id() != TypeId::kStruct) return Invalid(json);
  return Schema(type.fields());
}

std::string Schema::Json() const { return AsStruct().Json(); }

}  // namespace firesteel
