#pragma once

#include <algorithm>

#include "firesteel/types.h"

namespace firesteel {

/// Classes of types that several families of functions ask about.

inline bool IsTimestamp(const DataType& type) {
  return type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz;
}
/// An ANSI interval: of days and time, or of years and months.
inline bool IsInterval(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval;
}
/// Whether the type is a map or has one inside: such values cannot be compared.
inline bool HoldsMap(const DataType& type) {
  if (type.id() == TypeId::kMap) return true;
  if (type.id() == TypeId::kArray) return HoldsMap(type.element_type());
  if (type.id() != TypeId::kStruct) return false;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const StructField& field) { return HoldsMap(field.type); });
}

}  // namespace firesteel
