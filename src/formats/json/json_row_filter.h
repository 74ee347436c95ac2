#pragma once

#include <cstdint>
#include <vector>

#include "firesteel/connector/predicate.h"
#include "firesteel/types.h"
#include "formats/row_filter.h"

namespace firesteel {

/// The filters of a scan, for JSON: some of them can be told from the text of plain values, so that
/// a row which they drop is checked but not converted. A value.
struct JsonRowFilter {
  struct Test {
    int column;        ///< NULL drops the row, whatever the test; a missing field does not
    Predicate::Op op;  ///< kIsNotNull or a comparison with a number
    bool is_real = false;  ///< the column is of type DOUBLE, not INT or BIGINT
    double real = 0;
    int64_t whole = 0;
  };

  /// `schema` is of the columns that are parsed.
  static JsonRowFilter Of(const Schema& schema, const std::vector<Predicate>& predicates);

  template <typename T>
  static bool Holds(Predicate::Op op, T left, T right) {
    switch (op) {
      case Predicate::Op::kEqual:
        return left == right;
      case Predicate::Op::kLess:
        return left < right;
      case Predicate::Op::kLessOrEqual:
        return left <= right;
      case Predicate::Op::kGreater:
        return left > right;
      case Predicate::Op::kGreaterOrEqual:
        return left >= right;
      default:
        return true;
    }
  }

  std::vector<Test> tests;  ///< on the text of plain values
  /// Whether a record without a field that a test needs may be passed over unconverted: the query
  /// drops its row anyway, and what else is wrong with it does not matter (mode PERMISSIVE).
  bool passes_over_missing = false;
  RowFilter others;  ///< what `tests` leave out, on values
  RowFilter all;     ///< on values
};

}  // namespace firesteel
