#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "expr/aggregate.h"
#include "expr/expression.h"
#include "expr/generator.h"
#include "firesteel/connector/table.h"

// What the planner can build: one function per operator, whose class is hidden in its .cc. All
// expressions are bound to the child's columns.
namespace firesteel {

/// Rows held in memory, in one partition.
Result<PhysicalPlanPtr> NewLocalScan(Schema schema,
                                     std::vector<std::shared_ptr<arrow::RecordBatch>> batches);
/// The numbers from `start` to `end`, exclusive, by `step`, in `partitions` partitions.
Result<PhysicalPlanPtr> NewRangeScan(Schema schema, int64_t start, int64_t end, int64_t step,
                                     int partitions);
/// One row without columns.
PhysicalPlanPtr NewOneRowScan();
/// A batch scan of a table; its partitions are planned in Prepare.
Result<PhysicalPlanPtr> NewTableScan(Schema schema, std::shared_ptr<Scan> scan);
/// The rows of source `source_index` in the batch being run.
Result<PhysicalPlanPtr> NewMicroBatchScan(Schema schema, int source_index, std::string description);
/// Batches of zero columns keep their row count.
Result<PhysicalPlanPtr> NewProject(PhysicalPlanPtr child, std::vector<ExpressionPtr> expressions,
                                   Schema schema);
Result<PhysicalPlanPtr> NewFilter(PhysicalPlanPtr child, ExpressionPtr condition);
/// The child's columns `kept` followed by the generated ones.
Result<PhysicalPlanPtr> NewGenerate(PhysicalPlanPtr child,
                                    std::shared_ptr<const GeneratorCall> generator, bool outer,
                                    std::vector<int> kept, Schema schema);
Result<PhysicalPlanPtr> NewUnion(std::vector<PhysicalPlanPtr> children, Schema schema);
/// The first `count` rows of all partitions in order; one partition.
Result<PhysicalPlanPtr> NewLimit(PhysicalPlanPtr child, int64_t count);
/// The first `count` rows of each partition.
Result<PhysicalPlanPtr> NewLocalLimit(PhysicalPlanPtr child, int64_t count);
/// All rows but the first `count` of all partitions in order; one partition.
Result<PhysicalPlanPtr> NewOffset(PhysicalPlanPtr child, int64_t count);
/// For each row one row per projection.
Result<PhysicalPlanPtr> NewExpand(PhysicalPlanPtr child,
                                  std::vector<std::vector<ExpressionPtr>> projections,
                                  Schema schema);
/// The first `count` rows of everything sorted, in one partition: keeps no more than that.
Result<PhysicalPlanPtr> NewTopRows(PhysicalPlanPtr child, std::vector<ExpressionPtr> order,
                                   int64_t count);
/// Everything sorted, in one partition; rows that compare equal keep their order. Partitions are
/// sorted side by side when the run is prepared; what exceeds the budget goes to files. `order` are
/// SortOrders with bound children.
Result<PhysicalPlanPtr> NewSort(PhysicalPlanPtr child, std::vector<ExpressionPtr> order);
/// At most so many partitions, each of neighbouring ones of the child, read one after the other.
Result<PhysicalPlanPtr> NewCoalesce(PhysicalPlanPtr child, int partitions);
/// Spreads rows by pmod(murmur3(keys), partitions); without keys they go round the partitions.
Result<PhysicalPlanPtr> NewHashExchange(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                        int partitions);

/// What a join gives for matching and other rows.
enum class JoinKind {
  kInner,
  kLeftOuter,
  kRightOuter,
  kFullOuter,
  kLeftSemi,    ///< left rows with a match; left columns only
  kLeftAnti,    ///< left rows without one
  kExistence,   ///< left rows, and a column that says whether there is a match
  kLeftSingle,  ///< as kLeftOuter; a second match is an error
};

/// How rows of two children find each other.
struct PlannedJoin {
  JoinKind kind = JoinKind::kInner;
  std::vector<ExpressionPtr> left_keys;   ///< bound to the left child
  std::vector<ExpressionPtr> right_keys;  ///< bound to the right child, of the same types
  std::vector<bool> null_safe;            ///< per key: NULL equals NULL
  /// What must also be true of a pair: bound to the left columns, then the right ones; may be null.
  ExpressionPtr condition;
  /// NOT IN, an anti join with one key and no condition: a NULL on the right may equal anything,
  /// and a NULL on the left equals anything there is.
  bool null_aware = false;
  /// A stream is read to its end even if its rows are not needed, since state commits there.
  bool left_streams = false;
  bool right_streams = false;
};
/// Joins by hashing keys, or row by row without keys. One side, the smaller one where that is
/// known, is read when the run is prepared; if memory does not suffice both are split by their keys
/// into files. The order of rows is unspecified.
Result<PhysicalPlanPtr> NewJoin(PhysicalPlanPtr left, PhysicalPlanPtr right, PlannedJoin join,
                                Schema schema);

/// One aggregate of an aggregation: what it computes and from which columns.
struct PlannedAggregate {
  std::shared_ptr<const BoundAggregate> function;
  std::vector<ExpressionPtr> arguments;  ///< bound to the child
  ExpressionPtr filter;                  ///< bound, may be null
  bool distinct = false;
  std::string text;  ///< as in EXPLAIN: `count(1)`
};

/// Groups each partition by itself: output = keys, then all buffer columns in order. Memory is the
/// distinct keys'; when they exceed the budget the groups so far are given out and it starts anew.
/// With a DISTINCT aggregate, all rows of a key must come to one partition (exchange them first),
/// and nothing is given out before the end.
Result<PhysicalPlanPtr> NewPartialAggregate(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                                            std::vector<StructField> key_fields,
                                            std::vector<PlannedAggregate> aggregates);
/// Merges partial rows that an exchange brought together: output = keys, then one result column per
/// aggregate. Without keys partition 0 gives exactly one row.
/// Splits what exceeds the budget by the keys into files.
Result<PhysicalPlanPtr> NewFinalAggregate(PhysicalPlanPtr child, int key_count,
                                          std::vector<PlannedAggregate> aggregates, Schema schema);

/// Where the frame of a window function begins or ends.
struct WindowBound {
  enum class Kind {
    kUnbounded,
    kRow,    ///< so many rows after the current one, before it if negative
    kPeers,  ///< at the rows that the order holds equal to the current one
    kValue,  ///< at the rows whose order column has this value
  };
  Kind kind = Kind::kUnbounded;
  int64_t rows = 0;
  ExpressionPtr value;  ///< bound to the child, of the order column's type
};

/// One function over a window.
struct PlannedWindowFunction {
  enum class Kind {
    kRowNumber,
    kRank,
    kDenseRank,
    kPercentRank,
    kCumeDist,
    kNtile,     ///< `number` parts
    kLag,       ///< `value` of `number` rows before; negative: after
    kNthValue,  ///< `value` of the `number`-th row of the frame
    /// How much `value`, which only grows, did so since the row before; `otherwise`, if there, is
    /// when it began to count.
    kCounterDifference,
    kAggregate,
  };
  Kind kind = Kind::kRowNumber;
  PlannedAggregate aggregate;
  ExpressionPtr value;
  ExpressionPtr otherwise;  ///< of kLag where there is no such row; may be null
  int64_t number = 1;
  bool ignore_nulls = false;
  WindowBound lower;  ///< of kNthValue and kAggregate
  WindowBound upper;
};
/// The child's columns, then one per function. The child has one partition, sorted by `partition`
/// and then by `order`, which are SortOrders; the rows of one window partition are held in memory.
Result<PhysicalPlanPtr> NewWindow(PhysicalPlanPtr child, std::vector<ExpressionPtr> partition,
                                  std::vector<ExpressionPtr> order,
                                  std::vector<PlannedWindowFunction> functions, Schema schema);

}  // namespace firesteel
