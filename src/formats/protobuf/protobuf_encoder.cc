#include "formats/protobuf/protobuf_encoder.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/error.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

namespace pb = google::protobuf;

constexpr int64_t kMicrosInSecond = 1'000'000;
constexpr int32_t kNanosInMicro = 1000;

bool SameProtobufName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ToUpper(x) == ToUpper(y); });
}

/// Whether values of the type can be kept in a field of this kind that is no message.
bool FitsScalar(TypeId id, const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return id == TypeId::kByte || id == TypeId::kShort || id == TypeId::kInteger ||
             id == TypeId::kDate || id == TypeId::kYearMonthInterval ||
             (id == TypeId::kLong && field.type() == pb::FieldDescriptor::TYPE_UINT32);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return id == TypeId::kLong;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return id == TypeId::kLong ||
             (id == TypeId::kDecimal && field.type() == pb::FieldDescriptor::TYPE_UINT64);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return id == TypeId::kDouble;
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return id == TypeId::kFloat;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return id == TypeId::kBoolean;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return id == TypeId::kString || id == TypeId::kInteger;
    default:
      return id ==
             (field.type() == pb::FieldDescriptor::TYPE_BYTES ? TypeId::kBinary : TypeId::kString);
  }
}

int64_t IntegerAt(const ColumnView& view, int64_t row) {
  switch (view.id()) {
    case TypeId::kByte:
      return view.Values<int8_t>()[row];
    case TypeId::kShort:
      return view.Values<int16_t>()[row];
    case TypeId::kLong:
      return view.Values<int64_t>()[row];
    case TypeId::kDecimal:
      return static_cast<int64_t>(UnscaledDecimalAt(view, row));
    default:
      return view.Values<int32_t>()[row];
  }
}

}  // namespace

/// A column and the field it goes to.
struct ProtobufEncoder::Field {
  const pb::FieldDescriptor* descriptor = nullptr;
  ProtobufKind kind = ProtobufKind::kScalar;
  int child = -1;             // of the struct's column
  std::vector<Field> fields;  // of a message; of a map: key and value
};

/// Matches columns with fields.
class ProtobufEncoder::Planner {
 public:
  explicit Planner(const ProtobufOptions& options) : options_(options) {}

  Result<std::vector<Field>> Plan(const pb::Descriptor& message, const DataType& type) const {
    std::vector<Field> plan;
    std::vector<const pb::FieldDescriptor*> used;
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const StructField& column = type.fields()[i];
      const pb::FieldDescriptor* found = nullptr;
      for (int j = 0; j < message.field_count(); ++j) {
        if (!SameProtobufName(message.field(j)->name(), column.name)) continue;
        if (found == nullptr || message.field(j)->name() == column.name) found = message.field(j);
      }
      if (found == nullptr) {
        if (options_.keep_empty && column.name == kEmptyMessageColumn) continue;
        return MakeError("NO_SQL_TYPE_IN_PROTOBUF_SCHEMA", {{"catalystFieldPath", column.name}});
      }
      if (std::find(used.begin(), used.end(), found) != used.end()) {
        return MakeError("PROTOBUF_FIELD_TYPE_MISMATCH", {{"field", found->full_name()}});
      }
      used.push_back(found);
      Field field;
      field.child = static_cast<int>(i);
      ARROW_RETURN_NOT_OK(PlanField(*found, column.type, &field));
      plan.push_back(std::move(field));
    }
    for (int j = 0; j < message.field_count(); ++j) {
      const pb::FieldDescriptor* field = message.field(j);
      if (field->is_required() && std::find(used.begin(), used.end(), field) == used.end()) {
        return MakeError("PROTOBUF_FIELD_MISSING_IN_SQL_SCHEMA", {{"field", field->full_name()}});
      }
    }
    return plan;
  }

 private:
  static Status Refuse(const pb::FieldDescriptor& field, const DataType& type) {
    return MakeError("CANNOT_CONVERT_SQL_TYPE_TO_PROTOBUF_FIELD_TYPE",
                     {{"sqlColumn", "`" + field.name() + "`"},
                      {"protobufColumn", "field '" + field.full_name() + "'"},
                      {"sqlType", "\"" + type.Sql() + "\""},
                      {"protobufType", field.type_name()}});
  }

  Status PlanField(const pb::FieldDescriptor& descriptor, const DataType& type,
                   Field* field) const {
    field->descriptor = &descriptor;
    field->kind = KindOfField(descriptor, options_);
    if (field->kind == ProtobufKind::kMap) {
      if (type.id() != TypeId::kMap) return Refuse(descriptor, type);
      field->fields.resize(2);
      const pb::Descriptor& entry = *descriptor.message_type();
      ARROW_RETURN_NOT_OK(PlanField(*entry.map_key(), type.key_type(), &field->fields[0]));
      return PlanField(*entry.map_value(), type.value_type(), &field->fields[1]);
    }
    if (descriptor.is_repeated() && type.id() != TypeId::kArray) return Refuse(descriptor, type);
    const DataType& value = descriptor.is_repeated() ? type.element_type() : type;
    if (value.id() == TypeId::kNull) return Status::OK();
    bool fits = false;
    switch (field->kind) {
      case ProtobufKind::kScalar:
        fits = FitsScalar(value.id(), descriptor);
        break;
      case ProtobufKind::kTimestamp:
        fits = value.id() == TypeId::kTimestamp;
        break;
      case ProtobufKind::kDuration:
        fits = value.id() == TypeId::kDayTimeInterval;
        break;
      case ProtobufKind::kWrapper:
        fits = FitsScalar(value.id(), *descriptor.message_type()->field(0));
        break;
      default:
        break;
    }
    if (!fits && descriptor.message_type() != nullptr && value.id() == TypeId::kStruct) {
      field->kind = ProtobufKind::kMessage;
      ARROW_ASSIGN_OR_RAISE(field->fields, Plan(*descriptor.message_type(), value));
      return Status::OK();
    }
    return fits ? Status::OK() : Refuse(descriptor, type);
  }

  const ProtobufOptions& options_;
};

ProtobufEncoder::~ProtobufEncoder() = default;

Result<std::unique_ptr<ProtobufEncoder>> ProtobufEncoder::Make(
    std::shared_ptr<const ProtobufMessage> message, const DataType& type,
    const ProtobufOptions& options) {
  std::unique_ptr<ProtobufEncoder> encoder(new ProtobufEncoder());
  Result<std::vector<Field>> fields = Planner(options).Plan(message->descriptor(), type);
  if (!fields.ok()) {
    return MakeErrorCausedBy(
        "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE",
        {{"protobufType", message->descriptor().name()}, {"toType", "\"" + type.Sql() + "\""}},
        fields.status());
  }
  encoder->fields_ = *std::move(fields);
  encoder->factory_ = std::make_unique<pb::DynamicMessageFactory>(&message->pool());
  encoder->message_.reset(encoder->factory_->GetPrototype(&message->descriptor())->New());
  encoder->type_ = std::move(message);
  return encoder;
}

Status ProtobufEncoder::Encode(const ColumnView& column, int64_t row, std::string* out) {
  message_->Clear();
  ARROW_RETURN_NOT_OK(FillStruct(fields_, column, row, message_.get()));
  if (!message_->IsInitialized()) {
    return MakeError("PROTOBUF_FIELD_MISSING_IN_SQL_SCHEMA",
                     {{"field", message_->InitializationErrorString()}});
  }
  if (!message_->AppendToString(out)) {
    return Status::CapacityError("A message is larger than 2 GiB.");
  }
  return Status::OK();
}

Status ProtobufEncoder::FillStruct(const std::vector<Field>& fields, const ColumnView& view,
                                   int64_t row, pb::Message* message) const {
  const int64_t inner = view.ChildIndex(row);
  for (const Field& field : fields) {
    ARROW_RETURN_NOT_OK(FillField(field, view.child(field.child), inner, message));
  }
  return Status::OK();
}

Status ProtobufEncoder::FillField(const Field& field, const ColumnView& view, int64_t row,
                                  pb::Message* message) const {
  const pb::FieldDescriptor& descriptor = *field.descriptor;
  if (view.IsNull(row)) {
    // Scalars that must be there get their default, as in Spark.
    if (!descriptor.is_required() || descriptor.message_type() != nullptr) return Status::OK();
    return FillValue(field, view, row, false, message);
  }
  if (field.kind == ProtobufKind::kMap) return FillMap(field, view, row, message);
  if (!descriptor.is_repeated()) return FillValue(field, view, row, false, message);
  for (int64_t i = view.ListBegin(row); i < view.ListEnd(row); ++i) {
    if (view.child(0).IsNull(i)) {
      return MakeError("NULL_IN_PROTOBUF_LIST", {{"field", descriptor.full_name()}});
    }
    ARROW_RETURN_NOT_OK(FillValue(field, view.child(0), i, true, message));
  }
  return Status::OK();
}

Status ProtobufEncoder::FillMap(const Field& field, const ColumnView& view, int64_t row,
                                pb::Message* message) const {
  const pb::Reflection& reflection = *message->GetReflection();
  for (int64_t i = view.ListBegin(row); i < view.ListEnd(row); ++i) {
    pb::Message* entry = reflection.AddMessage(message, field.descriptor, factory_.get());
    ARROW_RETURN_NOT_OK(FillValue(field.fields[0], view.child(0), i, false, entry));
    // A value that is NULL is its type's default.
    if (view.child(1).IsNull(i)) continue;
    ARROW_RETURN_NOT_OK(FillValue(field.fields[1], view.child(1), i, false, entry));
  }
  return Status::OK();
}

Status ProtobufEncoder::FillValue(const Field& field, const ColumnView& view, int64_t row, bool add,
                                  pb::Message* message) const {
  if (field.kind == ProtobufKind::kScalar) return FillScalar(field, view, row, add, message);
  const pb::Reflection& reflection = *message->GetReflection();
  return FillMessage(field, view, row,
                     add ? reflection.AddMessage(message, field.descriptor, factory_.get())
                         : reflection.MutableMessage(message, field.descriptor, factory_.get()));
}

Status ProtobufEncoder::FillMessage(const Field& field, const ColumnView& view, int64_t row,
                                    pb::Message* value) const {
  if (field.kind == ProtobufKind::kMessage) return FillStruct(field.fields, view, row, value);
  const pb::Descriptor& descriptor = *value->GetDescriptor();
  if (field.kind == ProtobufKind::kWrapper) {
    Field inner;
    inner.descriptor = descriptor.field(0);
    return FillScalar(inner, view, row, false, value);
  }
  const int64_t micros = view.Values<int64_t>()[row];
  int64_t seconds = micros / kMicrosInSecond;
  auto rest = static_cast<int32_t>(micros % kMicrosInSecond);
  // The nanoseconds of a moment count forwards; those of a span have its sign.
  if (rest < 0 && field.kind == ProtobufKind::kTimestamp) {
    --seconds;
    rest += static_cast<int32_t>(kMicrosInSecond);
  }
  value->GetReflection()->SetInt64(value, descriptor.field(0), seconds);
  value->GetReflection()->SetInt32(value, descriptor.field(1), rest * kNanosInMicro);
  return Status::OK();
}

Status ProtobufEncoder::FillEnum(const Field& field, const ColumnView& view, int64_t row, bool add,
                                 pb::Message* message) const {
  const pb::Reflection& set = *message->GetReflection();
  const pb::EnumDescriptor& type = *field.descriptor->enum_type();
  const bool null = view.IsNull(row);
  const pb::EnumValueDescriptor* value = null ? field.descriptor->default_value_enum() : nullptr;
  std::string data;
  if (!null && view.id() == TypeId::kInteger) {
    value = type.FindValueByNumber(view.Values<int32_t>()[row]);
    data = std::to_string(view.Values<int32_t>()[row]);
  } else if (!null) {
    data = view.BytesAt(row);
    value = type.FindValueByName(data);
  }
  if (value == nullptr) {
    std::string known;
    for (int i = 0; i < type.value_count(); ++i) {
      known += (i > 0 ? ", " : "") + ("\"" + type.value(i)->name() + "\"");
    }
    return MakeError("CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE",
                     {{"sqlColumn", "`" + field.descriptor->name() + "`"},
                      {"protobufColumn", "field '" + field.descriptor->full_name() + "'"},
                      {"data", data},
                      {"enumString", known}});
  }
  if (add) {
    set.AddEnum(message, field.descriptor, value);
  } else {
    set.SetEnum(message, field.descriptor, value);
  }
  return Status::OK();
}

Status ProtobufEncoder::FillScalar(const Field& field, const ColumnView& view, int64_t row,
                                   bool add, pb::Message* message) const {
  const pb::Reflection& set = *message->GetReflection();
  const pb::FieldDescriptor* to = field.descriptor;
  const bool null = view.IsNull(row);  // then the field's default
  switch (to->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32: {
      const auto value =
          null ? to->default_value_int32() : static_cast<int32_t>(IntegerAt(view, row));
      add ? set.AddInt32(message, to, value) : set.SetInt32(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_UINT32: {
      const auto value =
          null ? to->default_value_uint32() : static_cast<uint32_t>(IntegerAt(view, row));
      add ? set.AddUInt32(message, to, value) : set.SetUInt32(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_INT64: {
      const int64_t value = null ? to->default_value_int64() : IntegerAt(view, row);
      add ? set.AddInt64(message, to, value) : set.SetInt64(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_UINT64: {
      const auto value =
          null ? to->default_value_uint64() : static_cast<uint64_t>(IntegerAt(view, row));
      add ? set.AddUInt64(message, to, value) : set.SetUInt64(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
      const double value = null ? to->default_value_double() : view.Values<double>()[row];
      add ? set.AddDouble(message, to, value) : set.SetDouble(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_FLOAT: {
      const float value = null ? to->default_value_float() : view.Values<float>()[row];
      add ? set.AddFloat(message, to, value) : set.SetFloat(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = null ? to->default_value_bool() : view.BoolAt(row);
      add ? set.AddBool(message, to, value) : set.SetBool(message, to, value);
      break;
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return FillEnum(field, view, row, add, message);
    default: {
      std::string value(null ? std::string_view(to->default_value_string()) : view.BytesAt(row));
      add ? set.AddString(message, to, std::move(value))
          : set.SetString(message, to, std::move(value));
      break;
    }
  }
  return Status::OK();
}

}  // namespace firesteel
