#pragma once

#include <string>
#include <vector>

#include "firesteel/row.h"

namespace firesteel {

/// A filter that a scan may use to skip rows or files. The engine applies every filter itself as
/// well, so a scan is free to ignore them.
struct Predicate {
  enum class Op {
    kEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,
    kIsNull,
    kIsNotNull
  };
  Op op = Op::kEqual;
  std::string column;
  std::vector<Value> values;  ///< none for kIsNull and kIsNotNull
};

}  // namespace firesteel
