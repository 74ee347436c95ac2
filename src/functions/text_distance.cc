#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

using Characters32 = std::vector<char32_t>;

void Decode(std::string_view text, Characters32* out) {
  out->clear();
  for (size_t i = 0; i < text.size();) out->push_back(DecodeCharacter(text, &i));
}

/// Computes the edit distance of two texts of characters; keeps one row of the table.
class EditDistance {
 public:
  int32_t Of(std::string_view a, std::string_view b) {
    Decode(a, &a_);
    Decode(b, &b_);
    if (a_.size() < b_.size()) std::swap(a_, b_);
    row_.resize(b_.size() + 1);
    for (size_t j = 0; j <= b_.size(); ++j) row_[j] = static_cast<int32_t>(j);
    for (size_t i = 1; i <= a_.size(); ++i) {
      int32_t diagonal = row_[0];
      row_[0] = static_cast<int32_t>(i);
      for (size_t j = 1; j <= b_.size(); ++j) {
        const int32_t substitution = diagonal + (a_[i - 1] == b_[j - 1] ? 0 : 1);
        diagonal = row_[j];
        row_[j] = std::min({substitution, row_[j] + 1, row_[j - 1] + 1});
      }
    }
    return row_.back();
  }
  /// As Of, but -1 when the distance is over `limit`.
  int32_t Within(std::string_view a, std::string_view b, int32_t limit) {
    if (limit < 0) return -1;
    const int64_t difference = CountCharacters(a) - CountCharacters(b);
    if (std::abs(difference) > limit) return -1;
    const int32_t distance = Of(a, b);
    return distance > limit ? -1 : distance;
  }

 private:
  Characters32 a_;
  Characters32 b_;
  std::vector<int32_t> row_;
};

Result<ColumnVector> LevenshteinColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                       EvaluationContext*) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::int32());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int32_t)));
  auto* out = buffer->mutable_data_as<int32_t>();
  const BytesReader left(arguments[0]);
  const BytesReader right(arguments[1]);
  EditDistance distance;
  for (int64_t row = 0; row < rows; ++row) {
    if (!validity.IsValid(row)) {
      out[row] = 0;
    } else if (arguments.size() == 2) {
      out[row] = distance.Of(left[row], right[row]);
    } else {
      out[row] = distance.Within(left[row], right[row], FixedReader<int32_t>(arguments[2])[row]);
    }
  }
  return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
}

Result<BoundFunction> BindLevenshtein(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                    TypeId::kInteger, LevenshteinColumn));
  function.may_fail = false;
  return function;
}

/// Jaro's similarity, raised for a common prefix of up to four characters. Works on buffers that it
/// keeps from row to row.
class JaroWinkler {
 public:
  double Of(std::string_view a, std::string_view b) {
    Decode(a, &a_);
    Decode(b, &b_);
    if (a_.empty() && b_.empty()) return 1;
    const double jaro = Jaro();
    size_t prefix = 0;
    const size_t limit = std::min({a_.size(), b_.size(), size_t{4}});
    while (prefix < limit && a_[prefix] == b_[prefix]) ++prefix;
    return jaro + 0.1 * static_cast<double>(prefix) * (1 - jaro);
  }

 private:
  double Jaro() {
    const size_t longer = std::max(a_.size(), b_.size());
    const size_t window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    taken_.assign(b_.size(), false);
    matched_.clear();
    for (size_t i = 0; i < a_.size(); ++i) {
      const size_t first = i > window ? i - window : 0;
      const size_t last = std::min(i + window + 1, b_.size());
      for (size_t j = first; j < last; ++j) {
        if (taken_[j] || a_[i] != b_[j]) continue;
        taken_[j] = true;
        matched_.push_back(a_[i]);
        break;
      }
    }
    if (matched_.empty()) return 0;
    size_t out_of_place = 0;
    for (size_t j = 0, k = 0; j < b_.size(); ++j) {
      if (taken_[j] && b_[j] != matched_[k++]) ++out_of_place;
    }
    const auto matches = static_cast<double>(matched_.size());
    const auto transpositions = static_cast<double>(out_of_place / 2);
    return (matches / static_cast<double>(a_.size()) + matches / static_cast<double>(b_.size()) +
            (matches - transpositions) / matches) /
           3;
  }

  Characters32 a_;
  Characters32 b_;
  Characters32 matched_;
  std::vector<bool> taken_;
};

Result<BoundFunction> BindJaroWinkler(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::float64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(double)));
    auto* out = buffer->mutable_data_as<double>();
    const BytesReader left(arguments[0]);
    const BytesReader right(arguments[1]);
    JaroWinkler similarity;
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = validity.IsValid(row) ? similarity.Of(left[row], right[row]) : 0;
    }
    return MakeFixedColumn(arrow::float64(), rows, validity, std::move(buffer));
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kDouble, kernel));
  function.may_fail = false;
  return function;
}

char UpperLetter(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 32);
  return c >= 'A' && c <= 'Z' ? c : '\0';
}

/// The phonetic code of a word: its first letter and three digits. A text that starts with anything
/// else is its own code.
void Soundex(std::string_view text, std::string* out) {
  // The digits of A to Z; '-' marks H and W, over which equal digits still count once.
  static constexpr std::string_view kDigits = "01230120022455012623010202";
  constexpr auto digit_of = [](char letter) {
    return letter == 'H' || letter == 'W' ? '-' : kDigits[letter - 'A'];
  };
  const char first = text.empty() ? '\0' : UpperLetter(text[0]);
  if (first == '\0') {
    out->append(text);
    return;
  }
  out->push_back(first);
  char last = digit_of(first);
  for (size_t i = 1; i < text.size() && out->size() < 4; ++i) {
    const char letter = UpperLetter(text[i]);
    const char digit = letter == '\0' ? '0' : digit_of(letter);
    if (digit == '-') continue;
    if (digit != '0' && digit != last) out->push_back(digit);
    last = digit;
  }
  out->resize(4, '0');
}

Result<BoundFunction> BindSoundex(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kString, StringToStringKernel(Soundex));
}

constexpr ScalarFunctionDefinition kTextDistanceFunctions[] = {
    {"levenshtein",
     2,
     3,
     {"`levenshtein(str1, str2[, threshold])`: the edit distance, -1 if over "
      "the threshold.",
      "1.5.0"},
     BindLevenshtein},
    {"jaro_winkler_similarity",
     2,
     2,
     {"`jaro_winkler_similarity(str1, str2)`: how alike two "
      "strings are, from 0 to 1.",
      "4.3.0"},
     BindJaroWinkler},
    {"soundex",
     1,
     1,
     {"`soundex(str)`: the phonetic code of an English word.", "1.5.0"},
     BindSoundex},
};

}  // namespace

std::span<const ScalarFunctionDefinition> TextDistanceFunctions() { return kTextDistanceFunctions; }

}  // namespace firesteel
