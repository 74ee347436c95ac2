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
    kIsNotNull,
    kEqualNullSafe,  ///< NULL equals NULL
    kStartsWith,
    kEndsWith,
    kContains,
    kAnd,  ///< of the children, which may be predicates on different columns
    kOr,
    kNot
  };
  Op op = Op::kEqual;
  std::string column;  ///< empty where there are children
  std::vector<Value>
      values;  ///< none for kIsNull and kIsNotNull; only kIn may have NULL among them
  std::vector<Predicate> children = {};
};

}  // namespace firesteel
