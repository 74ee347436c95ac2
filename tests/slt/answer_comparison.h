#pragma once

#include <string>
#include <vector>

namespace firesteel::slt {

/// Whether two answers, a line of canonical text per row, are equal: floating-point numbers within
/// a relative tolerance of 1e-12 (the sign of zero counts), everything else exactly. With `rowsort`
/// in any order.
bool SameRows(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
              bool rowsort);

/// The rows of only one side: `- expected` and `+ actual`, cut where there are many or long ones.
std::vector<std::string> DifferenceOf(const std::vector<std::string>& expected,
                                      const std::vector<std::string>& actual);

/// Leaves at most `limit` lines, each of at most 300 characters.
std::vector<std::string> Clip(std::vector<std::string> lines, size_t limit);

}  // namespace firesteel::slt
