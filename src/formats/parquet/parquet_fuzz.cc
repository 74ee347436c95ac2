#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/reader_test_support.h"

// Reads the bytes as a Parquet file; whatever is in them, the reader must end with rows or an
// error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto request = firesteel::MakeRequest("a INT, b STRING, c TIMESTAMP, d ARRAY<INT>");
  (void)firesteel::ReadRows(firesteel::ParquetFormat(),
                            std::string(reinterpret_cast<const char*>(data), size), request);
  return 0;
}
