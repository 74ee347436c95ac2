#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/builder_nested.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/call_text.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/regular_expression.h"
#include "functions/string_kernels.h"
#include "functions/text_splitter.h"
#include "functions/utf8.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;
using Cache = std::shared_ptr<RegularExpressionCache>;

/// The matcher for the pattern of each row; rows with the same pattern share one.
class RowMatcher {
 public:
  RowMatcher(const ColumnVector& patterns, Cache cache, std::string_view function)
      : patterns_(patterns), cache_(std::move(cache)), function_(function) {}

  Result<RegularExpressionMatcher*> At(int64_t row) {
    const std::string_view pattern = patterns_[row];
    if (!matcher_ || pattern != matcher_->expression().pattern()) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const RegularExpression> expression,
                            cache_->Get(pattern, function_));
      matcher_.emplace(std::move(expression));
    }
    return &*matcher_;
  }

 private:
  BytesReader patterns_;
  Cache cache_;
  std::string_view function_;
  std::optional<RegularExpressionMatcher> matcher_;
};

Result<ColumnVector> TestColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                const Cache& cache) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::boolean());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, arrow::AllocateEmptyBitmap(rows));
  const BytesReader text(arguments[0]);
  RowMatcher matchers(arguments[1], cache, "rlike");
  for (int64_t row = 0; row < rows; ++row) {
    if (!validity.IsValid(row)) continue;
    ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
    matcher->Reset(text[row]);
    ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
    if (found) arrow::bit_util::SetBit(bits->mutable_data(), row);
  }
  return MakeFixedColumn(arrow::boolean(), rows, validity, std::move(bits));
}

Result<BoundFunction> BindRlike(const BindRequest& request) {
  auto cache = std::make_shared<RegularExpressionCache>();
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kBoolean,
                    [cache](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) { return TestColumn(arguments, rows, cache); }));
  std::string name(request.name);
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  function.sql = [name](const Arguments& arguments) { return CallText(name, arguments); };
  return function;
}

Status CheckGroup(std::string_view function, int group, const RegularExpression& expression) {
  if (group >= 0 && group <= expression.group_count()) return Status::OK();
  return MakeError("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
                   {{"parameter", "`idx`"},
                    {"functionName", "`" + std::string(function) + "`"},
                    {"groupCount", std::to_string(expression.group_count())},
                    {"groupIndex", std::to_string(group)}});
}

Result<ColumnVector> ExtractColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                   const Cache& cache) {
  const BytesReader text(arguments[0]);
  const FixedReader<int32_t> group(arguments[2]);
  RowMatcher matchers(arguments[1], cache, "regexp_extract");
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
    ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
    ARROW_RETURN_NOT_OK(CheckGroup("regexp_extract", group[row], matcher->expression()));
    matcher->Reset(text[row]);
    ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
    return builder->Append(found ? matcher->Group(group[row]) : std::string_view());
  });
}

Result<ColumnVector> ExtractAllColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                      const Cache& cache) {
  const BytesReader text(arguments[0]);
  const FixedReader<int32_t> group(arguments[2]);
  RowMatcher matchers(arguments[1], cache, "regexp_extract_all");
  auto values = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), values,
                           ToArrowType(DataType::Array(TypeId::kString)));
  const auto append = [&](int64_t row, arrow::ListBuilder* builder) -> Status {
    ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
    ARROW_RETURN_NOT_OK(CheckGroup("regexp_extract_all", group[row], matcher->expression()));
    ARROW_RETURN_NOT_OK(builder->Append());
    matcher->Reset(text[row]);
    for (;;) {
      ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
      if (!found) return Status::OK();
      ARROW_RETURN_NOT_OK(values->Append(matcher->Group(group[row])));
    }
  };
  return BuildRows(arguments, rows, &lists, append);
}

/// Appends the default of a trailing INT argument.
Status AddDefault(const BindRequest& request, int full_size, int32_t value,
                  BoundFunction* function) {
  if (request.size() >= full_size) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(value, TypeId::kInteger));
  function->default_arguments.push_back(std::move(literal));
  return Status::OK();
}

template <auto column, bool all>
Result<BoundFunction> BindExtract(const BindRequest& request) {
  auto cache = std::make_shared<RegularExpressionCache>();
  const DataType type =
      all ? DataType::Array(TypeId::kString, true) : DataType(TypeId::kString);
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger}, type,
                    [cache](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) { return column(arguments, rows, cache); }));
  ARROW_RETURN_NOT_OK(AddDefault(request, 3, 1, &function));
  return function;
}

/// Counts the matches, or gives the position of the first one, or its text.
enum class Summary { kCount, kPosition };

template <Summary summary>
Result<ColumnVector> SummaryColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                   const Cache& cache) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::int32());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int32_t)));
  auto* out = buffer->mutable_data_as<int32_t>();
  const BytesReader text(arguments[0]);
  RowMatcher matchers(arguments[1], cache,
                      summary == Summary::kCount ? "regexp_count" : "regexp_instr");
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = 0;
    if (!validity.IsValid(row)) continue;
    ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
    matcher->Reset(text[row]);
    for (;;) {
      ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
      if (!found) break;
      if constexpr (summary == Summary::kPosition) {
        const auto before = text[row].substr(0, matcher->start());
        out[row] = static_cast<int32_t>(CountCharacters(before)) + 1;
        break;
      }
      ++out[row];
    }
  }
  return MakeFixedColumn(arrow::int32(), rows, validity, std::move(buffer));
}

template <Summary summary>
Result<BoundFunction> BindSummary(const BindRequest& request) {
  auto cache = std::make_shared<RegularExpressionCache>();
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                    TypeId::kInteger,
                    [cache](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) {
                      return SummaryColumn<summary>(arguments, rows, cache);
                    }));
  if (summary == Summary::kPosition) {
    ARROW_RETURN_NOT_OK(AddDefault(request, 3, 0, &function));
  }
  return function;
}

Result<BoundFunction> BindSubstr(const BindRequest& request) {
  auto cache = std::make_shared<RegularExpressionCache>();
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(
          request, {TypeId::kString}, TypeId::kString,
          [cache](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
            const BytesReader text(arguments[0]);
            RowMatcher matchers(arguments[1], cache, "regexp_substr");
            return BuildStrings(
                arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
                  ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
                  matcher->Reset(text[row]);
                  ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
                  if (!found || matcher->Group(0).empty()) return builder->AppendNull();
                  return builder->Append(matcher->Group(0));
                });
          }));
  function.nullable = true;
  return function;
}

Status BadReplacement(std::string_view text, const RegularExpression& expression,
                      std::string_view replacement, int64_t position) {
  return MakeError("INVALID_REGEXP_REPLACE", {{"source", std::string(text)},
                                              {"pattern", expression.pattern()},
                                              {"replacement", std::string(replacement)},
                                              {"position", std::to_string(position)}});
}

/// Reads the digits of `$12`: as many as make a number of a group that exists.
bool ReadGroupNumber(std::string_view replacement, int group_count, size_t* i, int* group) {
  if (*i >= replacement.size() || replacement[*i] < '0' || replacement[*i] > '9') return false;
  *group = replacement[(*i)++] - '0';
  if (*group > group_count) return false;
  while (*i < replacement.size() && replacement[*i] >= '0' && replacement[*i] <= '9') {
    const int next = *group * 10 + (replacement[*i] - '0');
    if (next > group_count) break;
    *group = next;
    ++*i;
  }
  return true;
}

/// Appends a replacement in Java's form: `$1`, `${name}`, and `\` before a literal character. False
/// when it is malformed.
bool AppendReplacement(std::string_view replacement, const RegularExpressionMatcher& matcher,
                       std::string* out) {
  const RegularExpression& expression = matcher.expression();
  for (size_t i = 0; i < replacement.size();) {
    const char c = replacement[i++];
    if (c == '\\') {
      if (i >= replacement.size()) return false;
      out->push_back(replacement[i++]);
    } else if (c == '$') {
      int group = -1;
      if (i < replacement.size() && replacement[i] == '{') {
        const size_t close = replacement.find('}', i);
        if (close == std::string_view::npos) return false;
        group = expression.GroupNumber(std::string(replacement.substr(i + 1, close - i - 1)));
        if (group < 0) return false;
        i = close + 1;
      } else if (!ReadGroupNumber(replacement, expression.group_count(), &i, &group)) {
        return false;
      }
      out->append(matcher.Group(group));
    } else {
      out->push_back(c);
    }
  }
  return true;
}

Status ReplaceMatches(RegularExpressionMatcher* matcher, std::string_view text,
                      std::string_view replacement, int64_t position, std::string* out) {
  const size_t start = CharacterOffset(text, position - 1);
  if (position > 1 && start >= text.size()) {
    out->assign(text);
    return Status::OK();
  }
  const std::string_view region = text.substr(start);
  out->assign(text.substr(0, start));
  matcher->Reset(region);
  int64_t copied = 0;
  for (;;) {
    ARROW_ASSIGN_OR_RAISE(bool found, matcher->Find());
    if (!found) break;
    out->append(region.substr(copied, matcher->start() - copied));
    if (!AppendReplacement(replacement, *matcher, out)) {
      return BadReplacement(text, matcher->expression(), replacement, position);
    }
    copied = matcher->end();
  }
  out->append(region.substr(copied));
  return Status::OK();
}

/// Where the search starts is a constant from 1 on.
Status CheckPosition(const BindRequest& request) {
  if (request.size() < 4) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(Value position,
                        ConstantArgument(request, 3, TypeId::kInteger, "position"));
  if (position.is_null() || position.Get<int32_t>() > 0) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"exprName", "`position`"},
                    {"valueRange", "(0, 2147483647]"},
                    {"currentValue", std::to_string(position.Get<int32_t>())}});
}

Result<BoundFunction> BindReplace(const BindRequest& request) {
  ARROW_RETURN_NOT_OK(CheckPosition(request));
  auto cache = std::make_shared<RegularExpressionCache>();
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(
          request, {TypeId::kString, TypeId::kString, TypeId::kString, TypeId::kInteger},
          TypeId::kString,
          [cache](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
            const BytesReader text(arguments[0]);
            const BytesReader replacement(arguments[2]);
            const FixedReader<int32_t> position(arguments[3]);
            RowMatcher matchers(arguments[1], cache, "regexp_replace");
            std::string out;
            return BuildStrings(
                arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
                  ARROW_ASSIGN_OR_RAISE(RegularExpressionMatcher * matcher, matchers.At(row));
                  ARROW_RETURN_NOT_OK(ReplaceMatches(matcher, text[row], replacement[row],
                                                     position[row], &out));
                  return builder->Append(out);
                });
          }));
  ARROW_RETURN_NOT_OK(AddDefault(request, 4, 1, &function));
  return function;
}

Result<ColumnVector> SplitColumn(std::span<const ColumnVector> arguments, int64_t rows,
                                 TextSplitter splitter) {
  const BytesReader text(arguments[0]);
  const BytesReader pattern(arguments[1]);
  const FixedReader<int32_t> limit(arguments[2]);
  auto values = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), values,
                           ToArrowType(DataType::Array(TypeId::kString)));
  std::vector<std::string_view> parts;
  const auto append = [&](int64_t row, arrow::ListBuilder* builder) -> Status {
    ARROW_RETURN_NOT_OK(builder->Append());
    ARROW_RETURN_NOT_OK(splitter.Split(text[row], pattern[row], limit[row], &parts));
    ARROW_RETURN_NOT_OK(values->Reserve(static_cast<int64_t>(parts.size())));
    ARROW_RETURN_NOT_OK(values->ReserveData(static_cast<int64_t>(text[row].size())));
    for (const std::string_view part : parts) values->UnsafeAppend(part);
    return Status::OK();
  };
  return BuildRows(arguments, rows, &lists, append);
}

Result<BoundFunction> BindSplit(const BindRequest& request) {
  auto cache = std::make_shared<RegularExpressionCache>();
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString, TypeId::kInteger},
                    DataType::Array(TypeId::kString, false),
                    [cache](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) {
                      return SplitColumn(arguments, rows, TextSplitter(cache, "split"));
                    }));
  ARROW_RETURN_NOT_OK(AddDefault(request, 3, -1, &function));
  return function;
}

constexpr ScalarFunctionDefinition kRegexpFunctions[] = {
    {"rlike", 2, 2, {"`rlike(str, regexp)`: whether a part matches.", "1.0.0"}, BindRlike},
    {"regexp", 2, 2, {"`regexp(str, regexp)`: whether a part matches.", "3.2.0"}, BindRlike},
    {"regexp_like",
     2,
     2,
     {"`regexp_like(str, regexp)`: whether a part matches.", "3.2.0"},
     BindRlike},
    {"split",
     2,
     3,
     {"`split(str, regexp[, limit])`: the parts between matches.", "1.5.0"},
     BindSplit},
    {"regexp_extract",
     2,
     3,
     {"`regexp_extract(str, regexp[, idx])`: a group of the first match.", "1.5.0"},
     BindExtract<ExtractColumn, false>},
    {"regexp_extract_all",
     2,
     3,
     {"`regexp_extract_all(str, regexp[, idx])`: a group of all "
      "matches.",
      "3.1.0"},
     BindExtract<ExtractAllColumn, true>},
    {"regexp_replace",
     3,
     4,
     {"`regexp_replace(str, regexp, rep[, position])`: all matches "
      "replaced.",
      "1.5.0"},
     BindReplace},
    {"regexp_count",
     2,
     2,
     {"`regexp_count(str, regexp)`: the number of matches.", "3.4.0"},
     BindSummary<Summary::kCount>},
    {"regexp_instr",
     2,
     3,
     {"`regexp_instr(str, regexp[, idx])`: the first match's position.", "3.4.0"},
     BindSummary<Summary::kPosition>},
    {"regexp_substr",
     2,
     2,
     {"`regexp_substr(str, regexp)`: the first match, NULL if none.", "3.4.0"},
     BindSubstr},
};

}  // namespace

std::span<const ScalarFunctionDefinition> RegexpFunctions() { return kRegexpFunctions; }

}  // namespace firesteel
