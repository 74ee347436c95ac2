#include "exec/group_table.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/util/bit_util.h"
#include "common/error.h"
#include "exec/byte_key_table.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"

namespace firesteel {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

/// A bitmap in which every one of `groups` bits is set but that of `null_group`; nullptr without
/// such a group.
Result<std::shared_ptr<arrow::Buffer>> ValidityExcept(int32_t null_group, int64_t groups) {
  if (null_group < 0) return nullptr;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap, arrow::AllocateBitmap(groups));
  arrow::bit_util::SetBitsTo(bitmap->mutable_data(), 0, groups, true);
  arrow::bit_util::ClearBit(bitmap->mutable_data(), null_group);
  return bitmap;
}

/// No key columns: everything is one group.
class KeylessGroupTable final : public GroupTable {
 public:
  Status Lookup(const std::vector<ArrayPtr>&, int64_t rows, std::vector<int32_t>* groups) override {
    groups->assign(rows, 0);
    if (rows > 0) size_ = 1;
    return Status::OK();
  }
  Status Find(const std::vector<ArrayPtr>&, int64_t rows, EncodedRows*,
              std::vector<int32_t>* groups) const override {
    groups->assign(rows, size_ == 0 ? -1 : 0);
    return Status::OK();
  }
  int64_t size() const override { return size_; }
  int64_t memory_bytes() const override { return 0; }
  Result<std::vector<ArrayPtr>> Keys() const override { return std::vector<ArrayPtr>(); }
  void Clear() override { size_ = 0; }

 private:
  int64_t size_ = 0;
};

/// One string or binary column: the bytes are the key.
class BinaryGroupTable final : public GroupTable {
 public:
  explicit BinaryGroupTable(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  Status Lookup(const std::vector<ArrayPtr>& keys, int64_t rows,
                std::vector<int32_t>* groups) override {
    const auto& column = static_cast<const arrow::BinaryArray&>(*keys[0]);
    groups->resize(rows);
    int32_t* out = groups->data();
    const int32_t* offsets = column.raw_value_offsets();
    const auto* bytes = reinterpret_cast<const char*>(column.raw_data());
    const auto key_at = [&](int64_t i) {
      return std::string_view(bytes + offsets[i], offsets[i + 1] - offsets[i]);
    };
    const char* end = bytes + (rows == 0 ? 0 : offsets[rows]);
    if (column.null_count() == 0) {
      table_.FindOrInsertAll(rows, key_at, end, out);
      return Status::OK();
    }
    for (int64_t i = 0; i < rows; ++i) {
      if (column.IsValid(i)) {
        out[i] = table_.FindOrInsert(key_at(i), end);
        continue;
      }
      if (null_group_ < 0) null_group_ = table_.InsertUnreachable();
      out[i] = null_group_;
    }
    return Status::OK();
  }

  Status Find(const std::vector<ArrayPtr>& keys, int64_t rows, EncodedRows*,
              std::vector<int32_t>* groups) const override {
    const auto& column = static_cast<const arrow::BinaryArray&>(*keys[0]);
    groups->resize(rows);
    const int32_t* offsets = column.raw_value_offsets();
    const auto* bytes = reinterpret_cast<const char*>(column.raw_data());
    table_.FindAll(
        rows,
        [&](int64_t i) {
          return std::string_view(bytes + offsets[i], offsets[i + 1] - offsets[i]);
        },
        bytes + (rows == 0 ? 0 : offsets[rows]), groups->data());
    for (int64_t i = 0; column.null_count() != 0 && i < rows; ++i) {
      if (column.IsNull(i)) (*groups)[i] = null_group_;
    }
    return Status::OK();
  }

  int64_t size() const override { return table_.size(); }
  int64_t memory_bytes() const override { return table_.memory_bytes(); }

  Result<std::vector<ArrayPtr>> Keys() const override {
    const EncodedRows& keys = table_.keys();
    if (keys.bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
      return Status::CapacityError("The distinct keys of a grouping exceed 2 GiB.");
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                          arrow::AllocateBuffer((size() + 1) * sizeof(int32_t)));
    std::transform(keys.offsets.begin(), keys.offsets.end(), offsets->mutable_data_as<int32_t>(),
                   [](int64_t offset) { return static_cast<int32_t>(offset); });
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid,
                          ValidityExcept(null_group_, size()));
    return std::vector<ArrayPtr>{arrow::MakeArray(arrow::ArrayData::Make(
        type_, size(),
        {std::move(valid), std::move(offsets), arrow::Buffer::FromString(keys.bytes)}))};
  }

  void Clear() override {
    table_.Clear();
    null_group_ = -1;
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
  ByteKeyTable table_;
  int32_t null_group_ = -1;
};

/// One column of integers of `Integer`'s width: numbers, dates, timestamps, intervals.
template <typename Integer>
class IntegerGroupTable final : public GroupTable {
 public:
  explicit IntegerGroupTable(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  Status Lookup(const std::vector<ArrayPtr>& keys, int64_t rows,
                std::vector<int32_t>* groups) override {
    const arrow::Array& column = *keys[0];
    groups->resize(rows);
    int32_t* out = groups->data();
    const auto* values = column.data()->template GetValues<Integer>(1);
    const bool may_be_null = column.null_count() != 0;
    for (int64_t i = 0; i < rows; ++i) {
      if (may_be_null && column.IsNull(i)) {
        if (null_group_ < 0) {
          null_group_ = slots_.TakeNumber();
          values_.push_back(0);
        }
        out[i] = null_group_;
        continue;
      }
      const Integer value = values[i];
      out[i] = slots_.FindOrInsert(
          key_hash::OfInteger(static_cast<uint64_t>(value)),
          [&](int32_t group) { return values_[group] == value; },
          [&] { values_.push_back(value); });
    }
    return Status::OK();
  }

  Status Find(const std::vector<ArrayPtr>& keys, int64_t rows, EncodedRows*,
              std::vector<int32_t>* groups) const override {
    const arrow::Array& column = *keys[0];
    groups->resize(rows);
    int32_t* out = groups->data();
    const auto* values = column.data()->template GetValues<Integer>(1);
    const bool may_be_null = column.null_count() != 0;
    uint32_t hashes[kBlockRows];
    for (int64_t begin = 0; begin < rows; begin += kBlockRows) {
      const int64_t count = std::min(kBlockRows, rows - begin);
      for (int64_t i = 0; i < count; ++i) {
        hashes[i] = key_hash::OfInteger(static_cast<uint64_t>(values[begin + i]));
        slots_.Prefetch(hashes[i]);
      }
      for (int64_t i = 0; i < count; ++i) {
        const int32_t candidate = slots_.FirstCandidate(hashes[i]);
        if (candidate >= 0) __builtin_prefetch(&values_[candidate]);
      }
      for (int64_t i = 0; i < count; ++i) {
        const Integer value = values[begin + i];
        out[begin + i] = may_be_null && column.IsNull(begin + i)
                             ? null_group_
                             : slots_.Find(hashes[i], [&](int32_t group) {
                                 return values_[group] == value;
                               });
      }
    }
    return Status::OK();
  }

  int64_t size() const override { return slots_.size(); }
  int64_t memory_bytes() const override {
    return slots_.memory_bytes() + static_cast<int64_t>(values_.capacity() * sizeof(Integer));
  }

  Result<std::vector<ArrayPtr>> Keys() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid,
                          ValidityExcept(null_group_, size()));
    std::shared_ptr<arrow::Buffer> values = arrow::Buffer::FromVector(values_);
    return std::vector<ArrayPtr>{arrow::MakeArray(
        arrow::ArrayData::Make(type_, size(), {std::move(valid), std::move(values)}))};
  }

  void Clear() override {
    slots_.Clear();
    values_ = std::vector<Integer>();
    null_group_ = -1;
  }

 private:
  static constexpr int64_t kBlockRows = 32;  // worked on step by step, as in ByteKeyTable

  std::shared_ptr<arrow::DataType> type_;
  GroupSlots slots_;
  std::vector<Integer> values_;  // by group
  int32_t null_group_ = -1;
};

/// Any key columns: the rows' normalised UnsafeRow bytes are the key.
class RowGroupTable final : public GroupTable {
 public:
  explicit RowGroupTable(UnsafeRowCodec codec) : codec_(std::move(codec)) {}

  void Expect(int64_t groups) override { expected_ = std::min(groups, kMostExpected); }

  Status Lookup(const std::vector<ArrayPtr>& keys, int64_t rows,
                std::vector<int32_t>* groups) override {
    encoded_.Clear();
    ARROW_RETURN_NOT_OK(codec_.Encode(keys, /*normalize_floats=*/true, &encoded_));
    if (encoded_.size() != rows) return InternalError("Key columns differ in length.");
    groups->resize(rows);
    if (rows > 0 && expected_ > rows && table_.size() == 0) {
      // Keys are of much the same size.
      const double bytes = static_cast<double>(encoded_.bytes.size()) / rows * expected_;
      table_.Reserve(expected_, static_cast<int64_t>(std::min(bytes, kMostExpectedBytes)));
    }
    table_.FindOrInsertAll(
        rows, [&](int64_t i) { return encoded_[i]; },
        encoded_.bytes.data() + encoded_.bytes.size(), groups->data());
    return Status::OK();
  }

  Status Find(const std::vector<ArrayPtr>& keys, int64_t rows, EncodedRows* scratch,
              std::vector<int32_t>* groups) const override {
    scratch->Clear();
    ARROW_RETURN_NOT_OK(codec_.Encode(keys, /*normalize_floats=*/true, scratch));
    if (scratch->size() != rows) return InternalError("Key columns differ in length.");
    groups->resize(rows);
    table_.FindAll(
        rows, [&](int64_t i) { return (*scratch)[i]; },
        scratch->bytes.data() + scratch->bytes.size(), groups->data());
    return Status::OK();
  }

  int64_t size() const override { return table_.size(); }
  int64_t memory_bytes() const override { return table_.memory_bytes(); }

  Result<std::vector<ArrayPtr>> Keys() const override {
    std::vector<std::string_view> rows;
    rows.reserve(size());
    for (int64_t i = 0; i < size(); ++i) rows.push_back(table_.keys()[i]);
    return codec_.Decode(rows);
  }
  const EncodedRows* EncodedKeys() const override { return &table_.keys(); }

  void Clear() override { table_.Clear(); }

 private:
  static constexpr int64_t kMostExpected = int64_t{1} << 18;
  static constexpr double kMostExpectedBytes = 32 << 20;

  UnsafeRowCodec codec_;
  int64_t expected_ = 0;
  ByteKeyTable table_;
  EncodedRows encoded_;  // of the batch being looked up; kept for its memory
};

}  // namespace

Result<std::unique_ptr<GroupTable>> GroupTable::Make(std::vector<DataType> key_types) {
  if (key_types.empty()) return std::make_unique<KeylessGroupTable>();
  if (key_types.size() == 1) {
    std::shared_ptr<arrow::DataType> type = ToArrowType(key_types[0]);
    switch (key_types[0].id()) {
      case TypeId::kString:
      case TypeId::kBinary:
        return std::make_unique<BinaryGroupTable>(std::move(type));
      case TypeId::kByte:
        return std::make_unique<IntegerGroupTable<int8_t>>(std::move(type));
      case TypeId::kShort:
        return std::make_unique<IntegerGroupTable<int16_t>>(std::move(type));
      case TypeId::kInteger:
      case TypeId::kDate:
      case TypeId::kYearMonthInterval:
        return std::make_unique<IntegerGroupTable<int32_t>>(std::move(type));
      case TypeId::kLong:
      case TypeId::kTimestamp:
      case TypeId::kTimestampNtz:
      case TypeId::kDayTimeInterval:
        return std::make_unique<IntegerGroupTable<int64_t>>(std::move(type));
      default:
        break;
    }
  }
  ARROW_ASSIGN_OR_RAISE(UnsafeRowCodec codec, UnsafeRowCodec::Make(std::move(key_types)));
  return std::make_unique<RowGroupTable>(std::move(codec));
}

}  // namespace firesteel
