#include <cstdint>
#include <cstdlib>
#include <string>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "formats/json/json_inference.h"
#include "formats/reader_test_support.h"

namespace firesteel {
namespace {

// Reads the text with options that its first byte chooses; whatever is in it, the reader must end
// with rows or with an error.
void ReadAsJson(uint8_t choice, const std::string& text) {
  constexpr const char* kModes[] = {"PERMISSIVE", "DROPMALFORMED", "FAILFAST"};
  const Options options = MakeOptions({{"multiLine", choice & 1 ? "true" : "false"},
                                       {"allowComments", choice & 2 ? "true" : "false"},
                                       {"prefersDecimal", choice & 4 ? "true" : "false"},
                                       {"mode", kModes[choice % 3]}});
  const FileReadRequest request = MakeRequest(
      "a INT, b STRING, c TIMESTAMP, d ARRAY<STRUCT<e: DOUBLE, f: MAP<STRING, DECIMAL(9,3)>>>, "
      "_corrupt_record STRING",
      options);
  const Result<std::vector<Row>> rows = ReadRows(JsonFormat(), text, request);
  if (!rows.ok() && rows.status().IsInvalid() && ErrorCondition(rows.status()).empty()) {
    std::abort();  // ReadRows itself found a batch that is not valid
  }
  (void)InferJsonSchema(
      {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(text)), ""}}, options);
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) {
    firesteel::ReadAsJson(data[0],
                          std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  }
  return 0;
}
