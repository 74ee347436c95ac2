#include "checkpoint/stream_metadata.h"

#include <utility>

#include "common/json_text.h"
#include "checkpoint/log_text.h"
#include "nlohmann/json.hpp"

namespace firesteel {

Result<std::optional<StreamMetadata>> StreamMetadata::Read(CheckpointFileManager* files,
                                                           const std::string& path) {
  const Result<std::string> text = files->env()->ReadFile(path);
  if (IsNotFound(text.status())) return std::nullopt;
  ARROW_RETURN_NOT_OK(text.status());
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    const auto id = json.find("id");
    if (id != json.end() && id->is_string() && !id->get_ref<const std::string&>().empty()) {
      return std::optional<StreamMetadata>(StreamMetadata{.id = id->get<std::string>()});
    }
  }
  return MalformedLog(path, 0, "{\"id\":\"…\"} with the id of the query was expected");
}

Status StreamMetadata::Write(CheckpointFileManager* files, const std::string& path) const {
  std::string text = "{\"id\":";
  AppendJsonString(id, &text);
  text.push_back('}');
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    ARROW_RETURN_NOT_OK(files->CreateDirectories(path.substr(0, slash)));
  }
  return files->WriteAtomic(path, text, /*overwrite=*/false);
}

}  // namespace firesteel
