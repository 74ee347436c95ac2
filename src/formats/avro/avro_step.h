#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/avro/avro_decoder.h"
#include "formats/avro/avro_schema.h"

namespace firesteel {

/// What a step does with the bytes at hand.
enum class AvroDecoder::Action : uint8_t {
  kFail,  // the schemas do not go together here
  kNull,
  kBoolean,
  kInteger,  // int or long, see Step::wide, to the column's type
  kMillis,   // the same, as milliseconds to microseconds
  kFloat,
  kDouble,
  kBytes,  // with a length
  kFixed,
  kDecimal,  // with a length
  kFixedDecimal,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,    // of the writer: one child for each branch
  kMember,   // of the reader's union: the value goes to one field of a struct
  kDefault,  // what the writer does not have
};

struct AvroDecoder::Step {
  /// A field of a record in the writer's order; fields nobody reads are skipped.
  struct Field {
    const AvroNode* skipped = nullptr;
    int child = -1;  // of the column
    Step* step = nullptr;
  };
  Action action = Action::kFail;
  bool wide = false;                         // kInteger: a long
  int64_t size = 0;                          // kFixed…: bytes
  int precision = 0;                         // of decimals
  int member = 0;                            // kMember: the field
  int fields_of_struct = 0;                  // kMember: how many there are
  std::string reason;                        // kFail
  std::string bytes;                         // kDefault: the value in binary form
  std::vector<std::string> symbols;          // kEnum: text by the writer's place; empty: none
  std::vector<std::unique_ptr<Step>> steps;  // kArray, kMap, kUnion, kMember, kDefault
  std::vector<Field> fields;                 // kRecord
};

}  // namespace firesteel
