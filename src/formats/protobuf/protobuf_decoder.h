#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "formats/json/json_column.h"
#include "formats/protobuf/protobuf_message.h"

namespace google::protobuf {
class DynamicMessageFactory;
class FieldDescriptor;
class Message;
namespace util {
class TypeResolver;
}  // namespace util
}  // namespace google::protobuf

namespace firesteel {

/// Reads messages into a column of structs. One message object is used for all rows, so that its
/// memory is too. Not thread-safe.
class ProtobufDecoder {
 public:
  /// `type` is ProtobufToSparkType of the message, nullability aside.
  ProtobufDecoder(std::shared_ptr<const ProtobufMessage> message, const DataType& type,
                  const ProtobufOptions& options);
  ~ProtobufDecoder();

  /// Appends one element. False when the bytes are malformed; the column is as before then.
  Result<bool> Decode(std::string_view bytes, JsonColumn* column);

 private:
  struct Field;

  std::vector<Field> Plan(const google::protobuf::FieldDescriptor* const* fields, int count,
                          const DataType& type) const;
  std::vector<Field> PlanMessage(const google::protobuf::FieldDescriptor& field,
                                 const DataType& type) const;
  Status AppendStruct(const google::protobuf::Message& message, const std::vector<Field>& fields,
                      JsonColumn* column);
  Status AppendField(const google::protobuf::Message& message, const Field& field,
                     JsonColumn* column);
  Status AppendMap(const google::protobuf::Message& message, const Field& field,
                   JsonColumn* column);
  Status AppendValue(const google::protobuf::Message& message, const Field& field, int index,
                     JsonColumn* column);
  Status AppendMessage(const google::protobuf::Message& value, const Field& field,
                       JsonColumn* column);
  Status AppendScalar(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, int index,
                      JsonColumn* column);

  std::shared_ptr<const ProtobufMessage> type_;
  const ProtobufOptions options_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::unique_ptr<google::protobuf::Message> message_;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;  // for Any as JSON
  std::vector<Field> fields_;
  bool malformed_ = false;  // found while appending
};

}  // namespace firesteel
