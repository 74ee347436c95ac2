#include "formats/json/json_row_filter.h"

#include <cmath>
#include <variant>

namespace firesteel {
namespace {

// Sets the number that a column is compared with; false when it is of another type.
bool SetNumber(TypeId column, const Value& value, JsonRowFilter::Test* test) {
  const Value::Variant& held = value.variant();
  if (column == TypeId::kDouble) {
    // NaN is larger than every other number in SQL, unlike in C++.
    const auto* real = std::get_if<double>(&held);
    if (real == nullptr || std::isnan(*real)) return false;
    test->is_real = true;
    test->real = *real;
    return true;
  }
  if (column == TypeId::kLong) {
    const auto* whole = std::get_if<int64_t>(&held);
    if (whole != nullptr) test->whole = *whole;
    return whole != nullptr;
  }
  if (column == TypeId::kInteger) {
    const auto* whole = std::get_if<int32_t>(&held);
    if (whole != nullptr) test->whole = *whole;
    return whole != nullptr;
  }
  return false;
}

}  // namespace

JsonRowFilter JsonRowFilter::Of(const Schema& schema, const std::vector<Predicate>& predicates) {
  JsonRowFilter filter;
  std::vector<Predicate> others;
  for (const Predicate& predicate : predicates) {
    Test test{.column = schema.IndexOf(predicate.column), .op = predicate.op};
    if (test.column < 0) {
      others.push_back(predicate);
      continue;
    }
    const bool compares = predicate.op == Predicate::Op::kEqual ||
                          predicate.op == Predicate::Op::kLess ||
                          predicate.op == Predicate::Op::kLessOrEqual ||
                          predicate.op == Predicate::Op::kGreater ||
                          predicate.op == Predicate::Op::kGreaterOrEqual;
    const bool usable = compares ? predicate.values.size() == 1 &&
                                       SetNumber(schema.field(test.column).type.id(),
                                                 predicate.values[0], &test)
                                 : predicate.op == Predicate::Op::kIsNotNull;
    if (usable) {
      filter.tests.push_back(test);
    } else {
      others.push_back(predicate);
    }
  }
  filter.others = RowFilter::Of(schema, others);
  filter.all = RowFilter::Of(schema, predicates);
  return filter;
}

}  // namespace firesteel
