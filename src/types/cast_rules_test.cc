#include "common/error.h"
#include "gtest/gtest.h"
#include "types/cast.h"

namespace firesteel {
namespace {

DataType RuleType(std::string_view text) { return DataType::FromDdl(text).ValueOrDie(); }
bool Can(std::string_view from, std::string_view to, bool ansi = true) {
  return CanCast(RuleType(from), RuleType(to), ansi);
}
std::string Refusal(std::string_view from, std::string_view to) {
  return ErrorCondition(CastRefusal("CAST(x)", RuleType(from), RuleType(to)));
}
std::string Tightest(std::string_view a, std::string_view b) {
  const auto type = TightestCommonType(RuleType(a), RuleType(b));
  EXPECT_EQ(type, TightestCommonType(RuleType(b), RuleType(a)));
  return type.has_value() ? type->SimpleString() : "none";
}
std::string Wider(std::string_view a, std::string_view b) {
  const auto type = WiderCommonType(RuleType(a), RuleType(b));
  EXPECT_EQ(type, WiderCommonType(RuleType(b), RuleType(a)));
  return type.has_value() ? type->SimpleString() : "none";
}

TEST(CanCast, AnsiRefusesWhatTheOlderRulesAllow) {
  const std::pair<const char*, const char*> kOnlyWithoutAnsi[] = {{"boolean", "timestamp"},
                                                                  {"int", "binary"},
                                                                  {"date", "boolean"},
                                                                  {"date", "int"},
                                                                  {"timestamp", "boolean"}};
  for (const auto& [from, to] : kOnlyWithoutAnsi) {
    EXPECT_FALSE(Can(from, to)) << from << " " << to;
    EXPECT_TRUE(Can(from, to, false)) << from << " " << to;
  }
}

TEST(CanCast, KnowsWhichPairsExist) {
  for (const char* to : {"int", "decimal(5,2)", "binary", "date", "timestamp", "timestamp_ntz",
                         "boolean", "interval day", "interval", "string"}) {
    EXPECT_TRUE(Can("string", to)) << to;
    EXPECT_TRUE(Can("void", to)) << to;
  }
  for (const char* from : {"int", "binary", "interval year", "array<int>", "struct<a:int>"}) {
    EXPECT_TRUE(Can(from, "string")) << from;
  }
  EXPECT_TRUE(Can("decimal(5,2)", "interval day"));
  EXPECT_FALSE(Can("double", "interval day"));
  EXPECT_FALSE(Can("interval day", "interval year"));
  EXPECT_FALSE(Can("timestamp_ntz", "int"));
  EXPECT_FALSE(Can("int", "timestamp_ntz"));
  EXPECT_FALSE(Can("string", "array<int>"));
  EXPECT_FALSE(Can("binary", "int"));
  EXPECT_TRUE(Can("struct<a:int>", "struct<b:string>"));
  EXPECT_FALSE(Can("struct<a:int>", "struct<a:int,b:int>"));
  EXPECT_FALSE(Can("struct<a:int>", "struct<a:int not null>"));
  EXPECT_FALSE(CanCast(DataType::Array(TypeId::kInteger, true),
                       DataType::Array(TypeId::kLong, false), true));
}

TEST(CastRefusal, SuggestsAWayOut) {
  EXPECT_EQ(Refusal("int", "date"), "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION");
  EXPECT_EQ(Refusal("date", "double"), "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION");
  EXPECT_EQ(Refusal("int", "binary"), "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION");
  EXPECT_EQ(Refusal("timestamp", "boolean"), "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION");
  EXPECT_EQ(Refusal("boolean", "date"), "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
}

TEST(CanUpCast, NeverLoses) {
  const auto up = [](std::string_view from, std::string_view to) {
    return CanUpCast(RuleType(from), RuleType(to));
  };
  EXPECT_TRUE(up("int", "bigint"));
  EXPECT_TRUE(up("bigint", "float"));
  EXPECT_FALSE(up("bigint", "int"));
  EXPECT_TRUE(up("int", "decimal(10,0)"));
  EXPECT_FALSE(up("int", "decimal(10,1)"));
  EXPECT_TRUE(up("decimal(5,2)", "decimal(6,2)"));
  EXPECT_FALSE(up("decimal(5,2)", "decimal(6,1)"));
  EXPECT_TRUE(up("decimal(9,0)", "int"));
  EXPECT_FALSE(up("decimal(5,2)", "double"));
  EXPECT_TRUE(up("date", "timestamp"));
  EXPECT_FALSE(up("timestamp", "date"));
  EXPECT_TRUE(up("int", "string"));
  EXPECT_FALSE(up("string", "int"));
  EXPECT_TRUE(up("array<int>", "array<bigint>"));
  EXPECT_TRUE(up("void", "struct<a:int>"));
}

TEST(TightestCommonType, FollowsAnsiCoercion) {
  EXPECT_EQ(Tightest("tinyint", "int"), "int");
  EXPECT_EQ(Tightest("int", "float"), "double");
  EXPECT_EQ(Tightest("float", "double"), "double");
  EXPECT_EQ(Tightest("int", "decimal(4,2)"), "decimal(12,2)");
  EXPECT_EQ(Tightest("float", "decimal(4,2)"), "double");
  EXPECT_EQ(Tightest("decimal(38,10)", "decimal(38,20)"), "decimal(38,10)");
  EXPECT_EQ(Tightest("date", "timestamp_ntz"), "timestamp_ntz");
  EXPECT_EQ(Tightest("timestamp", "timestamp_ntz"), "timestamp");
  EXPECT_EQ(Tightest("void", "date"), "date");
  EXPECT_EQ(Tightest("boolean", "int"), "none");
  EXPECT_EQ(Tightest("string", "int"), "none");
  EXPECT_EQ(Tightest("interval day", "interval hour"), "interval day to hour");
  EXPECT_EQ(Tightest("array<int>", "array<decimal(2,1)>"), "array<decimal(11,1)>");
  EXPECT_EQ(Tightest("map<int,int>", "map<bigint,double>"), "map<bigint,double>");
  EXPECT_EQ(Tightest("struct<a:int>", "struct<a:double>"), "struct<a:double>");
  EXPECT_EQ(Tightest("struct<a:int>", "struct<b:int>"), "none");
}

TEST(WiderCommonType, StringsGiveWay) {
  EXPECT_EQ(Wider("string", "int"), "bigint");
  EXPECT_EQ(Wider("string", "decimal(4,2)"), "double");
  EXPECT_EQ(Wider("string", "date"), "date");
  EXPECT_EQ(Wider("string", "boolean"), "boolean");
  EXPECT_EQ(Wider("string", "binary"), "binary");
  EXPECT_EQ(Wider("string", "array<int>"), "none");
  EXPECT_EQ(Wider("array<string>", "array<int>"), "array<bigint>");
  EXPECT_EQ(Wider("boolean", "int"), "none");
}

}  // namespace
}  // namespace firesteel
