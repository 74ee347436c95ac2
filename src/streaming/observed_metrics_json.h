#pragma once

#include <string>

#include "firesteel/row.h"

namespace firesteel {

/// Writes what a batch observed as listeners hear of it: `{"rows":3,"latest":"2020-01-02"}`.
std::string MetricsJson(const Row& metrics);

/// Writes it as a query's own reports have it, in Spark's Connect server the fields of its Row:
/// `{"values":[3,1577923200000],"schema":{…}}`. Times are milliseconds there.
std::string MetricsFieldsJson(const Row& metrics);

}  // namespace firesteel
