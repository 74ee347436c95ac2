#include "analyzer/named_arguments.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

struct ParameterNames {
  std::string_view function;
  std::array<std::string_view, 5> names;  // "" from the first that does not exist on
};

// The functions that take arguments by name.
constexpr ParameterNames kParameters[] = {
    {"count_min_sketch", {"column", "epsilon", "confidence", "seed", ""}},
    {"explode", {"collection", "", "", "", ""}},
    {"explode_outer", {"collection", "", "", "", ""}},
    {"inline", {"input", "", "", "", ""}},
    {"inline_outer", {"input", "", "", "", ""}},
    {"mask", {"str", "upperChar", "lowerChar", "digitChar", "otherChar"}},
    {"posexplode", {"collection", "", "", "", ""}},
    {"posexplode_outer", {"collection", "", "", "", ""}},
};

const ParameterNames* FindParameters(const std::string& function) {
  for (const ParameterNames& row : kParameters) {
    if (row.function == function) return &row;
  }
  return nullptr;
}

int IndexOf(const std::vector<std::string>& parameters, const std::string& name) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (SameName(parameters[i], name, false)) return static_cast<int>(i);
  }
  return -1;
}

Status Unrecognized(const std::string& function, const std::string& name,
                    const std::vector<std::string>& parameters) {
  std::string proposal;
  for (const std::string& known : parameters) {
    proposal += (proposal.empty() ? "" : " ") + QuoteIdentifier(known);
  }
  return MakeError("UNRECOGNIZED_PARAMETER_NAME", {{"routineName", QuoteIdentifier(function)},
                                                   {"argumentName", QuoteIdentifier(name)},
                                                   {"proposal", std::move(proposal)}});
}

/// Puts one argument at `index`. Errors: it is there already.
Status Place(const std::string& function, const NamedArgument& argument, int index,
             size_t positional, std::vector<ExpressionPtr>* placed) {
  if (static_cast<int>(placed->size()) <= index) placed->resize(index + 1);
  if ((*placed)[index] == nullptr) {
    (*placed)[index] = argument.child(0);
    return Status::OK();
  }
  return MakeError(index < static_cast<int>(positional)
                       ? "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED"
                       : "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
                   {{"routineName", QuoteIdentifier(function)},
                    {"parameterName", QuoteIdentifier(argument.name())}});
}

bool IsNamedArgument(const ExpressionPtr& argument) {
  return argument->kind() == ExpressionKind::kNamedArgument;
}

}  // namespace

Result<std::vector<ExpressionPtr>> PlaceNamedArguments(
    const std::string& function, const std::vector<std::string>& parameters,
    const std::vector<ExpressionPtr>& arguments) {
  const auto first = std::find_if(arguments.begin(), arguments.end(), IsNamedArgument);
  const auto positional = static_cast<size_t>(first - arguments.begin());
  std::vector<ExpressionPtr> placed(arguments.begin(), first);
  for (size_t i = positional; i < arguments.size(); ++i) {
    const auto* argument = As<NamedArgument>(arguments[i]);
    if (argument == nullptr) {
      return MakeError("UNEXPECTED_POSITIONAL_ARGUMENT",
                       {{"routineName", QuoteIdentifier(function)},
                        {"parameterName", QuoteIdentifier(arguments[i]->Sql())}});
    }
    const int index = IndexOf(parameters, argument->name());
    if (index < 0) return Unrecognized(function, argument->name(), parameters);
    ARROW_RETURN_NOT_OK(Place(function, *argument, index, positional, &placed));
  }
  return placed;
}

bool HasNamed(const std::vector<ExpressionPtr>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), IsNamedArgument);
}

Status MissingArgument(const std::string& function, const std::string& parameter, size_t index) {
  return MakeError("REQUIRED_PARAMETER_NOT_FOUND",
                   {{"routineName", QuoteIdentifier(function)},
                    {"parameterName", QuoteIdentifier(parameter)},
                    {"index", std::to_string(index)}});
}

Result<std::vector<ExpressionPtr>> PlaceArguments(const UnresolvedFunction& call) {
  const std::vector<ExpressionPtr> arguments = call.arguments();
  if (!HasNamed(arguments)) return arguments;
  const std::string function = FoldCase(call.name());
  const ParameterNames* row = FindParameters(function);
  if (row == nullptr) {
    return MakeError("NAMED_PARAMETERS_NOT_SUPPORTED",
                     {{"functionName", QuoteIdentifier(function)}});
  }
  std::vector<std::string> parameters;
  for (const std::string_view name : row->names) {
    if (!name.empty()) parameters.emplace_back(name);
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> placed,
                        PlaceNamedArguments(function, parameters, arguments));
  for (size_t i = 0; i < placed.size(); ++i) {
    if (placed[i] == nullptr) return MissingArgument(function, parameters[i], i);
  }
  return placed;
}

}  // namespace firesteel
