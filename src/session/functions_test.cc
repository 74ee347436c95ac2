#include "firesteel/functions.h"

#include <string_view>

#include "functions/registry.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using functions::Col;

TEST(Functions, AreAllKnownToTheRegistry) {
  for (const std::string_view name : {
      "abs", "acos", "add_months", "any_value", "approx_count_distinct", "array", "array_append",
      "array_compact", "array_contains", "array_distinct", "array_except", "array_intersect",
      "array_join", "array_max", "array_min", "array_position", "array_prepend", "array_remove",
      "array_repeat", "array_sort", "array_union", "arrays_overlap", "arrays_zip", "ascii", "asin",
      "atan", "atan2", "avg", "base64", "bin", "bit_and", "bit_count", "bit_length", "bit_or",
      "bit_xor", "bool_and", "bool_or", "bround", "cardinality", "cbrt", "ceil", "char", "coalesce",
      "collect_list", "collect_set", "concat", "concat_ws", "contains", "corr", "cos", "cosh",
      "cot", "count", "count_if", "covar_pop", "covar_samp", "crc32", "current_date",
      "current_timestamp", "date_add", "date_format", "date_sub", "date_trunc", "datediff",
      "dayofmonth", "dayofweek", "dayofyear", "decode", "degrees", "element_at", "encode",
      "endswith", "equal_null", "exp", "explode", "explode_outer", "expm1", "factorial",
      "find_in_set", "first", "flatten", "floor", "from_avro", "from_csv", "from_json",
      "from_protobuf", "from_unixtime", "from_utc_timestamp", "get_json_object", "greatest", "hash", "hex", "hour",
      "hypot", "ifnull", "initcap", "inline", "inline_outer", "input_file_name", "instr", "isnan",
      "kurtosis", "last", "last_day", "least", "left", "length", "levenshtein", "ln", "locate",
      "log", "log10", "log1p", "log2", "lower", "lpad", "ltrim", "make_date", "map", "map_concat",
      "map_contains_key", "map_entries", "map_from_arrays", "map_from_entries", "map_keys",
      "map_values", "max", "max_by", "md5", "min", "min_by", "minute",
      "monotonically_increasing_id", "month", "months_between", "named_struct", "nanvl", "negative",
      "next_day", "nullif", "nvl", "nvl2", "octet_length", "overlay", "pmod", "posexplode",
      "posexplode_outer", "pow", "quarter", "radians", "regexp_count", "regexp_extract",
      "regexp_extract_all", "regexp_instr", "regexp_like", "regexp_replace", "regexp_substr",
      "repeat", "replace", "reverse", "right", "rint", "round", "rpad", "rtrim", "schema_of_json",
      "second", "sequence", "sha1", "sha2", "shiftleft", "shiftright", "sign", "sin", "sinh",
      "size", "skewness", "slice", "sort_array", "soundex", "space", "spark_partition_id", "split",
      "split_part", "sqrt", "startswith", "stddev", "stddev_pop", "stddev_samp", "struct",
      "substring", "substring_index", "sum", "tan", "tanh", "timestamp_micros", "timestamp_millis",
      "timestamp_seconds", "to_avro", "to_csv", "to_date", "to_json", "to_protobuf",
      "to_timestamp", "to_utc_timestamp",
      "translate", "trim", "trunc", "try_add", "try_divide", "try_multiply", "try_subtract",
      "try_sum", "try_to_timestamp", "typeof", "unbase64", "unhex", "unix_micros", "unix_millis",
      "unix_seconds", "unix_timestamp", "upper", "uuid", "var_pop", "var_samp", "variance",
      "weekday", "weekofyear", "xxhash64", "year"}) {
    EXPECT_TRUE(static_cast<bool>(FindFunction(name))) << name;
  }
}

TEST(Functions, PutTheirArgumentsInOrder) {
  EXPECT_EQ(functions::RegexpReplace("a", "x+", "y").ToString(), "regexp_replace(a, x+, y)");
  EXPECT_EQ(functions::DateTrunc("month", "t").ToString(), "date_trunc(month, t)");
  EXPECT_EQ(functions::Locate("b", "a").ToString(), "locate(b, a)");
  EXPECT_EQ(functions::ConcatWs("-", {Col("a"), Col("b")}).ToString(), "concat_ws(-, a, b)");
  EXPECT_EQ(functions::Round("a").ToString(), "round(a, 0)");
  EXPECT_EQ(functions::ToDate("a").ToString(), "to_date(a)");
  EXPECT_EQ(functions::ToDate("a", "yyyy").ToString(), "to_date(a, yyyy)");
  EXPECT_EQ(functions::FromAvro("a", "\"int\"", {{"mode", "PERMISSIVE"}}).ToString(),
            "from_avro(a, \"int\", map(mode, PERMISSIVE))");
  EXPECT_EQ(functions::ToAvro("a").ToString(), "to_avro(a)");
  EXPECT_EQ(functions::FromProtobuf("a", "M", "m.desc").ToString(), "from_protobuf(a, M, m.desc)");
}

TEST(Functions, KeepTheFirstError) {
  EXPECT_EQ(functions::Upper(functions::Expr("a +")).status(), functions::Expr("a +").status());
}

}  // namespace
}  // namespace firesteel
