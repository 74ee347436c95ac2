#include "testing/row_comparison.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include "arrow/record_batch.h"
#include "types/arrow_types.h"

namespace firesteel::testing {
namespace {

constexpr size_t kMaxDifferencesShown = 50;

/// NaN, whatever its bits, is the greatest.
template <typename T>
std::strong_ordering CompareFloats(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  if (a != b) return a < b ? std::strong_ordering::less : std::strong_ordering::greater;
  return std::signbit(b) <=> std::signbit(a);
}

std::strong_ordering CompareAll(const std::vector<Value>& a, const std::vector<Value>& b) {
  const size_t shared = std::min(a.size(), b.size());
  for (size_t i = 0; i < shared; ++i) {
    const std::strong_ordering order = CompareExactly(a[i], b[i]);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

std::vector<Value> Flatten(const MapValue& map) {
  std::vector<Value> flat;
  for (const auto& [key, value] : map.entries) {
    flat.push_back(key);
    flat.push_back(value);
  }
  return flat;
}

/// Compares two values that hold the same alternative.
template <typename T>
std::strong_ordering CompareSame(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, std::monostate>) {
    return std::strong_ordering::equal;
  } else if constexpr (std::is_same_v<T, float>) {
    return CompareFloats(a, b);
  } else if constexpr (std::is_same_v<T, double>) {
    return CompareFloats(a, b);
  } else if constexpr (std::is_same_v<T, Decimal>) {
    if (a.scale != b.scale) return a.scale <=> b.scale;
    return a.unscaled < b.unscaled   ? std::strong_ordering::less
           : a.unscaled > b.unscaled ? std::strong_ordering::greater
                                     : std::strong_ordering::equal;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return a.compare(b) <=> 0;
  } else if constexpr (std::is_same_v<T, Binary>) {
    return a.bytes.compare(b.bytes) <=> 0;
  } else if constexpr (std::is_same_v<T, Date>) {
    return a.days <=> b.days;
  } else if constexpr (std::is_same_v<T, YearMonthInterval>) {
    return a.months <=> b.months;
  } else if constexpr (std::is_same_v<T, CalendarInterval>) {
    if (a.months != b.months) return a.months <=> b.months;
    if (a.days != b.days) return a.days <=> b.days;
    return a.micros <=> b.micros;
  } else if constexpr (std::is_same_v<T, ArrayValue>) {
    return CompareAll(a.elements, b.elements);
  } else if constexpr (std::is_same_v<T, MapValue>) {
    return CompareAll(Flatten(a), Flatten(b));
  } else if constexpr (std::is_same_v<T, StructValue>) {
    return CompareAll(a.fields, b.fields);
  } else if constexpr (std::is_class_v<T>) {
    return a.micros <=> b.micros;  // the timestamps and the day-time interval
  } else {
    return a <=> b;
  }
}

void AppendRow(const Row& row, const char* mark, std::string* text) {
  *text += mark + row.ToString() + "\n";
}

// Walks both sorted sides and appends `rows` with a mark at each that `other` lacks.
void AppendSide(const std::vector<Row>& rows, const std::vector<Row>& other, std::string* text) {
  size_t next = 0;
  size_t shown = 0;
  for (const Row& row : rows) {
    while (next < other.size() && CompareExactly(other[next], row) < 0) ++next;
    const bool there = next < other.size() && CompareExactly(other[next], row) == 0;
    if (there) ++next;
    if (shown++ < kMaxDifferencesShown) AppendRow(row, there ? "      " : "    ! ", text);
  }
  if (rows.empty()) *text += "      (no rows)\n";
  if (shown > kMaxDifferencesShown) {
    *text += "      … " + std::to_string(shown - kMaxDifferencesShown) + " more\n";
  }
}

}  // namespace

std::strong_ordering CompareExactly(const Value& a, const Value& b) {
  if (a.variant().index() != b.variant().index()) {
    return a.variant().index() <=> b.variant().index();
  }
  return std::visit(
      [&](const auto& left) {
        using T = std::remove_cvref_t<decltype(left)>;
        return CompareSame<T>(left, std::get<T>(b.variant()));
      },
      a.variant());
}

std::strong_ordering CompareExactly(const Row& a, const Row& b) {
  return CompareAll(a.values(), b.values());
}

void SortRows(std::vector<Row>* rows) {
  std::stable_sort(rows->begin(), rows->end(),
                   [](const Row& a, const Row& b) { return CompareExactly(a, b) < 0; });
}

Result<std::vector<Row>> FitRows(const std::vector<Row>& rows, const Schema& schema) {
  std::vector<Row> fitted;
  if (rows.empty()) return fitted;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, MakeBatch(rows, schema));
  AppendRows(*batch, std::make_shared<Schema>(schema), &fitted);
  return fitted;
}

std::string DescribeDifference(std::vector<Row> wanted, std::vector<Row> found) {
  SortRows(&wanted);
  SortRows(&found);
  const bool same =
      std::equal(wanted.begin(), wanted.end(), found.begin(), found.end(),
                 [](const Row& a, const Row& b) { return CompareExactly(a, b) == 0; });
  if (same) return "";
  std::string text = "    wanted:\n";
  AppendSide(wanted, found, &text);
  text += "    found:\n";
  AppendSide(found, wanted, &text);
  return text;
}

}  // namespace firesteel::testing
