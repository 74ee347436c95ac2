#include "checkpoint/offset_seq_log.h"

#include <utility>

#include "checkpoint/log_text.h"
#include "common/json_text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

using Json = nlohmann::json;

// Line numbers of a file, for messages.
constexpr int64_t kOffsetMetadataLine = 2;
constexpr int64_t kFirstOffsetLine = 3;

constexpr std::string_view kNoOffset = "-";

Status ReadTime(const Json& metadata, const char* key, const std::string& path, int64_t* time_ms) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return Status::OK();
  const bool too_large = found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX;
  if (!found->is_number_integer() || too_large) {
    return MalformedLog(path, kOffsetMetadataLine, fmt::format("{} is no whole number", key));
  }
  *time_ms = found->get<int64_t>();
  return Status::OK();
}

Status ReadConf(const Json& metadata, const std::string& path,
                std::map<std::string, std::string>* conf) {
  const auto found = metadata.find("conf");
  if (found == metadata.end()) return Status::OK();
  if (!found->is_object()) return MalformedLog(path, kOffsetMetadataLine, "conf is no JSON object");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return MalformedLog(path, kOffsetMetadataLine,
                          fmt::format("the value of {} is no string", name));
    }
    conf->emplace(name, value.get<std::string>());
  }
  return Status::OK();
}

Status ReadMetadata(std::string_view line, const std::string& path, OffsetSeq* seq) {
  // Continuous processing leaves the line empty.
  if (line.empty()) return Status::OK();
  const Json metadata = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!metadata.is_object()) {
    return MalformedLog(path, kOffsetMetadataLine,
                        "a JSON object with the batch's time was expected");
  }
  ARROW_RETURN_NOT_OK(ReadTime(metadata, "batchWatermarkMs", path, &seq->batch_watermark_ms));
  ARROW_RETURN_NOT_OK(ReadTime(metadata, "batchTimestampMs", path, &seq->batch_timestamp_ms));
  return ReadConf(metadata, path, &seq->conf);
}

}  // namespace

Result<OffsetSeqLog> OffsetSeqLog::Open(CheckpointFileManager* files, std::string directory) {
  ARROW_ASSIGN_OR_RAISE(MetadataLog log, MetadataLog::Open(files, std::move(directory)));
  return OffsetSeqLog(std::move(log));
}

std::string OffsetSeqLog::Serialize(const OffsetSeq& offsets) {
  std::string text = fmt::format(
      "v{}\n{{\"batchWatermarkMs\":{},\"batchTimestampMs\":{},\"conf\":{{", kLogVersion,
      offsets.batch_watermark_ms, offsets.batch_timestamp_ms);
  bool first = true;
  for (const auto& [name, value] : offsets.conf) {
    if (!first) text.push_back(',');
    first = false;
    AppendJsonString(name, &text);
    text.push_back(':');
    AppendJsonString(value, &text);
  }
  text.append("}}");
  for (const std::optional<std::string>& offset : offsets.offsets) {
    text.push_back('\n');
    text.append(offset.has_value() ? std::string_view(*offset) : kNoOffset);
  }
  return text;
}

Result<OffsetSeq> OffsetSeqLog::Parse(std::string_view text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string_view> lines, ParseLogLines(text, path));
  if (lines.empty()) {
    return MalformedLog(path, kOffsetMetadataLine, "the line with the batch's time is missing");
  }
  OffsetSeq seq;
  ARROW_RETURN_NOT_OK(ReadMetadata(lines[0], path, &seq));
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i] == kNoOffset) {
      seq.offsets.emplace_back(std::nullopt);
      continue;
    }
    if (!Json::accept(lines[i])) {
      return MalformedLog(path, kFirstOffsetLine + static_cast<int64_t>(i) - 1,
                          "the offset of a source, JSON text or -, was expected");
    }
    seq.offsets.emplace_back(std::string(lines[i]));
  }
  if (seq.offsets.empty()) {
    return MalformedLog(path, kFirstOffsetLine, "the offsets of the sources are missing");
  }
  return seq;
}

Result<bool> OffsetSeqLog::Add(int64_t id, const OffsetSeq& offsets) {
  return log_.Add(id, Serialize(offsets));
}

Result<std::optional<OffsetSeq>> OffsetSeqLog::Get(int64_t id) const {
  ARROW_ASSIGN_OR_RAISE(const std::optional<std::string> text, log_.Get(id));
  if (!text.has_value()) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(OffsetSeq seq, Parse(*text, fmt::format("{}/{}", log_.directory(), id)));
  return std::optional<OffsetSeq>(std::move(seq));
}

}  // namespace firesteel
