#include "tools/checkpoint_show.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "fmt/format.h"
#include "formats/text_table.h"
#include "nlohmann/json.hpp"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

using Json = nlohmann::ordered_json;
using Batch = CheckpointContents::Batch;

constexpr int64_t kMicrosPerMilli = 1000;

std::string TimeText(int64_t ms) {
  int64_t micros = 0;
  if (__builtin_mul_overflow(ms, kMicrosPerMilli, &micros)) return fmt::format("{} ms", ms);
  return Value(Timestamp{micros}).ToString() + " UTC";
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Replaces what a terminal would take as a command.
std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    printable += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return printable;
}

/// Key and value columns side by side.
Schema ColumnsOf(const StateTable& table) {
  std::vector<StructField> fields = table.key_schema.fields();
  fields.insert(fields.end(), table.value_schema.fields().begin(),
                table.value_schema.fields().end());
  return Schema(std::move(fields));
}

std::string BatchText(const Batch& batch) {
  std::string text = fmt::format("  batch {}  ", batch.id);
  text += batch.commit.has_value() ? "done" : "not done";
  if (!batch.offsets.has_value()) return text + "\n";
  text += fmt::format("  {}", TimeText(batch.offsets->batch_timestamp_ms));
  if (batch.offsets->batch_watermark_ms != 0) {
    text += fmt::format("  watermark {}", TimeText(batch.offsets->batch_watermark_ms));
  }
  text += '\n';
  for (size_t i = 0; i < batch.offsets->offsets.size(); ++i) {
    text += fmt::format("    source {} up to {}\n", i,
                        Printable(batch.offsets->offsets[i].value_or("- (nothing yet)")));
  }
  return text;
}

std::string BatchesText(const std::vector<Batch>& batches, size_t rows) {
  if (batches.empty()) return "no batches\n";
  const size_t shown = std::min(batches.size(), rows);
  std::string text = fmt::format("batches {} to {}", batches.front().id, batches.back().id);
  text += shown < batches.size() ? fmt::format(", the last {}:\n", shown) : ":\n";
  for (size_t i = batches.size() - shown; i < batches.size(); ++i) text += BatchText(batches[i]);
  const auto last = std::find_if(batches.rbegin(), batches.rend(),
                                 [](const Batch& batch) { return batch.offsets.has_value(); });
  if (last == batches.rend() || last->offsets->conf.empty()) return text;
  text += fmt::format("settings of batch {}:\n", last->id);
  for (const auto& [name, value] : last->offsets->conf) {
    text += fmt::format("  {} = {}\n", Printable(name), Printable(value));
  }
  return text;
}

std::string SourcesText(const CheckpointContents& contents, size_t rows) {
  std::string text;
  for (const CheckpointContents::SourceFile& file : contents.source_files) {
    const std::vector<std::string_view> lines = LinesOf(file.text);
    text += fmt::format("source {}, file {}:\n", file.source, file.name);
    for (size_t i = 0; i < std::min(lines.size(), rows); ++i) {
      text += "  " + Printable(lines[i]) + "\n";
    }
    if (lines.size() > rows) text += fmt::format("  … {} more lines\n", lines.size() - rows);
  }
  return text;
}

Result<std::string> StoreText(const CheckpointContents::StateStore& store, int rows) {
  std::string text = fmt::format("  store {}", Printable(store.name));
  if (store.partitions > 0) text += fmt::format(", {} partitions", store.partitions);
  if (!store.table.has_value()) return text + "\n";
  int64_t count = 0;
  for (const auto& batch : store.table->batches) count += batch->num_rows();
  text += fmt::format(", {} rows\n", count);
  text += fmt::format("  key {}\n  value {}\n", store.table->key_schema.AsStruct().SimpleString(),
                      store.table->value_schema.AsStruct().SimpleString());
  TextTableOptions options;
  options.rows = rows;
  options.truncate = 0;
  ARROW_ASSIGN_OR_RAISE(const std::string table,
                        FormatTextTable(store.table->batches, ColumnsOf(*store.table), options));
  return text + table;
}

Result<std::string> StateText(const CheckpointContents& contents, int rows) {
  std::string text;
  for (const CheckpointContents::StateOperator& op : contents.operators) {
    text += fmt::format("state of operator {}{}{}", op.directory, op.name.empty() ? "" : " ",
                        Printable(op.name));
    text += contents.state_version.has_value()
                ? fmt::format(", version {}:\n", *contents.state_version)
                : ", before the first batch is done:\n";
    for (const CheckpointContents::StateStore& store : op.stores) {
      ARROW_ASSIGN_OR_RAISE(const std::string store_text, StoreText(store, rows));
      text += store_text;
    }
  }
  return text;
}

Json ToJson(const Value& value, const DataType& type);

Json StructToJson(const std::vector<Value>& values, const std::vector<StructField>& fields) {
  Json object = Json::object();
  for (size_t i = 0; i < fields.size(); ++i) {
    object[fields[i].name] = ToJson(values[i], fields[i].type);
  }
  return object;
}

Json ToJson(const Value& value, const DataType& type) {
  if (value.is_null()) return nullptr;
  switch (type.id()) {
    case TypeId::kBoolean:
      return value.Get<bool>();
    case TypeId::kByte:
      return value.Get<int8_t>();
    case TypeId::kShort:
      return value.Get<int16_t>();
    case TypeId::kInteger:
      return value.Get<int32_t>();
    case TypeId::kLong:
      return value.Get<int64_t>();
    case TypeId::kFloat:
      if (std::isfinite(value.Get<float>())) return value.Get<float>();
      return value.ToString();
    case TypeId::kDouble:
      if (std::isfinite(value.Get<double>())) return value.Get<double>();
      return value.ToString();
    case TypeId::kArray: {
      Json array = Json::array();
      for (const Value& element : value.Get<ArrayValue>().elements) {
        array.push_back(ToJson(element, type.element_type()));
      }
      return array;
    }
    case TypeId::kMap: {
      Json entries = Json::array();
      for (const auto& [key, mapped] : value.Get<MapValue>().entries) {
        entries.push_back({ToJson(key, type.key_type()), ToJson(mapped, type.value_type())});
      }
      return entries;
    }
    case TypeId::kStruct:
      return StructToJson(value.Get<StructValue>().fields, type.fields());
    default:
      return value.ToString();
  }
}

Json TableJson(const StateTable& table) {
  const auto schema = std::make_shared<const Schema>(ColumnsOf(table));
  std::vector<Row> rows;
  for (const auto& batch : table.batches) AppendRows(*batch, schema, &rows);
  Json json = Json::array();
  const auto keys = static_cast<std::ptrdiff_t>(table.key_schema.size());
  for (const Row& row : rows) {
    const std::vector<Value>& values = row.values();
    json.push_back({{"key", StructToJson({values.begin(), values.begin() + keys},
                                         table.key_schema.fields())},
                    {"value", StructToJson({values.begin() + keys, values.end()},
                                           table.value_schema.fields())}});
  }
  return json;
}

Json BatchJson(const Batch& batch) {
  Json json = {{"batch", batch.id}, {"done", batch.commit.has_value()}};
  if (batch.offsets.has_value()) {
    json["batchTimestampMs"] = batch.offsets->batch_timestamp_ms;
    json["batchWatermarkMs"] = batch.offsets->batch_watermark_ms;
    Json offsets = Json::array();
    for (const std::optional<std::string>& offset : batch.offsets->offsets) {
      // An offset is JSON by itself; where it is not, its text says more than nothing.
      Json parsed = offset ? Json::parse(*offset, nullptr, false) : Json(nullptr);
      offsets.push_back(parsed.is_discarded() ? Json(*offset) : std::move(parsed));
    }
    json["offsets"] = std::move(offsets);
    json["conf"] = batch.offsets->conf;
  }
  if (batch.commit.has_value()) {
    json["nextBatchWatermarkMs"] = batch.commit->next_batch_watermark_ms;
  }
  return json;
}

Json StateJson(const CheckpointContents& contents) {
  Json operators = Json::array();
  for (const CheckpointContents::StateOperator& op : contents.operators) {
    Json stores = Json::array();
    for (const CheckpointContents::StateStore& store : op.stores) {
      Json json = {{"name", store.name}, {"partitions", store.partitions}};
      if (store.table.has_value()) {
        json["keySchema"] = store.table->key_schema.AsStruct().SimpleString();
        json["valueSchema"] = store.table->value_schema.AsStruct().SimpleString();
        json["rows"] = TableJson(*store.table);
      }
      stores.push_back(std::move(json));
    }
    operators.push_back({{"operator", op.directory}, {"name", op.name}, {"stores", stores}});
  }
  return operators;
}

}  // namespace

Result<std::string> CheckpointText(const CheckpointContents& contents, int rows) {
  const auto limit = static_cast<size_t>(std::max(rows, 0));
  std::string text = "checkpoint " + contents.directory + "\n";
  if (contents.query_id.has_value()) text += "query id " + Printable(*contents.query_id) + "\n";
  text += BatchesText(contents.batches, limit);
  text += SourcesText(contents, limit);
  ARROW_ASSIGN_OR_RAISE(const std::string state, StateText(contents, rows));
  return text + state;
}

std::string CheckpointJson(const CheckpointContents& contents) {
  Json json = {{"directory", contents.directory}};
  json["id"] = contents.query_id.has_value() ? Json(*contents.query_id) : Json(nullptr);
  json["batches"] = Json::array();
  for (const Batch& batch : contents.batches) json["batches"].push_back(BatchJson(batch));
  json["sources"] = Json::array();
  for (const CheckpointContents::SourceFile& file : contents.source_files) {
    json["sources"].push_back({{"source", file.source}, {"file", file.name}, {"text", file.text}});
  }
  json["stateVersion"] = contents.state_version ? Json(*contents.state_version) : Json(nullptr);
  json["state"] = StateJson(contents);
  json["problems"] = contents.problems;
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

int ShowCheckpoint(const CheckpointShowOptions& options) {
  const Result<CheckpointContents> contents = ReadCheckpoint(Env::Posix(), options.directory);
  if (!contents.ok()) {
    std::fprintf(stderr, "firesteel: %s\n", contents.status().message().c_str());
    return 1;
  }
  const Result<std::string> text = options.json
                                       ? Result<std::string>(CheckpointJson(*contents) + "\n")
                                       : CheckpointText(*contents, options.rows);
  if (text.ok()) {
    std::fputs(text->c_str(), stdout);
    std::fflush(stdout);
  } else {
    std::fprintf(stderr, "firesteel: %s\n", text.status().message().c_str());
  }
  for (const std::string& problem : contents->problems) {
    std::fprintf(stderr, "damaged: %s\n", problem.c_str());
  }
  return text.ok() && contents->problems.empty() ? 0 : 1;
}

}  // namespace firesteel
