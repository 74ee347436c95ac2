#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <grpcpp/impl/codegen/serialization_traits.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>

// Forced into the generated service: protobuf stops reading at 100 levels of messages, which is
// about 50 chained DataFrame calls. The generated code reads and writes every message as a
// MessageLite, so this one specialization is what all requests go through.
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

}  // namespace grpc
