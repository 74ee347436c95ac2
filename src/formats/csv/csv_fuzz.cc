#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "formats/csv/csv_inference.h"
#include "formats/reader_test_support.h"

namespace firesteel {
namespace {

// Reads the text in a dialect that its first byte chooses; whatever is in it, the reader must end
// with rows or with an error.
void ReadAsCsv(uint8_t choice, const std::string& text) {
  constexpr const char* kHandlings[] = {"STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER",
                                        "STOP_AT_DELIMITER", "SKIP_VALUE", "RAISE_ERROR"};
  constexpr const char* kModes[] = {"PERMISSIVE", "DROPMALFORMED", "FAILFAST"};
  constexpr const char* kEncodings[] = {"UTF-8", "UTF-16", "ISO-8859-1"};
  Options options = MakeOptions({{"multiLine", choice & 1 ? "true" : "false"},
                                 {"header", choice & 2 ? "true" : "false"},
                                 {"sep", choice & 4 ? "||" : ","},
                                 {"escape", choice & 8 ? "\"" : "\\"},
                                 {"inferSchema", "true"},
                                 {"unescapedQuoteHandling", kHandlings[choice % 5]},
                                 {"mode", kModes[choice % 3]},
                                 {"encoding", kEncodings[choice / 16 % 3]}});
  const FileReadRequest request =
      MakeRequest("a INT, b STRING, c TIMESTAMP, d DECIMAL(10,2), _corrupt_record STRING", options);
  const Result<std::vector<Row>> rows = ReadRows(CsvFormat(), text, request);
  if (!rows.ok() && rows.status().IsInvalid() && ErrorCondition(rows.status()).empty()) {
    std::abort();  // ReadRows itself found a batch that is not valid
  }
  (void)InferCsvSchema(
      {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(text)), ""}}, options);
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) {
    firesteel::ReadAsCsv(data[0],
                         std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  }
  return 0;
}
