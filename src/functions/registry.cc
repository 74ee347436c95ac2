#include "functions/registry.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/error.h"
#include "expr/lambda.h"
#include "expr/nodes.h"
#include "functions/binary_formats.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/time_bucket.h"
#include "functions/window_functions.h"

namespace firesteel {

namespace {

using Index = std::map<std::string_view, FunctionLookup>;

/// Every family, in one place. Names are unique across families.
Index BuildIndex() {
  Index index;
  for (auto family : {ArithmeticFunctions, BitwiseFunctions, ComparisonFunctions, BooleanFunctions,
                      ConditionalFunctions, StringFunctions, StringCaseFunctions,
                      StringSearchFunctions, EncodingFunctions, LikeFunctions, RegexpFunctions,
                      MathFunctions, RoundingFunctions, DateTimeFunctions, DateArithmeticFunctions,
                      DateParsingFunctions, CollectionFunctions, ElementFunctions, ArrayFunctions,
                      ArrayChangeFunctions, ArraySetFunctions, SequenceFunctions, MapFunctions,
                      VectorFunctions, DatePartFunctions, MakeDateTimeFunctions,
                      MakeIntervalFunctions, TimestampArithmeticFunctions, JsonFunctions,
                      JsonPathFunctions, CsvFunctions, HigherOrderFunctions,
                      HigherOrderMapFunctions,
                      HashFunctions, MiscellaneousFunctions,
                      TextDistanceFunctions, TextValidationFunctions, TextPartFunctions,
                      CharsetFunctions, NumberTextFunctions, NumberConversionFunctions,
                      NumberBaseFunctions, UrlFunctions, TimeWindowFunctions,
                      RandomFunctions, TimeBucketFunctions, AvroFunctions, ProtobufFunctions}) {
    for (const ScalarFunctionDefinition& definition : family()) {
      index[definition.name].scalar = &definition;
    }
  }
  for (auto family : {BasicAggregates, OrderedAggregates, MomentAggregates, CollectAggregates,
                      SketchAggregates, RegressionAggregates, PercentileAggregates,
                      QuantileAggregates, ListAggregates, BitmapAggregates}) {
    for (const AggregateFunctionDefinition& definition : family()) {
      index[definition.name].aggregate = &definition;
    }
  }
  for (auto family : {Generators, JsonGenerators}) {
    for (const GeneratorDefinition& definition : family()) {
      index[definition.name].generator = &definition;
    }
  }
  return index;
}

const Index& Functions() {
  static const Index index = BuildIndex();
  return index;
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return lower;
}

/// `s['field']` of a struct is the field, not a function. The name may differ in case.
Result<ExpressionPtr> BindField(const ExpressionPtr& container, const ExpressionPtr& name) {
  const auto* literal = As<Literal>(name);
  if (!literal || !literal->value().Is<std::string>()) {
    return MakeError("INVALID_EXTRACT_FIELD_TYPE", {{"extraction", Quoted(name->Sql())}});
  }
  const std::string wanted = LowerAscii(literal->value().Get<std::string>());
  int found = -1;
  std::string names;
  const std::vector<StructField>& fields = container->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    names += (names.empty() ? "`" : ", `") + fields[i].name + "`";
    if (LowerAscii(fields[i].name) != wanted) continue;
    if (found >= 0) {
      return MakeError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                       {{"field", "`" + fields[i].name + "`"}, {"count", "2"}});
    }
    found = static_cast<int>(i);
  }
  if (found < 0) {
    return MakeError("FIELD_NOT_FOUND", {{"fieldName", "`" + literal->Sql() + "`"},
                                         {"fields", names}});
  }
  return ExpressionPtr(std::make_shared<GetField>(container, found));
}

/// Says how many arguments a function takes: `2`, `> 0`, `[1, 2]`.
std::string ExpectedCount(int minimum, int maximum) {
  if (maximum < 0) return "> " + std::to_string(minimum - 1);
  if (minimum == maximum) return std::to_string(minimum);
  if (maximum == minimum + 1) {
    return "[" + std::to_string(minimum) + ", " + std::to_string(maximum) + "]";
  }
  return "[" + std::to_string(minimum) + " - " + std::to_string(maximum) + "]";
}

Status CheckCount(std::string_view name, int minimum, int maximum, int given) {
  if (given >= minimum && (maximum < 0 || given <= maximum)) return Status::OK();
  std::map<std::string, std::string> parameters{{"functionName", "`" + std::string(name) + "`"},
                                                {"expectedNum", ExpectedCount(minimum, maximum)},
                                                {"actualNum", std::to_string(given)}};
  // count() is the one function for which an old behaviour can be switched on again.
  if (name == "count") {
    parameters["legacyNum"] = "0";
    parameters["legacyConfKey"] = "\"spark.sql.legacy.allowParameterlessCount\"";
    parameters["legacyConfValue"] = "true";
    return MakeError("WRONG_NUM_ARGS.WITH_SUGGESTION", std::move(parameters));
  }
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", std::move(parameters));
}

Status UnsupportedSyntax(std::string_view name, std::string_view syntax) {
  return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                   {{"prettyName", "`" + std::string(name) + "`"},
                    {"syntax", std::string(syntax)}});
}

/// The types whose names are functions, too: `double(x)` is a cast that does not show in names.
std::optional<DataType> TypeFunction(std::string_view name) {
  static const std::map<std::string_view, DataType> types{
      {"bigint", TypeId::kLong},       {"binary", TypeId::kBinary},
      {"boolean", TypeId::kBoolean},   {"date", TypeId::kDate},
      {"decimal", DataType::Decimal(10, 0)}, {"double", TypeId::kDouble},
      {"float", TypeId::kFloat},       {"int", TypeId::kInteger},
      {"smallint", TypeId::kShort},    {"string", TypeId::kString},
      {"timestamp", TypeId::kTimestamp}, {"tinyint", TypeId::kByte},
  };
  auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

Result<ExpressionPtr> BindTypeFunction(std::string_view name, const DataType& type,
                                       std::vector<ExpressionPtr> arguments,
                                       const FunctionSettings& settings) {
  ARROW_RETURN_NOT_OK(CheckCount(name, 1, 1, static_cast<int>(arguments.size())));
  const DataType& from = arguments[0]->type();
  if (!CanCast(from, type, settings.ansi)) {
    BindRequest request{name, arguments, settings};
    const bool legacy = settings.ansi && CanCast(from, type, false);
    return MakeError(legacy ? "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION"
                            : "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"srcType", Quoted(from.Sql())},
                      {"targetType", Quoted(type.Sql())},
                      {"config", "\"spark.sql.ansi.enabled\""},
                      {"configVal", "'false'"}});
  }
  CastOptions options{settings.ansi, false, settings.time_zone};
  return ExpressionPtr(std::make_shared<Cast>(std::move(arguments[0]), type,
                                                        std::move(options), true));
}

void CastArguments(const std::vector<DataType>& types, const FunctionSettings& settings,
                   std::vector<ExpressionPtr>* arguments) {
  for (size_t i = 0; i < types.size() && i < arguments->size(); ++i) {
    ExpressionPtr& argument = (*arguments)[i];
    if (argument->type().SameType(types[i])) continue;
    CastOptions options{settings.ansi, false, settings.time_zone};
    // Of a lambda it is the body that is cast.
    const auto* lambda = As<Lambda>(argument);
    auto cast = std::make_shared<Cast>(lambda ? lambda->body() : argument, types[i],
                                       std::move(options), true);
    argument = lambda ? lambda->WithNewChildren({std::move(cast)}) : ExpressionPtr(std::move(cast));
  }
}

Result<ExpressionPtr> BindScalar(const ScalarFunctionDefinition& definition,
                                 std::vector<ExpressionPtr> arguments,
                                 const FunctionSettings& settings) {
  BindRequest request{definition.name, arguments, settings};
  ARROW_ASSIGN_OR_RAISE(BoundFunction bound, definition.bind(request));
  for (const ExpressionPtr& extra : bound.default_arguments) arguments.push_back(extra);
  CastArguments(bound.argument_types, settings, &arguments);
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      &definition, std::make_shared<const BoundFunction>(std::move(bound)), std::move(arguments)));
}

Result<ExpressionPtr> BindAggregate(const AggregateFunctionDefinition& definition,
                                    std::vector<ExpressionPtr> arguments, bool distinct,
                                    ExpressionPtr filter, const FunctionSettings& settings) {
  BindRequest request{definition.name, arguments, settings};
  if (filter && filter->type().id() != TypeId::kBoolean) {
    return MakeError("INVALID_AGGREGATE_FILTER.NOT_BOOLEAN",
                     {{"filterExpr", Quoted(filter->Sql())}});
  }
  if (distinct) {
    for (const ExpressionPtr& argument : arguments) {
      if (argument->type().id() == TypeId::kMap) return NotOrderable(request, argument->type());
    }
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const BoundAggregate> bound, definition.bind(request));
  // What stands in WITHIN GROUP (ORDER BY …) is an argument; the bound function knows the
  // direction.
  for (ExpressionPtr& argument : arguments) {
    if (argument->kind() == ExpressionKind::kSortOrder) argument = argument->child(0);
  }
  CastArguments(bound->argument_types(), settings, &arguments);
  return ExpressionPtr(std::make_shared<AggregateCall>(
      &definition, std::move(bound), std::move(arguments), distinct, std::move(filter)));
}

Result<ExpressionPtr> BindGenerator(const GeneratorDefinition& definition,
                                    std::vector<ExpressionPtr> arguments,
                                    const FunctionSettings& settings) {
  BindRequest request{definition.name, arguments, settings};
  ARROW_ASSIGN_OR_RAISE(BoundGenerator bound, definition.bind(request));
  CastArguments(bound.argument_types, settings, &arguments);
  return ExpressionPtr(std::make_shared<GeneratorCall>(
      &definition, std::make_shared<const BoundGenerator>(std::move(bound)),
      std::move(arguments)));
}

}  // namespace

FunctionLookup FindFunction(std::string_view name) {
  auto found = Functions().find(LowerAscii(name));
  return found == Functions().end() ? FunctionLookup{} : found->second;
}

std::vector<std::string_view> FunctionNames() {
  std::vector<std::string_view> names;
  for (const auto& [name, lookup] : Functions()) names.push_back(name);
  for (const WindowFunctionDefinition& window : WindowFunctions()) names.push_back(window.name);
  std::sort(names.begin(), names.end());
  return names;
}

Result<ExpressionPtr> BindCall(std::string_view name, std::vector<ExpressionPtr> arguments,
                               bool distinct, ExpressionPtr filter,
                               const FunctionSettings& settings) {
  if (name == "!=" || name == "<>") {
    // An inequality is the negation of an equality, and is named so.
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal,
                          BindCall("=", std::move(arguments), distinct, filter, settings));
    return BindCall("not", {std::move(equal)}, false, nullptr, settings);
  }
  if (const std::string lower = LowerAscii(name); lower == "when" || lower == "case") {
    ARROW_RETURN_NOT_OK(CheckCount("when", 2, -1, static_cast<int>(arguments.size())));
    return BindConditional(std::move(arguments), settings);
  }
  if ((name == "[]" || name == "element") && arguments.size() == 2 &&
      arguments[0]->type().id() == TypeId::kStruct) {
    return BindField(arguments[0], arguments[1]);
  }
  if (const auto type = TypeFunction(LowerAscii(name))) {
    return BindTypeFunction(name, *type, std::move(arguments), settings);
  }
  const FunctionLookup lookup = FindFunction(name);
  const int count = static_cast<int>(arguments.size());
  if (lookup.aggregate) {
    const AggregateFunctionDefinition& definition = *lookup.aggregate;
    ARROW_RETURN_NOT_OK(CheckCount(definition.name, definition.min_arguments,
                                   definition.max_arguments, count));
    return BindAggregate(definition, std::move(arguments), distinct, std::move(filter), settings);
  }
  if (!lookup) {
    return MakeError("UNRESOLVED_ROUTINE",
                     {{"routineName", "`" + std::string(name) + "`"},
                      {"searchPath", "[`system`.`builtin`, `system`.`session`, "
                                     "`spark_catalog`.`default`]"}});
  }
  if (distinct) return UnsupportedSyntax(name, "DISTINCT");
  if (filter) return UnsupportedSyntax(name, "FILTER CLAUSE");
  if (lookup.generator) {
    const GeneratorDefinition& definition = *lookup.generator;
    ARROW_RETURN_NOT_OK(CheckCount(definition.name, definition.min_arguments,
                                   definition.max_arguments, count));
    return BindGenerator(definition, std::move(arguments), settings);
  }
  const ScalarFunctionDefinition& definition = *lookup.scalar;
  ARROW_RETURN_NOT_OK(
      CheckCount(definition.name, definition.min_arguments, definition.max_arguments, count));
  return BindScalar(definition, std::move(arguments), settings);
}

}  // namespace firesteel
