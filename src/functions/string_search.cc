#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

enum class PartTest { kStarts, kEnds, kContains };

bool TestPart(PartTest test, std::string_view text, std::string_view part) {
  switch (test) {
    case PartTest::kStarts: return text.starts_with(part);
    case PartTest::kEnds: return text.ends_with(part);
    case PartTest::kContains: return text.find(part) != std::string_view::npos;
  }
  return false;
}

template <PartTest test>
Result<BoundFunction> BindPartTest(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {StringOrBinary()}, TypeId::kBoolean,
                    [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) -> Result<ColumnVector> {
                      ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
                      if (validity.all_null) return NullConstant(arrow::boolean());
                      const BytesReader text(arguments[0]);
                      const BytesReader part(arguments[1]);
                      return MakeBooleanColumn(rows, validity, [&](int64_t row) {
                        return TestPart(test, text[row], part[row]);
                      });
                    }));
  if (!function.argument_types[0].SameType(function.argument_types[1])) {
    function.argument_types.assign(2, TypeId::kString);
  }
  function.may_fail = false;
  return function;
}

/// The position of `part` in `text`, in characters from 1, 0 when it is not there. An empty part is
/// at position 1 wherever the search starts.
int32_t Locate(std::string_view text, std::string_view part, int64_t start) {
  if (part.empty()) return 1;
  const size_t from = CharacterOffset(text, start);
  const size_t found = text.find(part, from);
  if (found == std::string_view::npos) return 0;
  return static_cast<int32_t>(start + CountCharacters(text.substr(from, found - from)) + 1);
}

/// Where the `occurrence`th `part` stands at or behind a character, counted from 1; a negative
/// `position` counts from the end and searches towards the beginning. Occurrences may overlap. 0
/// when there is none; an empty part stands at 1.
int32_t FindOccurrence(std::string_view text, std::string_view part, int64_t position,
                       int64_t occurrence) {
  if (part.empty()) return 1;
  if (position == 0) return 0;
  const bool forwards = position > 0;
  const int64_t start = forwards ? position - 1 : CountCharacters(text) + position;
  if (start < 0) return 0;
  size_t at = CharacterOffset(text, start);
  for (;; forwards ? ++at : --at) {
    at = forwards ? text.find(part, at) : text.rfind(part, at);
    if (at == std::string_view::npos) return 0;
    if (--occurrence == 0) return static_cast<int32_t>(CountCharacters(text.substr(0, at)) + 1);
    if (!forwards && at == 0) return 0;
  }
}

Result<ColumnVector> OccurrenceKernel(std::span<const ColumnVector> arguments, int64_t rows,
                                      EvaluationContext*) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::int32());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = buffer->mutable_data_as<int32_t>();
  const BytesReader text(arguments[0]);
  const BytesReader part(arguments[1]);
  const FixedReader<int32_t> position(arguments[2]);
  const FixedReader<int32_t> occurrence(arguments[3]);
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = 0;
    if (!validity.IsValid(row)) continue;
    if (occurrence[row] < 1) {
      return MakeError("INVALID_PARAMETER_VALUE.OCCURRENCE",
                       {{"parameter", "`occurrence`"},
                        {"functionName", "`instr`"},
                        {"actual", std::to_string(occurrence[row])}});
    }
    out[row] = FindOccurrence(text[row], part[row], position[row], occurrence[row]);
  }
  return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
}

/// `instr(str, substr, position[, occurrence])`
Result<BoundFunction> BindOccurrence(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger, TypeId::kInteger},
                    TypeId::kInteger, OccurrenceKernel));
  if (request.size() == 3) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr first, Literal::Make(int32_t{1}, TypeId::kInteger));
    function.default_arguments = {std::move(first)};
  }
  return function;
}

Result<BoundFunction> BindInstr(const BindRequest& request) {
  if (request.size() > 2) return BindOccurrence(request);
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int32());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int32_t)));
    auto* out = buffer->mutable_data_as<int32_t>();
    const BytesReader text(arguments[0]);
    const BytesReader part(arguments[1]);
    for (int64_t row = 0; row < rows; ++row) out[row] = Locate(text[row], part[row], 0);
    return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kInteger, kernel);
}

/// A NULL start is no NULL result but 0, as is a start below 1.
Result<ColumnVector> LocateKernel(std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(2), rows));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int32_t)));
  auto* out = buffer->mutable_data_as<int32_t>();
  const BytesReader part(arguments[0]);
  const BytesReader text(arguments[1]);
  const FixedReader<int32_t> start(arguments[2]);
  Validity known;
  ARROW_ASSIGN_OR_RAISE(known.bitmap, WritableBitmap(Validity{}, rows));
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = 0;
    if (start.IsNull(row)) continue;
    if (validity.all_null || !validity.IsValid(row)) {
      arrow::bit_util::ClearBit(known.bitmap->mutable_data(), row);
    } else if (start[row] >= 1) {
      out[row] = Locate(text[row], part[row], start[row] - 1);
    }
  }
  return MakeFixedColumn(arrow::int32(), rows, known, std::move(buffer));
}

Result<BoundFunction> BindLocate(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                    TypeId::kInteger, LocateKernel));
  function.may_fail = false;
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Make(int32_t{1}, TypeId::kInteger));
    function.default_arguments = {std::move(one)};
  }
  return function;
}

void ReplaceAll(std::string_view text, std::string_view search, std::string_view replacement,
                std::string* out) {
  out->clear();
  size_t from = 0;
  while (!search.empty()) {
    const size_t found = text.find(search, from);
    if (found == std::string_view::npos) break;
    out->append(text, from, found - from);
    out->append(replacement);
    from = found + search.size();
  }
  out->append(text, from);
}

Result<BoundFunction> BindReplace(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const BytesReader search(arguments[1]);
    const BytesReader replacement(arguments[2]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      ReplaceAll(text[row], search[row], replacement[row], &out);
      return builder->Append(out);
    });
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kString}, TypeId::kString, kernel));
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr nothing, Literal::Make("", TypeId::kString));
    function.default_arguments = {std::move(nothing)};
  }
  return function;
}

/// Which character becomes which; U+0000 in `to` stands for deletion.
using Translation = std::unordered_map<char32_t, char32_t>;

Translation MakeTranslation(std::string_view from, std::string_view to) {
  Translation translation;
  size_t i = 0;
  size_t j = 0;
  while (i < from.size()) {
    const char32_t source = DecodeCharacter(from, &i);
    const char32_t target = j < to.size() ? DecodeCharacter(to, &j) : U'\0';
    translation.emplace(source, target);
  }
  return translation;
}

Result<BoundFunction> BindTranslate(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const BytesReader from(arguments[1]);
    const BytesReader to(arguments[2]);
    Translation translation;
    std::string_view last_from;
    std::string_view last_to;
    bool known = false;
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      if (!known || from[row] != last_from || to[row] != last_to) {
        last_from = from[row];
        last_to = to[row];
        translation = MakeTranslation(last_from, last_to);
        known = true;
      }
      out.clear();
      for (size_t i = 0; i < text[row].size();) {
        const size_t start = i;
        auto found = translation.find(DecodeCharacter(text[row], &i));
        if (found == translation.end()) {
          out.append(text[row], start, i - start);
        } else if (found->second != U'\0') {
          AppendCharacter(found->second, &out);
        }
      }
      return builder->Append(out);
    });
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kString, kernel);
}

/// The text before the count-th delimiter, counted from the end when negative.
std::string_view SubstringIndex(std::string_view text, std::string_view delimiter, int64_t count) {
  if (count == 0 || delimiter.empty()) return {};
  if (count > 0) {
    size_t from = 0;
    for (;; --count) {
      const size_t found = text.find(delimiter, from);
      if (found == std::string_view::npos) return text;
      if (count == 1) return text.substr(0, found);
      from = found + delimiter.size();
    }
  }
  size_t end = text.size();
  for (;; ++count) {
    if (end < delimiter.size()) return text;
    const size_t found = text.rfind(delimiter, end - delimiter.size());
    if (found == std::string_view::npos) return text;
    if (count == -1) return text.substr(found + delimiter.size());
    if (found == 0) return text;
    end = found;
  }
}

Result<BoundFunction> BindSubstringIndex(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const BytesReader delimiter(arguments[1]);
    const FixedReader<int32_t> count(arguments[2]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      return builder->Append(SubstringIndex(text[row], delimiter[row], count[row]));
    });
  };
  return BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                       TypeId::kString, kernel);
}

/// The n-th of the parts between delimiters, from the end when negative; empty when there is none.
std::string_view SplitPart(std::string_view text, std::string_view delimiter, int64_t index) {
  int64_t parts = 1;
  if (!delimiter.empty()) {
    for (size_t i = text.find(delimiter); i != std::string_view::npos;
         i = text.find(delimiter, i + delimiter.size())) {
      ++parts;
    }
  }
  if (index < 0) index += parts + 1;
  if (index < 1 || index > parts) return {};
  if (delimiter.empty()) return text;
  size_t start = 0;
  for (; index > 1; --index) start = text.find(delimiter, start) + delimiter.size();
  return text.substr(start, text.find(delimiter, start) - start);
}

Result<BoundFunction> BindSplitPart(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const BytesReader delimiter(arguments[1]);
    const FixedReader<int32_t> index(arguments[2]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
      if (index[row] == 0) return MakeError("INVALID_INDEX_OF_ZERO");
      return builder->Append(SplitPart(text[row], delimiter[row], index[row]));
    });
  };
  return BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                       TypeId::kString, kernel);
}

/// The place of a word in a list with commas, from 1; 0 when it is not there.
int32_t FindInSet(std::string_view word, std::string_view list) {
  if (word.find(',') != std::string_view::npos) return 0;
  int32_t place = 1;
  for (size_t start = 0;; ++place) {
    const size_t end = std::min(list.find(',', start), list.size());
    if (list.substr(start, end - start) == word) return place;
    if (end == list.size()) return 0;
    start = end + 1;
  }
}

Result<BoundFunction> BindFindInSet(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int32());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int32_t)));
    auto* out = buffer->mutable_data_as<int32_t>();
    const BytesReader word(arguments[0]);
    const BytesReader list(arguments[1]);
    for (int64_t row = 0; row < rows; ++row) out[row] = FindInSet(word[row], list[row]);
    return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kInteger, kernel);
}

constexpr ScalarFunctionDefinition kStringSearchFunctions[] = {
    {"startswith",
     2,
     2,
     {"`startswith(left, right)`: whether left starts with right.", "3.3.0"},
     BindPartTest<PartTest::kStarts>},
    {"endswith",
     2,
     2,
     {"`endswith(left, right)`: whether left ends with right.", "3.3.0"},
     BindPartTest<PartTest::kEnds>},
    {"contains",
     2,
     2,
     {"`contains(left, right)`: whether right is in left.", "3.3.0"},
     BindPartTest<PartTest::kContains>},
    {"instr",
     2,
     4,
     {"`instr(str, substr[, position[, occurrence]])`: where substr stands, 0 if it does not.",
      "1.5.0"},
     BindInstr},
    {"locate",
     2,
     3,
     {"`locate(substr, str[, pos])`: the position from pos on.", "1.5.0"},
     BindLocate},
    {"position",
     2,
     3,
     {"`position(substr, str[, pos])`: the position from pos on.", "2.3.0"},
     BindLocate},
    {"replace",
     2,
     3,
     {"`replace(str, search[, replace])`: all occurrences replaced.", "2.3.0"},
     BindReplace},
    {"translate",
     3,
     3,
     {"`translate(input, from, to)`: characters exchanged.", "1.5.0"},
     BindTranslate},
    {"substring_index",
     3,
     3,
     {"`substring_index(str, delim, count)`: the part before the "
      "count-th delimiter.",
      "1.5.0"},
     BindSubstringIndex},
    {"split_part",
     3,
     3,
     {"`split_part(str, delimiter, partNum)`: one part.", "3.3.0"},
     BindSplitPart},
    {"find_in_set",
     2,
     2,
     {"`find_in_set(str, str_array)`: the place in a comma list.", "1.5.0"},
     BindFindInSet},
};

}  // namespace

std::span<const ScalarFunctionDefinition> StringSearchFunctions() { return kStringSearchFunctions; }

}  // namespace firesteel
