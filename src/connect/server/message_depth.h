#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/serialization_traits.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <algorithm>

namespace spark::connect {
class ExecutePlanRequest;
class ReattachExecuteRequest;
}  // namespace spark::connect

// Forced into the generated service: protobuf stops reading at 100 levels of messages, which is
// about 50 chained DataFrame calls. The generated code reads requests that have one response as a
// MessageLite, and those that have a stream of them as what they are, so these specializations are
// what all of them go through, and where those that cannot be read get a text with their error.
namespace grpc {

template <>
class SerializationTraits<google::protobuf::MessageLite, void> {
 public:
  /// As deep as Spark reads. Plans deeper than what our own walkers take are refused by them.
  static constexpr int kMaximumDepth = 1024;

  static Status Serialize(const google::protobuf::MessageLite& message, ByteBuffer* buffer,
                          bool* own_buffer) {
    return GenericSerialize<ProtoBufferWriter, google::protobuf::MessageLite>(message, buffer,
                                                                              own_buffer);
  }

  static Status Deserialize(ByteBuffer* buffer, google::protobuf::MessageLite* message) {
    if (buffer == nullptr) return Status(StatusCode::INTERNAL, "There is no message.");
    Status result;
    {
      ProtoBufferReader reader(buffer);
      if (!reader.status().ok()) return reader.status();
      google::protobuf::io::CodedInputStream stream(&reader);
      stream.SetRecursionLimit(kMaximumDepth);
      if (!message->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
        result = Status(StatusCode::INVALID_ARGUMENT,
                        "The request is no message of the protocol, or nested too deeply.");
      }
    }
    buffer->Clear();
    return result;
  }
};

// Has templates, since the classes of the requests are not complete here.
class DeepSerializationTraits {
  using Generic = SerializationTraits<google::protobuf::MessageLite, void>;

 public:
  template <typename Request>
  static Status Serialize(const Request& message, ByteBuffer* buffer, bool* own_buffer) {
    return Generic::Serialize(message, buffer, own_buffer);
  }

  template <typename Request>
  static Status Deserialize(ByteBuffer* buffer, Request* message) {
    return Generic::Deserialize(buffer, message);
  }
};

template <>
class SerializationTraits<spark::connect::ExecutePlanRequest, void>
    : public DeepSerializationTraits {};
template <>
class SerializationTraits<spark::connect::ReattachExecuteRequest, void>
    : public DeepSerializationTraits {};

}  // namespace grpc
