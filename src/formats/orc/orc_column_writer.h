#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firesteel/types.h"
#include "formats/orc/orc_file_tail.h"
#include "types/column_view.h"

namespace firesteel {

/// One column of the stripe being written, with the columns inside of it: takes values, and turns
/// them into ORC's streams. Not thread-safe.
class OrcColumnWriter {
 public:
  /// A stream of the stripe: `kind` in ORC's numbers.
  struct Stream {
    uint32_t kind = 0;
    uint32_t column = 0;
    std::string bytes;
  };

  /// `node` is the column's number; those inside of it have the next ones.
  OrcColumnWriter(const DataType& type, uint32_t node);

  /// Appends the elements [begin, end) of a column of the type.
  void Append(const ColumnView& view, int64_t begin, int64_t end);
  /// About the memory held.
  int64_t bytes() const;
  /// Appends the streams, in the order of the columns, and starts anew.
  void Finish(std::vector<Stream>* streams);
  /// The node after the last one inside of this.
  uint32_t next_node() const { return next_node_; }
  /// Appends the types of this column and those inside of it, in the order of their numbers, as
  /// messages of the footer.
  void AppendTypes(std::vector<std::string>* messages) const;

 private:
  void AppendValue(const ColumnView& view, int64_t row);
  void AppendTimestamp(int64_t micros);
  OrcType::Kind kind() const;

  DataType type_;
  uint32_t node_;
  uint32_t next_node_;
  std::vector<OrcColumnWriter> children_;
  bool has_nulls_ = false;
  std::vector<uint8_t> present_;
  std::vector<uint8_t> small_;      // booleans and bytes
  std::vector<int64_t> numbers_;    // whole numbers, seconds, lengths, scales
  std::vector<int64_t> secondary_;  // nanoseconds
  std::string data_;                // text, floating numbers, unscaled decimals
};

}  // namespace firesteel
