#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/generator.h"

namespace firesteel {

/// What a function name stands for; at most one pointer is set.
struct FunctionLookup {
  const ScalarFunctionDefinition* scalar = nullptr;
  const AggregateFunctionDefinition* aggregate = nullptr;
  const GeneratorDefinition* generator = nullptr;
  explicit operator bool() const { return scalar || aggregate || generator; }
};

/// Looks a built-in function up by name, any case. Operators are found by their symbols: + - * / %
/// = <=> < <= > >= & | ^ ~ << >> >>> || and or not, like, ilike, rlike, in, isnull, isnotnull, []
/// (`element`). With one argument, - and + are signs.
FunctionLookup FindFunction(std::string_view name);
/// All names, sorted: for SHOW FUNCTIONS, the docs and "did you mean".
std::vector<std::string_view> FunctionNames();

/// Binds a call; the SortOrders of WITHIN GROUP (ORDER BY …) stand behind the other arguments. Looks
/// the name up, checks the number of arguments, chooses types, casts the
/// arguments. `arguments` must be resolved. Errors: UNRESOLVED_ROUTINE,
/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION, DATATYPE_MISMATCH.*.
Result<ExpressionPtr> BindCall(std::string_view name, std::vector<ExpressionPtr> arguments,
                               bool distinct, ExpressionPtr filter,
                               const FunctionSettings& settings);

/// Makes CASE of resolved children c1, v1, c2, v2, …, [else], with the values cast to one type.
/// BindCall does the same for the names `when` and `case`. Errors: DATATYPE_MISMATCH.*.
Result<ExpressionPtr> BindConditional(std::vector<ExpressionPtr> children,
                                      const FunctionSettings& settings);

// The families; each list lives in the .cc of its name. registry.cc joins them.
std::span<const ScalarFunctionDefinition> ArithmeticFunctions();
std::span<const ScalarFunctionDefinition> BitwiseFunctions();
std::span<const ScalarFunctionDefinition> ComparisonFunctions();
std::span<const ScalarFunctionDefinition> BooleanFunctions();
std::span<const ScalarFunctionDefinition> ConditionalFunctions();
std::span<const ScalarFunctionDefinition> StringFunctions();
std::span<const ScalarFunctionDefinition> StringCaseFunctions();
std::span<const ScalarFunctionDefinition> StringSearchFunctions();
std::span<const ScalarFunctionDefinition> EncodingFunctions();
std::span<const ScalarFunctionDefinition> LikeFunctions();
std::span<const ScalarFunctionDefinition> RegexpFunctions();
std::span<const ScalarFunctionDefinition> MathFunctions();
std::span<const ScalarFunctionDefinition> RoundingFunctions();
std::span<const ScalarFunctionDefinition> DateTimeFunctions();
std::span<const ScalarFunctionDefinition> DateArithmeticFunctions();
std::span<const ScalarFunctionDefinition> DateParsingFunctions();
std::span<const ScalarFunctionDefinition> CollectionFunctions();
std::span<const ScalarFunctionDefinition> ElementFunctions();
std::span<const ScalarFunctionDefinition> ArrayFunctions();
std::span<const ScalarFunctionDefinition> DatePartFunctions();
std::span<const ScalarFunctionDefinition> MakeDateTimeFunctions();
std::span<const ScalarFunctionDefinition> MakeIntervalFunctions();
std::span<const ScalarFunctionDefinition> TimestampArithmeticFunctions();
std::span<const ScalarFunctionDefinition> JsonFunctions();
std::span<const ScalarFunctionDefinition> JsonPathFunctions();
std::span<const ScalarFunctionDefinition> CsvFunctions();
std::span<const ScalarFunctionDefinition> VectorFunctions();
std::span<const ScalarFunctionDefinition> ArrayChangeFunctions();
std::span<const ScalarFunctionDefinition> ArraySetFunctions();
std::span<const ScalarFunctionDefinition> SequenceFunctions();
std::span<const ScalarFunctionDefinition> MapFunctions();
std::span<const ScalarFunctionDefinition> HigherOrderFunctions();
std::span<const ScalarFunctionDefinition> HigherOrderMapFunctions();
std::span<const ScalarFunctionDefinition> HashFunctions();
std::span<const ScalarFunctionDefinition> MiscellaneousFunctions();
std::span<const ScalarFunctionDefinition> TextDistanceFunctions();
std::span<const ScalarFunctionDefinition> TextValidationFunctions();
std::span<const ScalarFunctionDefinition> TextPartFunctions();
std::span<const ScalarFunctionDefinition> CharsetFunctions();
std::span<const ScalarFunctionDefinition> NumberTextFunctions();
std::span<const ScalarFunctionDefinition> NumberConversionFunctions();
std::span<const ScalarFunctionDefinition> NumberBaseFunctions();
std::span<const ScalarFunctionDefinition> UrlFunctions();
std::span<const ScalarFunctionDefinition> TimeWindowFunctions();
std::span<const ScalarFunctionDefinition> RandomFunctions();
std::span<const AggregateFunctionDefinition> BasicAggregates();
std::span<const AggregateFunctionDefinition> OrderedAggregates();
std::span<const AggregateFunctionDefinition> MomentAggregates();
std::span<const AggregateFunctionDefinition> CollectAggregates();
std::span<const AggregateFunctionDefinition> SketchAggregates();
std::span<const AggregateFunctionDefinition> RegressionAggregates();
std::span<const AggregateFunctionDefinition> PercentileAggregates();
std::span<const AggregateFunctionDefinition> ListAggregates();
std::span<const AggregateFunctionDefinition> QuantileAggregates();
std::span<const AggregateFunctionDefinition> BitmapAggregates();
std::span<const GeneratorDefinition> Generators();
std::span<const GeneratorDefinition> JsonGenerators();

}  // namespace firesteel
