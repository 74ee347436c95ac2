#include "connect/server/protocol_types.h"

#include <utility>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(ProtocolTypesTest, EveryTypeComesBackAsItWas) {
  const Schema schema =
      Schema::FromDdl(
          "a BOOLEAN, b TINYINT, c SMALLINT, d INT NOT NULL, e BIGINT, f FLOAT, g DOUBLE, "
          "h DECIMAL(20, 3), i STRING, j BINARY, k DATE, l TIMESTAMP, m TIMESTAMP_NTZ, "
          "n INTERVAL DAY TO MINUTE, o INTERVAL MONTH, p INTERVAL, q ARRAY<INT>, "
          "r MAP<STRING, ARRAY<DOUBLE>>, s STRUCT<x: INT, y: STRUCT<z: VOID>>, t INT COMMENT "
          "'text'")
          .ValueOrDie();
  spark::connect::DataType type;
  ToProtocol(schema, &type);
  const Result<DataType> back = FromProtocol(type);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->Json(), schema.AsStruct().Json());
}

TEST(ProtocolTypesTest, NullabilityOfNestedValuesIsKept) {
  const DataType type =
      DataType::Array(DataType::Map(TypeId::kString, TypeId::kLong, false), false);
  spark::connect::DataType message;
  ToProtocol(type, &message);
  EXPECT_EQ(*FromProtocol(message), type);
}

TEST(ProtocolTypesTest, TextIsParsedAndUnknownTypesAreRefused) {
  spark::connect::DataType message;
  message.mutable_unparsed()->set_data_type_string("array<decimal(5,2)>");
  EXPECT_EQ(FromProtocol(message)->SimpleString(), "array<decimal(5,2)>");
  message.mutable_unparsed()->set_data_type_string("nothing");
  EXPECT_FALSE(FromProtocol(message).ok());
  message.mutable_variant();
  EXPECT_EQ(ErrorCondition(FromProtocol(message).status()), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(ErrorCondition(FromProtocol(spark::connect::DataType()).status()),
            "UNSUPPORTED_DATATYPE");
}

TEST(ProtocolTypesTest, RefusesSizesThatNoTextMayHave) {
  const auto refused = [](int precision, int scale) {
    spark::connect::DataType message;
    message.mutable_decimal()->set_precision(precision);
    message.mutable_decimal()->set_scale(scale);
    return ErrorCondition(FromProtocol(message).status());
  };
  EXPECT_EQ(refused(38, 38), "");
  EXPECT_EQ(refused(39, 0), "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
  EXPECT_EQ(refused(0, 0), "INVALID_DECIMAL_SCALE");
  EXPECT_EQ(refused(-5, -7), "INVALID_DECIMAL_SCALE");
  EXPECT_EQ(refused(5, 6), "INVALID_DECIMAL_SCALE");
  EXPECT_EQ(refused(5, -1), "INVALID_DECIMAL_SCALE");
  for (const auto& [start, end] : {std::pair(-1, 3), std::pair(0, 4), std::pair(2, 1)}) {
    spark::connect::DataType message;
    message.mutable_day_time_interval()->set_start_field(start);
    message.mutable_day_time_interval()->set_end_field(end);
    EXPECT_EQ(ErrorCondition(FromProtocol(message).status()), "UNSUPPORTED_DATATYPE");
    message.mutable_year_month_interval()->set_start_field(start);
    message.mutable_year_month_interval()->set_end_field(end);
    EXPECT_EQ(ErrorCondition(FromProtocol(message).status()), "UNSUPPORTED_DATATYPE");
  }
}

TEST(ProtocolTypesTest, SchemasComeAsJsonOrDdl) {
  EXPECT_EQ(ParseSchemaText("a INT, b STRING")->Ddl(), "a INT,b STRING");
  EXPECT_EQ(ParseSchemaText(Schema::FromDdl("a INT").ValueOrDie().Json())->Ddl(), "a INT");
  EXPECT_FALSE(ParseSchemaText("{").ok());
}

}  // namespace
}  // namespace firesteel
