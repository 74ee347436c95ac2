#include "functions/ordering.h"

#include <type_traits>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "functions/arithmetic_kernels.h"

namespace firesteel {

namespace {

/// Reads element i of a fixed-width array.
template <typename T>
T Read(const arrow::Array& array, int64_t i) {
  T value;
  const int64_t place = (array.offset() + i) * static_cast<int64_t>(sizeof(T));
  std::memcpy(&value, array.data()->buffers[1]->data() + place, sizeof(T));
  return value;
}

template <typename T>
class FixedOrder final : public ValueOrder {
 public:
  int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const override {
    if constexpr (std::is_floating_point_v<T>) {
      const T x = Read<T>(a, i);
      const T y = Read<T>(b, j);
      return FloatLess(x, y) ? -1 : FloatLess(y, x) ? 1 : 0;
    } else if constexpr (std::is_same_v<T, DecimalSlot>) {
      const __int128 x = Read<T>(a, i);
      const __int128 y = Read<T>(b, j);
      return x < y ? -1 : x > y;
    } else {
      const T x = Read<T>(a, i);
      const T y = Read<T>(b, j);
      return x < y ? -1 : x > y;
    }
  }
};

class BooleanOrder final : public ValueOrder {
 public:
  int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const override {
    return static_cast<int>(static_cast<const arrow::BooleanArray&>(a).Value(i)) -
           static_cast<int>(static_cast<const arrow::BooleanArray&>(b).Value(j));
  }
};

class BytesOrder final : public ValueOrder {
 public:
  int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const override {
    return CompareBytes(static_cast<const arrow::BinaryArray&>(a).GetView(i),
                        static_cast<const arrow::BinaryArray&>(b).GetView(j));
  }
};

class ArrayOrder final : public ValueOrder {
 public:
  explicit ArrayOrder(std::unique_ptr<const ValueOrder> element) : element_(std::move(element)) {}

  int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const override {
    const auto& left = static_cast<const arrow::ListArray&>(a);
    const auto& right = static_cast<const arrow::ListArray&>(b);
    const int32_t left_length = left.value_length(i);
    const int32_t right_length = right.value_length(j);
    for (int32_t k = 0; k < left_length && k < right_length; ++k) {
      const int order =
          element_->CompareNullable(*left.values(), left.value_offset(i) + k, *right.values(),
                                    right.value_offset(j) + k);
      if (order != 0) return order;
    }
    return left_length < right_length ? -1 : left_length > right_length;
  }

 private:
  std::unique_ptr<const ValueOrder> element_;
};

class StructOrder final : public ValueOrder {
 public:
  explicit StructOrder(std::vector<std::unique_ptr<const ValueOrder>> fields)
      : fields_(std::move(fields)) {}

  int Compare(const arrow::Array& a, int64_t i, const arrow::Array& b, int64_t j) const override {
    const auto& left = static_cast<const arrow::StructArray&>(a);
    const auto& right = static_cast<const arrow::StructArray&>(b);
    for (size_t k = 0; k < fields_.size(); ++k) {
      const int field = static_cast<int>(k);
      const int order = fields_[k]->CompareNullable(*left.field(field), i, *right.field(field), j);
      if (order != 0) return order;
    }
    return 0;
  }

 private:
  std::vector<std::unique_ptr<const ValueOrder>> fields_;
};

/// For types with a single value, and those that have no order.
class NoOrder final : public ValueOrder {
 public:
  int Compare(const arrow::Array&, int64_t, const arrow::Array&, int64_t) const override {
    return 0;
  }
};

}  // namespace

int ValueOrder::CompareNullable(const arrow::Array& a, int64_t i, const arrow::Array& b,
                                int64_t j) const {
  const bool left_null = a.IsNull(i);
  const bool right_null = b.IsNull(j);
  if (left_null || right_null) return static_cast<int>(right_null) - static_cast<int>(left_null);
  return Compare(a, i, b, j);
}

std::unique_ptr<const ValueOrder> ValueOrder::Make(const DataType& type) {
  switch (type.id()) {
    case TypeId::kBoolean: return std::make_unique<BooleanOrder>();
    case TypeId::kByte: return std::make_unique<FixedOrder<int8_t>>();
    case TypeId::kShort: return std::make_unique<FixedOrder<int16_t>>();
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval: return std::make_unique<FixedOrder<int32_t>>();
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval: return std::make_unique<FixedOrder<int64_t>>();
    case TypeId::kFloat: return std::make_unique<FixedOrder<float>>();
    case TypeId::kDouble: return std::make_unique<FixedOrder<double>>();
    case TypeId::kDecimal: return std::make_unique<FixedOrder<DecimalSlot>>();
    case TypeId::kString:
    case TypeId::kBinary: return std::make_unique<BytesOrder>();
    case TypeId::kArray: return std::make_unique<ArrayOrder>(Make(type.element_type()));
    case TypeId::kStruct: {
      std::vector<std::unique_ptr<const ValueOrder>> fields;
      for (const StructField& field : type.fields()) fields.push_back(Make(field.type));
      return std::make_unique<StructOrder>(std::move(fields));
    }
    default: return std::make_unique<NoOrder>();
  }
}

}  // namespace firesteel
