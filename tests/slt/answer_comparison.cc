#include "tests/slt/answer_comparison.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "nlohmann/json.hpp"

namespace firesteel::slt {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTolerance = 1e-12;
constexpr size_t kMaxLineBytes = 300;

bool SameNumber(double a, double b) {
  if (a == b) return std::signbit(a) == std::signbit(b);
  return std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b));
}

bool SameValue(const Json& a, const Json& b) {
  if (a.is_number_float() || b.is_number_float()) {
    return a.is_number() && b.is_number() && SameNumber(a.get<double>(), b.get<double>());
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a, b, SameValue);
  if (a.is_object() && b.is_object()) {
    return std::ranges::equal(a.items(), b.items(), [](const auto& x, const auto& y) {
      return x.key() == y.key() && SameValue(x.value(), y.value());
    });
  }
  return a == b;
}

bool SameRow(const Json& a, const Json& b) {
  return !a.is_discarded() && !b.is_discarded() && SameValue(a, b);
}

std::vector<Json> ParseRows(const std::vector<std::string>& rows) {
  std::vector<Json> parsed;
  parsed.reserve(rows.size());
  for (const std::string& row : rows) parsed.push_back(Json::parse(row, nullptr, false));
  return parsed;
}

/// Pairs the rows off: a different last digit of a number can change the order of the texts.
bool SameInAnyOrder(const std::vector<Json>& expected, std::vector<Json> actual) {
  return std::ranges::all_of(expected, [&](const Json& row) {
    const auto found =
        std::ranges::find_if(actual, [&](const Json& other) { return SameRow(row, other); });
    if (found == actual.end()) return false;
    actual.erase(found);
    return true;
  });
}

std::vector<std::string> Marked(std::string_view mark, std::vector<std::string> rows) {
  rows = Clip(std::move(rows), 6);
  for (std::string& row : rows) row.insert(0, mark);
  return rows;
}

std::vector<std::string> OnlyIn(const std::vector<std::string>& rows,
                                const std::vector<std::string>& others) {
  std::vector<std::string> only;
  std::ranges::copy_if(rows, std::back_inserter(only), [&](const std::string& row) {
    return std::ranges::find(others, row) == others.end();
  });
  return only;
}

}  // namespace

bool SameRows(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
              bool rowsort) {
  if (expected.size() != actual.size()) return false;
  std::vector<std::string> a = expected;
  std::vector<std::string> b = actual;
  if (rowsort) {
    std::ranges::sort(a);
    std::ranges::sort(b);
  }
  if (a == b) return true;
  const std::vector<Json> parsed_a = ParseRows(a);
  const std::vector<Json> parsed_b = ParseRows(b);
  if (std::ranges::equal(parsed_a, parsed_b, SameRow)) return true;
  return rowsort && SameInAnyOrder(parsed_a, parsed_b);
}

std::vector<std::string> DifferenceOf(const std::vector<std::string>& expected,
                                      const std::vector<std::string>& actual) {
  std::vector<std::string> only_expected = OnlyIn(expected, actual);
  std::vector<std::string> only_actual = OnlyIn(actual, expected);
  if (only_expected.empty() && only_actual.empty()) {  // the order or the count differs
    only_expected = expected;
    only_actual = actual;
  }
  std::vector<std::string> lines = Marked("- ", std::move(only_expected));
  std::ranges::copy(Marked("+ ", std::move(only_actual)), std::back_inserter(lines));
  return lines;
}

std::vector<std::string> Clip(std::vector<std::string> lines, size_t limit) {
  const size_t size = lines.size();
  if (size > limit) lines.resize(limit);
  for (std::string& line : lines) {
    if (line.size() <= kMaxLineBytes) continue;
    size_t end = kMaxLineBytes;
    while ((static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    line.resize(end);
    line += "…";
  }
  if (size > limit) lines.push_back("… " + std::to_string(size - limit) + " more");
  return lines;
}

}  // namespace firesteel::slt
