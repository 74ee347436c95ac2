#include "firesteel/data_frame_writer.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "session/session_backend.h"

namespace firesteel {
namespace {

struct ModeName {
  std::string_view name;
  SaveMode mode;
};
constexpr ModeName kModes[] = {
    {"append", SaveMode::kAppend},        {"default", SaveMode::kErrorIfExists},
    {"error", SaveMode::kErrorIfExists},  {"errorifexists", SaveMode::kErrorIfExists},
    {"ignore", SaveMode::kIgnore},        {"overwrite", SaveMode::kOverwrite},
};

std::string AsciiLowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

DataFrameWriter::DataFrameWriter(DataFrame input) : input_(std::move(input)) {}

DataFrameWriter& DataFrameWriter::Format(std::string_view name) {
  format_ = name;
  return *this;
}

DataFrameWriter& DataFrameWriter::Mode(SaveMode mode) {
  mode_ = mode;
  return *this;
}

DataFrameWriter& DataFrameWriter::Mode(std::string_view mode) {
  const auto* const found = std::ranges::find(kModes, AsciiLowerCase(mode), &ModeName::name);
  if (found != std::end(kModes)) {
    mode_ = found->mode;
  } else if (status_.ok()) {
    status_ = MakeError("INVALID_SAVE_MODE", {{"mode", "\"" + std::string(mode) + "\""}});
  }
  return *this;
}

DataFrameWriter& DataFrameWriter::Option(std::string_view name, std::string value) {
  options_.Set(name, std::move(value));
  return *this;
}

DataFrameWriter& DataFrameWriter::PartitionBy(std::vector<std::string> columns) {
  partition_columns_ = std::move(columns);
  return *this;
}

Status DataFrameWriter::Save() const {
  ARROW_RETURN_NOT_OK(input_.status());
  ARROW_RETURN_NOT_OK(status_);
  BatchWriteRequest request;
  request.plan = input_.plan();
  request.format = format_;
  request.options = options_;
  request.partition_columns = partition_columns_;
  request.mode = mode_;
  return input_.backend()->WriteBatch(request);
}

Status DataFrameWriter::Save(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Option("path", std::string(path)).Save();
}

Status DataFrameWriter::Json(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Format("json").Save(path);
}

Status DataFrameWriter::Csv(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Format("csv").Save(path);
}

Status DataFrameWriter::Parquet(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Format("parquet").Save(path);
}

Status DataFrameWriter::Orc(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Format("orc").Save(path);
}

Status DataFrameWriter::Text(std::string_view path) const {
  DataFrameWriter copy = *this;
  return copy.Format("text").Save(path);
}

}  // namespace firesteel
