#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_binary.h"
#include "arrow/array/concatenate.h"
#include "arrow/array/util.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/type.h"
#include "common/error.h"
#include "functions/aggregate_support.h"
#include "functions/collect.h"
#include "functions/registry.h"
#include "functions/type_classes.h"
#include "functions/value_key.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& values,
                                               const std::vector<int64_t>& rows) {
  ARROW_ASSIGN_OR_RAISE(auto indices, MakeFixedArray(arrow::int64(), rows, {}));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(values, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

/// Gathers the values of each group, NULLs left out; as a set, every value once.
///   buf  BINARY: an UnsafeRow with one column, the array of values (a binary in a set is an array
///        of bytes there)
class Collect final : public Accumulator {
 public:
  Collect(DataType element, bool distinct)
      : type_(std::move(element)), distinct_(distinct) {}

  Status Resize(int64_t groups) override {
    groups_ = groups;
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const ColumnVector& column = arguments[0];
    std::vector<int64_t> rows;
    ForEachSet(column, groups, [&](int32_t group, int64_t row) {
      const int64_t i = column.constant ? 0 : row;
      if (IsNew(group, *column.values, i)) {
        rows.push_back(i);
        group_of_value_.push_back(group);
      }
    });
    return Keep(column.values, rows);
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    std::vector<std::string_view> encoded;
    std::vector<int32_t> group_of_row;
    const auto& bytes = static_cast<const arrow::BinaryArray&>(*buffers[0]);
    for (size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] < 0 || bytes.IsNull(row)) continue;
      encoded.push_back(bytes.GetView(row));
      group_of_row.push_back(groups[row]);
    }
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make({BufferType()}));
    ARROW_ASSIGN_OR_RAISE(auto columns, codec.Decode(encoded));
    const auto& lists = static_cast<const arrow::ListArray&>(*columns[0]);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, FromBuffer(lists.values()));
    std::vector<int64_t> rows;
    for (int64_t list = 0; list < lists.length(); ++list) {
      if (lists.IsNull(list)) continue;
      for (int64_t i = lists.value_offset(list); i < lists.value_offset(list + 1); ++i) {
        if (values->IsNull(i) || !IsNew(group_of_row[list], *values, i)) continue;
        rows.push_back(i);
        group_of_value_.push_back(group_of_row[list]);
      }
    }
    return Keep(values, rows);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> lists, Lists(/*as_buffer=*/true));
    ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make({BufferType()}));
    EncodedRows encoded;
    ARROW_RETURN_NOT_OK(codec.Encode({lists}, false, &encoded));
    arrow::BinaryBuilder builder;
    for (int64_t i = 0; i < encoded.size(); ++i) ARROW_RETURN_NOT_OK(builder.Append(encoded[i]));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> bytes, builder.Finish());
    return std::vector{std::move(bytes)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return Lists(/*as_buffer=*/false);
  }

 private:
  bool IsNew(int32_t group, const arrow::Array& values, int64_t i) {
    if (!distinct_) return true;
    std::string key(reinterpret_cast<const char*>(&group), sizeof(group));
    AppendValueKey(values, i, &key);
    return seen_.insert(std::move(key)).second;
  }

  Status Keep(const std::shared_ptr<arrow::Array>& values, const std::vector<int64_t>& rows) {
    if (rows.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> kept, TakeRows(values, rows));
    chunks_.push_back(std::move(kept));
    return Status::OK();
  }

  bool BytesAsArray() const { return distinct_ && type_.id() == TypeId::kBinary; }

  /// The type of the one column in the state.
  DataType BufferType() const {
    return DataType::Array(BytesAsArray() ? DataType::Array(TypeId::kByte) : type_);
  }

  /// Sees an array of bytes as a binary, which lies in memory in the same way.
  Result<std::shared_ptr<arrow::Array>> FromBuffer(
      const std::shared_ptr<arrow::Array>& values) const {
    if (!BytesAsArray()) return values;
    const auto& lists = static_cast<const arrow::ListArray&>(*values);
    const arrow::ArrayData& bytes = *lists.values()->data();
    auto data = arrow::ArrayData::Make(
        arrow::binary(), lists.length(),
        {lists.null_bitmap(), lists.value_offsets(),
         arrow::SliceBuffer(bytes.buffers[1], bytes.offset)},
        lists.null_count(), lists.offset());
    return arrow::MakeArray(std::move(data));
  }

  Result<std::shared_ptr<arrow::Array>> ToBuffer(
      const std::shared_ptr<arrow::Array>& values) const {
    if (!BytesAsArray()) return values;
    const auto& binary = static_cast<const arrow::BinaryArray&>(*values);
    auto bytes = arrow::ArrayData::Make(arrow::int8(), binary.value_data()->size(),
                                        {nullptr, binary.value_data()}, 0);
    auto data = arrow::ArrayData::Make(ToArrowType(DataType::Array(TypeId::kByte)),
                                       binary.length(),
                                       {binary.null_bitmap(), binary.value_offsets()},
                                       {std::move(bytes)}, binary.null_count(), binary.offset());
    return arrow::MakeArray(std::move(data));
  }

  /// One list per group; values keep the order of arrival.
  Result<std::shared_ptr<arrow::Array>> Lists(bool as_buffer) const {
    std::vector<int32_t> offsets(groups_ + 1, 0);
    for (int32_t group : group_of_value_) ++offsets[group + 1];
    for (int64_t i = 0; i < groups_; ++i) offsets[i + 1] += offsets[i];
    std::vector<int64_t> rows(group_of_value_.size());
    std::vector<int32_t> next(offsets.begin(), offsets.end() - 1);
    for (size_t i = 0; i < rows.size(); ++i) rows[next[group_of_value_[i]]++] = i;
    std::shared_ptr<arrow::Array> values;
    if (chunks_.empty()) {
      ARROW_ASSIGN_OR_RAISE(values, arrow::MakeEmptyArray(ToArrowType(type_)));
    } else {
      ARROW_ASSIGN_OR_RAISE(values, arrow::Concatenate(chunks_));
      ARROW_ASSIGN_OR_RAISE(values, TakeRows(values, rows));
      ARROW_ASSIGN_OR_RAISE(values, ViewAs(values, ToArrowType(type_)));
    }
    if (as_buffer) {
      ARROW_ASSIGN_OR_RAISE(values, ToBuffer(values));
    }
    ARROW_ASSIGN_OR_RAISE(auto offset_array, MakeFixedArray(arrow::int32(), offsets, {}));
    const DataType type = as_buffer ? BufferType() : DataType::Array(type_);
    auto data = arrow::ArrayData::Make(ToArrowType(type), groups_,
                                       {nullptr, offset_array->data()->buffers[1]},
                                       {values->data()}, 0);
    return arrow::MakeArray(std::move(data));
  }

  DataType type_;
  bool distinct_;
  int64_t groups_ = 0;
  arrow::ArrayVector chunks_;
  std::vector<int32_t> group_of_value_;  // one per value in chunks_
  std::unordered_set<std::string> seen_;
};

template <bool distinct>
Bound BindCollect(const BindRequest& request) {
  const DataType type = request.type(0);
  if (distinct && HoldsMap(type)) {
    return MakeError("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"dataType", Quoted("MAP")}});
  }
  auto bound = std::make_shared<SimpleAggregate>(
      std::vector{type}, DataType::Array(type, false), false,
      std::vector<StructField>{{"buf", TypeId::kBinary}},
      [type] { return std::make_unique<Collect>(type, distinct); });
  bound->set_name(distinct ? "collect_set" : "collect_list");
  return bound;
}

constexpr AggregateFunctionDefinition kCollectAggregates[] = {
    {"collect_list",
     1,
     1,
     {"`collect_list(expr)`: the values as an array.", "2.0.0"},
     BindCollect<false>},
    {"array_agg",
     1,
     1,
     {"`array_agg(expr)`: the values as an array.", "3.3.0"},
     BindCollect<false>},
    {"collect_set",
     1,
     1,
     {"`collect_set(expr)`: the distinct values as an array.", "2.0.0"},
     BindCollect<true>},
};

}  // namespace

std::unique_ptr<Accumulator> MakeCollect(const DataType& element, bool distinct) {
  return std::make_unique<Collect>(element, distinct);
}

std::span<const AggregateFunctionDefinition> CollectAggregates() { return kCollectAggregates; }

}  // namespace firesteel
