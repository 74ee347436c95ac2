#include "types/column_view.h"

#include <utility>

#include "arrow/array/data.h"
#include "arrow/buffer.h"
#include "arrow/type.h"
#include "common/error.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

// Whether the memory of the two is laid out alike; time zones and the names of fields may differ.
bool SameLayout(const arrow::DataType& actual, const DataType& wanted) {
  if (actual.id() == arrow::Type::DICTIONARY || actual.id() == arrow::Type::EXTENSION) return false;
  switch (wanted.id()) {
    case TypeId::kArray:
      return actual.id() == arrow::Type::LIST;
    case TypeId::kMap:
      return actual.id() == arrow::Type::MAP;
    case TypeId::kStruct:
      return actual.id() == arrow::Type::STRUCT &&
             actual.num_fields() == static_cast<int>(wanted.fields().size());
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      return actual.id() == arrow::Type::TIMESTAMP &&
             static_cast<const arrow::TimestampType&>(actual).unit() == arrow::TimeUnit::MICRO;
    default:
      return actual.Equals(*ToArrowType(wanted));
  }
}

// Empty columns may come without some of their buffers.
const uint8_t* Pointer(const std::shared_ptr<arrow::Buffer>& buffer) {
  return buffer == nullptr ? nullptr : buffer->data();
}

const int32_t* Offsets(const arrow::ArrayData& data) {
  return reinterpret_cast<const int32_t*>(Pointer(data.buffers[1]));
}

}  // namespace

Result<ColumnView> ColumnView::Make(const arrow::ArrayData& data, const DataType& type) {
  if (!SameLayout(*data.type, type)) {
    return InternalError("A column of the type " + type.SimpleString() + " came as Arrow's " +
                         data.type->ToString() + ".");
  }
  ColumnView view;
  view.type_ = &type;
  view.length_ = data.length;
  view.offset_ = data.offset;
  view.all_null_ = type.id() == TypeId::kNull;
  if (!view.all_null_ && data.buffers[0] != nullptr && data.GetNullCount() != 0) {
    view.validity_ = data.buffers[0]->data();
  }
  const auto add_child = [&view](const arrow::ArrayData& child, const DataType& child_type) {
    ARROW_ASSIGN_OR_RAISE(ColumnView child_view, Make(child, child_type));
    view.children_.push_back(std::move(child_view));
    return Status::OK();
  };
  switch (type.id()) {
    case TypeId::kNull:
      break;
    case TypeId::kArray:
      view.offsets_ = Offsets(data);
      ARROW_RETURN_NOT_OK(add_child(*data.child_data[0], type.element_type()));
      break;
    case TypeId::kMap: {
      view.offsets_ = Offsets(data);
      // The entries are a struct of their own, whose offset counts for both of its fields.
      const arrow::ArrayData& entries = *data.child_data[0];
      const auto entry_slice = [&entries](int i) {
        return entries.child_data[i]->Slice(entries.offset, entries.length);
      };
      ARROW_RETURN_NOT_OK(add_child(*entry_slice(0), type.key_type()));
      ARROW_RETURN_NOT_OK(add_child(*entry_slice(1), type.value_type()));
      break;
    }
    case TypeId::kStruct:
      for (size_t i = 0; i < type.fields().size(); ++i) {
        ARROW_RETURN_NOT_OK(add_child(*data.child_data[i], type.fields()[i].type));
      }
      break;
    case TypeId::kString:
    case TypeId::kBinary:
      view.offsets_ = Offsets(data);
      view.values_ = Pointer(data.buffers[2]);
      break;
    default:
      view.values_ = Pointer(data.buffers[1]);
  }
  return view;
}

}  // namespace firesteel
