#include "types/arrow_types.h"

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

DataType Type(std::string_view text) { return DataType::FromDdl(text).ValueOrDie(); }

TEST(ArrowTypes, RoundTrip) {
  for (const char* ddl :
       {"void", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double",
        "decimal(38,18)", "string", "binary", "date", "timestamp", "timestamp_ntz", "interval",
        "interval day to second", "interval year to month", "array<map<string,int>>",
        "struct<a:int,b:struct<c:timestamp>>"}) {
    EXPECT_EQ(FromArrowType(*ToArrowType(Type(ddl))).ValueOrDie(), Type(ddl)) << ddl;
  }
  const Schema schema = Schema::FromDdl("a INT NOT NULL, b ARRAY<STRING>").ValueOrDie();
  EXPECT_EQ(FromArrowSchema(*ToArrowSchema(schema)).ValueOrDie(), schema);
}

TEST(ArrowTypes, TakesWhatFilesHold) {
  EXPECT_EQ(FromArrowType(*arrow::uint8()).ValueOrDie(), DataType(TypeId::kShort));
  EXPECT_EQ(FromArrowType(*arrow::uint64()).ValueOrDie(), DataType::Decimal(20, 0));
  EXPECT_EQ(FromArrowType(*arrow::large_utf8()).ValueOrDie(), DataType(TypeId::kString));
  EXPECT_EQ(FromArrowType(*arrow::dictionary(arrow::int8(), arrow::utf8())).ValueOrDie(),
            DataType(TypeId::kString));
  EXPECT_EQ(FromArrowType(*arrow::timestamp(arrow::TimeUnit::NANO)).ValueOrDie(),
            DataType(TypeId::kTimestampNtz));
  EXPECT_EQ(ErrorCondition(FromArrowType(*arrow::time32(arrow::TimeUnit::SECOND)).status()),
            "UNSUPPORTED_ARROWTYPE");
}

TEST(ArrowTypes, ViewsKeepValues) {
  const DataType type = Type("struct<a:array<struct<x:int>>,m:map<void,void>>");
  const Value value(StructValue{{Value(ArrayValue{{Value(StructValue{{Value(int32_t{1})}}), Value()}}),
                                 Value(MapValue{})}});
  const auto array = MakeArray({value, Value(), value}, type).ValueOrDie()->Slice(1);
  const auto other = arrow::struct_(
      {arrow::field("b", arrow::list(arrow::field("e", arrow::struct_({arrow::field(
                             "y", arrow::int32(), /*nullable=*/false)})))),
       arrow::field("n", arrow::map(arrow::null(), arrow::null()))});
  const auto view = ViewAs(array, other).ValueOrDie();
  EXPECT_TRUE(view->ValidateFull().ok()) << view->ValidateFull();
  EXPECT_TRUE(view->type()->Equals(*other));
  EXPECT_TRUE(GetValue(*view, 0, type).is_null());
  EXPECT_EQ(GetValue(*view, 1, type), value);
}

TEST(ArrowTypes, ViewsOfNullsAreNullsOfTheType) {
  const auto nulls = MakeArray({Value(), Value()}, TypeId::kNull).ValueOrDie();
  EXPECT_EQ(ViewAs(nulls, arrow::utf8()).ValueOrDie()->null_count(), 2);
  EXPECT_FALSE(ViewAs(MakeArray({Value(1)}, TypeId::kInteger).ValueOrDie(), arrow::utf8()).ok());
}

TEST(ArrowValues, RoundTripThroughBatches) {
  const auto schema = std::make_shared<const Schema>(
      Schema::FromDdl("b BOOLEAN, d DECIMAL(20,2), s STRING, t TIMESTAMP, i INTERVAL, "
                      "l ARRAY<INT>, m MAP<STRING, DATE>, st STRUCT<x: DOUBLE, y: BINARY>")
          .ValueOrDie());
  const std::vector<Row> rows{
      Row({true, Decimal{.unscaled = -5, .precision = 20, .scale = 2}, "x", Timestamp{7},
           CalendarInterval{1, 2, 3}, ArrayValue{{int32_t{1}, Value()}},
           MapValue{{{"k", Date{3}}, {"n", Value()}}}, StructValue{{1.5, Binary{"b"}}}}),
      Row(std::vector<Value>(8))};
  const auto batch = MakeBatch(rows, *schema).ValueOrDie();
  EXPECT_TRUE(batch->ValidateFull().ok());
  std::vector<Row> read;
  AppendRows(*batch, schema, &read);
  EXPECT_EQ(read, rows);
  EXPECT_EQ(read[0].schema(), schema);
  AppendRows(*batch->Slice(1), schema, &read);
  EXPECT_EQ(read.size(), 3u);
  EXPECT_EQ(read[2], rows[1]);
}

TEST(ArrowValues, RefusesValuesThatDoNotFit) {
  EXPECT_FALSE(MakeArray({int64_t{1}}, TypeId::kInteger).ok());
  EXPECT_FALSE(MakeArray({"x"}, TypeId::kBinary).ok());
  EXPECT_FALSE(MakeArray({int32_t{1}}, TypeId::kNull).ok());
  EXPECT_FALSE(
      MakeArray({Decimal{.unscaled = 100, .precision = 3, .scale = 0}}, DataType::Decimal(2, 0))
          .ok());
  EXPECT_FALSE(
      MakeArray({Decimal{.unscaled = 1, .precision = 3, .scale = 1}}, DataType::Decimal(3, 0))
          .ok());
  EXPECT_FALSE(MakeArray({StructValue{{int32_t{1}}}}, Type("struct<a:int,b:int>")).ok());
  EXPECT_FALSE(MakeArray({CalendarInterval{0, 0, INT64_MAX}}, TypeId::kCalendarInterval).ok());
  EXPECT_EQ(
      ErrorCondition(MakeArray({MapValue{{{Value(), int32_t{1}}}}}, Type("map<int,int>")).status()),
      "NULL_MAP_KEY");
  EXPECT_FALSE(MakeBatch({Row({int32_t{1}})}, Schema()).ok());
}

TEST(ArrowValues, RepeatsConstants) {
  const std::pair<Value, const char*> kConstants[] = {
      {Value(), "array<int>"},
      {true, "boolean"},
      {"text", "string"},
      {Decimal{.unscaled = 5, .precision = 10, .scale = 2}, "decimal(10,2)"},
      {CalendarInterval{1, 2, 3}, "interval"},
      {DayTimeInterval{1}, "interval day to second"},
      {YearMonthInterval{1}, "interval year to month"},
      {ArrayValue{{int32_t{1}, Value()}}, "array<int>"},
      {MapValue{{{"k", 1.5}}}, "map<string,double>"},
      {StructValue{{Timestamp{1}, Value()}}, "struct<a:timestamp,b:string>"}};
  for (const auto& [value, ddl] : kConstants) {
    for (int64_t length : {0, 1, 5}) {
      const auto array = MakeConstantArray(value, Type(ddl), length).ValueOrDie();
      EXPECT_EQ(array->length(), length);
      EXPECT_TRUE(array->type()->Equals(ToArrowType(Type(ddl)))) << array->type()->ToString();
      for (int64_t i = 0; i < length; ++i) EXPECT_EQ(GetValue(*array, i, Type(ddl)), value) << ddl;
    }
  }
}

TEST(Value, RendersAsText) {
  const Value value = StructValue{{int8_t{-1}, ArrayValue{{1.0, Value()}}, MapValue{{{"a", true}}},
                                   Date{0}, Timestamp{500'000}, Binary{"b"}, 1.5f,
                                   Decimal{.unscaled = 150, .precision = 5, .scale = 2},
                                   DayTimeInterval{1}, YearMonthInterval{14}, CalendarInterval{}}};
  EXPECT_EQ(value.ToString(),
            "{-1, [1.0, NULL], {a -> true}, 1970-01-01, 1970-01-01 00:00:00.5, b, 1.5, 1.50, "
            "INTERVAL '0 00:00:00.000001' DAY TO SECOND, INTERVAL '1-2' YEAR TO MONTH, 0 seconds}");
  EXPECT_EQ(Row({int32_t{1}, "a", Value()}).ToString(), "[1,a,NULL]");
  EXPECT_EQ(Row().ToString(), "[]");
}

}  // namespace
}  // namespace firesteel
