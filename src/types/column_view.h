#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// Raw pointers into one Arrow array and its children, for loops that must not call virtual
/// functions per row. Indexes count from the start of the array, its own offset included here.
/// Valid as long as the array is; immutable.
class ColumnView {
 public:
  /// `data` must have the Arrow type of `type` (checked: an error otherwise, also deeper down).
  static Result<ColumnView> Make(const arrow::ArrayData& data, const DataType& type);

  const DataType& type() const { return *type_; }
  TypeId id() const { return type_->id(); }
  int64_t length() const { return length_; }
  bool has_nulls() const { return all_null_ || validity_ != nullptr; }

  bool IsNull(int64_t i) const {
    if (validity_ == nullptr) return all_null_;
    const int64_t bit = offset_ + i;
    return (validity_[bit >> 3] >> (bit & 7) & 1) == 0;
  }
  /// The values of a fixed-width type (not boolean), the array's offset applied.
  template <typename T>
  const T* Values() const {
    return reinterpret_cast<const T*>(values_) + offset_;
  }
  bool BoolAt(int64_t i) const {
    const int64_t bit = offset_ + i;
    return (values_[bit >> 3] >> (bit & 7) & 1) != 0;
  }
  /// A string or binary.
  std::string_view BytesAt(int64_t i) const {
    const int32_t* offsets = offsets_ + offset_ + i;
    return {reinterpret_cast<const char*>(values_) + offsets[0],
            static_cast<size_t>(offsets[1] - offsets[0])};
  }
  /// The range of a list's or a map's elements, as indexes into child(0) (and, for maps, child(1)).
  int64_t ListBegin(int64_t i) const { return offsets_[offset_ + i]; }
  int64_t ListEnd(int64_t i) const { return offsets_[offset_ + i + 1]; }
  /// The index of a struct's fields in its children.
  int64_t ChildIndex(int64_t i) const { return offset_ + i; }

  /// An array's elements; a map's keys and values; a struct's fields.
  const std::vector<ColumnView>& children() const { return children_; }
  const ColumnView& child(int i) const { return children_[i]; }

 private:
  const DataType* type_ = nullptr;
  int64_t length_ = 0;
  int64_t offset_ = 0;
  bool all_null_ = false;
  const uint8_t* validity_ = nullptr;
  const uint8_t* values_ = nullptr;
  const int32_t* offsets_ = nullptr;
  std::vector<ColumnView> children_;
};

/// The unscaled value of a decimal, whose address need not suit a 16-byte integer.
inline __int128 UnscaledDecimalAt(const ColumnView& view, int64_t i) {
  __int128 value;
  std::memcpy(&value, view.Values<__int128>() + i, sizeof(value));
  return value;
}

}  // namespace firesteel
