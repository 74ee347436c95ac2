#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "formats/json/json_compaction.h"
#include "formats/json/json_lexer.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// One step of a path: a field by name, an element by place, or all of either.
struct PathStep {
  enum class Kind { kField, kEveryField, kElement, kEveryElement };
  Kind kind;
  std::string name;
  int64_t place = 0;
};
using Path = std::vector<PathStep>;

/// Parses `$.a['b'][0][*]`; nullopt for anything else.
std::optional<Path> ParsePath(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  Path path;
  size_t at = 1;
  while (at < text.size()) {
    if (text[at] == '.') {
      const size_t end = std::min(text.find_first_of(".[", at + 1), text.size());
      std::string name(text.substr(at + 1, end - at - 1));
      if (name.empty()) return std::nullopt;
      const bool every = name == "*";
      path.push_back({every ? PathStep::Kind::kEveryField : PathStep::Kind::kField,
                      std::move(name), 0});
      at = end;
    } else if (text.substr(at).starts_with("['")) {
      const size_t end = text.find_first_of("'?", at + 2);
      if (end == std::string_view::npos || end == at + 2) return std::nullopt;
      if (!text.substr(end).starts_with("']")) return std::nullopt;
      std::string name(text.substr(at + 2, end - at - 2));
      const bool every = name == "*";
      path.push_back({every ? PathStep::Kind::kEveryField : PathStep::Kind::kField,
                      std::move(name), 0});
      at = end + 2;
    } else if (text[at] == '[') {
      const size_t end = text.find(']', at);
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view place = text.substr(at + 1, end - at - 1);
      PathStep step{PathStep::Kind::kEveryElement, "", 0};
      if (place != "*") {
        step.kind = PathStep::Kind::kElement;
        const auto parsed =
            std::from_chars(place.data(), place.data() + place.size(), step.place);
        const bool whole = parsed.ec == std::errc() && parsed.ptr == place.data() + place.size();
        if (!whole || place[0] == '-') return std::nullopt;
      }
      path.push_back(std::move(step));
      at = end + 1;
    } else {
      return std::nullopt;
    }
  }
  return path;
}

/// How values found are written: text as it is; in quotes, as within an array; or with arrays
/// taken apart.
enum class PathStyle { kRaw, kQuoted, kFlat };

/// Follows a path through a text in one pass and writes what it finds. Not thread-safe.
class PathEvaluator {
 public:
  PathEvaluator() : lexer_(JsonSyntax{}) {}

  /// False when the text is malformed or nothing was found.
  bool Evaluate(std::string_view text, const Path& path, std::string* out) {
    lexer_.Reset(text);
    malformed_ = false;
    const JsonToken token = lexer_.NextValue();
    if (token == JsonToken::kEnd || token == JsonToken::kMalformed) return false;
    Output output{out};
    const bool found = Follow(token, path, 0, PathStyle::kRaw, &output);
    return found && !malformed_;
  }

 private:
  /// Where values go; within an array they are separated.
  struct Output {
    std::string* text;
    bool in_array = false;
    bool empty = true;

    std::string* Next() {
      if (in_array && !empty) text->push_back(',');
      empty = false;
      return text;
    }
  };

  bool Fail() {
    malformed_ = true;
    return false;
  }
  bool Skip(JsonToken token) {
    if (!lexer_.SkipRest(token)) return Fail();
    return false;
  }

  bool Follow(JsonToken token, const Path& path, size_t at, PathStyle style, Output* out) {
    if (token == JsonToken::kMalformed || token == JsonToken::kEnd) return Fail();
    if (at == path.size()) return Write(token, style, out);
    const PathStep& step = path[at];
    const bool wants_field =
        step.kind == PathStep::Kind::kField || step.kind == PathStep::Kind::kEveryField;
    if (wants_field && token == JsonToken::kObject) return FollowFields(path, at, style, out);
    if (wants_field || token != JsonToken::kArray) return Skip(token);
    if (step.kind == PathStep::Kind::kElement) return FollowElement(path, at, style, out);
    return FollowElements(path, at, style, out);
  }

  bool Write(JsonToken token, PathStyle style, Output* out) {
    if (token == JsonToken::kString && style == PathStyle::kRaw) {
      const std::string_view text = lexer_.Text();
      out->Next()->append(text);
      return true;
    }
    if (token == JsonToken::kArray && style == PathStyle::kFlat) {
      bool found = false;
      for (bool first = true;; first = false) {
        const JsonStep step = lexer_.NextElement(first);
        if (step == JsonStep::kMalformed) return Fail();
        if (step == JsonStep::kEnd) return found;
        found |= Write(lexer_.NextValue(), style, out);
        if (malformed_) return false;
      }
    }
    if (!AppendCompactJson(&lexer_, token, out->Next())) return Fail();
    return true;
  }

  bool FollowFields(const Path& path, size_t at, PathStyle style, Output* out) {
    const PathStep& step = path[at];
    bool found = false;
    for (bool first = true;; first = false) {
      const JsonStep next = lexer_.NextField(first);
      if (next == JsonStep::kMalformed) return Fail();
      if (next == JsonStep::kEnd) return found;
      const bool matches =
          !found && (step.kind == PathStep::Kind::kEveryField || lexer_.name() == step.name);
      const JsonToken token = lexer_.NextValue();
      const bool wanted =
          matches && (step.kind == PathStep::Kind::kEveryField || token != JsonToken::kNull);
      if (wanted) {
        found = Follow(token, path, at + 1, style, out);
      } else {
        Skip(token);
      }
      if (malformed_) return false;
    }
  }

  bool FollowElement(const Path& path, size_t at, PathStyle style, Output* out) {
    const bool before_all =
        at + 1 < path.size() && path[at + 1].kind == PathStep::Kind::kEveryElement;
    bool found = false;
    int64_t place = 0;
    for (bool first = true;; first = false, ++place) {
      const JsonStep next = lexer_.NextElement(first);
      if (next == JsonStep::kMalformed) return Fail();
      if (next == JsonStep::kEnd) return found;
      const JsonToken token = lexer_.NextValue();
      if (place == path[at].place) {
        found = Follow(token, path, at + 1, before_all ? PathStyle::kQuoted : style, out);
      } else {
        Skip(token);
      }
      if (malformed_) return false;
    }
  }

  /// Follows the rest of the path from each element; counts those where something was found.
  int FollowEach(const Path& path, size_t at, PathStyle style, Output* out) {
    int found = 0;
    for (bool first = true;; first = false) {
      const JsonStep next = lexer_.NextElement(first);
      if (next == JsonStep::kMalformed) {
        Fail();
        return 0;
      }
      if (next == JsonStep::kEnd) return found;
      if (Follow(lexer_.NextValue(), path, at, style, out)) ++found;
      if (malformed_) return 0;
    }
  }

  /// `[*]`: the one value found stands alone, several are an array. `[*][*]` is one flat array.
  bool FollowElements(const Path& path, size_t at, PathStyle style, Output* out) {
    const bool twice = at + 1 < path.size() && path[at + 1].kind == PathStep::Kind::kEveryElement;
    std::string text;
    Output elements{&text, true};
    const PathStyle inner = twice                        ? PathStyle::kFlat
                            : style == PathStyle::kFlat ? PathStyle::kFlat
                                                        : PathStyle::kQuoted;
    const int found = FollowEach(path, at + (twice ? 2 : 1), inner, &elements);
    if (malformed_) return false;
    const bool keeps_array = twice || style == PathStyle::kQuoted;
    if (keeps_array || found > 1) {
      out->Next()->append("[").append(text).append("]");
    } else if (found == 1) {
      out->Next()->append(text);
    }
    return found > 0;
  }

  JsonLexer lexer_;
  bool malformed_ = false;
};

Result<ColumnVector> GetObjects(std::span<const ColumnVector> arguments, int64_t rows) {
  const BytesReader texts(arguments[0]);
  const BytesReader paths(arguments[1]);
  std::optional<Path> path;
  std::string_view path_text;
  bool known = false;
  PathEvaluator evaluator;
  std::string out;
  return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
    if (!known || paths[row] != path_text) {
      path_text = paths[row];
      path = ParsePath(path_text);
      known = true;
    }
    out.clear();
    if (!path || !evaluator.Evaluate(texts[row], *path, &out)) return builder->AppendNull();
    return builder->Append(out);
  });
}

Result<BoundFunction> BindGetJsonObject(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kString}, TypeId::kString,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return GetObjects(arguments, rows);
                    }));
  function.nullable = true;
  function.may_fail = false;
  return function;
}

/// Counts the elements of an array; nullopt for anything else.
std::optional<int32_t> ArrayLength(JsonLexer* lexer, std::string_view text) {
  lexer->Reset(text);
  if (lexer->NextValue() != JsonToken::kArray) return std::nullopt;
  for (int32_t count = 0;; ++count) {
    const JsonStep step = lexer->NextElement(count == 0);
    if (step == JsonStep::kMalformed) return std::nullopt;
    if (step == JsonStep::kEnd) return count;
    if (!lexer->SkipRest(lexer->NextValue())) return std::nullopt;
  }
}

Result<BoundFunction> BindArrayLength(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kInteger,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      const BytesReader texts(arguments[0]);
                      JsonLexer lexer{JsonSyntax{}};
                      return BuildFixedRows<int32_t>(
                          arguments, rows, arrow::int32(),
                          [&](int64_t row, int32_t* out) -> Result<bool> {
                            const auto length = ArrayLength(&lexer, texts[row]);
                            *out = length.value_or(0);
                            return length.has_value();
                          });
                    }));
  function.nullable = true;
  function.may_fail = false;
  return function;
}

/// Appends the names of an object's fields; false for anything else.
Result<bool> AppendKeys(JsonLexer* lexer, std::string_view text, arrow::StringBuilder* names) {
  lexer->Reset(text);
  if (lexer->NextValue() != JsonToken::kObject) return false;
  for (bool first = true;; first = false) {
    const JsonStep step = lexer->NextField(first);
    if (step != JsonStep::kItem) return step == JsonStep::kEnd;
    ARROW_RETURN_NOT_OK(names->Append(lexer->name()));
    if (!lexer->SkipRest(lexer->NextValue())) return false;
  }
}

Result<ColumnVector> ObjectKeys(std::span<const ColumnVector> arguments, int64_t rows,
                                const DataType& type) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  const BytesReader texts(arguments[0]);
  JsonLexer lexer{JsonSyntax{}};
  arrow::StringBuilder names;
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows, 0);
  for (int64_t row = 0; row < rows; ++row) {
    if (validity.IsValid(row)) {
      // Names of an object that turns out malformed stay behind, outside of every list.
      arrow::StringBuilder found;
      ARROW_ASSIGN_OR_RAISE(bool good, AppendKeys(&lexer, texts[row], &found));
      set[row] = good;
      for (int64_t i = 0; good && i < found.length(); ++i) {
        ARROW_RETURN_NOT_OK(names.Append(found.GetView(i)));
      }
    }
    offsets.push_back(static_cast<int32_t>(names.length()));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, names.Finish());
  return WrapLists(type, values, offsets, set);
}

Result<BoundFunction> BindObjectKeys(const BindRequest& request) {
  const DataType type = DataType::Array(TypeId::kString);
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, type,
                    [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) { return ObjectKeys(arguments, rows, type); }));
  function.nullable = true;
  function.may_fail = false;
  return function;
}

/// Fills `values` with the fields of these names of an object; false when the text is malformed.
bool ReadFields(JsonLexer* lexer, std::string_view text,
                const std::vector<std::optional<std::string_view>>& names,
                std::vector<std::optional<std::string>>* values) {
  lexer->Reset(text);
  if (lexer->NextValue() != JsonToken::kObject) return false;
  for (bool first = true;; first = false) {
    const JsonStep step = lexer->NextField(first);
    if (step != JsonStep::kItem) return step == JsonStep::kEnd;
    const std::string name(lexer->name());
    const JsonToken token = lexer->NextValue();
    bool wanted = false;
    for (const auto& candidate : names) wanted |= candidate && *candidate == name;
    if (!wanted) {
      if (!lexer->SkipRest(token)) return false;
      continue;
    }
    std::optional<std::string> value;
    if (token == JsonToken::kString) {
      value = std::string(lexer->Text());
    } else if (token != JsonToken::kNull) {
      value.emplace();
      if (!AppendCompactJson(lexer, token, &*value)) return false;
    }
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] && *names[i] == name) (*values)[i] = value;
    }
  }
}

Result<GeneratedRows> JsonTuples(std::span<const ColumnVector> arguments, int64_t rows) {
  std::vector<BytesReader> readers;
  for (const ColumnVector& argument : arguments) readers.emplace_back(argument);
  const size_t count = arguments.size() - 1;
  std::vector<arrow::StringBuilder> builders(count);
  GeneratedRows generated;
  JsonLexer lexer{JsonSyntax{}};
  std::vector<std::optional<std::string_view>> names(count);
  std::vector<std::optional<std::string>> values;
  for (int64_t row = 0; row < rows; ++row) {
    generated.source_rows.push_back(row);
    values.assign(count, std::nullopt);
    for (size_t i = 0; i < count; ++i) {
      names[i].reset();
      if (!readers[i + 1].IsNull(row)) names[i] = readers[i + 1][row];
    }
    const bool good =
        !readers[0].IsNull(row) && ReadFields(&lexer, readers[0][row], names, &values);
    for (size_t i = 0; i < count; ++i) {
      ARROW_RETURN_NOT_OK(good && values[i] ? builders[i].Append(*values[i])
                                            : builders[i].AppendNull());
    }
  }
  for (arrow::StringBuilder& builder : builders) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column, builder.Finish());
    generated.columns.push_back(std::move(column));
  }
  return generated;
}

Result<BoundGenerator> BindJsonTuple(const BindRequest& request) {
  BoundGenerator generator;
  for (int i = 0; i < request.size(); ++i) {
    if (request.type(i).id() != TypeId::kString) {
      return MakeError("DATATYPE_MISMATCH.NON_STRING_TYPE",
                       {{"sqlExpr", Quoted(CallSql(request))}, {"funcName", "`json_tuple`"}});
    }
    generator.argument_types.push_back(TypeId::kString);
    if (i > 0) generator.output.push_back({"c" + std::to_string(i - 1), TypeId::kString, true});
  }
  generator.generate = JsonTuples;
  return generator;
}

constexpr ScalarFunctionDefinition kJsonPathFunctions[] = {
    {"get_json_object",
     2,
     2,
     {"`get_json_object(json_txt, path)`: what a path leads to in JSON "
      "text.",
      "1.5.0"},
     BindGetJsonObject},
    {"json_array_length",
     1,
     1,
     {"`json_array_length(jsonArray)`: the number of elements.", "3.1.0"},
     BindArrayLength},
    {"json_object_keys",
     1,
     1,
     {"`json_object_keys(json_object)`: the names of the fields.", "3.1.0"},
     BindObjectKeys},
};

constexpr GeneratorDefinition kJsonPathGenerators[] = {
    {"json_tuple",
     2,
     -1,
     {"`json_tuple(jsonStr, p1, p2, …)`: the fields of these names, as "
      "columns.",
      "1.6.0"},
     BindJsonTuple},
};

}  // namespace

std::span<const ScalarFunctionDefinition> JsonPathFunctions() { return kJsonPathFunctions; }

std::span<const GeneratorDefinition> JsonGenerators() { return kJsonPathGenerators; }

}  // namespace firesteel
