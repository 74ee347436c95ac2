#include "connectors/file/file_source_options.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "common/duration.h"
#include "common/env.h"

namespace firesteel {
namespace {

Status InvalidOption(const std::string& name, const std::string& value, const std::string& want) {
  return Status::Invalid("Option ", name, " of the file source is '", value, "', but must be ",
                         want, ".");
}

Result<std::optional<int64_t>> PositiveOption(const Options& options, const std::string& name) {
  const std::optional<std::string> text = options.Get(name);
  if (!text) return std::nullopt;
  const Result<std::optional<int64_t>> number = options.GetLong(name);
  if (!number.ok() || **number <= 0) return InvalidOption(name, *text, "a whole number above 0");
  return *number;
}

Status ReadCacheOptions(const Options& options, FileSourceOptions* parsed) {
  if (const std::optional<std::string> text = options.Get("maxCachedFiles")) {
    const Result<std::optional<int64_t>> number = options.GetLong("maxCachedFiles");
    if (!number.ok() || **number < 0) {
      return InvalidOption("maxCachedFiles", *text, "a whole number of at least 0");
    }
    parsed->max_cached_files = **number;
  }
  if (const std::optional<std::string> text = options.Get("discardCachedInputRatio")) {
    double ratio = -1;
    const char* const end = text->data() + text->size();
    const auto [behind, error] = std::from_chars(text->data(), end, ratio);
    if (error != std::errc() || behind != end || !(ratio >= 0 && ratio <= 1)) {
      return InvalidOption("discardCachedInputRatio", *text, "a number from 0 to 1");
    }
    parsed->discard_cached_input_ratio = ratio;
  }
  return Status::OK();
}

Status ReadCleanSource(const Options& options, FileSourceOptions* parsed) {
  std::string mode = options.GetOr("cleanSource", "off");
  for (char& c : mode) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  if (mode == "off") return Status::OK();
  if (mode == "delete") {
    parsed->clean_source = CleanSource::kDelete;
    return Status::OK();
  }
  if (mode != "archive") {
    return InvalidOption("cleanSource", options.GetOr("cleanSource", ""), "off, delete or archive");
  }
  const std::optional<std::string> directory = options.Get("sourceArchiveDir");
  if (!directory) {
    return Status::Invalid("cleanSource=archive needs the option sourceArchiveDir.");
  }
  ARROW_ASSIGN_OR_RAISE(parsed->archive_directory, ToLocalPath(*directory));
  parsed->clean_source = CleanSource::kArchive;
  return Status::OK();
}

}  // namespace

Result<FileSourceOptions> FileSourceOptions::Make(const Options& options) {
  FileSourceOptions parsed;
  ARROW_ASSIGN_OR_RAISE(parsed.max_files_per_trigger,
                        PositiveOption(options, "maxFilesPerTrigger"));
  ARROW_ASSIGN_OR_RAISE(parsed.max_bytes_per_trigger,
                        PositiveOption(options, "maxBytesPerTrigger"));
  if (parsed.max_files_per_trigger && parsed.max_bytes_per_trigger) {
    return Status::Invalid("maxFilesPerTrigger and maxBytesPerTrigger exclude each other.");
  }
  for (const auto& [name, target] : {std::pair("latestFirst", &parsed.latest_first),
                                     std::pair("fileNameOnly", &parsed.file_name_only)}) {
    const Result<bool> flag = options.GetBool(name, false);
    if (!flag.ok()) return InvalidOption(name, options.GetOr(name, ""), "true or false");
    *target = *flag;
  }
  ARROW_RETURN_NOT_OK(ReadCacheOptions(options, &parsed));
  ARROW_RETURN_NOT_OK(ReadCleanSource(options, &parsed));
  for (const char* batch_only : {"modifiedBefore", "modifiedAfter"}) {
    if (const std::optional<std::string> value = options.Get(batch_only)) {
      return InvalidOption(batch_only, *value, "absent: it is for batch reads only");
    }
  }
  if (const std::optional<std::string> text = options.Get("maxFileAge")) {
    const std::optional<int64_t> age = ParseDurationMs(*text);
    if (!age) return InvalidOption("maxFileAge", *text, "a time such as 7d or 12h");
    parsed.max_file_age_ms = *age;
  }
  if (parsed.latest_first && (parsed.max_files_per_trigger || parsed.max_bytes_per_trigger)) {
    parsed.max_file_age_ms = std::numeric_limits<int64_t>::max();
  }
  return parsed;
}

}  // namespace firesteel
