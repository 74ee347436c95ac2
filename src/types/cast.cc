#include "types/cast.h"

#include <cstring>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer_builder.h"
#include "arrow/type.h"
#include "common/error.h"
#include "types/cast_kernels.h"

namespace firesteel {
namespace {

constexpr char kAnsiKey[] = "\"spark.sql.ansi.enabled\"";

std::string Quoted(const DataType& type) { return "\"" + type.Sql() + "\""; }

// Gives the same bytes another type.
ArrayResult Relabelled(const CastTask& task) {
  auto data = task.data.Copy();
  data->type = ToArrowType(task.to);
  return arrow::MakeArray(data);
}

bool IsDateTime(TypeId id) {
  return id == TypeId::kDate || id == TypeId::kTimestamp || id == TypeId::kTimestampNtz;
}

bool IsAnsiInterval(TypeId id) {
  return id == TypeId::kDayTimeInterval || id == TypeId::kYearMonthInterval;
}

ArrayResult Dispatch(const CastTask& task) {
  const TypeId from = task.from.id();
  const TypeId to = task.to.id();
  if (from == TypeId::kNull) return CastToNulls(task);
  if (to == TypeId::kString) {
    return from == TypeId::kBinary ? Relabelled(task) : CastToText(task);
  }
  if (from == TypeId::kString) {
    return to == TypeId::kBinary ? Relabelled(task) : CastFromString(task);
  }
  if (task.from.is_nested()) return CastNested(task);
  if (IsAnsiInterval(to)) return CastToInterval(task);
  if (IsAnsiInterval(from)) return CastFromInterval(task);
  if (to == TypeId::kBinary) return CastToBinary(task);
  // A date is NULL as a number of any kind.
  if (from == TypeId::kDate && !IsDateTime(to)) return CastFromDateTime(task);
  if (to == TypeId::kDecimal) return CastToDecimal(task);
  if (from == TypeId::kDecimal) return CastFromDecimal(task);
  if (IsDateTime(to)) return CastToDateTime(task);
  if (IsDateTime(from)) return CastFromDateTime(task);
  return CastNumberToNumber(task);
}

}  // namespace

ArrayResult CastToNulls(const CastTask& task) {
  return arrow::MakeArrayOfNull(ToArrowType(task.to), task.data.length);
}

// An integer as its bytes, the highest first.
ArrayResult CastToBinary(const CastTask& task) {
  const int64_t width = task.from.id() == TypeId::kByte      ? 1
                        : task.from.id() == TypeId::kShort   ? 2
                        : task.from.id() == TypeId::kInteger ? 4
                                                             : 8;
  const int64_t length = task.view.length();
  ARROW_ASSIGN_OR_RAISE(auto validity, CopyValidity(task.data));
  arrow::TypedBufferBuilder<int32_t> offsets;
  arrow::BufferBuilder bytes;
  ARROW_RETURN_NOT_OK(offsets.Reserve(length + 1));
  ARROW_RETURN_NOT_OK(bytes.Reserve(length * width));
  offsets.UnsafeAppend(0);
  ARROW_RETURN_NOT_OK(
      WithNumbers(task, [&](const auto& read) -> ArrayResult {
        for (int64_t i = 0; i < length; ++i) {
          if (!task.view.IsNull(i)) {
            const uint64_t value = __builtin_bswap64(static_cast<uint64_t>(read(i)));
            bytes.UnsafeAppend(reinterpret_cast<const uint8_t*>(&value) + 8 - width, width);
          }
          offsets.UnsafeAppend(static_cast<int32_t>(bytes.length()));
        }
        return nullptr;
      }).status());
  ARROW_ASSIGN_OR_RAISE(auto offset_buffer, offsets.Finish());
  ARROW_ASSIGN_OR_RAISE(auto byte_buffer, bytes.Finish());
  return arrow::MakeArray(arrow::ArrayData::Make(
      arrow::binary(), length,
      {std::move(validity), std::move(offset_buffer), std::move(byte_buffer)}));
}

Status InvalidInput(const CastTask& task, const std::string& literal) {
  return MakeError("CAST_INVALID_INPUT", {{"expression", literal},
                                          {"sourceType", Quoted(task.from)},
                                          {"targetType", Quoted(task.to)},
                                          {"ansiConfig", kAnsiKey}});
}

Status Overflow(const CastTask& task, const std::string& literal) {
  return MakeError("CAST_OVERFLOW", {{"value", literal},
                                     {"sourceType", Quoted(task.from)},
                                     {"targetType", Quoted(task.to)},
                                     {"ansiConfig", kAnsiKey}});
}

Status OutOfRange(const CastTask& task, const std::string& number) {
  return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                   {{"value", number},
                    {"precision", std::to_string(task.to.precision())},
                    {"scale", std::to_string(task.to.scale())},
                    {"config", kAnsiKey}});
}

std::string SqlLiteral(const CastTask& task, int64_t i) {
  const std::string text = GetValue(*arrow::MakeArray(task.data.Copy()), i, task.from).ToString();
  switch (task.from.id()) {
    case TypeId::kByte:
      return text + "Y";
    case TypeId::kShort:
      return text + "S";
    case TypeId::kLong:
      return text + "L";
    case TypeId::kDouble:
      return text + "D";
    case TypeId::kDecimal:
      return text + "BD";
    case TypeId::kString:
      return "'" + text + "'";
    case TypeId::kDate:
      return "DATE '" + text + "'";
    case TypeId::kTimestamp:
      return "TIMESTAMP '" + text + "'";
    default:
      return text;
  }
}

Result<std::shared_ptr<arrow::Array>> CastArray(const std::shared_ptr<arrow::Array>& array,
                                                const DataType& from, const DataType& to,
                                                const CastOptions& options) {
  if (from.SameType(to)) return array;
  if (!CanCast(from, to, options.ansi || options.try_cast)) {
    return CastRefusal("CAST(? AS " + to.Sql() + ")", from, to);
  }
  ARROW_ASSIGN_OR_RAISE(const auto zone, TimeZone::Find(options.time_zone));
  ARROW_ASSIGN_OR_RAISE(const ColumnView view, ColumnView::Make(*array->data(), from));
  return Dispatch({.data = *array->data(),
                   .view = view,
                   .from = from,
                   .to = to,
                   .options = options,
                   .zone = *zone});
}

}  // namespace firesteel
