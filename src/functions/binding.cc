#include "functions/binding.h"

#include <optional>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/coercion.h"
#include "functions/constant.h"

namespace firesteel {

namespace {

using Kind = ParameterType::Kind;

/// Whether the type belongs to the kind as it is.
bool Accepts(Kind kind, const DataType& exact, const DataType& given) {
  switch (kind) {
    case Kind::kExact: return given.SameType(exact);
    case Kind::kNumeric: return given.is_numeric();
    case Kind::kIntegral: return given.is_integral();
    case Kind::kTimestamps:
      return given.id() == TypeId::kTimestamp || given.id() == TypeId::kTimestampNtz;
    case Kind::kInterval:
      return given.id() == TypeId::kDayTimeInterval || given.id() == TypeId::kYearMonthInterval;
    case Kind::kArray: return given.id() == TypeId::kArray;
    case Kind::kMap: return given.id() == TypeId::kMap;
    case Kind::kStruct: return given.id() == TypeId::kStruct;
    case Kind::kAny: return true;
  }
  return false;
}

/// What a NULL without a type becomes.
DataType DefaultType(Kind kind, const DataType& exact) {
  switch (kind) {
    case Kind::kExact: return exact;
    case Kind::kNumeric: return TypeId::kDouble;
    case Kind::kIntegral: return TypeId::kInteger;
    case Kind::kTimestamps: return TypeId::kTimestamp;
    case Kind::kInterval: return TypeId::kDayTimeInterval;
    case Kind::kArray: return DataType::Array(TypeId::kNull);
    case Kind::kMap: return DataType::Map(TypeId::kNull, TypeId::kNull);
    case Kind::kStruct: return DataType::Struct({});
    case Kind::kAny: return TypeId::kNull;
  }
  return exact;
}

std::optional<DataType> CastTo(Kind kind, const DataType& exact, const DataType& given,
                               bool ansi) {
  switch (kind) {
    case Kind::kExact:
      return CanCastImplicitly(given, exact, ansi) ? std::optional(exact) : std::nullopt;
    case Kind::kNumeric:
      if (given.id() == TypeId::kString) return DataType(TypeId::kDouble);
      return std::nullopt;
    case Kind::kTimestamps:
      if (given.id() == TypeId::kString || given.id() == TypeId::kDate) {
        return DataType(TypeId::kTimestamp);
      }
      return std::nullopt;
    default: return std::nullopt;
  }
}

std::string KindName(Kind kind, const DataType& exact) {
  switch (kind) {
    case Kind::kExact: return exact.Sql();
    case Kind::kNumeric: return "NUMERIC";
    case Kind::kIntegral: return "INTEGRAL";
    case Kind::kTimestamps: return "TIMESTAMP";
    case Kind::kInterval: return "INTERVAL";
    case Kind::kArray: return "ARRAY";
    case Kind::kMap: return "MAP";
    case Kind::kStruct: return "STRUCT";
    case Kind::kAny: return "ANY";
  }
  return "";
}

std::string Ordinal(int index) {
  static constexpr const char* kNames[] = {"first", "second", "third",   "fourth", "fifth",
                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
  return index < 10 ? kNames[index] : std::to_string(index + 1) + "th";
}

}  // namespace

ParameterType ParameterType::OneOf(std::initializer_list<ParameterType> types) {
  ParameterType result = *types.begin();
  result.alternatives_.clear();
  for (const ParameterType& type : types) {
    result.alternatives_.insert(result.alternatives_.end(), type.alternatives_.begin(),
                                type.alternatives_.end());
  }
  return result;
}

std::optional<DataType> ParameterType::Match(const DataType& given, bool ansi) const {
  for (const Alternative& alternative : alternatives_) {
    if (Accepts(alternative.kind, alternative.type, given)) return given;
  }
  if (given.id() == TypeId::kNull) {
    return DefaultType(alternatives_.front().kind, alternatives_.front().type);
  }
  for (const Alternative& alternative : alternatives_) {
    auto type = CastTo(alternative.kind, alternative.type, given, ansi);
    if (type) return type;
  }
  return std::nullopt;
}

std::string ParameterType::ToString() const {
  if (alternatives_.size() == 1) {
    return Quoted(KindName(alternatives_[0].kind, alternatives_[0].type));
  }
  std::string text = "(";
  for (const Alternative& alternative : alternatives_) {
    if (text.size() > 1) text += " or ";
    text += Quoted(KindName(alternative.kind, alternative.type));
  }
  return text + ")";
}

std::string CallSql(const BindRequest& request) {
  std::vector<std::string> texts;
  for (const ExpressionPtr& argument : request.arguments) texts.push_back(argument->Sql());
  const std::string name(request.name);
  const bool is_word = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') ||
                                         (name[0] >= 'A' && name[0] <= 'Z'));
  if (!is_word && texts.size() == 2) return "(" + texts[0] + " " + name + " " + texts[1] + ")";
  std::string text = name + "(";
  for (size_t i = 0; i < texts.size(); ++i) text += (i > 0 ? ", " : "") + texts[i];
  return text + ")";
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

Result<std::vector<DataType>> MatchArguments(const BindRequest& request,
                                             std::initializer_list<ParameterType> parameters) {
  std::vector<DataType> types;
  types.reserve(request.size());
  for (int i = 0; i < request.size(); ++i) {
    const size_t position = std::min<size_t>(i, parameters.size() - 1);
    const ParameterType& parameter = *(parameters.begin() + position);
    auto type = parameter.Match(request.type(i), request.settings.ansi);
    if (!type) return UnexpectedInputType(request, i, parameter.ToString());
    types.push_back(*std::move(type));
  }
  return types;
}

Result<BoundFunction> BindSignature(const BindRequest& request,
                                    std::initializer_list<ParameterType> parameters,
                                    DataType return_type, Kernel kernel) {
  BoundFunction function;
  if (request.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(function.argument_types, MatchArguments(request, parameters));
  }
  function.return_type = std::move(return_type);
  function.nullable = AnyNullable(request);
  function.kernel = std::move(kernel);
  return function;
}

bool AnyNullable(const BindRequest& request) {
  for (const ExpressionPtr& argument : request.arguments) {
    if (argument->nullable()) return true;
  }
  return false;
}

Result<Value> ConstantArgument(const BindRequest& request, int index, const DataType& type,
                               std::string_view parameter_name) {
  const ExpressionPtr& argument = request.arguments[index];
  if (!IsFoldable(*argument)) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"inputName", "`" + std::string(parameter_name) + "`"},
                      {"inputType", Quoted(type.Sql())},
                      {"inputExpr", Quoted(argument->Sql())}});
  }
  if (argument->type().SameType(type)) return EvaluateConstant(*argument);
  CastOptions options{request.settings.ansi, false, request.settings.time_zone};
  return EvaluateConstant(Cast(argument, type, std::move(options), true));
}

Status UnexpectedInputType(const BindRequest& request, int index, const std::string& required) {
  return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"paramIndex", Ordinal(index)},
                    {"requiredType", required},
                    {"inputSql", Quoted(request.arguments[index]->Sql())},
                    {"inputType", Quoted(request.type(index).Sql())}});
}

Status DifferentTypes(const BindRequest& request) {
  std::string types;
  for (const ExpressionPtr& argument : request.arguments) {
    types += (types.empty() ? "" : " or ") + Quoted(argument->type().Sql());
  }
  return MakeError("DATATYPE_MISMATCH.DATA_DIFF_TYPES",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"functionName", "`" + std::string(request.name) + "`"},
                    {"dataType", "(" + types + ")"}});
}

Status NotOrderable(const BindRequest& request, const DataType& type) {
  return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"functionName", "`" + std::string(request.name) + "`"},
                    {"dataType", Quoted(type.Sql())}});
}

Status ArithmeticOverflow(std::string_view type_name, std::string_view try_function) {
  std::string alternative;
  if (!try_function.empty()) {
    alternative = " Use '" + std::string(try_function) + "' to get NULL instead.";
  }
  return MakeError("ARITHMETIC_OVERFLOW", {{"message", std::string(type_name) + " overflow"},
                                           {"alternative", std::move(alternative)},
                                           {"config", "\"spark.sql.ansi.enabled\""}});
}

}  // namespace firesteel
