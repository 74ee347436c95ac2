#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/orc/orc_stream.h"

namespace arrow::io {
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// A node of a file's tree of types, in ORC's numbers.
struct OrcType {
  enum Kind {
    kBoolean, kByte, kShort, kInt, kLong, kFloat, kDouble, kString, kBinary, kTimestamp,
    kList, kMap, kStruct, kUnion, kDecimal, kDate, kVarchar, kChar, kTimestampInstant,
    kKindCount
  };
  Kind kind = kStruct;
  std::vector<uint32_t> children;  ///< indexes into OrcFileTail::types
  std::vector<std::string> names;  ///< of a struct's fields
  int precision = 38;
  int scale = 10;
  std::string spark_type;  ///< what Spark notes beside: `timestamp_ntz`, intervals
};

struct OrcStripe {
  uint64_t offset = 0;
  uint64_t index_bytes = 0;
  uint64_t data_bytes = 0;
  uint64_t footer_bytes = 0;
  int64_t rows = 0;
};

/// What the end of an ORC file says:
///   "ORC" · stripe* · metadata · footer · postscript · bytes of the postscript (1)
///   stripe = indexes · data · stripe footer
/// with metadata and footers compressed as the streams are; all but the data are Protocol Buffers.
struct OrcFileTail {
  OrcCompression compression;
  std::vector<OrcStripe> stripes;
  std::vector<OrcType> types;  ///< the first one is the row's struct
  bool has_hybrid_calendar = false;  ///< dates before 1582-10-15 are of the Julian calendar
  int64_t rows = 0;

  /// Reads and checks it: the tree has no loops, stripes lie within the file. Errors: any failure
  /// of the file or in it.
  static Result<OrcFileTail> Read(arrow::io::RandomAccessFile* file);

  /// The type that a node is given as.
  Result<DataType> TypeOf(uint32_t node) const;
  Result<Schema> FileSchema() const;
};

struct OrcStreamInfo {
  uint32_t kind = 0;
  uint32_t column = 0;
  uint64_t offset = 0;  ///< in the file
  uint64_t bytes = 0;
};

struct OrcStripeFooter {
  struct Encoding {
    uint32_t kind = 0;
    uint32_t dictionary_size = 0;
  };
  std::vector<OrcStreamInfo> streams;
  std::vector<Encoding> encodings;  ///< one for each type
  std::string writer_time_zone;

  static Result<OrcStripeFooter> Read(arrow::io::RandomAccessFile* file, const OrcFileTail& tail,
                                      const OrcStripe& stripe);
};

}  // namespace firesteel
