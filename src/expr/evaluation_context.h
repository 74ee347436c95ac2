#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firesteel {

struct ColumnVector;

/// What an expression may know of the task that evaluates it. One per task, not thread-safe.
struct EvaluationContext {
  int64_t batch_timestamp_micros = 0;  ///< current_timestamp(); replayed when a batch is run again
  int partition = 0;                   ///< spark_partition_id()
  int64_t rows_before = 0;             ///< rows of this partition before the current batch
  std::string input_file;              ///< plain path of the file the rows come from, "" if none
  /// The values, constant, of the scalar subqueries that ran before this task; by their number.
  const std::vector<ColumnVector>* subquery_values = nullptr;
};

}  // namespace firesteel
