#include "formats/json/json_inference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "common/error.h"
#include "formats/compression.h"
#include "formats/json/json_lexer.h"
#include "formats/json/json_read_options.h"
#include "formats/json/json_scalars.h"
#include "formats/json/json_temporal_parser.h"
#include "formats/line_block_reader.h"
#include "formats/text_encoding.h"

namespace firesteel {
namespace {

constexpr int kLongDigits = 20;  // of a decimal that holds every long

// A type as far as it is known. Fields are sorted by name.
struct Guess {
  TypeId id = TypeId::kNull;
  int precision = 0;
  int scale = 0;
  std::map<std::string, Guess> fields;  // of a struct
  std::vector<Guess> element;           // of an array: one
};

Guess Merge(Guess a, Guess b);

Guess MergeDecimals(const Guess& a, const Guess& b) {
  Guess merged;
  merged.scale = std::max(a.scale, b.scale);
  merged.precision = merged.scale + std::max(a.precision - a.scale, b.precision - b.scale);
  merged.id = merged.precision > 38 ? TypeId::kDouble : TypeId::kDecimal;
  return merged;
}

bool IsNumber(TypeId id) {
  return id == TypeId::kLong || id == TypeId::kDouble || id == TypeId::kDecimal;
}

Guess Merge(Guess a, Guess b) {
  if (a.id == TypeId::kNull) return b;
  if (b.id == TypeId::kNull) return a;
  if (a.id == b.id) {
    if (a.id == TypeId::kDecimal) return MergeDecimals(a, b);
    if (a.id == TypeId::kArray) a.element[0] = Merge(std::move(a.element[0]), b.element[0]);
    for (auto& [name, field] : b.fields) {
      Guess& known = a.fields[name];
      known = Merge(std::move(known), std::move(field));
    }
    return a;
  }
  Guess merged;
  if (!IsNumber(a.id) || !IsNumber(b.id)) {
    merged.id = TypeId::kString;
  } else if (a.id == TypeId::kDouble || b.id == TypeId::kDouble) {
    merged.id = TypeId::kDouble;
  } else {
    for (Guess* whole : {&a, &b}) {
      if (whole->id == TypeId::kLong) whole->precision = kLongDigits;
    }
    return MergeDecimals(a, b);
  }
  return merged;
}

// Turns a guess into a type; nullopt when nothing is left of it.
std::optional<DataType> Settle(const Guess& guess, bool drop_null) {
  switch (guess.id) {
    case TypeId::kNull:
      if (drop_null) return std::nullopt;
      return DataType(TypeId::kString);
    case TypeId::kDecimal:
      return DataType::Decimal(guess.precision, guess.scale);
    case TypeId::kArray: {
      const std::optional<DataType> element = Settle(guess.element[0], drop_null);
      if (!element) return std::nullopt;
      return DataType::Array(*element);
    }
    case TypeId::kStruct: {
      std::vector<StructField> fields;
      for (const auto& [name, field] : guess.fields) {
        if (std::optional<DataType> type = Settle(field, drop_null)) {
          fields.push_back(StructField{name, *std::move(type), true, "{}"});
        }
      }
      if (fields.empty()) return std::nullopt;
      return DataType::Struct(std::move(fields));
    }
    default:
      return DataType(guess.id);
  }
}

class Inference {
 public:
  static Result<Inference> Make(const JsonReadOptions& options) {
    Inference inference(options);
    ARROW_ASSIGN_OR_RAISE(inference.temporal_, JsonTemporalParser::Make(options));
    return inference;
  }

  Status AddFile(const InferenceFile& file) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::InputStream> stream,
                          file.path.empty() ? OpenDecompressedByContent(file.file)
                                            : OpenDecompressed(file.file, file.path));
    ARROW_ASSIGN_OR_RAISE(stream, DecodeStream(std::move(stream), options_.encoding));
    if (options_.multi_line) {
      std::string text;
      while (true) {
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> piece,
                              stream->Read(int64_t{1} << 20));
        if (piece->size() == 0) return AddRecord(text);
        text.append(reinterpret_cast<const char*>(piece->data()), piece->size());
      }
    }
    LineBlockReader blocks(std::move(stream), options_.line_separator);
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view block, blocks.NextBlock());
      if (block.empty()) return Status::OK();
      LineCutter lines(block, options_.line_separator);
      std::string_view line;
      while (lines.Next(&line)) {
        // Takes every n-th record: a sample that is the same each time.
        sampled_ += options_.sampling_ratio;
        if (sampled_ < 1) continue;
        sampled_ -= std::min(sampled_, 1.0);
        ARROW_RETURN_NOT_OK(AddRecord(line));
      }
    }
  }

  // The type of a single text; nullopt when it is malformed or nothing is left of it.
  std::optional<DataType> TypeOf(std::string_view text) {
    lexer_.Reset(text);
    const JsonToken token = lexer_.NextValue();
    Guess guess;
    if (token != JsonToken::kEnd && !Infer(token, &guess)) return std::nullopt;
    std::optional<DataType> type = Settle(guess, options_.drop_fields_if_all_null);
    if (!type && guess.id == TypeId::kStruct) return DataType::Struct({});
    return type;
  }

  Result<Schema> Finish() {
    if (!repeated_.empty()) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + *repeated_.begin() + "`"}});
    }
    if (has_corrupt_ && root_.fields.find(options_.corrupt_column) == root_.fields.end()) {
      root_.fields[options_.corrupt_column].id = TypeId::kString;
    }
    Schema schema;
    std::set<std::string> lower_names;
    for (const auto& [name, field] : root_.fields) {
      const std::optional<DataType> type = Settle(field, options_.drop_fields_if_all_null);
      if (!type) continue;
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (!lower_names.insert(lower).second) {
        return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + lower + "`"}});
      }
      schema.Add(name, *type);
    }
    return schema;
  }

 private:
  explicit Inference(const JsonReadOptions& options) : options_(options), lexer_(options.syntax) {
    root_.id = TypeId::kStruct;
  }

  Status AddRecord(std::string_view text) {
    lexer_.Reset(text);
    const JsonToken token = lexer_.NextValue();
    if (token == JsonToken::kEnd) return Status::OK();
    Guess guess;
    bool good = token != JsonToken::kMalformed && Infer(token, &guess);
    while (good && guess.id == TypeId::kArray) {
      Guess element = std::move(guess.element[0]);
      guess = std::move(element);
    }
    if (good && guess.id == TypeId::kNull) return Status::OK();
    if (good && guess.id == TypeId::kStruct) {
      root_ = Merge(std::move(root_), std::move(guess));
      return Status::OK();
    }
    if (options_.mode == ParseMode::kFailFast) {
      return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", options_.corrupt_column}, {"failFastMode", "FAILFAST"}});
    }
    has_corrupt_ |= options_.mode == ParseMode::kPermissive;
    return Status::OK();
  }

  // False when the text is malformed.
  bool Infer(JsonToken token, Guess* guess) {
    switch (token) {
      case JsonToken::kObject:
        return InferObject(guess);
      case JsonToken::kArray:
        return InferArray(guess);
      case JsonToken::kString:
        guess->id = InferText(lexer_.Text());
        return true;
      case JsonToken::kNull:
        return true;
      case JsonToken::kMalformed:
      case JsonToken::kEnd:
        return false;
      default:
        break;
    }
    if (options_.primitives_as_string) {
      guess->id = TypeId::kString;
    } else if (token == JsonToken::kTrue || token == JsonToken::kFalse) {
      guess->id = TypeId::kBoolean;
    } else {
      InferNumber(token, guess);
    }
    return true;
  }

  TypeId InferText(std::string_view text) const {
    if (text.empty()) return TypeId::kNull;
    if (options_.infer_timestamp && temporal_->ParseTimestamp(text)) return TypeId::kTimestamp;
    return TypeId::kString;
  }

  void InferNumber(JsonToken token, Guess* guess) const {
    int64_t value = 0;
    guess->id = TypeId::kDouble;
    if (token == JsonToken::kNonNumeric) return;
    if (token == JsonToken::kInteger && ParseJsonLong(lexer_.raw(), &value)) {
      guess->id = TypeId::kLong;
      return;
    }
    if (token == JsonToken::kFloat && !options_.prefers_decimal) return;
    // Counts the digits of a number without an exponent.
    int digits = 0;
    int scale = 0;
    bool in_fraction = false;
    for (const char c : lexer_.raw()) {
      if (c == 'e' || c == 'E') return;
      if (c == '.') in_fraction = true;
      if (c < '0' || c > '9') continue;
      if (digits > 0 || c != '0') ++digits;
      if (in_fraction) ++scale;
    }
    if (std::max(digits, scale) > 38) return;
    *guess = Guess{.id = TypeId::kDecimal,
                   .precision = std::max({digits, scale, 1}),
                   .scale = scale,
                   .fields = {},
                   .element = {}};
  }

  bool InferObject(Guess* guess) {
    guess->id = TypeId::kStruct;
    for (bool first = true;; first = false) {
      const JsonStep step = lexer_.NextField(first);
      if (step != JsonStep::kItem) return step == JsonStep::kEnd;
      std::string name(lexer_.name());
      Guess field;
      if (!Infer(lexer_.NextValue(), &field)) return false;
      if (!guess->fields.emplace(name, std::move(field)).second) repeated_.insert(name);
    }
  }

  bool InferArray(Guess* guess) {
    guess->id = TypeId::kArray;
    guess->element.resize(1);
    for (bool first = true;; first = false) {
      const JsonStep step = lexer_.NextElement(first);
      if (step != JsonStep::kItem) return step == JsonStep::kEnd;
      Guess element;
      if (!Infer(lexer_.NextValue(), &element)) return false;
      guess->element[0] = Merge(std::move(guess->element[0]), std::move(element));
    }
  }

  JsonReadOptions options_;
  JsonLexer lexer_;
  std::unique_ptr<JsonTemporalParser> temporal_;
  Guess root_;
  bool has_corrupt_ = false;
  std::set<std::string> repeated_;  // names that one object had twice
  double sampled_ = 0;
};

}  // namespace

Result<Schema> InferJsonSchema(const std::vector<InferenceFile>& files,
                               const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const JsonReadOptions read, JsonReadOptions::Make(options, "UTC"));
  ARROW_ASSIGN_OR_RAISE(Inference inference, Inference::Make(read));
  for (const auto& file : files) ARROW_RETURN_NOT_OK(inference.AddFile(file));
  return inference.Finish();
}

Result<std::optional<DataType>> InferJsonType(std::string_view text,
                                              const JsonReadOptions& options) {
  ARROW_ASSIGN_OR_RAISE(Inference inference, Inference::Make(options));
  std::optional<DataType> type = inference.TypeOf(text);
  if (!type && options.mode == ParseMode::kFailFast) {
    return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", std::string(text)}, {"failFastMode", "FAILFAST"}});
  }
  return type;
}

}  // namespace firesteel
