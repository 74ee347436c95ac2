#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(MathTest, Functions) {
  CheckCalls({
      Gives("sqrt", {2.0}, 1.4142135623730951, "SQRT(2.0)"),
      Gives("sqrt", {-1}, kNan),
      Gives("cbrt", {"64"}, 4.0),
      Gives("exp", {0}, 1.0, "EXP(0)"),
      Gives("ln", {0}, Value(), "ln(0)"),
      Gives("log", {10, 100}, 2.0, "LOG(10, 100)"),
      Gives("log", {std::exp(1.0)}, 1.0),
      Gives("log", {1, 5}, kInfinity),
      Gives("log10", {1000}, 3.0),
      Gives("log2", {8}, 3.0),
      Gives("log1p", {-1}, Value()),
      Gives("pow", {2, 10}, 1024.0, "pow(2, 10)"),
      Gives("power", {"2", "3"}, 8.0, "POWER(2, 3)"),
      Gives("power", {-1, kInfinity}, kNan),
      Gives("pow", {kNan, 0}, 1.0),
      Gives("sin", {-0.0}, -0.0),
      Gives("cot", {0}, kInfinity),
      Gives("atan2", {0, -0.0}, 0.0),
      Gives("degrees", {3.141592653589793}, 180.0),
      Gives("hypot", {3, 4}, 5.0),
      Gives("rint", {2.5}, 2.0, "rint(2.5)"),
      Gives("sign", {-5}, -1.0, "sign(-5)"),
      Gives("signum", {DayTimeInterval{-3}}, -1.0),
      Gives("factorial", {20}, int64_t{2432902008176640000}),
      Gives("factorial", {21}, Value()),
      Gives("bin", {13}, "1101"),
      Fails("atan", {"abc"}, "CAST_INVALID_INPUT"),
  });
  CheckCalls({Gives("pi", {}, 3.141592653589793, "PI()"), Gives("e", {}, 2.718281828459045, "E()")},
             {}, false);
}

TEST(MathTest, RoundingHalfUp) {
  CheckCalls({
      Gives("round", {Dec(25, 2, 1)}, Dec(3, 2, 0), "round(2.5, 0)"),
      Gives("round", {Dec(-25, 2, 1)}, Dec(-3, 2, 0)),
      Gives("round", {Dec(12345678, 8, 4), 2}, Dec(123457, 7, 2)),
      Gives("round", {Dec(999, 3, 2), 1}, Dec(100, 3, 1)),
      Gives("round", {12345, -3}, 12000),
      Gives("round", {12500, -3}, 13000),
      Gives("round", {1, 400}, 1),
      Gives("round", {0.5}, 1.0),
      Gives("round", {1.005, 2}, 1.01),
      Gives("round", {-2.5}, -3.0),
      Gives("round", {kNan, 2}, kNan),
      Gives("round", {1e20, -19}, 1e20),
      Gives("round", {"2.567", 1}, 2.6),
      Gives("round", {123.456f, 1}, 123.5f),
      Gives("round", {99.99, 1}, 100.0),
      Gives("round", {0.04, 1}, 0.0),
      Fails("round", {2147483647, -1}, "ARITHMETIC_OVERFLOW"),
  });
}

TEST(MathTest, RoundingHalfEven) {
  CheckCalls({
      Gives("bround", {Dec(25, 2, 1)}, Dec(2, 2, 0), "bround(2.5, 0)"),
      Gives("bround", {Dec(35, 2, 1)}, Dec(4, 2, 0)),
      Gives("bround", {25, -1}, 20),
      Gives("bround", {2.5}, 2.0),
      Gives("bround", {1.005, 2}, 1.0),
  });
}

TEST(MathTest, CeilingAndFloor) {
  CheckCalls({
      Gives("floor", {Dec(-1, 1, 1)}, Dec(-1, 1, 0), "FLOOR(-0.1)"),
      Gives("floor", {Dec(-25, 2, 1)}, Dec(-3, 2, 0)),
      Gives("ceil", {3.2}, int64_t{4}, "CEIL(3.2)"),
      Gives("ceil", {int64_t{5}}, int64_t{5}),
      Gives("ceiling", {Dec(1, 4, 4)}, Dec(1, 1, 0), "ceiling(0.0001)"),
      Gives("floor", {"2.9"}, int64_t{2}),
      Gives("floor", {Dec(31411, 5, 4), 3}, Dec(3141, 5, 3), "floor(3.1411, 3)"),
      Gives("floor", {Dec(31411, 5, 4), -1}, Dec(0, 2, 0)),
      Gives("ceil", {Dec(31411, 5, 4), 3}, Dec(3142, 5, 3)),
      Fails("floor", {1e30}, "ARITHMETIC_OVERFLOW"),
      Fails("floor", {kInfinity}, "ARITHMETIC_OVERFLOW"),
  });
}

}  // namespace
}  // namespace firesteel
