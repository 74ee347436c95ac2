#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firesteel/column.h"
#include "firesteel/dataframe.h"

namespace firesteel {

/// What GroupBy gives: the groups, waiting for their aggregates.
class FIRESTEEL_EXPORT GroupedData {
 public:
  /// Grouping columns followed by the aggregates.
  DataFrame Agg(const std::vector<Column>& aggregates) const;
  /// Rows per group, in column `count`.
  DataFrame Count() const;
  // Of the columns named, or of every numeric column that is not a grouping column.
  DataFrame Avg(const std::vector<std::string>& columns = {}) const;
  DataFrame Sum(const std::vector<std::string>& columns = {}) const;
  DataFrame Min(const std::vector<std::string>& columns = {}) const;
  DataFrame Max(const std::vector<std::string>& columns = {}) const;

 private:
  friend class DataFrame;
  enum class Form { kPlain, kRollup, kCube };
  GroupedData(DataFrame input, std::vector<Column> grouping, Form form = Form::kPlain)
      : input_(std::move(input)), grouping_(std::move(grouping)), form_(form) {}
  DataFrame AggregateNumeric(std::string_view function,
                             const std::vector<std::string>& columns) const;
  DataFrame input_;
  std::vector<Column> grouping_;
  Form form_;
};

}  // namespace firesteel
