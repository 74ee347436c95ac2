#include "functions/window_functions.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/constant.h"
#include "types/cast.h"

namespace firesteel {

namespace {

using Kind = WindowFunctionKind;

constexpr WindowFunctionDefinition kWindowFunctions[] = {
    {"counter_diff", Kind::kCounterDiff, 1, 2,
     {"`counter_diff(value[, start])`: growth of a counter since the row before; NULL where it "
      "was reset.",
      "4.3.0"}},
    {"cume_dist", Kind::kCumeDist, 0, 0,
     {"`cume_dist()`: share of the partition's rows that do not come after this one.", "2.0.0"}},
    {"dense_rank", Kind::kDenseRank, 0, -1,
     {"`dense_rank()`: rank without gaps after ties.", "2.0.0"}},
    {"lag", Kind::kLag, 0, 4,
     {"`lag(value[, offset[, default]])`: value of the row that many rows before.", "2.0.0"}},
    {"lead", Kind::kLead, 0, 4,
     {"`lead(value[, offset[, default]])`: value of the row that many rows after.", "2.0.0"}},
    {"nth_value", Kind::kNthValue, 2, 3,
     {"`nth_value(value, n)`: value of the n-th row of the frame.", "3.1.0"}},
    {"ntile", Kind::kNtile, 0, 1,
     {"`ntile(n)`: number of the part, from 1, when the partition is cut into n.", "2.0.0"}},
    {"percent_rank", Kind::kPercentRank, 0, -1,
     {"`percent_rank()`: rank between 0 and 1.", "2.0.0"}},
    {"rank", Kind::kRank, 0, -1,
     {"`rank()`: number of rows that come before this one, plus one.", "2.0.0"}},
    {"row_number", Kind::kRowNumber, 0, 0,
     {"`row_number()`: number of the row in its partition, from 1.", "2.0.0"}},
};

std::string ExpectedNumber(const WindowFunctionDefinition& definition) {
  if (definition.min_arguments == definition.max_arguments) {
    return std::to_string(definition.min_arguments);
  }
  std::string text = "[";
  for (int count = definition.min_arguments; count <= definition.max_arguments; ++count) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(count);
  }
  return text + "]";
}

Status CheckNumber(const WindowFunctionDefinition& definition, int given) {
  if (given >= definition.min_arguments &&
      (definition.max_arguments < 0 || given <= definition.max_arguments)) {
    return Status::OK();
  }
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", "`" + std::string(definition.name) + "`"},
                    {"expectedNum", ExpectedNumber(definition)},
                    {"actualNum", std::to_string(given)}});
}

/// One call that is being bound.
class Binder {
 public:
  Binder(const WindowFunctionDefinition& definition, std::vector<ExpressionPtr> arguments,
         bool ignore_nulls, const FunctionSettings& settings)
      : definition_(definition),
        arguments_(std::move(arguments)),
        ignore_nulls_(ignore_nulls),
        settings_(settings) {}

  Result<ExpressionPtr> Bind() {
    ARROW_RETURN_NOT_OK(CheckNumber(definition_, static_cast<int>(arguments_.size())));
    switch (definition_.kind) {
      case Kind::kRowNumber:
      case Kind::kRank:
      case Kind::kDenseRank: return Call(TypeId::kInteger, false);
      case Kind::kPercentRank:
      case Kind::kCumeDist: return Call(TypeId::kDouble, false);
      case Kind::kNtile: return BindNtile();
      case Kind::kLag:
      case Kind::kLead: return BindOffset();
      case Kind::kNthValue: return BindNthValue();
      case Kind::kCounterDiff: return BindCounterDiff();
    }
    return InternalError("There is no such window function.");
  }

 private:
  BindRequest Request() const { return {definition_.name, arguments_, settings_}; }

  Result<ExpressionPtr> Call(const DataType& type, bool nullable) {
    return std::make_shared<WindowFunctionCall>(&definition_, std::move(arguments_), type,
                                                nullable, ignore_nulls_);
  }

  Status OutOfRange(const char* name, std::string value, const char* range) const {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", Quoted(CallSql(Request()))},
                      {"exprName", name},
                      {"valueRange", range},
                      {"currentValue", std::move(value)}});
  }

  ExpressionPtr CastTo(ExpressionPtr value, const DataType& type) const {
    if (value->type().SameType(type)) return value;
    return std::make_shared<Cast>(std::move(value), type,
                                  CastOptions{settings_.ansi, false, settings_.time_zone}, true);
  }

  /// The last argument of first() and its like.
  Status TakeIgnoreNulls(size_t index) {
    if (arguments_.size() <= index) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Value value,
                          ConstantArgument(Request(), static_cast<int>(index), TypeId::kBoolean,
                                           "ignoreNulls"));
    ignore_nulls_ = ignore_nulls_ || (value.Is<bool>() && value.Get<bool>());
    arguments_.resize(index);
    return Status::OK();
  }

  Result<ExpressionPtr> BindNtile() {
    if (arguments_.empty()) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
      arguments_.push_back(std::move(one));
    }
    if (IsFoldable(*arguments_[0]) && arguments_[0]->type().id() != TypeId::kInteger) {
      return UnexpectedInputType(Request(), 0, Quoted("INT"));
    }
    ARROW_ASSIGN_OR_RAISE(const Value count,
                          ConstantArgument(Request(), 0, TypeId::kInteger, "buckets"));
    if (count.is_null() || count.Get<int32_t>() <= 0) {
      return OutOfRange("buckets", count.is_null() ? "NULL" : std::to_string(count.Get<int32_t>()),
                        "(0, 2147483647]");
    }
    return Call(TypeId::kInteger, false);
  }

  Result<ExpressionPtr> BindOffset() {
    ARROW_RETURN_NOT_OK(TakeIgnoreNulls(3));
    if (arguments_.empty()) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, Literal::Make(Value(), TypeId::kNull));
      arguments_.push_back(std::move(null));
    }
    if (arguments_.size() < 2) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Literal::Of(int32_t{1}));
      arguments_.push_back(std::move(one));
    }
    if (arguments_.size() < 3) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, Literal::Make(Value(), TypeId::kNull));
      arguments_.push_back(std::move(null));
    }
    if (arguments_[1]->type().id() == TypeId::kString) {
      return MakeError("FAILED_FUNCTION_CALL",
                       {{"funcName", "`" + std::string(definition_.name) + "`"}});
    }
    ARROW_ASSIGN_OR_RAISE(const Value offset,
                          ConstantArgument(Request(), 1, TypeId::kInteger, "offset"));
    if (arguments_[1]->type().id() != TypeId::kInteger || offset.is_null()) {
      return MakeError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", std::string(definition_.name)}});
    }
    const DataType type = arguments_[0]->type();
    const DataType& otherwise = arguments_[2]->type();
    if (!CanCast(otherwise, type, settings_.ansi) ||
        otherwise.is_nested() != type.is_nested()) {
      if (otherwise.id() != TypeId::kNull) {
        return UnexpectedInputType(Request(), 2,
                                   "(" + Quoted(type.Sql()) + " or " + Quoted("VOID") + ")");
      }
    }
    // A NULL without a type shows no cast, as it has none in the name.
    if (otherwise.id() != TypeId::kNull) arguments_[2] = CastTo(arguments_[2], type);
    const bool nullable = arguments_[0]->nullable() || arguments_[2]->nullable();
    return Call(type, nullable);
  }

  Result<ExpressionPtr> BindNthValue() {
    ARROW_RETURN_NOT_OK(TakeIgnoreNulls(2));
    const DataType& given = arguments_[1]->type();
    if (!given.is_numeric() && given.id() != TypeId::kString && given.id() != TypeId::kNull) {
      return UnexpectedInputType(Request(), 1, Quoted("INT"));
    }
    ARROW_ASSIGN_OR_RAISE(const Value place,
                          ConstantArgument(Request(), 1, TypeId::kInteger, "offset"));
    const int32_t number = place.is_null() ? 0 : place.Get<int32_t>();
    if (number <= 0) {
      return OutOfRange("offset", std::to_string(number) + "L", "(0, 9223372036854775807]");
    }
    arguments_[1] = CastTo(arguments_[1], TypeId::kInteger);
    const DataType type = arguments_[0]->type();
    return Call(type, true);
  }

  Result<ExpressionPtr> BindCounterDiff() {
    if (!arguments_[0]->type().is_numeric()) {
      return UnexpectedInputType(Request(), 0, Quoted("NUMERIC"));
    }
    if (arguments_.size() > 1 && arguments_[1]->type().id() != TypeId::kTimestamp &&
        arguments_[1]->type().id() != TypeId::kTimestampNtz) {
      return UnexpectedInputType(
          Request(), 1, "(" + Quoted("TIMESTAMP") + " or " + Quoted("TIMESTAMP_NTZ") + ")");
    }
    const DataType type = arguments_[0]->type();
    return Call(type, true);
  }

  const WindowFunctionDefinition& definition_;
  std::vector<ExpressionPtr> arguments_;
  bool ignore_nulls_;
  const FunctionSettings& settings_;
};

}  // namespace

std::span<const WindowFunctionDefinition> WindowFunctions() { return kWindowFunctions; }

const WindowFunctionDefinition* FindWindowFunction(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  const auto found = std::lower_bound(
      std::begin(kWindowFunctions), std::end(kWindowFunctions), lower,
      [](const WindowFunctionDefinition& entry, const std::string& key) {
        return entry.name < key;
      });
  if (found == std::end(kWindowFunctions) || found->name != lower) return nullptr;
  return found;
}

Result<ExpressionPtr> BindWindowFunction(const WindowFunctionDefinition& definition,
                                         std::vector<ExpressionPtr> arguments, bool ignore_nulls,
                                         const FunctionSettings& settings) {
  return Binder(definition, std::move(arguments), ignore_nulls, settings).Bind();
}

}  // namespace firesteel
