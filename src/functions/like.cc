#include <memory>
#include <string>
#include <utility>

#include "common/error.h"
#include "functions/fixed_width_kernels.h"
#include "functions/like_pattern.h"
#include "functions/registry.h"
#include "functions/string_case.h"
#include "functions/string_kernels.h"
#include "functions/utf8.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// LIKE over columns. The pattern is compiled again only where it changes from row to row.
Result<ColumnVector> MatchColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                 char32_t escape, bool ignore_case) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments.first(2), rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  const BytesReader text(arguments[0]);
  const BytesReader pattern(arguments[1]);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, arrow::AllocateEmptyBitmap(rows));
  std::optional<LikePattern> compiled;
  std::string_view compiled_from;
  std::string lower;
  for (int64_t row = 0; row < rows; ++row) {
    if (!validity.IsValid(row)) continue;
    if (!compiled || pattern[row] != compiled_from) {
      compiled_from = pattern[row];
      std::string_view source = compiled_from;
      if (ignore_case) {
        ARROW_RETURN_NOT_OK(LowerCase(source, &lower));
        source = lower;
      }
      ARROW_ASSIGN_OR_RAISE(compiled, LikePattern::Make(source, escape));
    }
    std::string_view value = text[row];
    if (ignore_case) {
      ARROW_RETURN_NOT_OK(LowerCase(value, &lower));
      value = lower;
    }
    if (compiled->Matches(value)) arrow::bit_util::SetBit(bits->mutable_data(), row);
  }
  return MakeFixedColumn(arrow::boolean(), rows, validity, std::move(bits));
}

Result<char32_t> EscapeCharacter(const BindRequest& request) {
  if (request.size() < 3) return U'\\';
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 2, TypeId::kString, "escape"));
  const std::string text = value.is_null() ? "" : value.Get<std::string>();
  size_t i = 0;
  const char32_t escape = text.empty() ? U'\0' : DecodeCharacter(text, &i);
  if (text.empty() || i < text.size()) {
    return MakeError("INVALID_ESC", {{"invalidEscape", "'" + text + "'"}});
  }
  return escape;
}

template <bool ignore_case>
Result<BoundFunction> BindLike(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(char32_t escape, EscapeCharacter(request));
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kBoolean,
                    [escape](std::span<const ColumnVector> arguments, int64_t rows,
                             EvaluationContext*) {
                      return MatchColumn(arguments, rows, escape, ignore_case);
                    }));
  const bool default_escape = escape == U'\\';
  function.sql = [default_escape](const Arguments& arguments) {
    if (ignore_case) return "ilike(" + arguments[0] + ", " + arguments[1] + ")";
    std::string text = arguments[0] + " LIKE " + arguments[1];
    if (!default_escape) text += " ESCAPE '" + arguments[2] + "'";
    return text;
  };
  return function;
}

constexpr ScalarFunctionDefinition kLikeFunctions[] = {
    {"like",
     2,
     3,
     {"`str like pattern [ESCAPE c]`: `_` is any character, `%` any text.", "1.0.0"},
     BindLike<false>},
    {"ilike",
     2,
     3,
     {"`str ilike pattern [ESCAPE c]`: as like, ignoring case.", "3.3.0"},
     BindLike<true>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> LikeFunctions() { return kLikeFunctions; }

}  // namespace firesteel
