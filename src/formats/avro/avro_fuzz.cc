#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "arrow/array/array_base.h"
#include "formats/avro/avro_decoder.h"
#include "formats/avro/avro_encoder.h"
#include "formats/avro/avro_schema.h"
#include "formats/avro/avro_types.h"
#include "formats/json/json_column.h"
#include "types/column_view.h"

namespace firesteel {
namespace {

constexpr const char* kSchemas[] = {
    R"(["null","int","string",{"type":"map","values":["null","double"]}])",
    R"({"type":"record","name":"r","fields":[{"name":"n","type":["null","r"]},
        {"name":"l","type":{"type":"array","items":{"type":"array","items":"null"}}},
        {"name":"e","type":{"type":"enum","name":"e","symbols":["A","B"]}}]})",
    R"({"type":"record","name":"r","fields":[{"name":"b","type":"bytes"},{"name":"d","type":
        {"type":"fixed","name":"f","size":3,"logicalType":"decimal","precision":5,"scale":1}},
        {"name":"m","type":{"type":"long","logicalType":"timestamp-millis"}}]})",
};

// Reads a schema out of the text, or takes one of the above, and then a value with it. What was
// read is whole, and is written and read again.
void ReadAsAvro(uint8_t choice, std::string_view text) {
  std::string schema_text = kSchemas[choice % std::size(kSchemas)];
  if (choice >= 0x80) {
    const size_t end = text.find('\n');
    schema_text = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const auto schema = AvroSchema::Parse(schema_text);
  AvroTypeOptions options;
  options.recursive_depth = 2;
  if (!schema.ok()) return;
  const auto type = AvroToSparkType(**schema, options);
  if (!type.ok()) return;
  const auto decoder = AvroDecoder::Make(*schema, *schema, type->type, options);
  if (!decoder.ok()) return;
  JsonColumn column(type->type);
  std::string_view input = text;
  const auto good = (*decoder)->Decode(&input, &column);
  if (!good.ok() || column.length() != (*good ? 1 : 0)) std::abort();
  const auto array = column.Finish();
  if (!array.ok() || !(*array)->Validate().ok()) std::abort();
  const auto encoder = AvroEncoder::Make(*schema, type->type);
  if (!*good || !encoder.ok()) return;
  std::string again;
  const auto view = ColumnView::Make(*(*array)->data(), type->type);
  if (!view.ok()) std::abort();
  if (!(*encoder)->Encode(*view, 0, &again).ok()) return;
  std::string_view rest = again;
  const auto read = (*decoder)->Decode(&rest, &column);
  if (!read.ok() || !*read || !rest.empty()) std::abort();
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) {
    firesteel::ReadAsAvro(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  }
  return 0;
}
