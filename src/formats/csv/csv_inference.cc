#include "formats/csv/csv_inference.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "formats/compression.h"
#include "formats/csv/csv_line_source.h"
#include "formats/csv/csv_tokenizer.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

template <typename T>
bool IsWhole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

bool IsJavaDouble(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t+-");
  if (start == text.npos) return false;
  const char first = text[start];
  const bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (is_letter && !text.substr(start).starts_with("NaN") &&
      !text.substr(start).starts_with("Infinity")) {
    return false;
  }
  return ParseDouble(text).has_value();
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

int DigitsOf(TypeId id) { return id == TypeId::kInteger ? 10 : 20; }

}  // namespace

Result<std::unique_ptr<CsvTypeInference>> CsvTypeInference::Make(const CsvReadOptions& options) {
  auto inference = std::unique_ptr<CsvTypeInference>(new CsvTypeInference(options));
  ARROW_ASSIGN_OR_RAISE(inference->temporal_, JsonTemporalParser::Make(options.temporal));
  return inference;
}

// Whole numbers that fit no long are decimals.
std::optional<DataType> CsvTypeInference::DecimalOf(std::string_view value) const {
  int digits = 0;
  if (value.starts_with('-') || value.starts_with('+')) value.remove_prefix(1);
  bool any = false;
  if (value.ends_with('.')) value.remove_suffix(1);
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (digits > 0 || c != '0') ++digits;
  }
  if (!any || digits > 38) return std::nullopt;
  return DataType::Decimal(std::max(digits, 1), 0);
}

// Tries the types from `from` on, in Spark's order.
DataType CsvTypeInference::TypeOf(std::string_view value, TypeId from) const {
  switch (from) {
    case TypeId::kNull:
    case TypeId::kInteger:
      if (IsWhole<int32_t>(value)) return TypeId::kInteger;
      [[fallthrough]];
    case TypeId::kLong:
      if (IsWhole<int64_t>(value)) return TypeId::kLong;
      [[fallthrough]];
    case TypeId::kDecimal:
      if (const std::optional<DataType> decimal = DecimalOf(value)) return *decimal;
      [[fallthrough]];
    case TypeId::kDouble:
      if (value == options_.nan_value || value == options_.positive_infinity ||
          value == options_.negative_infinity || IsJavaDouble(value)) {
        return TypeId::kDouble;
      }
      if (!options_.prefer_date) return TypeOf(value, TypeId::kTimestamp);
      [[fallthrough]];
    case TypeId::kDate:
      if (temporal_->ParseDateExactly(value)) return TypeId::kDate;
      [[fallthrough]];
    case TypeId::kTimestamp:
      if (temporal_->ParseTimestampExactly(value)) return TypeId::kTimestamp;
      [[fallthrough]];
    case TypeId::kBoolean: {
      const std::string lower = Lower(std::string(value));
      if (lower == "true" || lower == "false") return TypeId::kBoolean;
      [[fallthrough]];
    }
    default:
      return TypeId::kString;
  }
}

DataType CsvTypeInference::Add(const DataType& so_far,
                               std::optional<std::string_view> value) const {
  if (!value || value->empty() || *value == options_.dialect.null_value) return so_far;
  return Merge(so_far, TypeOf(*value, so_far.id()));
}

DataType CsvTypeInference::Merge(const DataType& a, const DataType& b) const {
  if (a == b || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  const auto either = [&](TypeId x, TypeId y) {
    return (a.id() == x && b.id() == y) || (a.id() == y && b.id() == x);
  };
  if (either(TypeId::kDate, TypeId::kTimestamp)) {
    // A date can stand for a timestamp only where no pattern says otherwise.
    const bool readable = !options_.temporal.timestamp_format && !options_.temporal.date_format;
    return readable ? TypeId::kTimestamp : TypeId::kString;
  }
  const auto is_whole = [](const DataType& type) {
    return type.id() == TypeId::kInteger || type.id() == TypeId::kLong;
  };
  const auto is_number = [&](const DataType& type) {
    return is_whole(type) || type.id() == TypeId::kDecimal || type.id() == TypeId::kDouble;
  };
  if (!is_number(a) || !is_number(b)) return TypeId::kString;
  if (a.id() == TypeId::kDouble || b.id() == TypeId::kDouble) return TypeId::kDouble;
  if (is_whole(a) && is_whole(b)) return TypeId::kLong;
  const int digits_a = is_whole(a) ? DigitsOf(a.id()) : a.precision();
  const int digits_b = is_whole(b) ? DigitsOf(b.id()) : b.precision();
  return DataType::Decimal(std::max(digits_a, digits_b), 0);
}

std::vector<std::string> CsvColumnNames(const std::vector<std::optional<std::string_view>>& first,
                                        const CsvReadOptions& options) {
  std::map<std::string, int> counts;
  for (const auto& token : first) {
    if (token) ++counts[Lower(std::string(*token))];
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < first.size(); ++i) {
    const std::string name(first[i].value_or(""));
    if (!options.header || name.empty() || name == options.dialect.null_value) {
      names.push_back("_c" + std::to_string(i));
    } else {
      names.push_back(counts[Lower(name)] > 1 ? name + std::to_string(i) : name);
    }
  }
  return names;
}

Result<Schema> InferCsvSchema(const std::vector<InferenceFile>& files,
                               const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const CsvReadOptions read, CsvReadOptions::Make(options, "UTC"));
  ARROW_ASSIGN_OR_RAISE(const auto inference, CsvTypeInference::Make(read));
  std::vector<std::string> names;
  std::vector<DataType> types;
  std::string header;
  bool has_names = false;
  double sampled = 0;
  for (const auto& file : files) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::InputStream> stream,
                          file.path.empty() ? OpenDecompressedByContent(file.file)
                                            : OpenDecompressed(file.file, file.path));
    ARROW_ASSIGN_OR_RAISE(const auto records, CsvLineSource::Make(std::move(stream), read));
    bool first_of_file = true;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool found, records->Next());
      if (!found) break;
      const bool is_first = std::exchange(first_of_file, false);
      if (!has_names) {
        has_names = true;
        names = CsvColumnNames(records->tokens(), read);
        types.assign(names.size(), DataType(TypeId::kNull));
        if (!read.infer_schema) break;
        header = std::string(records->record());
        if (read.header) continue;
      }
      // Every file has the header; in files of lines it counts wherever it stands.
      if (read.header && (read.multi_line ? is_first : records->record() == header)) continue;
      sampled += read.sampling_ratio;
      if (sampled < 1) continue;
      sampled -= std::min(sampled, 1.0);
      const size_t count = std::min(types.size(), records->tokens().size());
      for (size_t i = 0; i < count; ++i) {
        types[i] = inference->Add(types[i], records->tokens()[i]);
      }
    }
    if (has_names && !read.infer_schema) break;
  }
  Schema schema;
  for (size_t i = 0; i < names.size(); ++i) {
    schema.Add(names[i], types[i].id() == TypeId::kNull ? DataType(TypeId::kString) : types[i]);
  }
  return schema;
}

}  // namespace firesteel
