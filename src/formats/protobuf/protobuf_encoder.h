#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/protobuf/protobuf_message.h"
#include "types/column_view.h"

namespace google::protobuf {
class DynamicMessageFactory;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace firesteel {

/// Writes structs of a column as messages. Fields that are NULL are left out. Not thread-safe.
class ProtobufEncoder {
 public:
  /// Errors: UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE, caused by what does not fit.
  static Result<std::unique_ptr<ProtobufEncoder>> Make(
      std::shared_ptr<const ProtobufMessage> message, const DataType& type,
      const ProtobufOptions& options);
  ~ProtobufEncoder();

  /// Appends the message of one row. Errors: CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE, a list
  /// with a NULL in it.
  Status Encode(const ColumnView& column, int64_t row, std::string* out);

 private:
  struct Field;
  class Planner;

  ProtobufEncoder() = default;
  Status FillStruct(const std::vector<Field>& fields, const ColumnView& view, int64_t row,
                    google::protobuf::Message* message) const;
  Status FillField(const Field& field, const ColumnView& view, int64_t row,
                   google::protobuf::Message* message) const;
  Status FillValue(const Field& field, const ColumnView& view, int64_t row, bool add,
                   google::protobuf::Message* message) const;
  Status FillMap(const Field& field, const ColumnView& view, int64_t row,
                 google::protobuf::Message* message) const;
  Status FillMessage(const Field& field, const ColumnView& view, int64_t row,
                     google::protobuf::Message* value) const;
  Status FillScalar(const Field& field, const ColumnView& view, int64_t row, bool add,
                    google::protobuf::Message* message) const;
  Status FillEnum(const Field& field, const ColumnView& view, int64_t row, bool add,
                  google::protobuf::Message* message) const;

  std::shared_ptr<const ProtobufMessage> type_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::unique_ptr<google::protobuf::Message> message_;
  std::vector<Field> fields_;
};

}  // namespace firesteel
