#include "firesteel/types.h"

#include "common/error.h"
#include "firesteel/connector/table.h"
#include "firesteel/output_mode.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

DataType NamedType(std::string_view text) { return DataType::FromDdl(text).ValueOrDie(); }

TEST(DataType, NamesItselfInThreeWays) {
  struct Names {
    const char* ddl;
    const char* simple;
    const char* sql;
    const char* type_name;
  };
  const Names kNames[] = {
      {"byte", "tinyint", "TINYINT", "byte"},
      {"int", "int", "INT", "integer"},
      {"bigint", "bigint", "BIGINT", "long"},
      {"decimal(10,2)", "decimal(10,2)", "DECIMAL(10,2)", "decimal(10,2)"},
      {"void", "void", "VOID", "void"},
      {"timestamp_ntz", "timestamp_ntz", "TIMESTAMP_NTZ", "timestamp_ntz"},
      {"interval day", "interval day", "INTERVAL DAY", "interval day"},
      {"interval", "interval", "INTERVAL", "interval"},
      {"map<string,array<int>>", "map<string,array<int>>", "MAP<STRING, ARRAY<INT>>", "map"},
      {"struct<a:int not null,`b c`:string>", "struct<a:int,b c:string>",
       "STRUCT<a: INT NOT NULL, `b c`: STRING>", "struct"}};
  for (const Names& names : kNames) {
    const DataType type = NamedType(names.ddl);
    EXPECT_EQ(type.SimpleString(), names.simple);
    EXPECT_EQ(type.Sql(), names.sql);
    EXPECT_EQ(type.TypeName(), names.type_name);
    EXPECT_EQ(NamedType(type.Sql()), type);
  }
}

TEST(DataType, EqualityAndSameType) {
  const DataType with_null = DataType::Array(TypeId::kInteger, true);
  const DataType without_null = DataType::Array(TypeId::kInteger, false);
  EXPECT_NE(with_null, without_null);
  EXPECT_TRUE(with_null.SameType(without_null));
  EXPECT_FALSE(with_null.SameType(DataType::Array(TypeId::kLong)));
  EXPECT_TRUE(NamedType("struct<a:int not null>").SameType(NamedType("struct<a:int comment 'x'>")));
  EXPECT_FALSE(NamedType("struct<a:int>").SameType(NamedType("struct<b:int>")));
  EXPECT_FALSE(NamedType("struct<a:int>").SameType(NamedType("struct<a:int,b:int>")));
  EXPECT_NE(NamedType("decimal(10,2)"), NamedType("decimal(10,3)"));
  EXPECT_EQ(DataType(), DataType(TypeId::kNull));
  EXPECT_EQ(DataType(TypeId::kArray).element_type(), DataType(TypeId::kNull));
}

TEST(DataTypeJson, RoundTrips) {
  for (const char* ddl : {"void",
                          "boolean",
                          "tinyint",
                          "smallint",
                          "int",
                          "bigint",
                          "float",
                          "double",
                          "decimal(38,18)",
                          "string",
                          "binary",
                          "date",
                          "timestamp",
                          "timestamp_ntz",
                          "interval",
                          "interval day to second",
                          "interval hour",
                          "interval year to month",
                          "array<int>",
                          "map<string,array<double>>",
                          "struct<a:int not null,b:struct<c:string comment 'q\"'>>"}) {
    const DataType type = NamedType(ddl);
    EXPECT_EQ(DataType::FromJson(type.Json()).ValueOrDie(), type) << type.Json();
  }
}

TEST(DataTypeJson, HasSparksForm) {
  EXPECT_EQ(NamedType("bigint").Json(), "\"long\"");
  EXPECT_EQ(DataType::Array(TypeId::kInteger, false).Json(),
            R"({"type":"array","elementType":"integer","containsNull":false})");
  EXPECT_EQ(NamedType("map<string,int>").Json(),
            R"({"type":"map","keyType":"string","valueType":"integer","valueContainsNull":true})");
  Schema schema;
  schema.Add("a\"\n", TypeId::kLong, false);
  EXPECT_EQ(schema.Json(),
            R"({"type":"struct","fields":[{"name":"a\"\n","type":"long","nullable":false,)"
            R"("metadata":{}}]})");
}

TEST(DataTypeJson, TakesOtherSpellings) {
  EXPECT_EQ(DataType::FromJson("\"null\"").ValueOrDie(), DataType(TypeId::kNull));
  EXPECT_EQ(DataType::FromJson("\"decimal\"").ValueOrDie(), DataType::Decimal(10, 0));
  EXPECT_EQ(DataType::FromJson("\"varchar(7)\"").ValueOrDie(), DataType(TypeId::kString));
  EXPECT_EQ(DataType::FromJson(R"({"type":"udt","class":"x","sqlType":"long"})").ValueOrDie(),
            DataType(TypeId::kLong));
  const Schema schema =
      Schema::FromJson(R"({"type":"struct","fields":[{"name":"t","type":"timestamp",)"
                       R"("metadata":{"spark.watermarkDelayMs": 10000}}]})")
          .ValueOrDie();
  EXPECT_TRUE(schema.field(0).nullable);
  EXPECT_EQ(schema.field(0).metadata, R"({"spark.watermarkDelayMs":10000})");
}

TEST(DataTypeJson, RefusesOtherText) {
  for (const char* json :
       {"", "{", "5", "[]", "\"foo\"", "\"array<int>\"", "{}", R"({"type":5})",
        R"({"type":"array"})", R"({"type":"array","elementType":"int","containsNull":1})",
        R"({"type":"struct"})", R"({"type":"struct","fields":[1]})",
        R"({"type":"struct","fields":[{"type":"long"}]})",
        R"({"type":"struct","fields":[{"name":"a","type":"long","metadata":1}]})", "\"\xFF\""}) {
    EXPECT_EQ(ErrorCondition(DataType::FromJson(json).status()), "INVALID_JSON_DATA_TYPE") << json;
  }
  EXPECT_FALSE(Schema::FromJson("\"long\"").ok());
}

TEST(Schema, PrintsATree) {
  const Schema schema = Schema::FromDdl(
                            "a BIGINT NOT NULL, s STRUCT<x: INT>, l ARRAY<STRUCT<y: INT>>, "
                            "m MAP<STRING, DOUBLE>, `n\nm` DATE")
                            .ValueOrDie();
  EXPECT_EQ(schema.TreeString(),
            "root\n"
            " |-- a: long (nullable = false)\n"
            " |-- s: struct (nullable = true)\n"
            " |    |-- x: integer (nullable = true)\n"
            " |-- l: array (nullable = true)\n"
            " |    |-- element: struct (containsNull = true)\n"
            " |    |    |-- y: integer (nullable = true)\n"
            " |-- m: map (nullable = true)\n"
            " |    |-- key: string\n"
            " |    |-- value: double (valueContainsNull = true)\n"
            " |-- n\\nm: date (nullable = true)\n");
  EXPECT_EQ(Schema().TreeString(), "root\n");
}

TEST(Schema, FindsColumns) {
  const Schema schema = Schema().Add("a", TypeId::kLong).Add("A", TypeId::kLong);
  EXPECT_EQ(schema.IndexOf("A"), 1);
  EXPECT_EQ(schema.IndexOf("b"), -1);
}

TEST(OutputMode, ParsesInAnyCase) {
  EXPECT_EQ(ParseOutputMode("").ValueOrDie(), OutputMode::kAppend);
  EXPECT_EQ(ParseOutputMode("uPdAtE").ValueOrDie(), OutputMode::kUpdate);
  EXPECT_EQ(ParseOutputMode(ToString(OutputMode::kComplete)).ValueOrDie(), OutputMode::kComplete);
  EXPECT_EQ(ErrorCondition(ParseOutputMode("all").status()), "STREAMING_OUTPUT_MODE.INVALID");
}

TEST(Options, ComparesNamesWithoutCase) {
  Options options;
  options.Set("maxFilesPerTrigger", "5");
  EXPECT_EQ(options.Get("MAXFILESPERTRIGGER"), "5");
  options.Set("MaxFilesPerTrigger", "6");
  EXPECT_EQ(options.All().size(), 1u);
  EXPECT_EQ(options.All().begin()->first, "MaxFilesPerTrigger");
  EXPECT_EQ(options.GetLong("maxfilespertrigger").ValueOrDie(), 6);
  EXPECT_EQ(options.GetLong("none").ValueOrDie(), std::nullopt);
  EXPECT_EQ(options.GetOr("none", "x"), "x");
  options.Set("n", "1x");
  EXPECT_EQ(ErrorCondition(options.GetLong("n").status()), "INVALID_OPTION_VALUE");
  EXPECT_EQ(ErrorCondition(options.GetBool("n", true).status()), "INVALID_OPTION_VALUE");
  options.Set("n", "TRUE");
  EXPECT_TRUE(options.GetBool("n", false).ValueOrDie());
  EXPECT_TRUE(options.GetBool("none", true).ValueOrDie());
}

}  // namespace
}  // namespace firesteel
