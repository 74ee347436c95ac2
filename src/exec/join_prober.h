#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/cancellation.h"
#include "exec/join_table.h"
#include "exec/operators.h"

namespace firesteel {

/// What all tasks of a join know: the join itself and how its parts are laid out. Immutable.
class JoinDescription {
 public:
  static Result<std::shared_ptr<const JoinDescription>> Make(PlannedJoin join, const Schema& left,
                                                             const Schema& right,
                                                             const Schema& output);

  const PlannedJoin& join() const { return join_; }
  const std::vector<DataType>& key_types() const { return key_types_; }
  const std::shared_ptr<arrow::Schema>& arrow_schema() const { return arrow_schema_; }
  int left_columns() const { return left_columns_; }
  int right_columns() const { return right_columns_; }
  /// The condition, bound to a batch of these of the left and then right columns; may be null.
  const ExpressionPtr& condition() const { return condition_; }
  const std::vector<int>& condition_columns() const { return condition_columns_; }

 private:
  PlannedJoin join_;
  std::vector<DataType> key_types_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  int left_columns_ = 0;
  int right_columns_ = 0;
  ExpressionPtr condition_;
  std::vector<int> condition_columns_;
};

/// A join as it looks from the side that is kept in memory.
struct JoinShape {
  enum class Rows { kNone, kMatched, kUnmatched, kAll };
  static JoinShape Of(JoinKind kind, bool build_right);

  bool build_right = true;
  bool gives_pairs = false;
  /// Rows of one side given out by themselves: with NULLs beside them if pairs are given, with a
  /// flag if they are all.
  Rows probe_rows = Rows::kNone;
  Rows build_rows = Rows::kNone;
};

/// Whether a kind of join allows the side to be kept in memory.
bool CanBuild(JoinKind kind, bool build_right);

/// Finds the partners of probe rows in one table after the other, of which most joins have only
/// one. Not thread-safe.
class JoinProber {
 public:
  JoinProber(std::shared_ptr<const JoinDescription> description, const JoinShape& shape,
             EvaluationContext* evaluation, const CancellationToken* cancellation,
             int64_t batch_rows);

  /// Begins with a table. `last`: probe rows without a match so far have none at all.
  void SetTable(std::shared_ptr<const JoinTable> table, bool last);
  /// Says what a null-aware join must know of all tables together.
  void SetBuildFacts(bool is_empty, bool has_null_key);
  /// Begins with a batch. `matched` has a mark for each of its rows that must be kept until the
  /// last table.
  Status SetInput(std::shared_ptr<arrow::RecordBatch> batch, uint8_t* matched);
  /// The next rows that the batch gives; nullptr at its end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

  /// Begins to give out the rows of the table by themselves, when all probe rows have been seen.
  void StartBuildRows();
  Result<std::shared_ptr<arrow::RecordBatch>> NextBuildRows();

 private:
  using Numbers = std::vector<int32_t>;

  Status MarkMatches();
  void FillPairs();
  Status FilterPairs();
  Status KeepPair(size_t index, size_t* kept);
  bool IsUnknown(int64_t row) const;
  Result<std::shared_ptr<arrow::RecordBatch>> RestOfInput();
  Result<std::shared_ptr<arrow::Array>> Side(bool left, int column, const Numbers& probe_rows,
                                             const Numbers& build_rows) const;
  Result<std::shared_ptr<arrow::RecordBatch>> Gather(const Numbers& probe_rows,
                                                     const Numbers& build_rows) const;

  std::shared_ptr<const JoinDescription> description_;
  JoinShape shape_;
  EvaluationContext* evaluation_;
  const CancellationToken* cancellation_;
  int64_t batch_rows_;
  bool single_;
  bool marks_build_;
  JoinKeys keys_;

  std::shared_ptr<const JoinTable> table_;
  bool last_ = true;
  bool build_is_empty_ = false;
  bool build_has_null_key_ = false;

  std::shared_ptr<arrow::RecordBatch> input_;
  uint8_t* matched_ = nullptr;
  Numbers groups_;  // of the input's rows
  EncodedRows scratch_;
  int64_t row_ = 0;      // the next of the input to make pairs of
  size_t partner_ = 0;   // its next partner
  bool rest_given_ = true;
  Numbers probe_rows_;  // of the pairs at hand
  Numbers build_rows_;  // -1: none

  Numbers own_rows_;  // build rows to give out by themselves
  size_t next_own_row_ = 0;
};

}  // namespace firesteel
