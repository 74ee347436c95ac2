#include "connectors/rate/rate_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

struct RatePartition final : InputPartition {
  RatePartition(RateRange r, int64_t p, int64_t n) : range(r), partition(p), partitions(n) {}
  RateRange range;
  int64_t partition;
  int64_t partitions;
};

class RateReader final : public BatchReader {
 public:
  RateReader(const RatePartition& partition, Schema columns, const ReadContext& context)
      : range_(partition.range),
        step_(partition.partitions),
        batch_rows_(context.batch_rows),
        input_rows_(context.input_rows),
        columns_(std::move(columns)),
        schema_(ToArrowSchema(columns_)),
        skipped_(partition.partition),
        left_(RowsOf(partition)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const int64_t rows = std::min(left_, batch_rows_);
    if (rows == 0) return nullptr;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const StructField& field : columns_.fields()) {
      ARROW_ASSIGN_OR_RAISE(
          std::shared_ptr<arrow::Array> array,
          field.type.id() == TypeId::kTimestamp ? Timestamps(rows) : Values(rows));
      arrays.push_back(std::move(array));
    }
    skipped_ += rows * step_;
    left_ -= rows;
    *input_rows_ += rows;
    return arrow::RecordBatch::Make(schema_, rows, std::move(arrays));
  }

 private:
  static int64_t RowsOf(const RatePartition& partition) {
    const int64_t numbers = partition.range.end - partition.range.first - partition.partition;
    return numbers <= 0 ? 0 : (numbers - 1) / partition.partitions + 1;
  }

  Result<std::shared_ptr<arrow::Array>> Values(int64_t rows) const {
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(rows));
    for (int64_t i = 0; i < rows; ++i) builder.UnsafeAppend(range_.first + skipped_ + i * step_);
    return builder.Finish();
  }

  Result<std::shared_ptr<arrow::Array>> Timestamps(int64_t rows) const {
    arrow::TimestampBuilder builder(ToArrowType(TypeId::kTimestamp), arrow::default_memory_pool());
    ARROW_RETURN_NOT_OK(builder.Reserve(rows));
    for (int64_t i = 0; i < rows; ++i) {
      const auto index = static_cast<double>(skipped_ + i * step_);
      const auto delay_ms = static_cast<int64_t>(std::floor(index * range_.ms_per_value + 0.5));
      builder.UnsafeAppend((range_.start_ms + delay_ms) * kMicrosPerMilli);
    }
    return builder.Finish();
  }

  RateRange range_;
  int64_t step_;
  int64_t batch_rows_;
  int64_t* input_rows_;
  Schema columns_;
  std::shared_ptr<arrow::Schema> schema_;
  int64_t skipped_;  // numbers of the range before the next row
  int64_t left_;
};

}  // namespace

Schema RateSchema() {
  Schema schema;
  return schema.Add("timestamp", TypeId::kTimestamp).Add("value", TypeId::kLong);
}

std::vector<std::shared_ptr<const InputPartition>> DealRange(const RateRange& range,
                                                             int64_t partitions) {
  std::vector<std::shared_ptr<const InputPartition>> dealt;
  // A partition without a number would only be a task for nothing.
  const int64_t count = std::min(partitions, range.end - range.first);
  for (int64_t i = 0; i < count; ++i) {
    dealt.push_back(std::make_shared<RatePartition>(range, i, partitions));
  }
  return dealt;
}

std::unique_ptr<BatchReader> NewRateReader(const InputPartition& partition, Schema columns,
                                           const ReadContext& context) {
  return std::make_unique<RateReader>(static_cast<const RatePartition&>(partition),
                                      std::move(columns), context);
}

}  // namespace firesteel
