#include "functions/string_case.h"

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "arrow/array/array_binary.h"
#include "arrow/array/util.h"
#include "common/ascii.h"
#include "common/error.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
using CaseFunction = int32_t (*)(const UCaseMap*, char*, int32_t, const char*, int32_t,
                                 UErrorCode*);

/// ICU's case mapping of the root locale; opened once, read by all threads.
const UCaseMap* RootCaseMap() {
  static const UCaseMap* map = [] {
    UErrorCode error = U_ZERO_ERROR;
    return ucasemap_open("", 0, &error);
  }();
  return map;
}

Status MapCase(CaseFunction function, std::string_view text, std::string* out) {
  out->resize(text.size() + 16);
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode error = U_ZERO_ERROR;
    const int32_t size =
        function(RootCaseMap(), out->data(), static_cast<int32_t>(out->size()), text.data(),
                 static_cast<int32_t>(text.size()), &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
      out->resize(size);
      continue;
    }
    if (U_FAILURE(error)) return InternalError(std::string("Case mapping: ") + u_errorName(error));
    out->resize(size);
    return Status::OK();
  }
  return InternalError("Case mapping did not settle");
}

}  // namespace

Status LowerCase(std::string_view text, std::string* out) {
  return MapCase(ucasemap_utf8ToLower, text, out);
}

Status UpperCase(std::string_view text, std::string* out) {
  return MapCase(ucasemap_utf8ToUpper, text, out);
}

namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Maps a column whose bytes are all ASCII: one pass over the bytes, offsets shared.
template <char (*map)(char)>
Result<ColumnVector> MapAsciiColumn(const arrow::StringArray& array) {
  const arrow::ArrayData& data = *array.data();
  const int32_t begin = array.value_offset(0);
  const int32_t end = array.value_offset(array.length());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(end));
  const uint8_t* in = data.buffers[2] ? data.buffers[2]->data() : nullptr;
  uint8_t* out = bytes->mutable_data();
  if (begin > 0) std::memset(out, 0, begin);
  for (int32_t i = begin; i < end; ++i) {
    out[i] = static_cast<uint8_t>(map(static_cast<char>(in[i])));
  }
  std::shared_ptr<arrow::ArrayData> copy = data.Copy();
  copy->buffers[2] = std::move(bytes);
  return ColumnVector{arrow::MakeArray(std::move(copy)), false};
}

template <char (*ascii)(char), CaseFunction function>
Result<ColumnVector> CaseKernel(std::span<const ColumnVector> arguments, int64_t rows,
                                EvaluationContext*) {
  if (!arguments[0].constant && rows > 0) {
    const auto& array = static_cast<const arrow::StringArray&>(*arguments[0].values);
    const int32_t begin = array.value_offset(0);
    const int32_t end = array.value_offset(array.length());
    const auto* bytes = reinterpret_cast<const char*>(array.raw_data());
    if (begin == end || IsAscii({bytes + begin, static_cast<size_t>(end - begin)})) {
      return MapAsciiColumn<ascii>(array);
    }
  }
  const BytesReader text(arguments[0]);
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
    ARROW_RETURN_NOT_OK(MapCase(function, text[row], &out));
    return builder->Append(out);
  });
}

Result<BoundFunction> BindUpper(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kString,
                       CaseKernel<ToUpper, ucasemap_utf8ToUpper>);
}

Result<BoundFunction> BindLower(const BindRequest& request) {
  return BindSignature(request, {TypeId::kString}, TypeId::kString,
                       CaseKernel<LowerAscii, ucasemap_utf8ToLower>);
}

/// Lower case, but the first character of the text and those after a space in title case.
Status InitialCapitals(std::string_view text, std::string* lower, std::string* out) {
  ARROW_RETURN_NOT_OK(MapCase(ucasemap_utf8ToLower, text, lower));
  out->clear();
  bool starts_word = true;
  for (size_t i = 0; i < lower->size();) {
    const size_t start = i;
    const char32_t code = DecodeCharacter(*lower, &i);
    if (starts_word) {
      AppendCharacter(static_cast<char32_t>(u_totitle(static_cast<UChar32>(code))), out);
    } else {
      out->append(*lower, start, i - start);
    }
    starts_word = code == U' ';
  }
  return Status::OK();
}

Result<BoundFunction> BindInitcap(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string lower;
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      ARROW_RETURN_NOT_OK(InitialCapitals(text[row], &lower, &out));
      return builder->Append(out);
    });
  };
  return BindSignature(request, {TypeId::kString}, TypeId::kString, kernel);
}

enum class TrimSide { kBoth, kLeading, kTrailing };

/// Whether the character at the start of `rest` is one of `set`.
bool StartsWithOneOf(std::string_view rest, std::string_view set, size_t* bytes) {
  *bytes = std::min<size_t>(CharacterBytes(rest[0]), rest.size());
  const std::string_view character = rest.substr(0, *bytes);
  for (size_t i = 0; i < set.size();) {
    const size_t size = std::min<size_t>(CharacterBytes(set[i]), set.size() - i);
    if (set.substr(i, size) == character) return true;
    i += size;
  }
  return false;
}

std::string_view Trim(std::string_view text, std::string_view set, TrimSide side) {
  size_t bytes = 0;
  if (side != TrimSide::kTrailing) {
    while (!text.empty() && StartsWithOneOf(text, set, &bytes)) text.remove_prefix(bytes);
  }
  if (side == TrimSide::kLeading) return text;
  while (!text.empty()) {
    // Steps back over continuation bytes to the start of the last character.
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!StartsWithOneOf(text.substr(last), set, &bytes) || last + bytes < text.size()) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

/// `text_index` says which argument is the text; the other one, if given, holds the characters.
Kernel TrimKernel(TrimSide side, int text_index) {
  return [side, text_index](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) {
    if (arguments.size() == 1) {
      const BytesReader text(arguments[0]);
      return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
        return builder->Append(Trim(text[row], " ", side));
      });
    }
    const BytesReader text(arguments[text_index]);
    const BytesReader set(arguments[1 - text_index]);
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      return builder->Append(Trim(text[row], set[row], side));
    });
  };
}

template <TrimSide side>
Result<BoundFunction> BindTrim(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kString, TrimKernel(side, 1)));
  function.may_fail = false;
  if (request.size() == 2) {
    function.sql = [](const Arguments& arguments) {
      constexpr const char* kSides[] = {"BOTH", "LEADING", "TRAILING"};
      return std::string("TRIM(") + kSides[static_cast<int>(side)] + " " + arguments[0] +
             " FROM " + arguments[1] + ")";
    };
  }
  return function;
}

Result<BoundFunction> BindBtrim(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kString, TrimKernel(TrimSide::kBoth, 0)));
  function.may_fail = false;
  return function;
}

constexpr ScalarFunctionDefinition kStringCaseFunctions[] = {
    {"upper", 1, 1, {"`upper(str)`: in upper case.", "1.0.1"}, BindUpper},
    {"ucase", 1, 1, {"`ucase(str)`: in upper case.", "1.0.1"}, BindUpper},
    {"lower", 1, 1, {"`lower(str)`: in lower case.", "1.0.1"}, BindLower},
    {"lcase", 1, 1, {"`lcase(str)`: in lower case.", "1.0.1"}, BindLower},
    {"initcap", 1, 1, {"`initcap(str)`: every word with a capital first.", "1.5.0"}, BindInitcap},
    {"trim",
     1,
     2,
     {"`trim([chars, ]str)`: without spaces (or chars) at both ends.", "1.5.0"},
     BindTrim<TrimSide::kBoth>},
    {"ltrim",
     1,
     2,
     {"`ltrim([chars, ]str)`: without spaces (or chars) in front.", "1.5.0"},
     BindTrim<TrimSide::kLeading>},
    {"rtrim",
     1,
     2,
     {"`rtrim([chars, ]str)`: without spaces (or chars) at the end.", "1.5.0"},
     BindTrim<TrimSide::kTrailing>},
    {"btrim",
     1,
     2,
     {"`btrim(str[, chars])`: without spaces (or chars) at both ends.", "3.2.0"},
     BindBtrim},
};

}  // namespace

std::span<const ScalarFunctionDefinition> StringCaseFunctions() { return kStringCaseFunctions; }

}  // namespace firesteel
