#include "types/number_format.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Text(double value) {
  char text[kFloatingTextSize];
  return std::string(text, FormatDouble(value, text));
}
std::string FloatText(float value) {
  char text[kFloatingTextSize];
  return std::string(text, FormatFloat(value, text));
}

TEST(FormatDouble, HasJavasForm) {
  const std::pair<double, const char*> kTexts[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {10.0, "10.0"},
      {-100000.0, "-100000.0"},
      {1234567.0, "1234567.0"},
      {9999999.0, "9999999.0"},
      {1e7, "1.0E7"},
      {12345678.9, "1.23456789E7"},
      {0.1, "0.1"},
      {0.5, "0.5"},
      {0.05, "0.05"},
      {0.001, "0.001"},
      {0.0015, "0.0015"},
      {0.0001, "1.0E-4"},
      {1.5e-7, "1.5E-7"},
      {1e21, "1.0E21"},
      {123456789012345680.0, "1.2345678901234568E17"},
      {4.9e-324, "4.9E-324"},
      {9.9e-324, "9.9E-324"},
      {2.2250738585072014e-308, "2.2250738585072014E-308"},
      {std::numeric_limits<double>::max(), "1.7976931348623157E308"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {100.25, "100.25"},
      {1.0 / 3, "0.3333333333333333"},
      {9007199254740993.0, "9.007199254740992E15"},
      {-211504914220821504.0, "-2.11504914220821504E17"},
      {4279903861295452160.0, "4.2799038612954522E18"}};
  for (const auto& [value, text] : kTexts) EXPECT_EQ(Text(value), text);
}

TEST(FormatFloat, UsesTheDigitsOfAFloat) {
  EXPECT_EQ(FloatText(0.1f), "0.1");
  EXPECT_EQ(FloatText(3.4028235e38f), "3.4028235E38");
  EXPECT_EQ(FloatText(1.4e-45f), "1.4E-45");
  EXPECT_EQ(FloatText(16777216.0f), "1.6777216E7");
  EXPECT_EQ(FloatText(2147483648.0f), "2.14748365E9");
  EXPECT_EQ(FloatText(-2.5f), "-2.5");
}

TEST(FormatDouble, ReadsBackAsTheSameNumber) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    double value;
    static_assert(sizeof(value) == sizeof(bits));
    __builtin_memcpy(&value, &bits, sizeof(value));
    if (std::isnan(value)) continue;
    EXPECT_EQ(ParseDouble(Text(value)), value) << Text(value);
    const auto narrow = static_cast<float>(std::fmod(value, 1e30));
    EXPECT_EQ(ParseFloat(FloatText(narrow)), narrow) << FloatText(narrow);
  }
}

TEST(ParseDouble, TakesWhatJavaTakes) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::pair<const char*, double> kNumbers[] = {{"1", 1},
                                                     {" 1 ", 1},
                                                     {".5", 0.5},
                                                     {"5.", 5},
                                                     {"+1.5e3", 1500},
                                                     {"-1E-2", -0.01},
                                                     {"1d", 1},
                                                     {"1F", 1},
                                                     {"1e400", infinity},
                                                     {"-1e400", -infinity},
                                                     {"1e-400", 0},
                                                     {"0.0e999999999999", 0},
                                                     {"Infinity", infinity},
                                                     {"+inf", infinity},
                                                     {"-INF", -infinity},
                                                     {"0x1.8p3", 12},
                                                     {"0x.8P+1", 1},
                                                     {"000000000000000000000000000001", 1}};
  for (const auto& [text, number] : kNumbers) EXPECT_EQ(ParseDouble(text), number) << text;
  for (const char* text : {"NaN", "nan", "NAN", " +NaN "}) {
    const auto value = ParseDouble(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_TRUE(std::isnan(*value));
  }
  EXPECT_EQ(ParseFloat("1e39"), std::numeric_limits<float>::infinity());
}

TEST(ParseDouble, RefusesOtherText) {
  for (const char* text :
       {"",   " ",   "x",    "1x",    "1 2", ".",  "e5", "1e", "1e+",  "--1", "+-1", "infinit",
        "0x", "0x1", "0x1p", "1.2.3", "1,5", "dd", "d",  "+",  "-nan", "1dd", "١"}) {
    EXPECT_EQ(ParseDouble(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace firesteel
