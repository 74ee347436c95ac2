#include "connectors/file/file_source_options.h"

#include <limits>
#include <string>

#include "common/error.h"

namespace firesteel {
namespace {

Status InvalidOption(const std::string& name, const std::string& value, const std::string& want) {
  return Status::Invalid("Option ", name, " of the file source is '", value, "', but must be ",
                         want, ".");
}

}  // namespace

Result<FileSourceOptions> FileSourceOptions::Make(const Options& options) {
  FileSourceOptions parsed;
  if (const std::optional<std::string> text = options.Get("maxFilesPerTrigger")) {
    const Result<std::optional<int64_t>> files = options.GetLong("maxFilesPerTrigger");
    if (!files.ok() || **files <= 0) {
      return InvalidOption("maxFilesPerTrigger", *text, "a whole number above 0");
    }
    parsed.max_files_per_trigger = **files;
  }
  for (const auto& [name, target] : {std::pair("latestFirst", &parsed.latest_first),
                                     std::pair("fileNameOnly", &parsed.file_name_only)}) {
    const Result<bool> flag = options.GetBool(name, false);
    if (!flag.ok()) return InvalidOption(name, options.GetOr(name, ""), "true or false");
    *target = *flag;
  }
  const std::string clean = options.GetOr("cleanSource", "off");
  if (clean != "off") {
    return InvalidOption("cleanSource", clean, "off: finished files are left where they are");
  }
  for (const char* batch_only : {"modifiedBefore", "modifiedAfter"}) {
    if (const std::optional<std::string> value = options.Get(batch_only)) {
      return InvalidOption(batch_only, *value, "absent: it is for batch reads only");
    }
  }
  for (const char* unsupported : {"maxBytesPerTrigger", "maxFileAge"}) {
    if (options.Get(unsupported)) {
      return MakeError("UNSUPPORTED_FEATURE.FILE_SOURCE_OPTION", {{"option", unsupported}});
    }
  }
  if (parsed.latest_first && parsed.max_files_per_trigger) {
    parsed.max_file_age_ms = std::numeric_limits<int64_t>::max();
  }
  return parsed;
}

}  // namespace firesteel
