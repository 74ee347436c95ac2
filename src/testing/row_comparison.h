#pragma once

#include <compare>
#include <string>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel::testing {

/// Orders any two values of one type, NULL first. Unlike SQL's order it tells -0.0 from 0.0, and a
/// NaN equals a NaN: two values are equal when nobody could tell them apart.
std::strong_ordering CompareExactly(const Value& a, const Value& b);
std::strong_ordering CompareExactly(const Row& a, const Row& b);

/// Sorts by CompareExactly.
void SortRows(std::vector<Row>* rows);

/// Gives each row the exact types of `schema`, so that rows made by hand compare with a query's.
/// Errors: a row that does not fit.
Result<std::vector<Row>> FitRows(const std::vector<Row>& rows, const Schema& schema);

/// Compares in any order, duplicates counted. "" when the rows are the same, else a text with both
/// sides, the rows that differ marked.
std::string DescribeDifference(std::vector<Row> wanted, std::vector<Row> found);

}  // namespace firesteel::testing
