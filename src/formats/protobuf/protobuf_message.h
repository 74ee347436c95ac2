#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class FieldDescriptor;
}  // namespace google::protobuf

namespace firesteel {

/// The options of from_protobuf and to_protobuf.
struct ProtobufOptions {
  int recursive_depth = -1;      ///< recursive.fields.max.depth; 1 to 10, else refused
  bool emit_defaults = false;    ///< emit.default.values: 0 and "" instead of NULL
  bool enums_as_ints = false;    ///< enums.as.ints
  bool any_as_json = false;      ///< convert.any.fields.to.json
  bool upcast_unsigned = false;  ///< upcast.unsigned.ints
  bool unwrap_wrappers = false;  ///< unwrap.primitive.wrapper.types
  bool keep_empty = false;       ///< retain.empty.message.types

  static Result<ProtobufOptions> Make(const Options& options);
};

/// The name of the column that keeps a message without fields (retain.empty.message.types).
inline constexpr std::string_view kEmptyMessageColumn = "__dummy_field_in_empty_struct";

/// A message type out of a descriptor set (`protoc --descriptor_set_out`). Immutable.
class ProtobufMessage {
 public:
  /// Finds the message by its full name or its last part. Errors: CANNOT_PARSE_PROTOBUF_DESCRIPTOR,
  /// PROTOBUF_DEPENDENCY_NOT_FOUND, PROTOBUF_MESSAGE_NOT_FOUND.
  static Result<std::shared_ptr<const ProtobufMessage>> Find(std::string_view descriptor_set,
                                                             const std::string& name);
  ~ProtobufMessage();
  const google::protobuf::Descriptor& descriptor() const { return *descriptor_; }
  const google::protobuf::DescriptorPool& pool() const { return *pool_; }

 private:
  ProtobufMessage() = default;
  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  const google::protobuf::Descriptor* descriptor_ = nullptr;
};

/// What a field is for Spark, beyond its wire type.
enum class ProtobufKind : uint8_t {
  kScalar,
  kTimestamp,
  kDuration,
  kAnyAsJson,
  kWrapper,  // google.protobuf.Int32Value and the like, unwrapped
  kMap,
  kMessage,
};

/// How one value of this field is read; that it is repeated does not matter here.
ProtobufKind KindOfField(const google::protobuf::FieldDescriptor& field,
                         const ProtobufOptions& options);

/// The struct that Spark reads the message as. Errors: RECURSIVE_PROTOBUF_SCHEMA.
Result<DataType> ProtobufToSparkType(const ProtobufMessage& message,
                                     const ProtobufOptions& options);

}  // namespace firesteel
