#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "connectors/jdbc/jdbc_options.h"
#include "connectors/jdbc/jdbc_provider.h"
#include "connectors/jdbc/postgres_types.h"
#include "firesteel/error.h"
#include "formats/json/json_column.h"
#include "types/arrow_types.h"
#include "types/time_zone.h"

namespace firesteel {
namespace {

constexpr char kSecret[] = "canary-pa55word";

Options JdbcSettings(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  Options options;
  for (const auto& [name, value] : pairs) options.Set(name, value);
  return options;
}

std::map<std::string, std::string> AddressOf(std::string_view url, const Options& options = {}) {
  const Result<PostgresAddress> address = PostgresAddress::Parse(url, options);
  EXPECT_TRUE(address.ok()) << address.status().ToString();
  if (!address.ok()) return {};
  return {address->parameters.begin(), address->parameters.end()};
}

TEST(JdbcOptionsTest, Addresses) {
  auto parts = AddressOf("jdbc:postgresql://db:5433/shop?user=u%40x&password=p%26q&ssl=true");
  EXPECT_EQ(parts["host"], "db");
  EXPECT_EQ(parts["port"], "5433");
  EXPECT_EQ(parts["dbname"], "shop");
  EXPECT_EQ(parts["user"], "u@x");
  EXPECT_EQ(parts["password"], "p&q");
  EXPECT_EQ(parts["sslmode"], "verify-full");
  parts = AddressOf("jdbc:postgresql:shop", JdbcSettings({{"user", "a"}, {"password", "b"}}));
  EXPECT_EQ(parts["host"], "localhost");
  EXPECT_EQ(parts["dbname"], "shop");
  EXPECT_EQ(parts["password"], "b");
  parts = AddressOf("jdbc:postgresql://a,[::1]:7/x?sslmode=require&unknown=1");
  EXPECT_EQ(parts["host"], "a,::1");
  EXPECT_EQ(parts["port"], "5432,7");
  EXPECT_EQ(parts["sslmode"], "require");
  EXPECT_FALSE(parts.contains("unknown"));
  EXPECT_EQ(PostgresAddress::Parse("jdbc:postgresql://h/d?password=x", {})->shown,
            "jdbc:postgresql://h/d");
}

TEST(JdbcOptionsTest, BadOptions) {
  const auto condition = [](std::initializer_list<std::pair<const char*, const char*>> pairs) {
    return ErrorCondition(JdbcOptions::Make(JdbcSettings(pairs)).status());
  };
  const char* url = "jdbc:postgresql://h/d";
  EXPECT_EQ(condition({{"dbtable", "t"}}), "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", url}}), "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", url}, {"dbtable", "t"}, {"query", "q"}}), "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", url}, {"dbtable", "t"}, {"partitionColumn", "a"}}),
            "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", url}, {"dbtable", "t"}, {"isolationLevel", "high"}}),
            "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", "jdbc:postgresql://u:p@h/d"}, {"dbtable", "t"}}),
            "JDBC_INVALID_OPTION");
  EXPECT_EQ(condition({{"url", "jdbc:mysql://h/d"}, {"dbtable", "t"}}),
            "UNSUPPORTED_BUILT_IN_JDBC_DIALECT");
  EXPECT_EQ(condition({{"url", url}, {"dbtable", "t"}}), "");
}

TEST(JdbcOptionsTest, AnAddressNobodyAnswersAtShowsNoPassword) {
  const Options options = JdbcSettings(
      {{"url", "jdbc:postgresql://127.0.0.1:1/d?password=canary-pa55word"}, {"dbtable", "t"}});
  const auto schema = NewJdbcProvider()->ResolveSchema(std::nullopt, options, false, {});
  EXPECT_EQ(ErrorCondition(schema.status()), "FAILED_JDBC.CONNECTION");
  EXPECT_THAT(schema.status().ToString(), testing::Not(testing::HasSubstr(kSecret)));
  EXPECT_THAT(schema.status().ToString(), testing::HasSubstr("jdbc:postgresql://127.0.0.1:1/d"));
}

TEST(PostgresTypesTest, TypesOfColumns) {
  const auto type = [](uint32_t oid, int modifier = -1) {
    return PostgresToSparkType({"c", oid, modifier}, false).SimpleString();
  };
  EXPECT_EQ(type(23), "int");
  EXPECT_EQ(type(1007), "array<int>");
  EXPECT_EQ(type(1700, ((10 << 16) | 2) + 4), "decimal(10,2)");
  EXPECT_EQ(type(1700), "decimal(38,18)");
  EXPECT_EQ(type(1114), "timestamp");
  EXPECT_EQ(type(3802), "string");  // jsonb
  EXPECT_EQ(PostgresToSparkType({"c", 1114, -1}, true).SimpleString(), "timestamp_ntz");
  EXPECT_EQ(*SparkToPostgresType(DataType::Array(DataType::Decimal(5, 1))), "NUMERIC(5,1)[]");
  EXPECT_EQ(ErrorCondition(SparkToPostgresType(DataType::Struct({})).status()),
            "UNSUPPORTED_DATATYPE");
}

// Rows written in COPY's format and read again are the same.
TEST(PostgresTypesTest, RowsThereAndBack) {
  const Schema schema = *Schema::FromDdl(
      "b BOOLEAN, s SHORT, i INT, l BIGINT, f FLOAT, d DOUBLE, m DECIMAL(20,3), "
      "t STRING, x BINARY, day DATE, n TIMESTAMP_NTZ, a ARRAY<STRING>");
  const Row full({true, int16_t{-3}, 7, int64_t{-9}, 1.5F, 1e300, Decimal{-1234, 20, 3},
                  "tab\tline\nback\\slash 'q' \\N", Binary{std::string("\0\xff\\", 3)}, Date{18262},
                  TimestampNtz{1'577'836'800'123'456},
                  ArrayValue{{"plain", Value(), "a\"b\\c,{}", "NULL", ""}}});
  const Row empty(std::vector<Value>(static_cast<size_t>(schema.size())));
  const auto batch = *MakeBatch({full, empty}, schema);
  std::vector<ColumnView> views;
  for (int i = 0; i < schema.size(); ++i) {
    views.push_back(*ColumnView::Make(*batch->column_data(i), schema.field(i).type));
  }
  CopyRowWriter writer(TimeZone::Utc());
  CopyRowReader reader(schema, *TimeZone::Find("UTC"));
  std::vector<JsonColumn> columns;
  for (const StructField& field : schema.fields()) columns.emplace_back(field.type);
  for (int64_t row = 0; row < 2; ++row) {
    std::string text;
    writer.AppendRow(views, row, &text);
    ASSERT_TRUE(reader.Append(text, &columns).ok());
  }
  for (int i = 0; i < schema.size(); ++i) {
    const auto array = *columns[i].Finish();
    EXPECT_TRUE(array->Equals(*batch->column(i))) << schema.field(i).name << array->ToString();
  }
}

TEST(PostgresTypesTest, TimesKeepTheirInstant) {
  const Schema schema = *Schema::FromDdl("t TIMESTAMP");
  const auto zone = *TimeZone::Find("Europe/Berlin");
  const auto batch = *MakeBatch({Row({Timestamp{1'577'836'800'000'000}})}, schema);
  std::string text;
  CopyRowWriter(*zone).AppendRow({*ColumnView::Make(*batch->column_data(0), TypeId::kTimestamp)}, 0,
                                 &text);
  EXPECT_EQ(text, "2020-01-01 01:00:00+01:00:00\n");
  CopyRowReader reader(schema, zone);
  std::vector<JsonColumn> columns;
  columns.emplace_back(DataType(TypeId::kTimestamp));
  for (const char* row : {"2020-01-01 00:00:00+00\n", "2020-01-01 01:00:00\n"}) {
    ASSERT_TRUE(reader.Append(row, &columns).ok());
  }
  EXPECT_EQ(columns[0].FixedAt<int64_t>(0), 1'577'836'800'000'000);
  EXPECT_EQ(columns[0].FixedAt<int64_t>(1), 1'577'836'800'000'000);
  EXPECT_EQ(ErrorCondition(reader.Append("nonsense\n", &columns)), "FAILED_JDBC.UNCLASSIFIED");
}

}  // namespace
}  // namespace firesteel
