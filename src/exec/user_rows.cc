#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "exec/group_cutter.h"
#include "exec/user_functions.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Function = std::shared_ptr<const UserColumnFunction>;

/// What both operators below ask of the functions' runtime. Arguments with names, if only "", are
/// the last columns.
UserColumnTask RowsTask(const Function& function, const std::vector<std::string>& argument_names,
                        const PhysicalPlan& plan, int partition, const TaskContext& context) {
  UserColumnTask task;
  task.calls.push_back({function, {}, argument_names});
  const int columns = plan.children()[0]->schema().size();
  for (int i = columns - static_cast<int>(argument_names.size()); i < columns; ++i) {
    task.calls[0].columns.push_back(i);
  }
  for (const PhysicalPlanPtr& child : plan.children()) task.inputs.push_back(child->schema());
  task.output = plan.schema();
  task.partition = partition;
  task.rows_per_batch = RowsPerBatch(*function);
  task.cancelled = &context.execution->cancellation().flag();
  return task;
}

/// Gives a function all batches of a partition.
class UserRowsOperator final : public PhysicalPlan {
 public:
  UserRowsOperator(PhysicalPlanPtr child, Function function, Schema schema,
                   std::vector<std::string> argument_names)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        function_(std::move(function)),
        argument_names_(std::move(argument_names)),
        arrow_input_(ToArrowSchema(children()[0]->schema())) {}

  std::string Name() const override { return "MapInPython " + function_->name; }
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return std::nullopt; }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    UserColumnTask rows = RowsTask(function_, argument_names_, *this, partition, *task);
    const int64_t limit = rows.rows_per_batch;
    auto left = std::make_shared<std::shared_ptr<arrow::RecordBatch>>();
    return function_->runtime->Run(
        std::move(rows), [this, input, left, limit]() -> Result<std::vector<UserFrame>> {
          if (*left == nullptr) {
            ARROW_ASSIGN_OR_RAISE(*left, input->Next());
            if (*left == nullptr) return std::vector<UserFrame>();
          }
          UserFrame frame{arrow_input_, {(*left)->Slice(0, limit)}};
          *left = (*left)->num_rows() > limit ? (*left)->Slice(limit) : nullptr;
          return std::vector<UserFrame>{std::move(frame)};
        });
  }

 private:
  Function function_;
  std::vector<std::string> argument_names_;
  std::shared_ptr<arrow::Schema> arrow_input_;
};

/// Gives a function one group after another.
class UserGroupsOperator final : public PhysicalPlan {
 public:
  UserGroupsOperator(std::vector<PhysicalPlanPtr> sorted, Function function, int key_columns,
                     Schema schema, std::vector<std::string> argument_names)
      : PhysicalPlan(std::move(schema), std::move(sorted)),
        function_(std::move(function)),
        argument_names_(std::move(argument_names)),
        key_columns_(key_columns) {
    for (const auto& child : children()) arrow_inputs_.push_back(ToArrowSchema(child->schema()));
  }

  std::string Name() const override {
    return std::string(children().size() == 2 ? "FlatMapCoGroupsInPython "
                                              : "FlatMapGroupsInPython ") +
           function_->name;
  }
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return std::nullopt; }
  int PartitionCount(const ExecutionContext&) const override { return 1; }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    auto sides = std::make_shared<std::vector<GroupCutter>>();
    for (const PhysicalPlanPtr& child : children()) {
      ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input, child->Execute(partition, task));
      sides->emplace_back(std::move(input), child->schema(), key_columns_);
    }
    UserColumnTask groups = RowsTask(function_, argument_names_, *this, partition, *task);
    groups.key_columns = key_columns_;
    return function_->runtime->Run(std::move(groups),
                                   [this, sides] { return NextGroup(sides.get()); });
  }

 private:
  /// The group with the least key of all sides; a side without it gives no rows.
  Result<std::vector<UserFrame>> NextGroup(std::vector<GroupCutter>* sides) const {
    std::optional<std::string> key;
    for (GroupCutter& side : *sides) {
      ARROW_ASSIGN_OR_RAISE(const CutGroup* group, side.Peek());
      if (group != nullptr && (!key || group->key < *key)) key = group->key;
    }
    std::vector<UserFrame> frames;
    if (!key) return frames;
    for (size_t i = 0; i < sides->size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const CutGroup* group, (*sides)[i].Peek());
      UserFrame frame{arrow_inputs_[i], {}};
      if (group != nullptr && group->key == *key) frame.batches = (*sides)[i].Take().batches;
      frames.push_back(std::move(frame));
    }
    return frames;
  }

  Function function_;
  std::vector<std::string> argument_names_;
  int key_columns_;
  std::vector<std::shared_ptr<arrow::Schema>> arrow_inputs_;
};

}  // namespace

int64_t RowsPerBatch(const UserColumnFunction& function) {
  constexpr int64_t kDefaultRows = 10000;
  if (!function.settings) return kDefaultRows;
  const auto settings = function.settings();
  const auto found = settings.find("spark.sql.execution.arrow.maxRecordsPerBatch");
  if (found == settings.end()) return kDefaultRows;
  int64_t rows = 0;
  const char* end = found->second.data() + found->second.size();
  if (std::from_chars(found->second.data(), end, rows).ptr != end) return kDefaultRows;
  return rows > 0 ? rows : std::numeric_limits<int64_t>::max();
}

Result<PhysicalPlanPtr> NewUserRows(PhysicalPlanPtr child, Function function, Schema schema,
                                    std::vector<std::string> argument_names) {
  return std::make_shared<UserRowsOperator>(std::move(child), std::move(function),
                                            std::move(schema), std::move(argument_names));
}

Result<PhysicalPlanPtr> NewUserGroups(std::vector<PhysicalPlanPtr> sorted, Function function,
                                      int key_columns, Schema schema,
                                      std::vector<std::string> argument_names) {
  for (const PhysicalPlanPtr& child : sorted) {
    if (child->schema().size() < key_columns) {
      return InternalError("Groups need their keys among their columns.");
    }
  }
  return std::make_shared<UserGroupsOperator>(std::move(sorted), std::move(function), key_columns,
                                              std::move(schema), std::move(argument_names));
}

}  // namespace firesteel
