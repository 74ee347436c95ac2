#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

enum class BitOp { kAnd, kOr, kXor };

template <typename T>
Result<ColumnVector> Combine(BitOp op, std::span<const ColumnVector> arguments, int64_t rows,
                             const std::shared_ptr<arrow::DataType>& type) {
  return MapFixedPair<T, T, T>(arguments, rows, type, [op](T a, T b) -> T {
    return static_cast<T>(op == BitOp::kAnd ? a & b : op == BitOp::kOr ? a | b : a ^ b);
  });
}

template <BitOp op>
Result<BoundFunction> BindBits(const BindRequest& request) {
  const DataType& left = request.type(0);
  const DataType& right = request.type(1);
  auto type = WiderType(left, right, request.settings.ansi);
  if (type && type->id() == TypeId::kNull) type = DataType(TypeId::kInteger);
  if (!type || !type->is_integral()) {
    if (!left.SameType(right)) {
      return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"left", Quoted(left.Sql())},
                        {"right", Quoted(right.Sql())}});
    }
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"inputType", "\"INTEGRAL\""},
                      {"actualDataType", Quoted(left.Sql())}});
  }
  BoundFunction function;
  function.argument_types = {*type, *type};
  function.return_type = *type;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [id = type->id(), arrow_type = ToArrowType(*type)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    switch (id) {
      case TypeId::kByte: return Combine<int8_t>(op, arguments, rows, arrow_type);
      case TypeId::kShort: return Combine<int16_t>(op, arguments, rows, arrow_type);
      case TypeId::kInteger: return Combine<int32_t>(op, arguments, rows, arrow_type);
      default: return Combine<int64_t>(op, arguments, rows, arrow_type);
    }
  };
  function.sql = [](const Arguments& arguments) {
    constexpr const char* kSymbols[] = {" & ", " | ", " ^ "};
    return "(" + arguments[0] + kSymbols[static_cast<int>(op)] + arguments[1] + ")";
  };
  return function;
}

template <typename T>
Result<ColumnVector> Invert(std::span<const ColumnVector> arguments, int64_t rows,
                            const std::shared_ptr<arrow::DataType>& type) {
  return MapFixed<T, T>(arguments, rows, type, [](T value) -> T { return static_cast<T>(~value); });
}

Result<BoundFunction> BindBitwiseNot(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kIntegral}));
  const DataType type = function.argument_types[0];
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [id = type.id(), arrow_type = ToArrowType(type)](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    switch (id) {
      case TypeId::kByte: return Invert<int8_t>(arguments, rows, arrow_type);
      case TypeId::kShort: return Invert<int16_t>(arguments, rows, arrow_type);
      case TypeId::kInteger: return Invert<int32_t>(arguments, rows, arrow_type);
      default: return Invert<int64_t>(arguments, rows, arrow_type);
    }
  };
  function.sql = [](const Arguments& arguments) { return "~" + arguments[0]; };
  return function;
}

enum class ShiftOp { kLeft, kRight, kRightUnsigned };

/// Shifts by the distance modulo the width, as Java does.
template <typename T, ShiftOp op>
T Shift(T value, int32_t distance) {
  using Unsigned = std::make_unsigned_t<T>;
  const int bits = distance & (sizeof(T) * 8 - 1);
  if (op == ShiftOp::kLeft) return static_cast<T>(static_cast<Unsigned>(value) << bits);
  if (op == ShiftOp::kRight) return value >> bits;
  return static_cast<T>(static_cast<Unsigned>(value) >> bits);
}

/// INT and BIGINT only; smaller integers become INT.
template <ShiftOp op>
Result<BoundFunction> BindShift(const BindRequest& request) {
  BoundFunction function;
  const ParameterType value = ParameterType::OneOf({TypeId::kInteger, TypeId::kLong});
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {value, TypeId::kInteger}));
  const DataType type = function.argument_types[0];
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [wide = type.id() == TypeId::kLong](std::span<const ColumnVector> arguments,
                                                        int64_t rows, EvaluationContext*) {
    return wide ? MapFixedPair<int64_t, int32_t, int64_t>(arguments, rows, arrow::int64(),
                                                          Shift<int64_t, op>)
                : MapFixedPair<int32_t, int32_t, int32_t>(arguments, rows, arrow::int32(),
                                                          Shift<int32_t, op>);
  };
  if (request.name[0] == '<' || request.name[0] == '>') {
    function.sql = [symbol = " " + std::string(request.name) + " "](const Arguments& arguments) {
      return "(" + arguments[0] + symbol + arguments[1] + ")";
    };
  }
  return function;
}

template <typename T>
Result<ColumnVector> CountBits(std::span<const ColumnVector> arguments, int64_t rows) {
  return MapFixed<T, int32_t>(arguments, rows, arrow::int32(), [](T value) -> int32_t {
    // Negative small integers count as the long they stand for.
    return std::popcount(static_cast<uint64_t>(static_cast<int64_t>(value)));
  });
}

Result<BoundFunction> BindBitCount(const BindRequest& request) {
  const DataType& type = request.type(0);
  const bool boolean = type.id() == TypeId::kBoolean;
  if (!boolean && !type.is_integral() && type.id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, "(\"INTEGRAL\" or \"BOOLEAN\")");
  }
  BoundFunction function;
  function.argument_types = {boolean ? TypeId::kInteger : TypeId::kLong};
  function.return_type = TypeId::kInteger;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [boolean](std::span<const ColumnVector> arguments, int64_t rows,
                              EvaluationContext*) {
    return boolean ? CountBits<int32_t>(arguments, rows) : CountBits<int64_t>(arguments, rows);
  };
  return function;
}

constexpr ScalarFunctionDefinition kBitwiseFunctions[] = {
    {"&", 2, 2, {"`expr1 & expr2`: AND of all bits.", "1.4.0"}, BindBits<BitOp::kAnd>},
    {"|", 2, 2, {"`expr1 | expr2`: OR of all bits.", "1.4.0"}, BindBits<BitOp::kOr>},
    {"^", 2, 2, {"`expr1 ^ expr2`: XOR of all bits.", "1.4.0"}, BindBits<BitOp::kXor>},
    {"~", 1, 1, {"`~ expr`: all bits inverted.", "1.4.0"}, BindBitwiseNot},
    {"<<", 2, 2, {"`base << exp`: shifted left.", "4.0.0"}, BindShift<ShiftOp::kLeft>},
    {">>",
     2,
     2,
     {"`base >> exp`: shifted right with the sign.", "4.0.0"},
     BindShift<ShiftOp::kRight>},
    {">>>",
     2,
     2,
     {"`base >>> exp`: shifted right without the sign.", "4.0.0"},
     BindShift<ShiftOp::kRightUnsigned>},
    {"shiftleft",
     2,
     2,
     {"`shiftleft(base, expr)`: shifted left.", "1.5.0"},
     BindShift<ShiftOp::kLeft>},
    {"shiftright",
     2,
     2,
     {"`shiftright(base, expr)`: shifted right with the sign.", "1.5.0"},
     BindShift<ShiftOp::kRight>},
    {"shiftrightunsigned",
     2,
     2,
     {"`shiftrightunsigned(base, expr)`: shifted right without the "
      "sign.",
      "1.5.0"},
     BindShift<ShiftOp::kRightUnsigned>},
    {"bit_count", 1, 1, {"`bit_count(expr)`: the bits that are set.", "3.0.0"}, BindBitCount},
};

}  // namespace

std::span<const ScalarFunctionDefinition> BitwiseFunctions() { return kBitwiseFunctions; }

}  // namespace firesteel
