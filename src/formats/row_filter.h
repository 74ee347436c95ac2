#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firesteel/connector/predicate.h"
#include "firesteel/types.h"
#include "formats/json/json_column.h"

namespace firesteel {

/// The filters of a scan, held against each record of text (JSON, CSV) as soon as it is read: a row
/// that they drop is neither given nor counted, as in Spark, and what else is wrong with its record
/// does not matter. A filter is judged only where the record says something of each of its columns:
/// a field that is missing, or that cannot be read, keeps the row. Thread-safe.
class RowFilter {
 public:
  /// Judges nothing.
  RowFilter() = default;
  /// `schema` is of the columns that are parsed; filters on others, or on types without an order,
  /// are left out: the engine applies every filter once more.
  static RowFilter Of(const Schema& schema, const std::vector<Predicate>& predicates);

  bool empty() const { return filters_.empty(); }
  /// Whether the row is dropped. Column i has an element `row` where known[i] is not 0.
  bool Drops(const JsonColumn* columns, int64_t row, const std::vector<uint8_t>& known) const;

 private:
  enum class Truth : uint8_t { kFalse, kTrue, kNull };
  struct Operand {
    bool is_null = false;
    int64_t whole = 0;  // whole numbers, truth, dates and times
    double real = 0;
    __int128 unscaled = 0;  // of a decimal
    std::string bytes;
  };
  struct Test {
    Predicate::Op op = Predicate::Op::kIsNotNull;
    int column = -1;
    std::vector<Operand> operands;
    std::vector<Test> children;
  };
  struct Filter {
    Test test;
    std::vector<int> columns;  // that it reads
  };

  static bool Make(const Schema& schema, const Predicate& predicate, Test* test,
                   std::vector<int>* columns);
  static bool MakeOperand(const DataType& type, const Value& value, Operand* operand);
  static int Order(const JsonColumn& column, int64_t row, const Operand& operand);
  static Truth HoldsText(Predicate::Op op, const JsonColumn& column, int64_t row,
                         const Operand& operand);
  static Truth Holds(const Test& test, const JsonColumn* columns, int64_t row);
  static Truth HoldsValue(const Test& test, const JsonColumn& column, int64_t row);

  std::vector<Filter> filters_;
};

}  // namespace firesteel
