#include "types/decimal.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Plain(int128_t unscaled, int scale) {
  char text[kDecimalTextSize];
  return std::string(text, FormatDecimal(unscaled, scale, text));
}
std::string Scientific(int128_t unscaled, int scale) {
  char text[kDecimalTextSize];
  return std::string(text, FormatDecimalScientific(unscaled, scale, text));
}
// The number as text, "malformed", "too large" or "out of all ranges".
std::string Parse(std::string_view text, int precision, int scale) {
  int128_t unscaled = -1;
  switch (ParseDecimal(text, precision, scale, &unscaled)) {
    case DecimalParse::kOk:
      return Plain(unscaled, scale);
    case DecimalParse::kMalformed:
      return "malformed";
    case DecimalParse::kTooLarge:
      return "too large";
    case DecimalParse::kTooLargeForAny:
      return "too large for any";
  }
  return "";
}

const int128_t kMax = PowerOfTen(38) - 1;

TEST(Decimal, Formats) {
  EXPECT_EQ(Plain(0, 0), "0");
  EXPECT_EQ(Plain(0, 2), "0.00");
  EXPECT_EQ(Plain(-5, 3), "-0.005");
  EXPECT_EQ(Plain(12345, 2), "123.45");
  EXPECT_EQ(Plain(kMax, 38), "0." + std::string(38, '9'));
  EXPECT_EQ(Plain(-kMax, 0), "-" + std::string(38, '9'));
  EXPECT_EQ(Scientific(1000, 10), "1.000E-7");
  EXPECT_EQ(Scientific(-1, 7), "-1E-7");
  EXPECT_EQ(Scientific(1, 6), "0.000001");
  EXPECT_EQ(Scientific(0, 8), "0E-8");
  EXPECT_EQ(Scientific(12345, 2), "123.45");
}

TEST(Decimal, ParsesAndRounds) {
  EXPECT_EQ(Parse("123.456", 5, 2), "123.46");
  EXPECT_EQ(Parse("-123.455", 5, 2), "-123.46");
  EXPECT_EQ(Parse("+.5", 3, 1), "0.5");
  EXPECT_EQ(Parse("5.", 3, 1), "5.0");
  EXPECT_EQ(Parse("1e2", 5, 2), "100.00");
  EXPECT_EQ(Parse("1E-2", 5, 2), "0.01");
  EXPECT_EQ(Parse("0.5", 38, 0), "1");
  EXPECT_EQ(Parse("0.4999999999999999999999999999999999999999999", 38, 0), "0");
  EXPECT_EQ(Parse(std::string(38, '9'), 38, 0), std::string(38, '9'));
  EXPECT_EQ(Parse(std::string(38, '9') + ".5", 38, 0), "too large");
  EXPECT_EQ(Parse("1" + std::string(37, '0') + ".5", 38, 0), "1" + std::string(36, '0') + "1");
  EXPECT_EQ(Parse("000000000000000000000000000000000000000000000001", 3, 0), "1");
  EXPECT_EQ(Parse("1e-400", 5, 2), "0.00");
  EXPECT_EQ(Parse("0e999999999999", 5, 2), "0.00");
  EXPECT_EQ(Parse("-0", 5, 2), "0.00");
}

TEST(Decimal, TellsTooLargeFromMalformed) {
  EXPECT_EQ(Parse("1000", 5, 2), "too large");
  EXPECT_EQ(Parse("999.995", 5, 2), "too large");
  EXPECT_EQ(Parse("1e38", 38, 0), "too large for any");
  EXPECT_EQ(Parse("1e999999999999", 38, 0), "too large for any");
  EXPECT_EQ(Parse("1e37", 38, 2), "too large");
  for (const char* text : {"", "+", "-", ".", "e5", "1e", "1e+", "1.2.3", "1x", "NaN", " 1", "1 ",
                           "--1", "0x1", "1d", "1e5.5"}) {
    EXPECT_EQ(Parse(text, 10, 2), "malformed") << text;
  }
}

TEST(Decimal, Rescales) {
  EXPECT_EQ(Rescale(15, 1, 0, 5), 2);
  EXPECT_EQ(Rescale(-15, 1, 0, 5), -2);
  EXPECT_EQ(Rescale(14, 1, 0, 5), 1);
  EXPECT_EQ(Rescale(1, 0, 2, 3), 100);
  EXPECT_EQ(Rescale(10, 0, 2, 3), std::nullopt);
  EXPECT_EQ(Rescale(kMax, 0, 38, 38), std::nullopt);
  EXPECT_EQ(Rescale(kMax, 38, 0, 38), 1);
}

TEST(Decimal, ConvertsToTheNearestDouble) {
  EXPECT_EQ(DecimalToDouble(int128_t{-1234567890123456789} * 100 - 5, 1),
            -1.2345678901234567895e19);
  EXPECT_EQ(DecimalToDouble(1, 1), 0.1);
  EXPECT_EQ(DecimalToDouble(kMax, 38), 1.0);
  EXPECT_EQ(DecimalToDouble(kMax, 0), 1e38);
  EXPECT_EQ(DecimalToDouble(0, 5), 0.0);
  EXPECT_EQ(DecimalToFloat(999995, 3), 999.995f);
}

TEST(Decimal, WritesTheShortestBytes) {
  const std::pair<int128_t, std::string> kBytes[] = {{0, std::string(1, '\0')},
                                                     {127, "\x7F"},
                                                     {128, std::string("\0\x80", 2)},
                                                     {-128, "\x80"},
                                                     {-129, "\xFF\x7F"},
                                                     {256, std::string("\1\0", 2)}};
  for (const auto& [value, expected] : kBytes) {
    uint8_t out[16];
    const int length = MinimalBigEndian(value, out);
    EXPECT_EQ(std::string(reinterpret_cast<char*>(out), length), expected);
    EXPECT_EQ(FromBigEndian(expected), value);
  }
  for (int128_t value : {kMax, -kMax, -kMax - 1}) {
    uint8_t out[16];
    const int length = MinimalBigEndian(value, out);
    EXPECT_EQ(FromBigEndian({reinterpret_cast<char*>(out), static_cast<size_t>(length)}), value);
  }
}

}  // namespace
}  // namespace firesteel
