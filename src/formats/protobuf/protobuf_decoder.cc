#include "formats/protobuf/protobuf_decoder.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <string>
#include <unordered_map>
#include <utility>

#include "types/decimal.h"

namespace firesteel {
namespace {

namespace pb = google::protobuf;

constexpr int64_t kMicrosOfSecond = 1'000'000;
constexpr int64_t kNanosOfMicro = 1000;
constexpr std::string_view kTypePrefix = "type.googleapis.com";

}  // namespace

/// A field of a message and where it goes.
struct ProtobufDecoder::Field {
  const pb::FieldDescriptor* descriptor = nullptr;
  ProtobufKind kind = ProtobufKind::kScalar;
  int child = -1;             // of the struct's column
  bool always_there = false;  // a value is given even when none is set
  std::vector<Field> fields;  // of a message; of a map: its key and its value
};

ProtobufDecoder::~ProtobufDecoder() = default;

ProtobufDecoder::ProtobufDecoder(std::shared_ptr<const ProtobufMessage> message,
                                 const DataType& type, const ProtobufOptions& options)
    : type_(std::move(message)), options_(options) {
  factory_ = std::make_unique<pb::DynamicMessageFactory>(&type_->pool());
  message_.reset(factory_->GetPrototype(&type_->descriptor())->New());
  if (options_.any_as_json) {
    resolver_.reset(
        pb::util::NewTypeResolverForDescriptorPool(std::string(kTypePrefix), &type_->pool()));
  }
  std::vector<const pb::FieldDescriptor*> all;
  for (int i = 0; i < type_->descriptor().field_count(); ++i) {
    all.push_back(type_->descriptor().field(i));
  }
  fields_ = Plan(all.data(), static_cast<int>(all.size()), type);
}

std::vector<ProtobufDecoder::Field> ProtobufDecoder::Plan(const pb::FieldDescriptor* const* fields,
                                                          int count, const DataType& type) const {
  std::vector<Field> plan;
  const Schema columns(type.fields());
  for (int i = 0; i < count; ++i) {
    Field field;
    field.descriptor = fields[i];
    field.child = columns.IndexOf(fields[i]->name());
    if (field.child < 0) continue;  // recursion ends here
    field.kind = KindOfField(*fields[i], options_);
    field.always_there =
        fields[i]->has_default_value() || (options_.emit_defaults && !fields[i]->has_presence());
    const DataType& column = columns.field(field.child).type;
    if (field.kind == ProtobufKind::kMap) {
      field.fields = PlanMessage(*fields[i], DataType::Struct({{"key", column.key_type()},
                                                               {"value", column.value_type()}}));
    } else if (field.kind == ProtobufKind::kMessage) {
      field.fields =
          PlanMessage(*fields[i], fields[i]->is_repeated() ? column.element_type() : column);
    }
    plan.push_back(std::move(field));
  }
  return plan;
}

std::vector<ProtobufDecoder::Field> ProtobufDecoder::PlanMessage(const pb::FieldDescriptor& field,
                                                                 const DataType& type) const {
  const pb::Descriptor& message = *field.message_type();
  std::vector<const pb::FieldDescriptor*> all;
  for (int i = 0; i < message.field_count(); ++i) all.push_back(message.field(i));
  return Plan(all.data(), static_cast<int>(all.size()), type);
}

Result<bool> ProtobufDecoder::Decode(std::string_view bytes, JsonColumn* column) {
  message_->Clear();
  // In two steps: in one, libprotobuf prints what is missing.
  if (!message_->ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !message_->IsInitialized()) {
    return false;
  }
  malformed_ = false;
  const int64_t length = column->length();
  ARROW_RETURN_NOT_OK(AppendStruct(*message_, fields_, column));
  if (malformed_) column->Truncate(length);
  return !malformed_;
}

Status ProtobufDecoder::AppendStruct(const pb::Message& message, const std::vector<Field>& fields,
                                     JsonColumn* column) {
  for (const Field& field : fields) {
    ARROW_RETURN_NOT_OK(AppendField(message, field, &column->child(field.child)));
  }
  // A struct whose one column stands for there being none.
  if (fields.empty() && column->child_count() == 1) {
    ARROW_RETURN_NOT_OK(column->child(0).AppendNull());
  }
  return column->AppendStruct();
}

Status ProtobufDecoder::AppendField(const pb::Message& message, const Field& field,
                                    JsonColumn* column) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (field.kind == ProtobufKind::kMap) return AppendMap(message, field, column);
  if (field.descriptor->is_repeated()) {
    const int count = reflection.FieldSize(message, field.descriptor);
    for (int i = 0; i < count; ++i) {
      ARROW_RETURN_NOT_OK(AppendValue(message, field, i, &column->child(0)));
    }
    return column->AppendList();
  }
  if (!field.always_there && !reflection.HasField(message, field.descriptor)) {
    return column->AppendNull();
  }
  return AppendValue(message, field, -1, column);
}

// Of entries with the same key the last counts, in the place of the first.
Status ProtobufDecoder::AppendMap(const pb::Message& message, const Field& field,
                                  JsonColumn* column) {
  const pb::Reflection& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, field.descriptor);
  std::unordered_map<std::string, int> last;
  for (int i = 0; i < count && count > 1; ++i) {
    const pb::Message& entry = reflection.GetRepeatedMessage(message, field.descriptor, i);
    std::string key;
    const pb::FieldDescriptor* key_field = field.fields[0].descriptor;
    if (key_field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      key = entry.GetReflection()->GetString(entry, key_field);
    } else {
      JsonColumn& keys = column->child(0);
      const int64_t length = keys.length();
      ARROW_RETURN_NOT_OK(AppendScalar(entry, *key_field, -1, &keys));
      key = std::to_string(keys.id() == TypeId::kLong      ? keys.FixedAt<int64_t>(length)
                           : keys.id() == TypeId::kBoolean ? keys.FixedAt<uint8_t>(length)
                                                           : keys.FixedAt<int32_t>(length));
      keys.Truncate(length);
    }
    last[key] = i;
  }
  std::vector<uint8_t> counts(static_cast<size_t>(count), last.empty() ? 1 : 0);
  for (const auto& [key, index] : last) counts[index] = 1;
  for (int i = 0; i < count; ++i) {
    if (!counts[i]) continue;
    const pb::Message& entry = reflection.GetRepeatedMessage(message, field.descriptor, i);
    for (size_t part = 0; part < 2; ++part) {
      ARROW_RETURN_NOT_OK(
          AppendValue(entry, field.fields[part], -1, &column->child(static_cast<int>(part))));
    }
  }
  return column->AppendList();
}

Status ProtobufDecoder::AppendValue(const pb::Message& message, const Field& field, int index,
                                    JsonColumn* column) {
  if (field.kind == ProtobufKind::kScalar) {
    return AppendScalar(message, *field.descriptor, index, column);
  }
  const pb::Reflection& reflection = *message.GetReflection();
  return AppendMessage(index < 0 ? reflection.GetMessage(message, field.descriptor)
                                 : reflection.GetRepeatedMessage(message, field.descriptor, index),
                       field, column);
}

Status ProtobufDecoder::AppendMessage(const pb::Message& value, const Field& field,
                                      JsonColumn* column) {
  switch (field.kind) {
    case ProtobufKind::kTimestamp:
    case ProtobufKind::kDuration: {
      const pb::Reflection& reflection = *value.GetReflection();
      const pb::Descriptor& descriptor = *value.GetDescriptor();
      int64_t micros = reflection.GetInt64(value, descriptor.field(0));
      const int64_t rest = reflection.GetInt32(value, descriptor.field(1)) / kNanosOfMicro;
      if (__builtin_mul_overflow(micros, kMicrosOfSecond, &micros) ||
          __builtin_add_overflow(micros, rest, &micros)) {
        malformed_ = true;
        micros = 0;
      }
      return column->AppendFixed(micros);
    }
    case ProtobufKind::kWrapper:
      return AppendScalar(value, *value.GetDescriptor()->field(0), -1, column);
    case ProtobufKind::kAnyAsJson: {
      std::string json;
      if (!pb::util::BinaryToJsonString(resolver_.get(),
                                        std::string(kTypePrefix) + "/google.protobuf.Any",
                                        value.SerializePartialAsString(), &json)
               .ok()) {
        malformed_ = true;
      }
      return column->AppendBytes(json);
    }
    default:
      return AppendStruct(value, field.fields, column);
  }
}

Status ProtobufDecoder::AppendScalar(const pb::Message& message, const pb::FieldDescriptor& field,
                                     int index, JsonColumn* column) {
  const pb::Reflection& get = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return column->AppendFixed(one ? get.GetInt32(message, &field)
                                     : get.GetRepeatedInt32(message, &field, index));
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return column->AppendFixed(one ? get.GetInt64(message, &field)
                                     : get.GetRepeatedInt64(message, &field, index));
    case pb::FieldDescriptor::CPPTYPE_UINT32: {
      const uint32_t value =
          one ? get.GetUInt32(message, &field) : get.GetRepeatedUInt32(message, &field, index);
      if (column->id() == TypeId::kLong) return column->AppendFixed(static_cast<int64_t>(value));
      return column->AppendFixed(value);
    }
    case pb::FieldDescriptor::CPPTYPE_UINT64: {
      const uint64_t value =
          one ? get.GetUInt64(message, &field) : get.GetRepeatedUInt64(message, &field, index);
      if (column->id() == TypeId::kDecimal) {
        return column->AppendFixed(static_cast<int128_t>(value));
      }
      return column->AppendFixed(value);
    }
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return column->AppendFixed(one ? get.GetDouble(message, &field)
                                     : get.GetRepeatedDouble(message, &field, index));
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return column->AppendFixed(one ? get.GetFloat(message, &field)
                                     : get.GetRepeatedFloat(message, &field, index));
    case pb::FieldDescriptor::CPPTYPE_BOOL: {
      const bool value =
          one ? get.GetBool(message, &field) : get.GetRepeatedBool(message, &field, index);
      return column->AppendFixed(static_cast<uint8_t>(value ? 1 : 0));
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const int value = one ? get.GetEnumValue(message, &field)
                            : get.GetRepeatedEnumValue(message, &field, index);
      if (column->id() == TypeId::kInteger) return column->AppendFixed(static_cast<int32_t>(value));
      const pb::EnumValueDescriptor* known = field.enum_type()->FindValueByNumber(value);
      if (known != nullptr) return column->AppendBytes(known->name());
      return column->AppendBytes("UNKNOWN_ENUM_VALUE_" + field.enum_type()->name() + "_" +
                                 std::to_string(value));
    }
    default: {
      std::string scratch;
      const std::string& value =
          one ? get.GetStringReference(message, &field, &scratch)
              : get.GetRepeatedStringReference(message, &field, index, &scratch);
      return column->AppendBytes(value);
    }
  }
}

}  // namespace firesteel
