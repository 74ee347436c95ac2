#include <string>
#include <utility>

#include "common/error.h"
#include "functions/higher_order.h"
#include "functions/higher_order_binding.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Parameters = std::vector<LambdaParameter>;

Status RequireKind(const BindRequest& request, int index, TypeId kind) {
  if (request.type(index).id() == kind) return Status::OK();
  return UnexpectedInputType(request, index, Quoted(kind == TypeId::kMap ? "MAP" : "ARRAY"));
}

LambdaParameter ElementOf(const DataType& array) {
  return {array.element_type(), array.contains_null()};
}

/// `(element)` or `(element, place)`.
Result<Parameters> ElementAndPlace(const BindRequest& request, int, int count) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kArray));
  Parameters parameters{ElementOf(request.type(0))};
  if (count == 2) parameters.push_back({TypeId::kInteger, false});
  return parameters;
}

Result<Parameters> Element(const BindRequest& request, int, int) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kArray));
  return Parameters{ElementOf(request.type(0))};
}

Result<Parameters> TwoElements(const BindRequest& request, int, int) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kArray));
  return Parameters(2, ElementOf(request.type(0)));
}

/// `(accumulator, element)`, then `(accumulator)`.
Result<Parameters> Accumulation(const BindRequest& request, int index, int) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kArray));
  Parameters parameters{{request.type(1), true}};
  if (index == 2) parameters.push_back(ElementOf(request.type(0)));
  return parameters;
}

Result<Parameters> ElementPair(const BindRequest& request, int, int) {
  Parameters parameters;
  for (int i = 0; i < 2; ++i) {
    ARROW_RETURN_NOT_OK(RequireKind(request, i, TypeId::kArray));
    parameters.push_back({request.type(i).element_type(), true});
  }
  return parameters;
}

Result<Parameters> Entry(const BindRequest& request, int, int) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kMap));
  const DataType& map = request.type(0);
  return Parameters{{map.key_type(), false}, {map.value_type(), map.value_contains_null()}};
}

Result<Parameters> EntryPair(const BindRequest& request, int, int) {
  ARROW_RETURN_NOT_OK(RequireKind(request, 0, TypeId::kMap));
  ARROW_RETURN_NOT_OK(RequireKind(request, 1, TypeId::kMap));
  // Keys that do not meet are an error of the call itself, once its lambda is resolved.
  const auto key = MapZipKeyType(request.type(0), request.type(1), request.settings.ansi);
  return Parameters{{key.value_or(request.type(0).key_type()), false},
                    {request.type(0).value_type(), true},
                    {request.type(1).value_type(), true}};
}

struct HigherOrderRow {
  std::string_view name;
  int first_lambda;  ///< arguments from here on are lambdas
  Result<Parameters> (*parameters)(const BindRequest& request, int index, int count);
};

constexpr HigherOrderRow kRows[] = {
    {"transform", 1, ElementAndPlace},
    {"filter", 1, ElementAndPlace},
    {"exists", 1, Element},
    {"forall", 1, Element},
    {"aggregate", 2, Accumulation},
    {"reduce", 2, Accumulation},
    {"zip_with", 2, ElementPair},
    {"array_sort", 1, TwoElements},
    {"transform_keys", 1, Entry},
    {"transform_values", 1, Entry},
    {"map_filter", 1, Entry},
    {"map_zip_with", 2, EntryPair},
};

const HigherOrderRow* FindRow(std::string_view name) {
  const FunctionLookup lookup = FindFunction(name);
  if (!lookup.scalar) return nullptr;
  for (const HigherOrderRow& row : kRows) {
    if (row.name == lookup.scalar->name) return &row;
  }
  return nullptr;
}

Status WrongCount(size_t expected, int given) {
  return MakeError("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
                   {{"expectedNumArgs", std::to_string(given)},
                    {"actualNumArgs", std::to_string(expected)}});
}

}  // namespace

bool IsHigherOrderFunction(std::string_view name) { return FindRow(name) != nullptr; }

Result<std::vector<LambdaParameter>> LambdaParameters(std::string_view name,
                                                      const std::vector<ExpressionPtr>& arguments,
                                                      int index, int count,
                                                      const FunctionSettings& settings) {
  const HigherOrderRow* row = FindRow(name);
  if (!row || index < row->first_lambda) {
    return MakeError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                     {{"class", std::string(name)}});
  }
  for (int i = 0; i < row->first_lambda; ++i) {
    if (i < static_cast<int>(arguments.size()) && arguments[i]) continue;
    return MakeError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                     {{"class", std::string(name)}});
  }
  // The errors of type checks name the values only, the lambdas have no text yet.
  const std::vector<ExpressionPtr> values(arguments.begin(),
                                          arguments.begin() + row->first_lambda);
  const BindRequest request{row->name, values, settings};
  ARROW_ASSIGN_OR_RAISE(Parameters parameters, row->parameters(request, index, count));
  if (static_cast<int>(parameters.size()) != count) return WrongCount(parameters.size(), count);
  return parameters;
}

}  // namespace firesteel
