#include "formats/avro/avro_default.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "fmt/format.h"
#include "formats/avro/avro_types.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

using Json = nlohmann::json;

template <typename T>
void AppendLittleEndian(T value, std::string* out) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

/// Writes JSON values as a type asks for; false where one does not fit.
class DefaultWriter {
 public:
  explicit DefaultWriter(std::string* out) : out_(out) {}

  bool Write(const Json& json, const AvroNode& node, int depth) {
    if (depth > kDeepest) return false;
    switch (node.type) {
      case AvroType::kNull:
        return json.is_null();
      case AvroType::kBoolean:
        if (json.is_boolean()) out_->push_back(json.get<bool>() ? '\1' : '\0');
        return json.is_boolean();
      case AvroType::kInt:
      case AvroType::kLong:
        if (json.is_number_integer()) AppendAvroLong(json.get<int64_t>(), out_);
        return json.is_number_integer();
      case AvroType::kFloat:
        if (json.is_number()) AppendLittleEndian(json.get<float>(), out_);
        return json.is_number();
      case AvroType::kDouble:
        if (json.is_number()) AppendLittleEndian(json.get<double>(), out_);
        return json.is_number();
      case AvroType::kString:
        if (json.is_string()) AppendText(json.get_ref<const std::string&>());
        return json.is_string();
      case AvroType::kBytes:
        return WriteBytes(json, -1);
      case AvroType::kFixed:
        return WriteBytes(json, node.size);
      case AvroType::kEnum:
        return WriteEnum(json, node);
      case AvroType::kUnion:
        AppendAvroLong(0, out_);
        return Write(json, *node.inner[0], depth + 1);
      case AvroType::kRecord:
        return WriteRecord(json, node, depth);
      case AvroType::kArray:
      case AvroType::kMap:
        return WriteItems(json, node, depth);
    }
    return false;
  }

 private:
  static constexpr int kDeepest = 100;

  void AppendText(std::string_view text) {
    AppendAvroLong(static_cast<int64_t>(text.size()), out_);
    out_->append(text);
  }

  // Bytes stand in JSON as characters U+0000 to U+00FF.
  bool WriteBytes(const Json& json, int64_t size) {
    if (!json.is_string()) return false;
    const auto& text = json.get_ref<const std::string&>();
    std::string bytes;
    for (size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<uint8_t>(text[i]);
      if (byte < 0x80) {
        bytes.push_back(text[i]);
      } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < text.size()) {
        ++i;
        bytes.push_back(static_cast<char>(((byte & 0x03) << 6) | (text[i] & 0x3f)));
      } else {
        return false;
      }
    }
    if (size < 0) {
      AppendText(bytes);
      return true;
    }
    out_->append(bytes);
    return static_cast<int64_t>(bytes.size()) == size;
  }

  bool WriteEnum(const Json& json, const AvroNode& node) {
    if (!json.is_string()) return false;
    const auto found =
        std::find(node.symbols.begin(), node.symbols.end(), json.get_ref<const std::string&>());
    AppendAvroLong(found - node.symbols.begin(), out_);
    return found != node.symbols.end();
  }

  bool WriteRecord(const Json& json, const AvroNode& node, int depth) {
    if (!json.is_object()) return false;
    for (const AvroField& field : node.fields) {
      const auto found = json.find(field.name);
      if (found == json.end() && !field.has_default) return false;
      const Json value =
          found != json.end() ? *found : Json::parse(field.default_json, nullptr, false);
      if (!Write(value, *field.type, depth + 1)) return false;
    }
    return true;
  }

  bool WriteItems(const Json& json, const AvroNode& node, int depth) {
    const bool map = node.type == AvroType::kMap;
    if (map ? !json.is_object() : !json.is_array()) return false;
    if (!json.empty()) AppendAvroLong(static_cast<int64_t>(json.size()), out_);
    for (const auto& [name, value] : json.items()) {
      if (map) AppendText(name);
      if (!Write(value, *node.inner[0], depth + 1)) return false;
    }
    AppendAvroLong(0, out_);
    return true;
  }

  std::string* out_;
};

}  // namespace

void AppendAvroLong(int64_t value, std::string* out) {
  auto bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  char bytes[10];
  size_t count = 0;
  while (bits >= 0x80) {
    bytes[count++] = static_cast<char>((bits & 0x7f) | 0x80);
    bits >>= 7;
  }
  bytes[count++] = static_cast<char>(bits);
  out->append(bytes, count);
}

Result<std::string> EncodeAvroDefault(const AvroField& field) {
  std::string out;
  const Json json = Json::parse(field.default_json, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !DefaultWriter(&out).Write(json, *field.type, 0)) {
    return AvroNotSupported(
        fmt::format("The default of the field {} does not fit its type.", field.name));
  }
  return out;
}

}  // namespace firesteel
