#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/aggregate.h"
#include "firesteel/types.h"

namespace firesteel {

/// How often each value came in each group: the state of percentile, median and mode. NULLs are
/// left out. Not thread-safe.
///   buf  BINARY: [size of a row: 4 bytes, big-endian][UnsafeRow: value, count LONG]… and -1 as size
class CountedValues : public Accumulator {
 public:
  explicit CountedValues(DataType type) : type_(std::move(type)) {}

  Status Resize(int64_t groups) override {
    groups_ = groups;
    return Status::OK();
  }
  /// The second argument, if any, says how often a value counts. Errors: it is negative.
  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override;
  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override;
  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override;

 protected:
  const DataType& type() const { return type_; }
  int64_t groups() const { return groups_; }
  /// The distinct values of all groups in the order of arrival, with their counts.
  Result<std::shared_ptr<arrow::Array>> Values() const;
  const std::vector<int64_t>& counts() const { return counts_; }
  /// The places of each group's values in Values().
  std::vector<std::vector<int64_t>> PlacesByGroup() const;

 private:
  /// Counts element `i` of `values`; new values go to `rows`.
  void Count(int32_t group, const arrow::Array& values, int64_t i, int64_t count,
             std::vector<int64_t>* rows);
  Status Keep(const std::shared_ptr<arrow::Array>& values, const std::vector<int64_t>& rows);

  DataType type_;
  int64_t groups_ = 0;
  std::vector<std::shared_ptr<arrow::Array>> chunks_;
  std::vector<int32_t> group_of_value_;  // one per value in chunks_
  std::vector<int64_t> counts_;
  std::unordered_map<std::string, size_t> places_;  // of a group and a value's key
};

}  // namespace firesteel
