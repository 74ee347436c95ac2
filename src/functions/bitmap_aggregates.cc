#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

constexpr size_t kBitmapBytes = 4096;
constexpr int64_t kBitmapBits = kBitmapBytes * 8;

enum class BitmapOperation { kConstruct, kOr, kAnd };

/// Bitmaps of 32768 bits: of positions, or the union or intersection of bitmaps. Shorter inputs are
/// filled up with zeros.
///   bitmap  BINARY
class Bitmaps final : public Accumulator {
 public:
  explicit Bitmaps(BitmapOperation operation) : operation_(operation) {}

  Status Resize(int64_t groups) override {
    const char filler = operation_ == BitmapOperation::kAnd ? '\xff' : '\0';
    bitmaps_.resize(groups, std::string(kBitmapBytes, filler));
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    if (operation_ != BitmapOperation::kConstruct) return Combine(arguments[0], groups);
    const FixedReader<int64_t> positions(arguments[0]);
    Status status;
    ForEachSet(arguments[0], groups, [&](int32_t group, int64_t row) {
      const int64_t position = positions[row];
      if (position < 0 || position >= kBitmapBits) {
        status = MakeError("INVALID_BITMAP_POSITION",
                           {{"bitPosition", std::to_string(position)},
                            {"bitmapNumBytes", std::to_string(kBitmapBytes)},
                            {"bitmapNumBits", std::to_string(kBitmapBits)}});
        return;
      }
      bitmaps_[group][position / 8] |= static_cast<char>(1 << position % 8);
    });
    return status;
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    return Combine(BufferColumn(buffers[0]), groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(auto bitmaps, Finish());
    return std::vector{std::move(bitmaps)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    arrow::BinaryBuilder builder;
    for (const std::string& bitmap : bitmaps_) ARROW_RETURN_NOT_OK(builder.Append(bitmap));
    return builder.Finish();
  }

 private:
  Status Combine(const ColumnVector& column, std::span<const int32_t> groups) {
    const BytesReader inputs(column);
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      const std::string_view input = inputs[row];
      std::string& bitmap = bitmaps_[group];
      const size_t common = std::min(input.size(), kBitmapBytes);
      if (operation_ == BitmapOperation::kAnd) {
        for (size_t i = 0; i < common; ++i) bitmap[i] = static_cast<char>(bitmap[i] & input[i]);
        std::fill(bitmap.begin() + static_cast<int64_t>(common), bitmap.end(), '\0');
      } else {
        for (size_t i = 0; i < common; ++i) bitmap[i] = static_cast<char>(bitmap[i] | input[i]);
      }
    });
    return Status::OK();
  }

  BitmapOperation operation_;
  std::vector<std::string> bitmaps_;
};

template <BitmapOperation operation>
Bound BindBitmap(const BindRequest& request) {
  std::vector<DataType> types;
  if (operation == BitmapOperation::kConstruct) {
    ARROW_ASSIGN_OR_RAISE(types, MatchArguments(request, {TypeId::kLong}));
  } else {
    const TypeId given = request.type(0).id();
    if (given != TypeId::kBinary && given != TypeId::kNull) {
      return UnexpectedInputType(request, 0, Quoted("BINARY"));
    }
    types = {TypeId::kBinary};
  }
  return std::make_shared<const SimpleAggregate>(
      std::move(types), TypeId::kBinary, false,
      std::vector<StructField>{{"bitmap", TypeId::kBinary, false}},
      [] { return std::make_unique<Bitmaps>(operation); });
}

constexpr AggregateFunctionDefinition kBitmapAggregates[] = {
    {"bitmap_construct_agg",
     1,
     1,
     {"`bitmap_construct_agg(position)`: a bitmap of positions.", "3.5.0"},
     BindBitmap<BitmapOperation::kConstruct>},
    {"bitmap_or_agg",
     1,
     1,
     {"`bitmap_or_agg(bitmap)`: the union of bitmaps.", "3.5.0"},
     BindBitmap<BitmapOperation::kOr>},
    {"bitmap_and_agg",
     1,
     1,
     {"`bitmap_and_agg(bitmap)`: the intersection of bitmaps.", "4.1.0"},
     BindBitmap<BitmapOperation::kAnd>},
};

}  // namespace

std::span<const AggregateFunctionDefinition> BitmapAggregates() { return kBitmapAggregates; }

}  // namespace firesteel
