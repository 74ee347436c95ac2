#include "formats/file_format.h"

namespace firesteel {

std::vector<const FileFormat*> AllFileFormats() {
  return {CsvFormat(), JsonFormat(), OrcFormat(), ParquetFormat(), TextFormat()};
}

const FileFormat* FindFileFormat(std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (const FileFormat* format : AllFileFormats()) {
    const std::string_view known = format->Name();
    bool equal = known.size() == name.size();
    for (size_t i = 0; equal && i < name.size(); ++i) equal = lower(name[i]) == known[i];
    if (equal) return format;
  }
  return nullptr;
}

}  // namespace firesteel
