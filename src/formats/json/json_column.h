#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
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
  static constexpr int64_t kPadding = 16;  // bytes

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
  /// Whether the next element's place is there: then PutFixed needs no check and cannot fail.
  bool HasRoom() const { return length_ < room_; }
  /// Makes room for many elements; the bytes of strings are not counted.
  Status MakeRoom();
  /// AppendFixed where HasRoom().
  template <typename T>
  void PutFixed(T value) {
    values_.UnsafeAppend(&value, sizeof(T));
    PutValid();
  }
  /// AppendBytes where HasRoom(), for bytes with kPadding readable ones from their start on: a
  /// short string costs no call. False, and nothing changed, when it takes AppendBytes.
  bool PutPaddedBytes(std::string_view bytes) {
    const int64_t at = values_.length();
    const bool fits = bytes.size() <= kPadding && values_.capacity() - at >= kPadding &&
                      at < std::numeric_limits<int32_t>::max() - kPadding && ends_.length() > 0;
    if (!fits) [[unlikely]]
      return false;
    std::memcpy(values_.mutable_data() + at, bytes.data(), kPadding);
    values_.UnsafeAdvance(static_cast<int64_t>(bytes.size()));
    ends_.UnsafeAppend(static_cast<int32_t>(values_.length()));
    PutValid();
    return true;
  }
  /// Appends to a string or binary column. Errors: the batch's text is beyond 2 GiB.
  Status AppendBytes(std::string_view bytes) {
    const auto count = static_cast<int64_t>(bytes.size());
    ARROW_RETURN_NOT_OK(values_.Reserve(count));
    if (count > 0) values_.UnsafeAppend(bytes.data(), count);
    return AppendEnd(values_.length());
  }
  /// Appends an array or map of the child elements that no element owns yet.
  Status AppendList();
  /// Appends a struct; each child must have one more element than this column.
  Status AppendStruct();

  /// Whether an element is not NULL.
  bool IsValid(int64_t i) const { return id_ != TypeId::kNull && valid_.data()[i] != 0; }
  /// An element of a type of fixed width.
  template <typename T>
  T FixedAt(int64_t i) const {
    T value;
    std::memcpy(&value, values_.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
    return value;
  }
  /// An element of a string or binary column, in place until the column changes.
  std::string_view BytesAt(int64_t i) const {
    return {reinterpret_cast<const char*>(values_.data()) + ends_.data()[i],
            static_cast<size_t>(ends_.data()[i + 1] - ends_.data()[i])};
  }

  /// Forgets all elements from `length` on, the children's too.
  void Truncate(int64_t length);
  /// Forgets child elements that no element owns yet, after a nested value that failed.
  void TruncateChildren();

  /// Gives the elements as an array of ToArrowType(type()) and starts anew.
  Result<std::shared_ptr<arrow::Array>> Finish();

 private:
  void PutValid() {
    ++length_;
    valid_.UnsafeAppend(1);
  }
  Status AppendValid() {
    ++length_;
    return valid_.Append(1);
  }
  Status AppendEnd(int64_t end) {
    if (end > std::numeric_limits<int32_t>::max()) [[unlikely]] {
      return Status::CapacityError("One batch of rows holds more than 2 GiB in one column.");
    }
    if (ends_.length() == 0) [[unlikely]] {
      ARROW_RETURN_NOT_OK(ends_.Append(0));
    }
    ARROW_RETURN_NOT_OK(ends_.Append(static_cast<int32_t>(end)));
    return AppendValid();
  }
  // Makes room for a batch like the one just finished, so that the next one need not grow.
  Status ReserveLike(int64_t elements, int64_t bytes);
  int64_t EndOf(int64_t element_count) const;
  Result<std::shared_ptr<arrow::ArrayData>> FinishData();
  Result<std::shared_ptr<arrow::Buffer>> FinishValidity(int64_t* null_count);

  DataType type_;
  TypeId id_;
  int width_ = 0;  // of values of fixed width in bytes; 0 for other types
  int64_t length_ = 0;
  int64_t room_ = 0;  // elements whose validity, end and value of fixed width have their place
  arrow::TypedBufferBuilder<uint8_t> valid_;  // a byte for each element
  arrow::BufferBuilder values_;               // fixed-width values, or bytes of strings
  arrow::TypedBufferBuilder<int32_t> ends_;   // ends of strings, arrays and maps, after a first 0
  std::vector<JsonColumn> children_;
};

}  // namespace firesteel
