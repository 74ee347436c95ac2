#include <cstring>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_base.h"
#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_decimal.h"
#include "arrow/array/builder_nested.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/array/builder_time.h"
#include "arrow/array/util.h"
#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "arrow/scalar.h"
#include "arrow/type.h"
#include "arrow/util/decimal.h"
#include "common/error.h"
#include "fmt/format.h"
#include "types/arrow_types.h"
#include "types/column_view.h"

namespace firesteel {
namespace {

Value ValueAt(const ColumnView& view, int64_t i);

std::vector<Value> ValuesBetween(const ColumnView& view, int64_t begin, int64_t end) {
  std::vector<Value> values;
  values.reserve(end - begin);
  for (int64_t i = begin; i < end; ++i) values.push_back(ValueAt(view, i));
  return values;
}

Value NestedValueAt(const ColumnView& view, int64_t i) {
  switch (view.id()) {
    case TypeId::kArray:
      return ArrayValue{ValuesBetween(view.child(0), view.ListBegin(i), view.ListEnd(i))};
    case TypeId::kMap: {
      MapValue map;
      for (int64_t entry = view.ListBegin(i); entry < view.ListEnd(i); ++entry) {
        map.entries.emplace_back(ValueAt(view.child(0), entry), ValueAt(view.child(1), entry));
      }
      return map;
    }
    default: {
      StructValue fields;
      for (const ColumnView& child : view.children()) {
        fields.fields.push_back(ValueAt(child, view.ChildIndex(i)));
      }
      return fields;
    }
  }
}

Value DecimalValueAt(const ColumnView& view, int64_t i) {
  Decimal decimal{.precision = view.type().precision(), .scale = view.type().scale()};
  std::memcpy(&decimal.unscaled, view.Values<__int128>() + i, sizeof(decimal.unscaled));
  return decimal;
}

Value ValueAt(const ColumnView& view, int64_t i) {
  if (view.IsNull(i)) return Value();
  switch (view.id()) {
    case TypeId::kNull:
      return Value();
    case TypeId::kBoolean:
      return view.BoolAt(i);
    case TypeId::kByte:
      return view.Values<int8_t>()[i];
    case TypeId::kShort:
      return view.Values<int16_t>()[i];
    case TypeId::kInteger:
      return view.Values<int32_t>()[i];
    case TypeId::kLong:
      return view.Values<int64_t>()[i];
    case TypeId::kFloat:
      return view.Values<float>()[i];
    case TypeId::kDouble:
      return view.Values<double>()[i];
    case TypeId::kDecimal:
      return DecimalValueAt(view, i);
    case TypeId::kString:
      return std::string(view.BytesAt(i));
    case TypeId::kBinary:
      return Binary{std::string(view.BytesAt(i))};
    case TypeId::kDate:
      return Date{view.Values<int32_t>()[i]};
    case TypeId::kTimestamp:
      return Timestamp{view.Values<int64_t>()[i]};
    case TypeId::kTimestampNtz:
      return TimestampNtz{view.Values<int64_t>()[i]};
    case TypeId::kDayTimeInterval:
      return DayTimeInterval{view.Values<int64_t>()[i]};
    case TypeId::kYearMonthInterval:
      return YearMonthInterval{view.Values<int32_t>()[i]};
    case TypeId::kCalendarInterval: {
      const auto& parts = view.Values<arrow::MonthDayNanoIntervalType::MonthDayNanos>()[i];
      return CalendarInterval{parts.months, parts.days, parts.nanoseconds / 1000};
    }
    default:
      return NestedValueAt(view, i);
  }
}

Status AppendValue(const Value& value, const DataType& type, arrow::ArrayBuilder* builder);

Status DoesNotFit(const Value& value, const DataType& type) {
  return InternalError(fmt::format("The value {} is no {}.", value.ToString(), type.Sql()));
}

template <typename Builder, typename T>
Status AppendPlain(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  if (!value.Is<T>()) return DoesNotFit(value, type);
  return static_cast<Builder*>(builder)->Append(value.Get<T>());
}

Status AppendDecimal(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  const auto* decimal = value.Is<Decimal>() ? &value.Get<Decimal>() : nullptr;
  if (decimal == nullptr || decimal->scale != type.scale()) return DoesNotFit(value, type);
  arrow::Decimal128 number(static_cast<int64_t>(decimal->unscaled >> 64),
                           static_cast<uint64_t>(decimal->unscaled));
  if (!number.FitsInPrecision(type.precision())) return DoesNotFit(value, type);
  return static_cast<arrow::Decimal128Builder*>(builder)->Append(number);
}

Status AppendInterval(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  if (!value.Is<CalendarInterval>()) return DoesNotFit(value, type);
  const auto& interval = value.Get<CalendarInterval>();
  int64_t nanos;
  if (__builtin_mul_overflow(interval.micros, int64_t{1000}, &nanos)) {
    return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
  }
  return static_cast<arrow::MonthDayNanoIntervalBuilder*>(builder)->Append(
      {interval.months, interval.days, nanos});
}

Status AppendNested(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  if (type.id() == TypeId::kArray && value.Is<ArrayValue>()) {
    auto* list = static_cast<arrow::ListBuilder*>(builder);
    ARROW_RETURN_NOT_OK(list->Append());
    for (const Value& element : value.Get<ArrayValue>().elements) {
      ARROW_RETURN_NOT_OK(AppendValue(element, type.element_type(), list->value_builder()));
    }
    return Status::OK();
  }
  if (type.id() == TypeId::kMap && value.Is<MapValue>()) {
    auto* map = static_cast<arrow::MapBuilder*>(builder);
    ARROW_RETURN_NOT_OK(map->Append());
    for (const auto& [key, item] : value.Get<MapValue>().entries) {
      if (key.is_null()) return MakeError("NULL_MAP_KEY");
      ARROW_RETURN_NOT_OK(AppendValue(key, type.key_type(), map->key_builder()));
      ARROW_RETURN_NOT_OK(AppendValue(item, type.value_type(), map->item_builder()));
    }
    return Status::OK();
  }
  if (type.id() != TypeId::kStruct || !value.Is<StructValue>()) return DoesNotFit(value, type);
  const std::vector<Value>& fields = value.Get<StructValue>().fields;
  if (fields.size() != type.fields().size()) return DoesNotFit(value, type);
  auto* builder_of_struct = static_cast<arrow::StructBuilder*>(builder);
  ARROW_RETURN_NOT_OK(builder_of_struct->Append());
  for (size_t i = 0; i < fields.size(); ++i) {
    ARROW_RETURN_NOT_OK(AppendValue(fields[i], type.fields()[i].type,
                                    builder_of_struct->field_builder(static_cast<int>(i))));
  }
  return Status::OK();
}

template <typename Builder, typename T, auto kMember>
Status AppendMember(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  if (!value.Is<T>()) return DoesNotFit(value, type);
  return static_cast<Builder*>(builder)->Append(value.Get<T>().*kMember);
}

Status AppendValue(const Value& value, const DataType& type, arrow::ArrayBuilder* builder) {
  if (value.is_null()) return builder->AppendNull();
  switch (type.id()) {
    case TypeId::kNull:
      return DoesNotFit(value, type);
    case TypeId::kBoolean:
      return AppendPlain<arrow::BooleanBuilder, bool>(value, type, builder);
    case TypeId::kByte:
      return AppendPlain<arrow::Int8Builder, int8_t>(value, type, builder);
    case TypeId::kShort:
      return AppendPlain<arrow::Int16Builder, int16_t>(value, type, builder);
    case TypeId::kInteger:
      return AppendPlain<arrow::Int32Builder, int32_t>(value, type, builder);
    case TypeId::kLong:
      return AppendPlain<arrow::Int64Builder, int64_t>(value, type, builder);
    case TypeId::kFloat:
      return AppendPlain<arrow::FloatBuilder, float>(value, type, builder);
    case TypeId::kDouble:
      return AppendPlain<arrow::DoubleBuilder, double>(value, type, builder);
    case TypeId::kDecimal:
      return AppendDecimal(value, type, builder);
    case TypeId::kString:
      return AppendPlain<arrow::StringBuilder, std::string>(value, type, builder);
    case TypeId::kBinary:
      return AppendMember<arrow::BinaryBuilder, Binary, &Binary::bytes>(value, type, builder);
    case TypeId::kDate:
      return AppendMember<arrow::Date32Builder, Date, &Date::days>(value, type, builder);
    case TypeId::kTimestamp:
      return AppendMember<arrow::TimestampBuilder, Timestamp, &Timestamp::micros>(value, type,
                                                                                  builder);
    case TypeId::kTimestampNtz:
      return AppendMember<arrow::TimestampBuilder, TimestampNtz, &TimestampNtz::micros>(value, type,
                                                                                        builder);
    case TypeId::kDayTimeInterval:
      return AppendMember<arrow::DurationBuilder, DayTimeInterval, &DayTimeInterval::micros>(
          value, type, builder);
    case TypeId::kYearMonthInterval:
      return AppendMember<arrow::MonthIntervalBuilder, YearMonthInterval,
                          &YearMonthInterval::months>(value, type, builder);
    case TypeId::kCalendarInterval:
      return AppendInterval(value, type, builder);
    default:
      return AppendNested(value, type, builder);
  }
}

template <typename GetCell>
Result<std::shared_ptr<arrow::Array>> Build(int64_t length, const DataType& type,
                                            const GetCell& cell) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(
      arrow::MakeBuilder(arrow::default_memory_pool(), ToArrowType(type), &builder));
  ARROW_RETURN_NOT_OK(builder->Reserve(length));
  for (int64_t i = 0; i < length; ++i) {
    ARROW_RETURN_NOT_OK(AppendValue(cell(i), type, builder.get()));
  }
  return builder->Finish();
}

}  // namespace

Value GetValue(const arrow::Array& array, int64_t index, const DataType& type) {
  return ValueAt(ColumnView::Make(*array.data(), type).ValueOrDie(), index);
}

Result<std::shared_ptr<arrow::Array>> MakeArray(const std::vector<Value>& values,
                                                const DataType& type) {
  return Build(static_cast<int64_t>(values.size()), type,
               [&](int64_t i) -> const Value& { return values[i]; });
}

Result<std::shared_ptr<arrow::Array>> MakeConstantArray(const Value& value, const DataType& type,
                                                        int64_t length) {
  if (length == 0) return MakeArray(std::vector<Value>{}, type);
  if (value.is_null()) return arrow::MakeArrayOfNull(ToArrowType(type), length);
  ARROW_ASSIGN_OR_RAISE(auto single, MakeArray({value}, type));
  if (length == 1) return single;
  ARROW_ASSIGN_OR_RAISE(auto scalar, single->GetScalar(0));
  return arrow::MakeArrayFromScalar(*scalar, length);
}

Result<std::shared_ptr<arrow::RecordBatch>> MakeBatch(const std::vector<Row>& rows,
                                                      const Schema& schema) {
  for (const Row& row : rows) {
    if (row.size() != schema.size()) {
      return InternalError(
          fmt::format("A row of {} values does not fit {} columns.", row.size(), schema.size()));
    }
  }
  const auto length = static_cast<int64_t>(rows.size());
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (int c = 0; c < schema.size(); ++c) {
    ARROW_ASSIGN_OR_RAISE(
        auto column,
        Build(length, schema.field(c).type, [&](int64_t i) -> const Value& { return rows[i][c]; }));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(ToArrowSchema(schema), length, std::move(columns));
}

void AppendRows(const arrow::RecordBatch& batch, const std::shared_ptr<const Schema>& schema,
                std::vector<Row>* rows) {
  std::vector<ColumnView> views;
  for (int c = 0; c < schema->size(); ++c) {
    views.push_back(ColumnView::Make(*batch.column_data(c), schema->field(c).type).ValueOrDie());
  }
  rows->reserve(rows->size() + batch.num_rows());
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    std::vector<Value> values;
    values.reserve(views.size());
    for (const ColumnView& view : views) values.push_back(ValueAt(view, i));
    rows->emplace_back(std::move(values), schema);
  }
}

}  // namespace firesteel
