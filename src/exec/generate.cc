#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/operators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<std::shared_ptr<arrow::Array>> Take(const std::shared_ptr<arrow::Array>& column,
                                           const std::shared_ptr<arrow::Array>& indices) {
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(column, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

/// Which input row, and which generated row if any, each output row is made of.
struct RowPairs {
  std::shared_ptr<arrow::Array> input;
  std::shared_ptr<arrow::Array> generated;  // nullptr: the generated rows as they are
};

/// With `outer`, adds a row (NULL generated columns) for each input row that gave nothing; the
/// generated rows come in the order of their input rows.
Result<RowPairs> PairRows(const GeneratedRows& generated, int64_t input_rows, bool outer) {
  const std::vector<int64_t>& sources = generated.source_rows;
  arrow::Int64Builder input;
  arrow::Int64Builder output;
  RowPairs pairs;
  if (!outer) {
    ARROW_RETURN_NOT_OK(input.AppendValues(sources));
    ARROW_ASSIGN_OR_RAISE(pairs.input, input.Finish());
    return pairs;
  }
  size_t next = 0;
  for (int64_t row = 0; row < input_rows; ++row) {
    if (next == sources.size() || sources[next] != row) {
      ARROW_RETURN_NOT_OK(input.Append(row));
      ARROW_RETURN_NOT_OK(output.AppendNull());
      continue;
    }
    for (; next < sources.size() && sources[next] == row; ++next) {
      ARROW_RETURN_NOT_OK(input.Append(row));
      ARROW_RETURN_NOT_OK(output.Append(static_cast<int64_t>(next)));
    }
  }
  if (next != sources.size()) return InternalError("A generator's rows are out of order.");
  ARROW_ASSIGN_OR_RAISE(pairs.input, input.Finish());
  ARROW_ASSIGN_OR_RAISE(pairs.generated, output.Finish());
  return pairs;
}

/// Gives several rows, or none, for each row of the child.
class GenerateOperator final : public PhysicalPlan {
 public:
  GenerateOperator(PhysicalPlanPtr child, std::shared_ptr<const GeneratorCall> generator,
                   bool outer, std::vector<int> kept, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(child)}),
        generator_(std::move(generator)),
        outer_(outer),
        kept_(std::move(kept)),
        arrow_schema_(ToArrowSchema(this->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child,
                                      std::shared_ptr<const GeneratorCall> generator, bool outer,
                                      std::vector<int> kept, Schema schema) {
    const size_t generated = generator->bound().output.size();
    if (schema.size() != static_cast<int>(kept.size() + generated)) {
      return InternalError("A generator's columns do not fit its output.");
    }
    return std::make_shared<GenerateOperator>(std::move(child), std::move(generator), outer,
                                              std::move(kept), std::move(schema));
  }

  std::string Name() const override {
    return std::string("Generate ") + (outer_ ? "outer " : "") + generator_->Sql();
  }
  /// What comes out may be far more than what goes in.
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return std::nullopt; }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                          children()[0]->Execute(partition, task));
    return std::make_unique<Reader>(this, std::move(input), &task->evaluation);
  }

 private:
  class Reader final : public BatchReader {
   public:
    Reader(const GenerateOperator* plan, std::unique_ptr<BatchReader> input,
           EvaluationContext* evaluation)
        : plan_(plan), input_(std::move(input)), evaluation_(evaluation) {}

    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      while (true) {
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
        if (!batch) return nullptr;
        ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> generated, Generate(*batch));
        if (generated->num_rows() > 0) return generated;
      }
    }

   private:
    Result<std::shared_ptr<arrow::RecordBatch>> Generate(const arrow::RecordBatch& batch) {
      evaluation_->rows_before = rows_before_;
      rows_before_ += batch.num_rows();
      std::vector<ColumnVector> arguments;
      for (const ExpressionPtr& argument : plan_->generator_->children()) {
        ARROW_ASSIGN_OR_RAISE(ColumnVector value, argument->Evaluate(batch, evaluation_));
        arguments.push_back(std::move(value));
      }
      ARROW_ASSIGN_OR_RAISE(
          const GeneratedRows generated,
          plan_->generator_->bound().generate(arguments, batch.num_rows()));
      ARROW_ASSIGN_OR_RAISE(const RowPairs pairs,
                            PairRows(generated, batch.num_rows(), plan_->outer_));
      arrow::ArrayVector columns;
      for (const int column : plan_->kept_) {
        ARROW_ASSIGN_OR_RAISE(auto taken, Take(batch.column(column), pairs.input));
        columns.push_back(std::move(taken));
      }
      for (const std::shared_ptr<arrow::Array>& column : generated.columns) {
        if (!pairs.generated) {
          columns.push_back(column);
          continue;
        }
        ARROW_ASSIGN_OR_RAISE(auto taken, Take(column, pairs.generated));
        columns.push_back(std::move(taken));
      }
      return arrow::RecordBatch::Make(plan_->arrow_schema_, pairs.input->length(),
                                      std::move(columns));
    }

    const GenerateOperator* plan_;
    std::unique_ptr<BatchReader> input_;
    EvaluationContext* evaluation_;
    int64_t rows_before_ = 0;
  };

  std::shared_ptr<const GeneratorCall> generator_;
  bool outer_;
  std::vector<int> kept_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
};

}  // namespace

Result<PhysicalPlanPtr> NewGenerate(PhysicalPlanPtr child,
                                    std::shared_ptr<const GeneratorCall> generator, bool outer,
                                    std::vector<int> kept, Schema schema) {
  return GenerateOperator::Make(std::move(child), std::move(generator), outer, std::move(kept),
                                std::move(schema));
}

}  // namespace firesteel
