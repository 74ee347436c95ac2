#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"
#include "formats/orc/orc_file_tail.h"
#include "types/time_zone.h"

namespace arrow::io {
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// Reads one column of a stripe, rows in their order. Not thread-safe.
class OrcColumnReader {
 public:
  virtual ~OrcColumnReader() = default;

  /// Reads `rows` more elements as ToArrowType of the wanted type. Inside of structs the file has
  /// no elements where the struct is NULL: `parent_valid`, a byte for each row, says which. It may
  /// be null.
  virtual Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) = 0;
};

/// One stripe, for making the readers of its columns.
struct OrcStripeContext {
  arrow::io::RandomAccessFile* file = nullptr;
  const OrcFileTail* tail = nullptr;
  const OrcStripeFooter* footer = nullptr;
  std::shared_ptr<const TimeZone> writer_zone;  ///< whose clock the timestamps show
};

/// Whether a node of the file's types can be given as this type. Fields of structs are matched by
/// name without case; those that the file lacks are NULL.
bool CanReadOrc(const OrcFileTail& tail, uint32_t node, const DataType& wanted);

/// The child of a struct for a field of this name without case, or, where the file has no names but
/// `_col0`, `_col1`, …, at this position; -1 when there is none.
int64_t FindOrcField(const OrcFileTail& tail, uint32_t node, const std::string& name, int position);

/// Makes the reader of a node. Requires CanReadOrc. Errors: the streams cannot be read.
Result<std::unique_ptr<OrcColumnReader>> MakeOrcColumnReader(const OrcStripeContext& stripe,
                                                             uint32_t node, const DataType& wanted);

}  // namespace firesteel
