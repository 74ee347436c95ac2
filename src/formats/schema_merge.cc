#include "formats/schema_merge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/error.h"

namespace firesteel {
namespace {

bool SameFieldName(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::vector<StructField>> MergeFields(std::vector<StructField> a,
                                                    const std::vector<StructField>& b);

// The type that both are read as; nullopt when there is none.
std::optional<DataType> MergeTypes(const DataType& a, const DataType& b) {
  if (a.SameType(b)) return a;
  if (a.id() == TypeId::kStruct && b.id() == TypeId::kStruct) {
    std::optional<std::vector<StructField>> fields = MergeFields(a.fields(), b.fields());
    if (!fields) return std::nullopt;
    return DataType::Struct(*std::move(fields));
  }
  if (a.id() == TypeId::kArray && b.id() == TypeId::kArray) {
    std::optional<DataType> element = MergeTypes(a.element_type(), b.element_type());
    if (!element) return std::nullopt;
    return DataType::Array(*std::move(element));
  }
  if (a.id() == TypeId::kMap && b.id() == TypeId::kMap) {
    std::optional<DataType> key = MergeTypes(a.key_type(), b.key_type());
    std::optional<DataType> value = MergeTypes(a.value_type(), b.value_type());
    if (!key || !value) return std::nullopt;
    return DataType::Map(*std::move(key), *std::move(value));
  }
  const auto is_whole = [](const DataType& type) {
    return type.id() >= TypeId::kByte && type.id() <= TypeId::kLong;
  };
  if (is_whole(a) && is_whole(b)) return a.id() < b.id() ? b : a;
  if (a.is_floating() && b.is_floating()) return DataType(TypeId::kDouble);
  if (a.id() == TypeId::kDecimal && b.id() == TypeId::kDecimal && a.scale() == b.scale()) {
    return a.precision() < b.precision() ? b : a;
  }
  return std::nullopt;
}

std::optional<std::vector<StructField>> MergeFields(std::vector<StructField> a,
                                                    const std::vector<StructField>& b) {
  for (const StructField& field : b) {
    const auto known = std::find_if(a.begin(), a.end(), [&](const StructField& other) {
      return SameFieldName(other.name, field.name);
    });
    if (known == a.end()) {
      a.push_back(field);
      continue;
    }
    std::optional<DataType> type = MergeTypes(known->type, field.type);
    if (!type) return std::nullopt;
    known->type = *std::move(type);
    known->nullable = known->nullable || field.nullable;
  }
  return a;
}

}  // namespace

Result<Schema> InferFromFooters(const std::string& format, const std::vector<InferenceFile>& files,
                                const Options& options,
                                const std::function<Result<Schema>(const InferenceFile&)>& read) {
  if (files.empty()) return MakeError("UNABLE_TO_INFER_SCHEMA", {{"format", format}});
  ARROW_ASSIGN_OR_RAISE(const bool merges, options.GetBool("mergeSchema", false));
  ARROW_ASSIGN_OR_RAISE(Schema merged, read(files[0]));
  for (size_t i = 1; merges && i < files.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const Schema next, read(files[i]));
    std::optional<std::vector<StructField>> fields = MergeFields(merged.fields(), next.fields());
    if (!fields) {
      return MakeError("CANNOT_MERGE_SCHEMAS", {{"left", "\"" + merged.AsStruct().Sql() + "\""},
                                                {"right", "\"" + next.AsStruct().Sql() + "\""}});
    }
    merged = Schema(*std::move(fields));
  }
  return merged;
}

}  // namespace firesteel
