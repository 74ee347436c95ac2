#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/function.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel {

/// What a function accepts for one argument: a concrete type, a kind of types, or the first of
/// several that fits. A value.
class ParameterType {
 public:
  enum class Kind {
    kExact,
    kNumeric,     // any number; strings become DOUBLE
    kIntegral,    // no implicit casts
    kTimestamps,  // with or without zone
    kInterval,    // day-time or year-month
    kArray,
    kMap,
    kStruct,
    kAny,
  };
  ParameterType(TypeId id) : ParameterType(DataType(id)) {}  // NOLINT(google-explicit-constructor)
  ParameterType(DataType type)                                // NOLINT(google-explicit-constructor)
      : alternatives_{{Kind::kExact, std::move(type)}} {}
  ParameterType(Kind kind) : alternatives_{{kind, DataType()}} {}  // NOLINT
  static ParameterType OneOf(std::initializer_list<ParameterType> types);

  /// The type the argument is cast to; nullopt when it does not fit.
  std::optional<DataType> Match(const DataType& given, bool ansi) const;
  /// As in error messages: `"INT"`, `("STRING" or "BINARY")`.
  std::string ToString() const;

 private:
  struct Alternative {
    Kind kind;
    DataType type;
  };
  std::vector<Alternative> alternatives_;
};

/// The call as SQL text, for error messages and default names.
std::string CallSql(const BindRequest& request);

/// `"TEXT"`: how expressions and types stand in error messages.
std::string Quoted(std::string_view text);

/// Chooses the argument types: parameter i for argument i, the last parameter for all further ones.
/// Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE.
Result<std::vector<DataType>> MatchArguments(const BindRequest& request,
                                             std::initializer_list<ParameterType> parameters);

/// Binds a function that is NULL when an argument is; `kernel` handles that.
Result<BoundFunction> BindSignature(const BindRequest& request,
                                    std::initializer_list<ParameterType> parameters,
                                    DataType return_type, Kernel kernel);

/// Whether any argument can be NULL.
bool AnyNullable(const BindRequest& request);

/// The value of an argument that has to be a constant. Casts around literals are evaluated.
/// Errors: DATATYPE_MISMATCH.NON_FOLDABLE_INPUT.
Result<Value> ConstantArgument(const BindRequest& request, int index, const DataType& type,
                               std::string_view parameter_name);

// The errors of type checks.
Status UnexpectedInputType(const BindRequest& request, int index, const std::string& required);
Status DifferentTypes(const BindRequest& request);
Status NotOrderable(const BindRequest& request, const DataType& type);

/// How overflow is handled under these settings.
inline bool NullOnError(const FunctionSettings& settings) { return !settings.ansi; }

/// ARITHMETIC_OVERFLOW; `try_function` may be empty.
Status ArithmeticOverflow(std::string_view type_name, std::string_view try_function = "");

}  // namespace firesteel
