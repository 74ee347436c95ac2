#include <string>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "exec/operators.h"

namespace firesteel {

namespace {

/// Gives one row without columns: what a SELECT without FROM computes on.
class OneRowScan final : public PhysicalPlan {
 public:
  OneRowScan() : PhysicalPlan(Schema(), {}) {}
  std::string Name() const override { return "OneRowScan"; }
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return 1; }
  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext*) const override {
    return std::make_unique<Reader>();
  }

 private:
  class Reader final : public BatchReader {
   public:
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (done_) return nullptr;
      done_ = true;
      return arrow::RecordBatch::Make(arrow::schema({}), 1, arrow::ArrayVector());
    }

   private:
    bool done_ = false;
  };
};

}  // namespace

PhysicalPlanPtr NewOneRowScan() { return std::make_shared<OneRowScan>(); }

}  // namespace firesteel
