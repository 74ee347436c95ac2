#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/dataframe.h"
#include "firesteel/export.h"
#include "firesteel/output_mode.h"
#include "firesteel/row.h"
#include "firesteel/session.h"
#include "firesteel/trigger.h"

/// Tests for streaming queries as data: a list of actions that is run as written and then again
/// under restarts, crashes and other cuts of the same input. Nothing in it sleeps.
namespace firesteel::testing {

/// How a list is run. All but the first change when things happen, never the input.
enum class Variant {
  kAsWritten,
  kRestartAfterEveryCheck,  ///< stop and start again from the checkpoint after each check
  kCrashBeforeCommitLog,    ///< the batch before each check dies before its commit entry and is run again
  kOneRowBatches,           ///< every row is a batch of its own
  kManyPartitions,          ///< many state partitions
};
FIRESTEEL_EXPORT std::string_view ToString(Variant variant);
FIRESTEEL_EXPORT const std::vector<Variant>& AllVariants();

/// A streaming query over in-memory sources and what it must answer:
///
///   TestStream("word count", {Schema().Add("word", TypeId::kString)}, OutputMode::kComplete,
///              [](const std::vector<DataFrame>& in) { return in[0].GroupBy({"word"}).Count(); })
///       .AddData({Row({"a"}), Row({"b"})})
///       .CheckAnswer({Row({"a", int64_t{1}}), Row({"b", int64_t{1}})})
///       .StopStream()
///       .AddData({Row({"a"})})
///       .StartStream()
///       .CheckAnswer({Row({"a", int64_t{2}}), Row({"b", int64_t{1}})});
///
/// The query starts by itself unless the list starts it before anything but AddData. Rows added reach
/// it at the next action that is not AddData, all at one moment; a StopStream comes before them.
///
/// Checks hold step by step as written and under crash; the other variants compare the end, when all
/// data is processed, with that of the list as written: append the multiset of all rows, update the
/// last row per key (the columns given to KeyColumns), complete the last table.
class FIRESTEEL_EXPORT TestStream {
 public:
  using Query = std::function<DataFrame(const std::vector<DataFrame>& inputs)>;

  TestStream(std::string name, std::vector<Schema> inputs, OutputMode mode, Query query);
  ~TestStream();
  TestStream(const TestStream&);
  TestStream& operator=(const TestStream&) = delete;

  // What the list is
  /// The number of leading output columns that identify a row in update mode (default 1).
  TestStream& KeyColumns(int columns);
  /// The list has late rows or counts batches, so that another cut of its input changes the answer.
  TestStream& OnlyAsWritten();
  /// Leaves one variant out, with the reason.
  TestStream& Without(Variant variant, std::string reason);
  TestStream& WithConfig(std::string name, std::string value);

  // Actions
  TestStream& AddData(std::vector<Row> rows, int input = 0);
  /// Waits until all data added is processed, then compares all rows the sink ever got (append,
  /// update) or the table (complete); in any order.
  TestStream& CheckAnswer(std::vector<Row> rows);
  /// As CheckAnswer for the rows since the last check.
  TestStream& CheckNewAnswer(std::vector<Row> rows);
  TestStream& StartStream(Trigger trigger = {});
  TestStream& StopStream();
  /// Ends the query as kill -9 would at a named point of its next batch (offsets.before,
  /// offsets.after, sink.before_commit, sink.after_commit, commits.before, commits.after); data for
  /// that batch must have been added. Starts the query if it does not run, and moves the clock to the
  /// next trigger of one with an interval.
  TestStream& CrashStream(std::string point);
  /// Sets it in the session; a query takes its settings when it starts.
  TestStream& SetConfig(std::string name, std::string value);
  /// Moves the clock by so many milliseconds once the query waits on it.
  TestStream& AdvanceManualClock(int64_t milliseconds);
  /// Compares the sum of rows over all state stores after the last batch.
  TestStream& AssertStateRows(int64_t total, int64_t updated);
  TestStream& AssertWatermark(int64_t watermark_ms);
  /// `check` gets the last progress report.
  TestStream& AssertProgress(std::function<Status(const StreamingQueryProgress&)> check);
  /// The query must end with an error that has this condition, itself or as its cause.
  TestStream& ExpectFailure(std::string condition);

  const std::string& name() const;
  /// Whether the list is meant to be run in this variant.
  bool RunsIn(Variant variant) const;
  /// Why it is not; "" when it is.
  std::string ReasonAgainst(Variant variant) const;
  /// Runs the list. The error tells the whole list with an arrow at the step that failed, what was
  /// wanted and what was there, and the query's last progress.
  Status Run(Variant variant) const;

 private:
  struct Definition;
  template <typename Step>
  TestStream& Append(Step step);

  std::shared_ptr<Definition> definition_;
};

/// Runs lists in every variant they are meant for. The summary says how many ran in each; a variant
/// that runs less than `minimum_share` of the lists is an error.
struct ReplaySummary {
  std::vector<std::string> failures;  ///< one text per failed run
  std::string text;                   ///< a line per variant, one per list left out of it
  bool enough = true;
};
FIRESTEEL_EXPORT ReplaySummary RunReplayMatrix(const std::vector<TestStream>& lists,
                                               double minimum_share = 0.7);

}  // namespace firesteel::testing
