#pragma once

#include <memory>
#include <vector>

#include "firesteel/testing.h"
#include "testing/action_list.h"
#include "testing/stream_driver.h"

namespace firesteel::testing {

/// Runs one list once in one variant. For one thread; Run and Finish once each, in this order.
class ListRunner {
 public:
  /// `list` must outlive the runner.
  static Result<std::unique_ptr<ListRunner>> Make(const ActionList& list, Variant variant);

  /// Takes all steps. The error says what went wrong; step() says where.
  Status Run();
  /// Lets the query process whatever is left, unless the list ended with its failure, and returns
  /// what all variants must agree on: append all rows, update the last row of each key, complete the
  /// last table.
  Result<std::vector<Row>> Finish();

  /// The action being taken, or the number of actions.
  size_t step() const { return step_; }
  const StreamDriver& driver() const { return *driver_; }

 private:
  ListRunner(const ActionList& list, Variant variant, std::unique_ptr<StreamDriver> driver);

  Status Take(const AddDataAction& action);
  Status Take(const CheckAction& action);
  Status Take(const StartAction& action);
  Status Take(const StopAction& action);
  Status Take(const CrashAction& action);
  Status Take(const AdvanceClockAction& action);
  Status Take(const SetConfigAction& action);
  Status Take(const AssertStateRowsAction& action);
  Status Take(const AssertWatermarkAction& action);
  Status Take(const AssertProgressAction& action);
  Status Take(const ExpectFailureAction& action);

  /// Whether what happens between the ends counts in this variant.
  bool ChecksSteps() const;
  bool StartsByItself() const;
  /// The next action that is no AddData; nullptr at the end of the list.
  const Action* NextEvent() const;
  Status Start();
  /// Hands all data over and waits for rest, starting again a query that died where this variant
  /// lets it die.
  Status Settle();
  /// Settles without handing over.
  Status AwaitRest();
  void ArmBeforeNextCheck();
  std::vector<Row> Found(bool only_new) const;
  Status CompareAnswer(const std::vector<Row>& wanted, bool only_new) const;
  Result<StreamingQueryProgress> LastProgress() const;

  const ActionList& list_;
  const Variant variant_;
  const std::unique_ptr<StreamDriver> driver_;
  size_t step_ = 0;
  Trigger trigger_;
  Status start_error_;          // of a start that the list expects to fail
  bool failed_as_wanted_ = false;
  int64_t last_checked_batch_ = -1;
};

}  // namespace firesteel::testing
