#include "formats/protobuf/protobuf_message.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/error.h"

namespace firesteel {
namespace {

namespace pb = google::protobuf;

constexpr int kDeepestMessage = 10;  // as in Spark
constexpr int kMostMessageColumns = 100'000;

/// Keeps the first thing that is wrong with a descriptor.
class FirstError final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const pb::Message*,
                ErrorLocation, const std::string& message) override {
    if (text_.empty()) text_ = file + ": " + element + ": " + message;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Status BadDescriptor(const std::string& reason) {
  return MakeError("CANNOT_PARSE_PROTOBUF_DESCRIPTOR", {{"reason", reason}});
}

/// Adds the files of a set to a pool, those that others import first.
class SetLoader {
 public:
  SetLoader(const pb::FileDescriptorSet& set, pb::DescriptorPool* pool) : pool_(pool) {
    for (const pb::FileDescriptorProto& file : set.file()) files_.emplace(file.name(), &file);
  }

  Status Load(const std::string& name, int depth) {
    if (pool_->FindFileByName(name) != nullptr) return Status::OK();
    const auto found = files_.find(name);
    if (found == files_.end()) {
      return MakeError("PROTOBUF_DEPENDENCY_NOT_FOUND", {{"dependencyName", name}});
    }
    if (depth > kDeepest || !begun_.insert(name).second) {
      return BadDescriptor("the files import each other in a circle");
    }
    for (const std::string& dependency : found->second->dependency()) {
      ARROW_RETURN_NOT_OK(Load(dependency, depth + 1));
    }
    FirstError errors;
    if (pool_->BuildFileCollectingErrors(*found->second, &errors) == nullptr) {
      return BadDescriptor(errors.text());
    }
    return Status::OK();
  }

 private:
  static constexpr int kDeepest = 1000;
  pb::DescriptorPool* pool_;
  std::map<std::string, const pb::FileDescriptorProto*> files_;
  std::set<std::string> begun_;
};

const pb::Descriptor* FindMessage(const pb::DescriptorPool& pool, const pb::FileDescriptorSet& set,
                                  const std::string& name) {
  for (const pb::FileDescriptorProto& file : set.file()) {
    const pb::FileDescriptor* loaded = pool.FindFileByName(file.name());
    for (int i = 0; loaded != nullptr && i < loaded->message_type_count(); ++i) {
      const pb::Descriptor* message = loaded->message_type(i);
      if (message->name() == name || message->full_name() == name) return message;
    }
  }
  return pool.FindMessageTypeByName(name);
}

bool IsSecondsAndNanos(const pb::Descriptor& message, std::string_view name) {
  return message.name() == name && message.field_count() == 2 &&
         message.field(0)->name() == "seconds" && message.field(1)->name() == "nanos" &&
         message.field(0)->cpp_type() == pb::FieldDescriptor::CPPTYPE_INT64 &&
         message.field(1)->cpp_type() == pb::FieldDescriptor::CPPTYPE_INT32 &&
         !message.field(0)->is_repeated() && !message.field(1)->is_repeated();
}

bool IsWrapper(const pb::Descriptor& message) {
  static const std::set<std::string_view> kNames = {
      "google.protobuf.BoolValue",  "google.protobuf.Int32Value",  "google.protobuf.UInt32Value",
      "google.protobuf.Int64Value", "google.protobuf.UInt64Value", "google.protobuf.StringValue",
      "google.protobuf.BytesValue", "google.protobuf.FloatValue",  "google.protobuf.DoubleValue"};
  return kNames.contains(message.full_name()) && message.field_count() == 1 &&
         message.field(0)->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE &&
         !message.field(0)->is_repeated();
}

DataType TypeOfScalar(const pb::FieldDescriptor& field, const ProtobufOptions& options) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return TypeId::kInteger;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return TypeId::kLong;
    // Java has no unsigned numbers: fixed32 and fixed64 stay as they are in any case.
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return options.upcast_unsigned && field.type() == pb::FieldDescriptor::TYPE_UINT32
                 ? TypeId::kLong
                 : TypeId::kInteger;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      if (options.upcast_unsigned && field.type() == pb::FieldDescriptor::TYPE_UINT64) {
        return DataType::Decimal(20, 0);
      }
      return TypeId::kLong;
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return TypeId::kDouble;
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return TypeId::kFloat;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return TypeId::kBoolean;
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return options.enums_as_ints ? TypeId::kInteger : TypeId::kString;
    default:
      return field.type() == pb::FieldDescriptor::TYPE_BYTES ? TypeId::kBinary : TypeId::kString;
  }
}

/// Walks a message; what recursion leaves out is nullopt.
class MessageTypeReader {
 public:
  explicit MessageTypeReader(const ProtobufOptions& options) : options_(options) {}

  Result<std::vector<StructField>> ReadFields(const pb::Descriptor& message) {
    ++depths_[&message];
    std::vector<StructField> fields;
    for (int i = 0; i < message.field_count(); ++i) {
      const pb::FieldDescriptor& field = *message.field(i);
      ARROW_ASSIGN_OR_RAISE(std::optional<DataType> type, Read(field));
      if (!type) continue;
      const bool map = KindOfField(field, options_) == ProtobufKind::kMap;
      if (field.is_repeated() && !map) type = DataType::Array(*std::move(type), false);
      fields.push_back({field.name(), *std::move(type), !field.is_required()});
    }
    --depths_[&message];
    if (fields.empty() && options_.keep_empty) {
      fields.push_back({std::string(kEmptyMessageColumn), TypeId::kString, true});
    }
    return fields;
  }

 private:
  Result<std::optional<DataType>> Read(const pb::FieldDescriptor& field) {
    if (++columns_ > kMostMessageColumns) return BadDescriptor("it stands for too many columns");
    switch (KindOfField(field, options_)) {
      case ProtobufKind::kScalar:
        return TypeOfScalar(field, options_);
      case ProtobufKind::kTimestamp:
        return DataType(TypeId::kTimestamp);
      case ProtobufKind::kDuration:
        return DataType(TypeId::kDayTimeInterval);
      case ProtobufKind::kAnyAsJson:
        return DataType(TypeId::kString);
      case ProtobufKind::kWrapper:
        return TypeOfScalar(*field.message_type()->field(0), options_);
      case ProtobufKind::kMap: {
        ARROW_ASSIGN_OR_RAISE(auto key, Read(*field.message_type()->map_key()));
        ARROW_ASSIGN_OR_RAISE(auto value, Read(*field.message_type()->map_value()));
        if (!key || !value) return std::nullopt;
        return DataType::Map(*std::move(key), *std::move(value), false);
      }
      case ProtobufKind::kMessage:
        break;
    }
    const pb::Descriptor& message = *field.message_type();
    const int depth = depths_[&message];
    const int allowed = options_.recursive_depth;
    if (depth > 0 && (allowed <= 0 || allowed > kDeepestMessage)) {
      return MakeError("RECURSIVE_PROTOBUF_SCHEMA", {{"fieldDescriptor", field.full_name()}});
    }
    if (depth > 0 && depth >= allowed) return std::nullopt;
    ARROW_ASSIGN_OR_RAISE(std::vector<StructField> fields, ReadFields(message));
    if (fields.empty()) return std::nullopt;
    return DataType::Struct(std::move(fields));
  }

  const ProtobufOptions& options_;
  std::map<const pb::Descriptor*, int> depths_;
  int columns_ = 0;
};

}  // namespace

ProtobufMessage::~ProtobufMessage() = default;

Result<ProtobufOptions> ProtobufOptions::Make(const Options& options) {
  ProtobufOptions made;
  if (const auto text = options.Get("recursive.fields.max.depth")) {
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), made.recursive_depth);
    if (error != std::errc() || end != text->data() + text->size()) {
      return BadDescriptor("the option recursive.fields.max.depth must be a number");
    }
  }
  ARROW_ASSIGN_OR_RAISE(made.emit_defaults, options.GetBool("emit.default.values", false));
  ARROW_ASSIGN_OR_RAISE(made.enums_as_ints, options.GetBool("enums.as.ints", false));
  ARROW_ASSIGN_OR_RAISE(made.any_as_json, options.GetBool("convert.any.fields.to.json", false));
  ARROW_ASSIGN_OR_RAISE(made.upcast_unsigned, options.GetBool("upcast.unsigned.ints", false));
  ARROW_ASSIGN_OR_RAISE(made.unwrap_wrappers,
                        options.GetBool("unwrap.primitive.wrapper.types", false));
  ARROW_ASSIGN_OR_RAISE(made.keep_empty, options.GetBool("retain.empty.message.types", false));
  return made;
}

Result<std::shared_ptr<const ProtobufMessage>> ProtobufMessage::Find(
    std::string_view descriptor_set, const std::string& name) {
  pb::FileDescriptorSet set;
  const auto size = static_cast<int>(descriptor_set.size());
  if (!set.ParsePartialFromArray(descriptor_set.data(), size) || !set.IsInitialized()) {
    return BadDescriptor("it is no FileDescriptorSet");
  }
  std::shared_ptr<ProtobufMessage> message(new ProtobufMessage());
  message->pool_ = std::make_unique<pb::DescriptorPool>();
  SetLoader loader(set, message->pool_.get());
  for (const pb::FileDescriptorProto& file : set.file()) {
    ARROW_RETURN_NOT_OK(loader.Load(file.name(), 0));
  }
  message->descriptor_ = FindMessage(*message->pool_, set, name);
  if (message->descriptor_ == nullptr) {
    return MakeError("PROTOBUF_MESSAGE_NOT_FOUND", {{"messageName", name}});
  }
  return message;
}

ProtobufKind KindOfField(const pb::FieldDescriptor& field, const ProtobufOptions& options) {
  const pb::Descriptor* message = field.message_type();
  if (message == nullptr) return ProtobufKind::kScalar;
  if (field.is_map()) return ProtobufKind::kMap;
  if (IsSecondsAndNanos(*message, "Duration")) return ProtobufKind::kDuration;
  if (IsSecondsAndNanos(*message, "Timestamp")) return ProtobufKind::kTimestamp;
  if (options.any_as_json && message->full_name() == "google.protobuf.Any") {
    return ProtobufKind::kAnyAsJson;
  }
  if (options.unwrap_wrappers && IsWrapper(*message)) return ProtobufKind::kWrapper;
  return ProtobufKind::kMessage;
}

Result<DataType> ProtobufToSparkType(const ProtobufMessage& message,
                                     const ProtobufOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto fields, MessageTypeReader(options).ReadFields(message.descriptor()));
  return DataType::Struct(std::move(fields));
}

}  // namespace firesteel
