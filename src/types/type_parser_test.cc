#include "types/type_parser.h"

#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

DataType ParsedType(std::string_view text) { return DataType::FromDdl(text).ValueOrDie(); }
std::string Refused(std::string_view text) {
  return ErrorCondition(DataType::FromDdl(text).status());
}

TEST(TypeParser, KnowsEveryNameOfATypeInAnyCase) {
  const std::pair<const char*, TypeId> kNames[] = {{"boolean", TypeId::kBoolean},
                                                   {"tinyint", TypeId::kByte},
                                                   {"BYTE", TypeId::kByte},
                                                   {"smallint", TypeId::kShort},
                                                   {"short", TypeId::kShort},
                                                   {"int", TypeId::kInteger},
                                                   {"Integer", TypeId::kInteger},
                                                   {"bigint", TypeId::kLong},
                                                   {"long", TypeId::kLong},
                                                   {"float", TypeId::kFloat},
                                                   {"real", TypeId::kFloat},
                                                   {"double", TypeId::kDouble},
                                                   {"string", TypeId::kString},
                                                   {"binary", TypeId::kBinary},
                                                   {"date", TypeId::kDate},
                                                   {"timestamp", TypeId::kTimestamp},
                                                   {"timestamp_ltz", TypeId::kTimestamp},
                                                   {"timestamp_ntz", TypeId::kTimestampNtz},
                                                   {"void", TypeId::kNull},
                                                   {"interval", TypeId::kCalendarInterval},
                                                   {"varchar(5)", TypeId::kString},
                                                   {"char(3)", TypeId::kString},
                                                   {"string collate utf8_binary", TypeId::kString}};
  for (const auto& [name, id] : kNames) EXPECT_EQ(ParsedType(name), DataType(id)) << name;
}

TEST(TypeParser, ReadsDecimalsAndIntervals) {
  EXPECT_EQ(ParsedType("decimal"), DataType::Decimal(10, 0));
  EXPECT_EQ(ParsedType("dec(5)"), DataType::Decimal(5, 0));
  EXPECT_EQ(ParsedType("numeric ( 38 , 18 )"), DataType::Decimal(38, 18));
  EXPECT_EQ(ParsedType("interval day to second"), DataType::DayTimeInterval(0, 3));
  EXPECT_EQ(ParsedType("interval hour to minute"), DataType::DayTimeInterval(1, 2));
  EXPECT_EQ(ParsedType("interval second"), DataType::DayTimeInterval(3, 3));
  EXPECT_EQ(ParsedType("interval year to month"), DataType::YearMonthInterval(0, 1));
  EXPECT_EQ(ParsedType("interval month"), DataType::YearMonthInterval(1, 1));
}

TEST(TypeParser, ReadsNestedTypes) {
  EXPECT_EQ(ParsedType("array<array<int>>"), DataType::Array(DataType::Array(TypeId::kInteger)));
  EXPECT_EQ(ParsedType("map<string,map<int,bigint>>"),
            DataType::Map(TypeId::kString, DataType::Map(TypeId::kInteger, TypeId::kLong)));
  EXPECT_EQ(ParsedType("struct<>"), DataType::Struct({}));
  const DataType expected = DataType::Struct(
      {{.name = "a", .type = TypeId::kInteger}, {.name = "b c", .type = TypeId::kString}});
  EXPECT_EQ(ParsedType("struct<a:int,`b c`:string>"), expected);
  EXPECT_EQ(ParsedType("STRUCT < a int , `b c` string >"), expected);
  EXPECT_EQ(ParsedType("struct<a: int /* one /* two */ */, -- line\n `b c`: string>"), expected);
  const DataType detailed = ParsedType("struct<a: int not null comment 'it''s \\u00e9'>");
  EXPECT_FALSE(detailed.fields()[0].nullable);
  EXPECT_EQ(detailed.fields()[0].metadata, "{\"comment\":\"it's é\"}");
}

TEST(TypeParser, RefusesWhatIsNoType) {
  EXPECT_EQ(Refused("foo"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(Refused("int(5)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(Refused("string(5)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(Refused("string collate unicode"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(Refused(""), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(Refused("  -- nothing"), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(Refused("varchar"), "DATATYPE_MISSING_SIZE");
  EXPECT_EQ(Refused("decimal(39,1)"), "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
  EXPECT_EQ(Refused("decimal(5,-1)"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(Refused("decimal(5,6)"), "INVALID_DECIMAL_SCALE");
  EXPECT_EQ(Refused("decimal(99999999999)"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(Refused("interval month to year"),
            "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION");
  EXPECT_EQ(Refused("array"), "INCOMPLETE_TYPE_DEFINITION.ARRAY");
  for (const char* text :
       {"array<", "array<int", "array<int>>", "map<int>", "struct<a>", "int int", "struct<a:int,>",
        "struct<`a:int>", "5", "'int'", "array<int> x", "a FOO", "struct<a int comment x>",
        "struct<a int not>", "\x01", "struct<a::int>"}) {
    EXPECT_EQ(Refused(text), "PARSE_SYNTAX_ERROR") << text;
  }
  EXPECT_EQ(Refused("int /* "), "UNCLOSED_BRACKETED_COMMENT");
}

TEST(TypeParser, PointsToTheError) {
  const Status status = DataType::FromDdl("struct<\n a:int;>").status();
  const ErrorInfo* info = GetErrorInfo(status);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->context.start_offset, 14);
  EXPECT_EQ(info->context.line, 2);
  EXPECT_EQ(info->context.position, 6);
  EXPECT_EQ(info->context.fragment, ";");
}

TEST(TypeParser, NestingHasALimit) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "array<";
    text += "int";
    text.append(static_cast<size_t>(depth), '>');
    return text;
  };
  EXPECT_TRUE(DataType::FromDdl(nested(1000)).ok());
  EXPECT_EQ(Refused(nested(1001)), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(Refused(nested(200000)), "FAILED_TO_PARSE_TOO_COMPLEX");
  std::string json;
  for (int i = 0; i < 2000; ++i) json += R"({"type":"array","elementType":)";
  EXPECT_EQ(ErrorCondition(DataType::FromJson(json).status()), "INVALID_JSON_DATA_TYPE");
  json += "\"int\"";
  for (int i = 0; i < 2000; ++i) json += "}";
  EXPECT_EQ(ErrorCondition(DataType::FromJson(json).status()), "FAILED_TO_PARSE_TOO_COMPLEX");
}

TEST(TypeParser, StopsAfterAPrefix) {
  const std::string text = "CAST(x AS array<int> ) + 1";
  const TypePrefix prefix = ParseTypePrefix(text, 10).ValueOrDie();
  EXPECT_EQ(prefix.type, DataType::Array(TypeId::kInteger));
  EXPECT_EQ(text.substr(10, prefix.length), "array<int>");
  EXPECT_EQ(GetErrorInfo(ParseTypePrefix("x AS )", 5).status())->context.start_offset, 5);
}

TEST(TypeParser, ReadsTypesAndSchemas) {
  EXPECT_EQ(ParseTypeOrSchema("a INT, b STRING").ValueOrDie(),
            ParsedType("struct<a:int,b:string>"));
  EXPECT_EQ(ParseTypeOrSchema("a: INT, b: STRING").ValueOrDie(),
            ParsedType("struct<a:int,b:string>"));
  EXPECT_EQ(ParseTypeOrSchema("array<int>").ValueOrDie(), ParsedType("array<int>"));
  EXPECT_EQ(ParseTypeOrSchema("\"long\"").ValueOrDie(), ParsedType("long"));
  EXPECT_EQ(ErrorCondition(ParseTypeOrSchema("a FOO").status()), "PARSE_SYNTAX_ERROR");
}

TEST(SchemaFromDdl, ReadsColumns) {
  const Schema schema = Schema::FromDdl(
                            "id BIGINT NOT NULL, `first name` STRING COMMENT 'x', date date, "
                            "s struct<a:int>, comment string")
                            .ValueOrDie();
  ASSERT_EQ(schema.size(), 5);
  EXPECT_FALSE(schema.field(0).nullable);
  EXPECT_EQ(schema.field(1).name, "first name");
  EXPECT_EQ(schema.field(1).metadata, R"({"comment":"x"})");
  EXPECT_EQ(schema.Ddl(),
            "id BIGINT NOT NULL,`first name` STRING COMMENT 'x',date DATE,s STRUCT<a: INT>,"
            "comment STRING");
  EXPECT_EQ(Schema::FromDdl(schema.Ddl()).ValueOrDie(), schema);
}

TEST(SchemaFromDdl, RefusesWhatIsNoColumn) {
  EXPECT_EQ(ErrorCondition(Schema::FromDdl("").status()), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(ErrorCondition(Schema::FromDdl("a FOO").status()), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(ErrorCondition(Schema::FromDdl("a INT DEFAULT 5").status()),
            "UNSUPPORTED_DEFAULT_VALUE.WITHOUT_SUGGESTION");
  EXPECT_EQ(ErrorCondition(Schema::FromDdl("a INT b INT").status()), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(ErrorCondition(Schema::FromDdl("a: INT").status()), "PARSE_SYNTAX_ERROR");
}

}  // namespace
}  // namespace firesteel
