#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "exec/operators.h"

namespace firesteel {

/// How the rows of an aggregation by sessions look: the keys, of which one is a session (a struct of
/// start and end), then the buffers of the aggregates.
struct SessionLayout {
  std::vector<DataType> key_types;
  int session_key = 0;
  std::vector<PlannedAggregate> aggregates;

  int key_count() const { return static_cast<int>(key_types.size()); }
};

/// Rows that each are one session.
struct MergedSessions {
  int64_t rows = 0;
  std::vector<std::shared_ptr<arrow::Array>> keys;     ///< as in the layout
  std::vector<std::shared_ptr<arrow::Array>> buffers;  ///< of all aggregates
};

/// Makes one session of those that overlap or touch and agree in all other keys. Keeps the rows
/// until it is asked for the result. Not thread-safe; `layout` must outlive it.
class SessionMerger {
 public:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  explicit SessionMerger(const SessionLayout* layout) : layout_(layout) {}

  /// Adds rows: keys, then buffers.
  void Add(Columns columns);
  int64_t rows() const { return rows_; }
  Result<MergedSessions> Merge() const;

 private:
  const SessionLayout* layout_;
  std::vector<Columns> pieces_;
  int64_t rows_ = 0;
};

/// The end of an aggregation by sessions in a batch query: merges the partial rows of a partition,
/// which are there by their other keys. Output: the keys, then one column per aggregate.
Result<PhysicalPlanPtr> NewFinalSessionAggregate(PhysicalPlanPtr child, SessionLayout layout,
                                                 Schema schema);

}  // namespace firesteel
