#include "streaming/observed_metrics_json.h"

#include <limits>

#include "firesteel/streaming_query_progress.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

Row MetricsOf(const std::string& ddl, std::vector<Value> values) {
  return Row(std::move(values), std::make_shared<const Schema>(*Schema::FromDdl(ddl)));
}

constexpr int64_t kMicros = 1'577'934'245'678'901;  // 2020-01-02 03:04:05.678901

TEST(ObservedMetricsJsonTest, WritesMembersForListeners) {
  EXPECT_EQ(MetricsJson(MetricsOf(
                "n LONG, s STRING, d DATE, t TIMESTAMP, x DOUBLE, y DECIMAL(3,2), b BINARY, z INT",
                {int64_t{3}, "a\"b", Date{18263}, Timestamp{kMicros}, 1.5, Decimal{120, 3, 2},
                 Binary{std::string("\x01\x02\xff", 3)}, Value()})),
            R"({"n":3,"s":"a\"b","d":"2020-01-02","t":"2020-01-02 03:04:05","x":1.5,"y":1.20,)"
            R"("b":"AQL/","z":null})");
  EXPECT_EQ(
      MetricsJson(MetricsOf("m MAP<STRING, INT>, k MAP<INT, STRING>, a ARRAY<INT>, "
                            "r STRUCT<p: INT, q: ARRAY<DATE>>",
                            {MapValue{{{"u", 1}, {"v", Value()}}}, MapValue{{{1, "x"}, {2, "y"}}},
                             ArrayValue{{1, Value()}}, StructValue{{5, ArrayValue{{Date{0}}}}}})),
      R"({"m":{"u":1,"v":null},"k":[{"key":1,"value":"x"},{"key":2,"value":"y"}],)"
      R"("a":[1,null],"r":{"p":5,"q":["1970-01-01"]}})");
}

TEST(ObservedMetricsJsonTest, WritesFieldsForTheQuery) {
  EXPECT_EQ(MetricsFieldsJson(MetricsOf("d DATE, t TIMESTAMP", {Date{18263}, Timestamp{-1'500}})),
            R"({"values":[1577923200000,-2],"schema":{"type":"struct","fields":[)"
            R"({"name":"d","type":"date","nullable":true,"metadata":{}},)"
            R"({"name":"t","type":"timestamp","nullable":true,"metadata":{}}]}})");
  EXPECT_THAT(MetricsFieldsJson(MetricsOf("r STRUCT<p: INT>, k MAP<INT, STRING>",
                                          {StructValue{{5}}, MapValue{{{1, "x"}}}})),
              HasSubstr(R"({"values":[{"values":[5],"schema":{"type":"struct","fields":[)"
                        R"({"name":"p","type":"integer","nullable":true,"metadata":{}}]}},)"
                        R"({"1":"x"}],)"));
}

TEST(ObservedMetricsJsonTest, WritesNumbersThatJsonLacksAsTexts) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(MetricsJson(MetricsOf("a DOUBLE, b DOUBLE, c FLOAT, d DOUBLE",
                                  {std::nan(""), -infinite, float{2.5}, 1e20})),
            R"({"a":"NaN","b":"-Infinity","c":2.5,"d":1.0E20})");
}

TEST(ObservedMetricsJsonTest, StandsLastInProgress) {
  StreamingQueryProgress progress;
  EXPECT_THAT(progress.FieldsJson(), EndsWith(R"("observedMetrics":{}})"));
  EXPECT_THAT(progress.Json(), ::testing::Not(HasSubstr("observedMetrics")));
  progress.observed_metrics = {{"m", MetricsOf("n LONG", {int64_t{3}})}, {"empty", Row()}};
  EXPECT_THAT(progress.Json(), EndsWith(R"("observedMetrics":{"empty":{},"m":{"n":3}}})"));
  EXPECT_THAT(progress.FieldsJson(), HasSubstr(R"("m":{"values":[3],"schema":)"));
  EXPECT_THAT(progress.Json(/*pretty=*/true), HasSubstr("\"n\" : 3"));
}

}  // namespace
}  // namespace firesteel
