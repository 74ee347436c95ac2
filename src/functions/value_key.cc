#include "functions/value_key.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/data.h"
#include "arrow/buffer.h"
#include "arrow/type.h"

namespace firesteel {

namespace {

template <typename T>
void AppendRaw(T value, std::string* key) {
  key->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
void AppendFloating(T value, std::string* key) {
  if (value == 0) value = 0;
  if (value != value) value = std::numeric_limits<T>::quiet_NaN();
  AppendRaw(value, key);
}

void AppendBytes(std::string_view bytes, std::string* key) {
  AppendRaw(static_cast<uint32_t>(bytes.size()), key);
  key->append(bytes);
}

void AppendElements(const arrow::ListArray& list, int64_t index, std::string* key) {
  AppendRaw(list.value_length(index), key);
  for (int64_t k = list.value_offset(index); k < list.value_offset(index + 1); ++k) {
    AppendValueKey(*list.values(), k, key);
  }
}

}  // namespace

void AppendValueKey(const arrow::Array& array, int64_t index, std::string* key) {
  if (array.IsNull(index)) {
    key->push_back('\0');
    return;
  }
  key->push_back('\1');
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      key->push_back(static_cast<const arrow::BooleanArray&>(array).Value(index) ? '\1' : '\0');
      return;
    case arrow::Type::FLOAT:
      AppendFloating(static_cast<const arrow::FloatArray&>(array).Value(index), key);
      return;
    case arrow::Type::DOUBLE:
      AppendFloating(static_cast<const arrow::DoubleArray&>(array).Value(index), key);
      return;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      AppendBytes(static_cast<const arrow::BinaryArray&>(array).GetView(index), key);
      return;
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      AppendElements(static_cast<const arrow::ListArray&>(array), index, key);
      return;
    case arrow::Type::STRUCT: {
      const auto& structs = static_cast<const arrow::StructArray&>(array);
      for (int k = 0; k < structs.num_fields(); ++k) AppendValueKey(*structs.field(k), index, key);
      return;
    }
    default: {
      const int width = array.type()->bit_width() / 8;
      const uint8_t* bytes = array.data()->buffers[1]->data();
      key->append(reinterpret_cast<const char*>(bytes + (array.offset() + index) * width), width);
    }
  }
}

}  // namespace firesteel
