#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "formats/avro/avro_types.h"
#include "formats/json/json_column.h"

namespace firesteel {

/// Reads values of Avro's binary form, written with one schema, into a column of the type that
/// Spark gives another one (or the same), by Avro's rules of schema resolution. What to do is
/// worked out once, as a tree of steps without virtual functions. A value:
///   int, long      zigzag, 7 bits a byte, lowest first; the highest bit says that more follow
///   float, double  little endian
///   bytes, string  its length as a long, and the bytes; fixed: the bytes
///   record         its fields one after another; enum: the symbol's place as an int
///   array, map     blocks: a count (negative: the count's amount, and the block's size in bytes
///                  comes next), so many items or pairs of string and value; 0 ends it
///   union          the branch's place as an int, and its value
/// Not thread-safe.
class AvroDecoder {
 public:
  /// `reader` may be `writer`. `type` is AvroToSparkType of the reader's. Where the two schemas do
  /// not go together, it is the values that fail, as in Avro. Errors: AVRO_SCHEMA_NOT_SUPPORTED.
  static Result<std::unique_ptr<AvroDecoder>> Make(std::shared_ptr<const AvroSchema> writer,
                                                   std::shared_ptr<const AvroSchema> reader,
                                                   const DataType& type,
                                                   const AvroTypeOptions& options);
  ~AvroDecoder();

  /// Reads the value that `input` begins with and takes it off, appending one element to `column`.
  /// False when it is malformed: see reason(); the column is as before then.
  Result<bool> Decode(std::string_view* input, JsonColumn* column);
  std::string_view reason() const { return reason_; }

 private:
  struct Step;
  class Compiler;
  enum class Action : uint8_t;

  AvroDecoder() = default;
  bool Run(const Step& step, JsonColumn* column);
  bool RunInteger(const Step& step, JsonColumn* column);
  bool RunBytes(const Step& step, JsonColumn* column);
  bool RunRecord(const Step& step, JsonColumn* column);
  bool RunArray(const Step& step, JsonColumn* column);
  bool RunMap(const Step& step, JsonColumn* column);
  bool RunMapEntries(const Step& step, JsonColumn* column, const std::vector<uint8_t>* left_out);
  bool RunMember(const Step& step, JsonColumn* column);
  bool RunDefault(const Step& step, JsonColumn* column);
  bool PutDecimal(const Step& step, std::string_view bytes, JsonColumn* column);
  bool Skip(const AvroNode& node, int depth);
  bool SkipBlocks(const AvroNode& node, int depth);

  bool ReadLong(int64_t* value);
  bool ReadInt(int32_t* value);
  bool ReadRaw(size_t size, std::string_view* bytes);
  bool ReadBytes(std::string_view* bytes);
  bool ReadBlock(int64_t* items, int64_t* block_bytes);
  bool Fail(std::string_view reason);
  bool Keep(Status status);

  std::shared_ptr<const AvroSchema> writer_;
  std::shared_ptr<const AvroSchema> reader_;
  std::unique_ptr<Step> root_;
  std::string_view input_;
  int64_t empty_items_ = 0;  // items of no bytes seen in this value
  std::string reason_;
  Status status_;  // of memory and the like: not the value's fault
};

}  // namespace firesteel
