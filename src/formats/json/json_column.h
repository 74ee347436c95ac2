#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "arrow/buffer_builder.h"
#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// One column while rows are parsed into it. Unlike Arrow's builders it can forget its last
/// elements, so that a row that turns out bad leaves no trace. Not thread-safe.
///
/// Nested types hold columns of their own: `child(0)` of an array is its elements, of a map its
/// keys (`child(1)` its values), `child(i)` of a struct its field i. Children are filled first,
/// then AppendList or AppendStruct closes the parent's element over them.
class JsonColumn {
 public:
  explicit JsonColumn(const DataType& type);

  const DataType& type() const { return type_; }
  TypeId id() const { return id_; }
  int64_t length() const { return length_; }
  JsonColumn& child(int i) { return children_[i]; }
  JsonColumn* children() { return children_.data(); }
  int child_count() const { return static_cast<int>(children_.size()); }

  /// Appends NULL, to the fields of a struct as well.
  Status AppendNull();
  /// Appends a value of a type of fixed width; booleans are a byte of 0 or 1.
  template <typename T>
  Status AppendFixed(T value) {
    ARROW_RETURN_NOT_OK(values_.Append(&value, sizeof(T)));
    return AppendValid();
  }
  /// Appends to a string or binary column. Errors: the batch's text is beyond 2 GiB.
  Status AppendBytes(std::string_view bytes) {
    if (!bytes.empty()) {
      ARROW_RETURN_NOT_OK(values_.Append(bytes.data(), static_cast<int64_t>(bytes.size())));
    }
    return AppendEnd(values_.length());
  }
  /// Appends an array or map of the child elements that no element owns yet.
  Status AppendList();
  /// Appends a struct; each child must have one more element than this column.
  Status AppendStruct();

  /// Forgets all elements from `length` on, the children's too.
  void Truncate(int64_t length);
  /// Forgets child elements that no element owns yet, after a nested value that failed.
  void TruncateChildren();

  /// Gives the elements as an array of ToArrowType(type()) and starts anew.
  Result<std::shared_ptr<arrow::Array>> Finish();

 private:
  Status AppendValid() {
    ++length_;
    return valid_.Append(1);
  }
  Status AppendEnd(int64_t end);
  int64_t EndOf(int64_t element_count) const;
  Result<std::shared_ptr<arrow::ArrayData>> FinishData();
  Result<std::shared_ptr<arrow::Buffer>> FinishValidity(int64_t* null_count);

  DataType type_;
  TypeId id_;
  int width_ = 0;  // of values of fixed width in bytes; 0 for other types
  int64_t length_ = 0;
  arrow::TypedBufferBuilder<uint8_t> valid_;  // a byte for each element
  arrow::BufferBuilder values_;               // fixed-width values, or bytes of strings
  arrow::TypedBufferBuilder<int32_t> ends_;   // ends of strings, arrays and maps, after a first 0
  std::vector<JsonColumn> children_;
};

}  // namespace firesteel
