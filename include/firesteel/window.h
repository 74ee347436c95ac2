#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "firesteel/column.h"

namespace firesteel {

/// Which rows a function sees beside the current one, for Column::Over: a value. Made by Window.
class FIRESTEEL_EXPORT WindowSpec {
 public:
  /// The frame in rows or in values of the order, each relative to the current row.
  struct Frame {
    bool by_rows = true;
    int64_t start = 0;
    int64_t end = 0;
  };

  /// Each of these replaces what was set before.
  WindowSpec PartitionBy(std::vector<Column> columns) const;
  WindowSpec OrderBy(std::vector<Column> columns) const;
  /// From so many rows after the current one (before it if negative) to so many; see Window's
  /// constants.
  WindowSpec RowsBetween(int64_t start, int64_t end) const;
  /// The same by values of the one column that the rows are ordered by.
  WindowSpec RangeBetween(int64_t start, int64_t end) const;

  const std::vector<Column>& partition() const { return partition_; }
  const std::vector<Column>& order() const { return order_; }
  const std::optional<Frame>& frame() const { return frame_; }

 private:
  std::vector<Column> partition_;
  std::vector<Column> order_;
  std::optional<Frame> frame_;
};

/// Where windows begin: `RowNumber().Over(Window::PartitionBy({"user"}).OrderBy({"time"}))`.
class FIRESTEEL_EXPORT Window {
 public:
  static constexpr int64_t kUnboundedPreceding = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kUnboundedFollowing = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kCurrentRow = 0;

  static WindowSpec PartitionBy(std::vector<Column> columns) {
    return WindowSpec().PartitionBy(std::move(columns));
  }
  static WindowSpec OrderBy(std::vector<Column> columns) {
    return WindowSpec().OrderBy(std::move(columns));
  }
  static WindowSpec RowsBetween(int64_t start, int64_t end) {
    return WindowSpec().RowsBetween(start, end);
  }
  static WindowSpec RangeBetween(int64_t start, int64_t end) {
    return WindowSpec().RangeBetween(start, end);
  }
};

}  // namespace firesteel
