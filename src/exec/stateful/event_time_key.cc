#include "exec/stateful/event_time_key.h"

#include <cstring>
#include <limits>
#include <utility>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"
#include "types/datetime.h"
#include "types/unsafe_row_layout.h"

namespace firesteel {

namespace {

int64_t ReadWord(std::string_view row, int64_t offset) {
  int64_t word = 0;
  std::memcpy(&word, row.data() + offset, sizeof(word));
  return word;
}

bool IsNullField(std::string_view row, int64_t field) {
  const uint64_t word = static_cast<uint64_t>(ReadWord(row, field / 64 * 8));
  return ((word >> (field % 64)) & 1) != 0;
}

int64_t WordOffset(int64_t fields, int64_t field) { return NullBitsSize(fields) + 8 * field; }

}  // namespace

Result<EventTimeReader> EventTimeReader::Make(const arrow::Array& column) {
  EventTimeReader reader;
  if (column.type_id() == arrow::Type::STRUCT) {
    const auto& window = static_cast<const arrow::StructArray&>(column);
    reader.window_ = &column;
    reader.values_ = window.GetFieldByName("end");
  } else {
    reader.values_ = arrow::MakeArray(column.data());
  }
  if (!reader.values_ || reader.values_->type_id() != arrow::Type::TIMESTAMP) {
    return InternalError("An event time must be a timestamp or a window.");
  }
  reader.times_ = static_cast<const arrow::TimestampArray&>(*reader.values_).raw_values();
  return reader;
}

bool EventTimeReader::IsValid(int64_t row) const {
  return values_->IsValid(row) && (window_ == nullptr || window_->IsValid(row));
}

EncodedEventTimeReader::EncodedEventTimeReader(const Schema& schema, int index)
    : columns_(schema.size()),
      index_(index),
      window_(schema.field(index).type.id() == TypeId::kStruct) {
  if (!window_) return;
  const std::vector<StructField>& fields = schema.field(index).type.fields();
  window_fields_ = static_cast<int64_t>(fields.size());
  for (int64_t i = 0; i < window_fields_; ++i) {
    if (fields[i].name == "end") end_field_ = i;
  }
}

std::optional<int64_t> EncodedEventTimeReader::TimeOf(std::string_view row) const {
  const auto size = static_cast<int64_t>(row.size());
  if (size < RowFixedSize(columns_) || IsNullField(row, index_)) return std::nullopt;
  const int64_t word = ReadWord(row, WordOffset(columns_, index_));
  if (!window_) return word;
  const int64_t offset = word >> 32;
  if (offset < 0 || offset > size - RowFixedSize(window_fields_)) return std::nullopt;
  const std::string_view window = row.substr(static_cast<size_t>(offset));
  if (IsNullField(window, end_field_)) return std::nullopt;
  return ReadWord(window, WordOffset(window_fields_, end_field_));
}

int64_t WatermarkMicros(int64_t watermark_ms) {
  constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  if (watermark_ms > kGreatest / kMicrosPerMillisecond) return kGreatest;
  if (watermark_ms < kLeast / kMicrosPerMillisecond) return kLeast;
  return watermark_ms * kMicrosPerMillisecond;
}

int64_t AddSaturated(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

}  // namespace firesteel
