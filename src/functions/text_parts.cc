#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "arrow/array/builder_nested.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/registry.h"
#include "functions/regular_expression.h"
#include "functions/string_kernels.h"
#include "functions/text_splitter.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// `elt(n, input1, …)`: only the chosen input has to be there.
Result<ColumnVector> EltColumn(std::span<const ColumnVector> arguments, int64_t rows, TypeId type,
                               bool ansi) {
  const FixedReader<int32_t> index(arguments[0]);
  std::vector<BytesReader> inputs;
  for (const ColumnVector& argument : arguments.subspan(1)) inputs.emplace_back(argument);
  return BuildStrings(
      arguments.first(1), rows,
      [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
        const int32_t n = index[row];
        if (n < 1 || n > static_cast<int32_t>(inputs.size())) {
          if (!ansi) return builder->AppendNull();
          return MakeError("INVALID_ARRAY_INDEX",
                           {{"indexValue", std::to_string(n)},
                            {"arraySize", std::to_string(inputs.size())},
                            {"functionName", "`get`"}});
        }
        const BytesReader& input = inputs[n - 1];
        return input.IsNull(row) ? builder->AppendNull() : builder->Append(input[row]);
      },
      type);
}

Result<BoundFunction> BindElt(const BindRequest& request) {
  BoundFunction function;
  bool binary = true;
  for (int i = 1; i < request.size(); ++i) binary &= request.type(i).id() == TypeId::kBinary;
  const TypeId type = binary ? TypeId::kBinary : TypeId::kString;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {TypeId::kInteger, StringOrBinary()}));
  for (size_t i = 1; i < function.argument_types.size(); ++i) function.argument_types[i] = type;
  function.return_type = type;
  function.nullable = true;
  function.kernel = [type, ansi = request.settings.ansi](std::span<const ColumnVector> arguments,
                                                         int64_t rows, EvaluationContext*) {
    return EltColumn(arguments, rows, type, ansi);
  };
  return function;
}

/// Splits text into sentences and those into words, with ICU's rules for the language.
class SentenceSplitter {
 public:
  Status SetLocale(std::string_view language, std::string_view country) {
    std::string name(language);
    if (!country.empty()) name.append("_").append(country);
    if (sentences_ && name == locale_) return Status::OK();
    UErrorCode error = U_ZERO_ERROR;
    const icu::Locale locale(name.empty() ? "en_US" : name.c_str());
    sentences_.reset(icu::BreakIterator::createSentenceInstance(locale, error));
    words_.reset(icu::BreakIterator::createWordInstance(locale, error));
    locale_ = name;
    if (U_SUCCESS(error)) return Status::OK();
    return InternalError(std::string("Sentences: ") + u_errorName(error));
  }

  Status Split(std::string_view text, arrow::ListBuilder* words_of_sentence,
               arrow::StringBuilder* words) {
    const icu::UnicodeString all = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    sentences_->setText(all);
    int32_t start = sentences_->first();
    for (int32_t end = sentences_->next(); end != icu::BreakIterator::DONE;
         start = end, end = sentences_->next()) {
      ARROW_RETURN_NOT_OK(words_of_sentence->Append());
      ARROW_RETURN_NOT_OK(AppendWords(all.tempSubStringBetween(start, end), words));
    }
    return Status::OK();
  }

 private:
  Status AppendWords(const icu::UnicodeString& sentence, arrow::StringBuilder* words) {
    words_->setText(sentence);
    icu::UnicodeString word;
    int32_t start = words_->first();
    for (int32_t end = words_->next(); end != icu::BreakIterator::DONE;
         start = end, end = words_->next()) {
      const bool is_word = u_isalnum(sentence.char32At(start));
      // As in Java, a hyphen between letters does not end a word.
      const bool hyphen = end == start + 1 && sentence[start] == '-' && !word.isEmpty() &&
                          u_isalpha(sentence.char32At(end));
      if (!is_word && !hyphen) {
        ARROW_RETURN_NOT_OK(AppendWord(&word, words));
      } else if (is_word && !word.isEmpty() && word[word.length() - 1] != u'-') {
        ARROW_RETURN_NOT_OK(AppendWord(&word, words));
        word = sentence.tempSubStringBetween(start, end);
      } else {
        word.append(sentence.tempSubStringBetween(start, end));
      }
    }
    return AppendWord(&word, words);
  }

  /// Appends a word, or the two around an at sign, which ICU takes for parts of one.
  static Status AppendWord(icu::UnicodeString* word, arrow::StringBuilder* words) {
    for (int32_t start = 0; start < word->length();) {
      int32_t end = word->indexOf(u'@', start);
      if (end < 0) end = word->length();
      std::string text;
      word->tempSubStringBetween(start, end).toUTF8String(text);
      if (!text.empty()) ARROW_RETURN_NOT_OK(words->Append(text));
      start = end + 1;
    }
    word->remove();
    return Status::OK();
  }

  std::string locale_;
  std::unique_ptr<icu::BreakIterator> sentences_;
  std::unique_ptr<icu::BreakIterator> words_;
};

Result<ColumnVector> SentencesColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                     EvaluationContext*) {
  const BytesReader text(arguments[0]);
  const BytesReader language(arguments[1]);
  const BytesReader country(arguments[2]);
  const DataType sentence = DataType::Array(TypeId::kString, false);
  auto words = std::make_shared<arrow::StringBuilder>();
  auto sentences = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), words,
                                                        ToArrowType(sentence));
  arrow::ListBuilder texts(arrow::default_memory_pool(), sentences,
                           ToArrowType(DataType::Array(sentence, false)));
  SentenceSplitter splitter;
  const auto append = [&](int64_t row, arrow::ListBuilder* builder) -> Status {
    ARROW_RETURN_NOT_OK(builder->Append());
    ARROW_RETURN_NOT_OK(
        splitter.SetLocale(language.IsNull(row) ? std::string_view() : language[row],
                           country.IsNull(row) ? std::string_view() : country[row]));
    return splitter.Split(text[row], sentences.get(), words.get());
  };
  return BuildRows(arguments.first(1), rows, &texts, append);
}

Result<BoundFunction> BindSentences(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString},
                    DataType::Array(DataType::Array(TypeId::kString, false), false),
                    SentencesColumn));
  for (int i = request.size(); i < 3; ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make("", TypeId::kString));
    function.default_arguments.push_back(std::move(literal));
  }
  function.nullable = request.arguments[0]->nullable();
  return function;
}

/// `str_to_map(text, pair_delimiter, key_delimiter)`; the delimiters are regular expressions.
Result<ColumnVector> StringToMapColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                       const std::shared_ptr<RegularExpressionCache> caches[2]) {
  const BytesReader text(arguments[0]);
  const BytesReader pair_delimiter(arguments[1]);
  const BytesReader key_delimiter(arguments[2]);
  auto keys = std::make_shared<arrow::StringBuilder>();
  auto values = std::make_shared<arrow::StringBuilder>();
  arrow::MapBuilder maps(arrow::default_memory_pool(), keys, values,
                         ToArrowType(DataType::Map(TypeId::kString, TypeId::kString)));
  TextSplitter pairs(caches[0], "str_to_map");
  TextSplitter entries(caches[1], "str_to_map");
  std::vector<std::string_view> pair_parts;
  std::vector<std::string_view> parts;
  std::unordered_set<std::string_view> seen;
  const auto append = [&](int64_t row, arrow::MapBuilder* builder) -> Status {
    ARROW_RETURN_NOT_OK(builder->Append());
    ARROW_RETURN_NOT_OK(pairs.Split(text[row], pair_delimiter[row], -1, &pair_parts));
    seen.clear();
    for (const std::string_view pair : pair_parts) {
      ARROW_RETURN_NOT_OK(entries.Split(pair, key_delimiter[row], 2, &parts));
      if (!seen.insert(parts[0]).second) {
        return MakeError("DUPLICATED_MAP_KEY",
                         {{"key", std::string(parts[0])},
                          {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
      }
      ARROW_RETURN_NOT_OK(keys->Append(parts[0]));
      ARROW_RETURN_NOT_OK(parts.size() > 1 ? values->Append(parts[1]) : values->AppendNull());
    }
    return Status::OK();
  };
  return BuildRows(arguments, rows, &maps, append);
}

Result<BoundFunction> BindStringToMap(const BindRequest& request) {
  const std::array caches{std::make_shared<RegularExpressionCache>(),
                          std::make_shared<RegularExpressionCache>()};
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, DataType::Map(TypeId::kString, TypeId::kString),
                    [caches](std::span<const ColumnVector> arguments, int64_t rows,
                             EvaluationContext*) {
                      return StringToMapColumn(arguments, rows, caches.data());
                    }));
  static constexpr const char* kDefaults[] = {",", ":"};
  for (int i = request.size(); i < 3; ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(kDefaults[i - 1], TypeId::kString));
    function.default_arguments.push_back(std::move(literal));
  }
  return function;
}

constexpr ScalarFunctionDefinition kTextPartsFunctions[] = {
    {"elt", 2, -1, {"`elt(n, input1, input2, …)`: the n-th input.", "2.0.0"}, BindElt},
    {"sentences",
     1,
     3,
     {"`sentences(str[, lang[, country]])`: the words of each sentence.", "2.0.0"},
     BindSentences},
    {"str_to_map",
     1,
     3,
     {"`str_to_map(text[, pairDelim[, keyValueDelim]])`: the entries of a "
      "text as `a:1,b:2`.",
      "2.0.1"},
     BindStringToMap},
};

}  // namespace

std::span<const ScalarFunctionDefinition> TextPartFunctions() { return kTextPartsFunctions; }

}  // namespace firesteel
