#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "firesteel/error.h"
#include "firesteel/export.h"
#include "firesteel/row.h"

namespace firesteel {

class DataFrame;

/// Metrics of the rows that come by one place of a batch query, computed while the query runs:
///
///     Observation seen("orders");
///     orders.Observe(seen, {Count(Lit(1)).As("rows"), Max("price").As("highest")})
///         .Write().Parquet("/data/orders");
///     seen.Get()->at("rows");
///
/// Holds what the first query with that frame to succeed saw. A cheap value: copies are the same
/// observation. Thread-safe. A stream is observed by a name instead; its metrics are in its
/// progress reports.
class FIRESTEEL_EXPORT Observation {
 public:
  using Metrics = std::map<std::string, Value>;

  Observation();  ///< with a name that is its own
  explicit Observation(std::string name);

  const std::string& name() const;
  /// Waits until a query has run. No metrics at all mean that there could be no rows, so that this
  /// place was left out of the query. Errors: the query's, as long as none has succeeded.
  Result<Metrics> Get() const;
  /// The same without waiting: nothing before a query has run.
  std::optional<Result<Metrics>> GetIfDone() const;

 private:
  friend class DataFrame;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace firesteel
