#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(NumberTextTest, FormatNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CheckCalls({
      Gives("format_number", {9876543.375, 2}, "9,876,543.38", "format_number(9876543.375, 2)"),
      Gives("format_number", {0.5, 0}, "0"),
      Gives("format_number", {1.5, 0}, "2"),
      Gives("format_number", {-0.001, 1}, "-0.0"),
      Gives("format_number", {nan, 1}, "NaN"),
      Gives("format_number", {Dec(-123456, 10, 3), 2}, "-123.46"),
      Gives("format_number", {Dec(2125, 10, 3), 2}, "2.12"),
      Gives("format_number", {int64_t{-1000}, 0}, "-1,000"),
      Gives("format_number", {7, -1}, Value()),
      Gives("format_number", {1234.5, "#,##0.00"}, "1,234.50"),
      Gives("format_number", {0.25, "0.#%"}, "25%"),
      Gives("format_number", {-3, "0.0;[0.0]"}, "[3.0]"),
      Gives("format_number", {98765, "0.00E0"}, "9.88E4"),
      Gives("format_number", {98765, "##0.#E00"}, "98.76E03"),
      Gives("format_number", {0.04, "#.#"}, "0"),
      Fails("format_number", {"7", 2}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(NumberTextTest, Printf) {
  CheckCalls({
      Gives("format_string", {"%3d|%-3d|%03d", 7, 8, 9}, "  7|8  |009"),
      Gives("format_string", {"%,d %(d %+d", -12345, -6, 7}, "-12,345 (6) +7"),
      Gives("printf", {"%x %o %X", -1, int64_t{64}, 171}, "ffffffff 100 AB",
            "printf(%x %o %X, -1, 64, 171)"),
      Gives("format_string", {"%.2f %e %g", 0.125, 0.00321, 1e-5}, "0.13 3.210000e-03 1.00000e-05"),
      Gives("format_string", {"%08.2f|%8s|%-8s|", -2.5, "ab", "cd"}, "-0002.50|      ab|cd      |"),
      Gives("format_string", {"%2$s %1$s %<S", "a", "b"}, "b a A"),
      Gives("format_string", {"%s %s %b", Null(TypeId::kInteger), true, 0}, "null true true"),
      Gives("format_string", {"%c%% %n", 0x20AC}, "€% \n"),
      Gives("format_string", {"%a", 10.5}, "0x1.5p3"),
      Gives("format_string", {"%s", List({1, Value(), 3})}, "[1,null,3]"),
      Gives("format_string", {Null(TypeId::kString), 1}, Value()),
      Fails("format_string", {"%0$d", 1}, "INVALID_PARAMETER_VALUE.ZERO_INDEX"),
  }, {}, false);
  for (const char* bad : {"%d", "%y", "%-d", "%+s", "%.1d", "%c", "tail %"}) {
    SCOPED_TRACE(bad);
    const auto call = BindOnLiterals(Gives("format_string", {bad, "text"}, Value()), {});
    ASSERT_TRUE(call.ok());
    const auto row = arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), 1,
                                              arrow::ArrayVector());
    EXPECT_FALSE(EvaluateOn(*call, *row).ok());
  }
}

TEST(NumberTextTest, ToNumber) {
  CheckCalls({
      Gives("to_number", {"$1,234.5", "$9,999.99"}, Dec(123450, 6, 2)),
      Gives("to_number", {"7-", "99MI"}, Dec(-7, 2, 0)),
      Gives("to_number", {"<7>", "9PR"}, Dec(-7, 1, 0)),
      Gives("to_number", {".5", "9.9"}, Dec(5, 2, 1)),
      Fails("to_number", {"7", "00"}, "INVALID_FORMAT.MISMATCH_INPUT"),
      Fails("to_number", {"77", "9"}, "INVALID_FORMAT.MISMATCH_INPUT"),
      Fails("to_number", {"<7", "9PR"}, "INVALID_FORMAT.MISMATCH_INPUT"),
      Gives("try_to_number", {"7x", "99"}, Value()),
      Fails("to_number", {"7", "S"}, "INVALID_FORMAT.WRONG_NUM_DIGIT"),
      Fails("to_number", {"7", "9,"}, "INVALID_FORMAT.CONT_THOUSANDS_SEPS"),
      Fails("to_number", {"7", "9$"}, "INVALID_FORMAT.CUR_MUST_BEFORE_DIGIT"),
      Fails("to_number", {"7", "9.9,9"}, "INVALID_FORMAT.THOUSANDS_SEPS_MUST_BEFORE_DEC"),
      Fails("to_number", {"7", "9D9D9"}, "INVALID_FORMAT.WRONG_NUM_TOKEN"),
      Fails("to_number", {"7", "9PR9"}, "INVALID_FORMAT.UNEXPECTED_TOKEN"),
      Fails("to_number", {"7", std::string(39, '9')}, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"),
  });
}

TEST(NumberTextTest, ToChar) {
  CheckCalls({
      Gives("to_char", {77, "9999"}, "  77", "to_char(77, 9999)"),
      Gives("to_char", {77, "0000"}, "0077"),
      Gives("to_char", {77, "9"}, "#"),
      Gives("to_char", {-77, "S999"}, " -77"),
      Gives("to_char", {-77, "999S"}, " 77-"),
      Gives("to_char", {77, "99PR"}, "77  "),
      Gives("to_char", {-77, "$999PR"}, "<$ 77>"),
      Gives("to_char", {1234567, "9G999G999D9"}, "1,234,567.0"),
      Gives("to_char", {Dec(5, 3, 2), "9.99"}, "0.05"),
      Gives("to_char", {Binary{"hi"}, "hex"}, "6869", "hex(X'6869')"),
      Fails("to_char", {Binary{"hi"}, "octal"}, "INVALID_PARAMETER_VALUE.BINARY_FORMAT"),
      Fails("to_char", {true, "9"}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Gives("to_varchar", {5, "9"}, "5", "to_char(5, 9)"),
  });
}

TEST(NumberTextTest, Bases) {
  CheckCalls({
      Gives("conv", {"1010", 2, 16}, "A"),
      Gives("conv", {"-1", 10, 16}, "FFFFFFFFFFFFFFFF"),
      Gives("conv", {"-10", 10, -2}, "-1010"),
      Gives("conv", {"12z", 10, 10}, "12"),
      Gives("conv", {"", 10, 2}, Value()),
      Gives("conv", {"1", 37, 2}, Value()),
      Fails("conv", {"18446744073709551616", 10, 16}, "ARITHMETIC_OVERFLOW"),
      Gives("width_bucket", {3.0, 0.0, 12.0, int64_t{4}}, int64_t{2}),
      Gives("width_bucket", {12.0, 0.0, 12.0, int64_t{4}}, int64_t{5}),
      Gives("width_bucket", {3.0, 12.0, 0.0, int64_t{4}}, int64_t{4}),
      Gives("width_bucket", {3.0, 0.0, 0.0, int64_t{4}}, Value()),
      Gives("bit_get", {5, 2}, int8_t{1}),
      Fails("bit_get", {int8_t{5}, 8}, "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE"),
      Gives("bitmap_count", {Binary{"\x0F\x01"}}, int64_t{5}),
      Gives("bitmap_bit_position", {int64_t{32769}}, int64_t{0}),
      Gives("bitmap_bucket_number", {int64_t{32769}}, int64_t{2}),
  });
}

/// A generator with a seed gives Spark's rows, also when they come in several batches.
TEST(NumberTextTest, RandomNumbersFollowTheSeed) {
  for (const auto& [name, expected] :
       {std::pair{"rand", 0.619189370225301}, std::pair{"randn", 2.384479054241165}}) {
    SCOPED_TRACE(name);
    const auto call = BindOnLiterals(Gives(name, {42}, Value()), {});
    ASSERT_TRUE(call.ok()) << call.status().ToString();
    EXPECT_FALSE((*call)->deterministic());
    const auto rows = [&](int64_t before, int64_t count) {
      EvaluationContext context;
      context.rows_before = before;
      const auto batch = arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), count,
                                                  arrow::ArrayVector());
      const auto array = (*call)->Evaluate(*batch, &context)->values;
      std::vector<Value> values;
      for (int64_t i = 0; i < count; ++i) values.push_back(GetValue(*array, i, TypeId::kDouble));
      return values;
    };
    const std::vector<Value> all = rows(0, 5);
    EXPECT_TRUE(SameValue(all[0], expected)) << all[0].ToString();
    EXPECT_EQ(rows(0, 2), (std::vector<Value>{all[0], all[1]}));
    EXPECT_EQ(rows(2, 3), (std::vector<Value>{all[2], all[3], all[4]}));
    // A batch out of order skips to its place.
    EXPECT_EQ(rows(3, 1), (std::vector<Value>{all[3]}));
  }
}

}  // namespace
}  // namespace firesteel
