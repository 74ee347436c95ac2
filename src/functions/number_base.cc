#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"

namespace firesteel {

namespace {

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

/// What became of a number in another base.
enum class Conversion { kDone, kNull, kOverflow };

/// Reads the digits at the start of `text` in base `from`; writes the number in base `to`, signed
/// when that is negative. Without a sign a negative number is its two's complement.
Conversion ConvertBase(std::string_view text, int from, int to, std::string* out) {
  out->clear();
  const auto good = [](int base) { return base >= 2 && base <= 36; };
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (!good(from) || !(good(to) || good(-to)) || text.empty()) return Conversion::kNull;
  const bool minus = text[0] == '-';
  if (minus) text.remove_prefix(1);
  uint64_t value = 0;
  bool overflow = false;
  for (const char c : text) {
    const int digit = DigitValue(c);
    if (digit >= from) break;
    overflow |= __builtin_mul_overflow(value, static_cast<uint64_t>(from), &value) ||
                __builtin_add_overflow(value, static_cast<uint64_t>(digit), &value);
    if (overflow) break;
  }
  if (overflow) value = std::numeric_limits<uint64_t>::max();
  bool negative = minus;
  if (negative && to > 0) {
    value = static_cast<int64_t>(value) < 0 ? std::numeric_limits<uint64_t>::max() : 0 - value;
  }
  if (to < 0 && static_cast<int64_t>(value) < 0) {
    value = 0 - value;
    negative = true;
  }
  const auto base = static_cast<uint64_t>(std::abs(to));
  do {
    out->push_back("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base]);
    value /= base;
  } while (value != 0);
  if (negative && to < 0) out->push_back('-');
  std::reverse(out->begin(), out->end());
  return overflow ? Conversion::kOverflow : Conversion::kDone;
}

Result<BoundFunction> BindConv(const BindRequest& request) {
  auto kernel = [ansi = request.settings.ansi](std::span<const ColumnVector> arguments,
                                               int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    const FixedReader<int32_t> from(arguments[1]);
    const FixedReader<int32_t> to(arguments[2]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
      const Conversion done = ConvertBase(text[row], from[row], to[row], &out);
      if (done == Conversion::kNull) return builder->AppendNull();
      if (done == Conversion::kDone || !ansi) return builder->Append(out);
      return MakeError("ARITHMETIC_OVERFLOW", {{"message", "Overflow in conv"},
                                               {"alternative", ""},
                                               {"config", "\"spark.sql.ansi.enabled\""}});
    });
  };
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString, TypeId::kInteger, TypeId::kInteger},
                    TypeId::kString, kernel));
  function.nullable = true;
  return function;
}

/// The bucket of `value` among `count` equal ones between the bounds; 0 and count + 1 lie outside.
std::optional<int64_t> Bucket(double value, double low, double high, int64_t count) {
  if (count <= 0 || count == std::numeric_limits<int64_t>::max() || std::isnan(value) ||
      low == high || !std::isfinite(low) || !std::isfinite(high)) {
    return std::nullopt;
  }
  const double lower = std::min(low, high);
  const double upper = std::max(low, high);
  const bool rising = low < high;
  if (value < lower) return rising ? 0 : count + 1;
  if (rising ? value >= upper : value > upper) return rising ? count + 1 : 0;
  const double share = static_cast<double>(count) * (rising ? value - lower : upper - value) /
                       (upper - lower);
  return static_cast<int64_t>(share) + 1;
}

template <typename T>
Result<ColumnVector> WidthBucketColumn(std::span<const ColumnVector> arguments, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(arrow::int64());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        arrow::AllocateBuffer(rows * sizeof(int64_t)));
  ARROW_ASSIGN_OR_RAISE(validity.bitmap, WritableBitmap(validity, rows));
  auto* out = buffer->mutable_data_as<int64_t>();
  const FixedReader<T> value(arguments[0]);
  const FixedReader<T> low(arguments[1]);
  const FixedReader<T> high(arguments[2]);
  const FixedReader<int64_t> count(arguments[3]);
  for (int64_t row = 0; row < rows; ++row) {
    const auto bucket =
        Bucket(static_cast<double>(value[row]), static_cast<double>(low[row]),
               static_cast<double>(high[row]), validity.IsValid(row) ? count[row] : 0);
    out[row] = bucket.value_or(0);
    if (!bucket) arrow::bit_util::ClearBit(validity.bitmap->mutable_data(), row);
  }
  return MakeFixedColumn(arrow::int64(), rows, validity, std::move(buffer));
}

/// Numbers as DOUBLE, or intervals of one kind.
Result<BoundFunction> BindWidthBucket(const BindRequest& request) {
  BoundFunction function;
  const ParameterType value =
      ParameterType::OneOf({TypeId::kDouble, ParameterType::Kind::kInterval});
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {value, value, value, TypeId::kLong}));
  std::vector<DataType>& types = function.argument_types;
  for (int i = 0; i < 3; ++i) {
    if (types[i].id() == types[0].id()) continue;
    // A NULL without a type fits any of them.
    if (request.type(i).id() != TypeId::kNull && request.type(0).id() != TypeId::kNull) {
      return DifferentTypes(request);
    }
    types[request.type(i).id() == TypeId::kNull ? i : 0] =
        types[request.type(i).id() == TypeId::kNull ? 0 : i];
  }
  const TypeId type = types[0].id();
  function.return_type = TypeId::kLong;
  function.nullable = true;
  function.may_fail = false;
  function.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                           EvaluationContext*) {
    if (type == TypeId::kDayTimeInterval) return WidthBucketColumn<int64_t>(arguments, rows);
    if (type == TypeId::kYearMonthInterval) return WidthBucketColumn<int32_t>(arguments, rows);
    return WidthBucketColumn<double>(arguments, rows);
  };
  return function;
}

template <typename T>
Result<ColumnVector> GetBits(std::span<const ColumnVector> arguments, int64_t rows) {
  constexpr int kBits = sizeof(T) * 8;
  return MapFixedPair<T, int32_t, int8_t>(
      arguments, rows, arrow::int8(), OnFailure::kError,
      [](T value, int32_t position, int8_t* out) {
        if (position < 0 || position >= kBits) return false;
        *out = static_cast<int8_t>(value >> position & 1);
        return true;
      },
      [](T, int32_t position) {
        return MakeError("INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
                         {{"functionName", "`bit_get`"},
                          {"parameter", "`pos`"},
                          {"upper", std::to_string(kBits)},
                          {"invalidValue", std::to_string(position)}});
      });
}

Result<BoundFunction> BindBitGet(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(
      function.argument_types,
      MatchArguments(request, {ParameterType::Kind::kIntegral, TypeId::kInteger}));
  function.return_type = TypeId::kByte;
  function.nullable = AnyNullable(request);
  function.kernel = [type = function.argument_types[0].id()](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    switch (type) {
      case TypeId::kByte: return GetBits<int8_t>(arguments, rows);
      case TypeId::kShort: return GetBits<int16_t>(arguments, rows);
      case TypeId::kInteger: return GetBits<int32_t>(arguments, rows);
      default: return GetBits<int64_t>(arguments, rows);
    }
  };
  return function;
}

Result<BoundFunction> BindBitmapCount(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kBinary && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("BINARY"));
  }
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    const BytesReader bytes(arguments[0]);
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = 0;
      for (const unsigned char byte : bytes[row]) out[row] += std::popcount(byte);
    }
    return MakeFixedColumn(arrow::int64(), rows, validity, std::move(buffer));
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kBinary}, TypeId::kLong, kernel));
  function.may_fail = false;
  return function;
}

/// Bitmaps have 4 KiB: positive numbers start at bit 0 of bucket 1, others go down from bucket 0.
constexpr int64_t kBitsOfBitmap = 8 * 4096;
int64_t BitmapBit(int64_t value) {
  return value > 0 ? (value - 1) % kBitsOfBitmap
                   : static_cast<int64_t>((0 - static_cast<uint64_t>(value)) % kBitsOfBitmap);
}
int64_t BitmapBucket(int64_t value) {
  return value > 0 ? 1 + (value - 1) / kBitsOfBitmap : value / kBitsOfBitmap;
}

template <int64_t (*map)(int64_t)>
Result<BoundFunction> BindBitmapPlace(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixed<int64_t, int64_t>(arguments, rows, arrow::int64(), map);
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kLong}, TypeId::kLong, kernel));
  function.may_fail = false;
  return function;
}

constexpr ScalarFunctionDefinition kNumberBaseFunctions[] = {
    {"conv",
     3,
     3,
     {"`conv(num, from_base, to_base)`: a number in another base.", "1.5.0"},
     BindConv},
    {"width_bucket",
     4,
     4,
     {"`width_bucket(value, min, max, count)`: the bucket of equal width.", "3.1.0"},
     BindWidthBucket},
    {"bit_get",
     2,
     2,
     {"`bit_get(expr, pos)`: one bit, counted from the right.", "3.2.0"},
     BindBitGet},
    {"getbit", 2, 2, {"`getbit(expr, pos)`: as bit_get.", "3.2.0"}, BindBitGet},
    {"bitmap_count",
     1,
     1,
     {"`bitmap_count(expr)`: the bits that are set in a binary.", "3.5.0"},
     BindBitmapCount},
    {"bitmap_bit_position",
     1,
     1,
     {"`bitmap_bit_position(expr)`: the bit of a number in its "
      "bitmap.",
      "3.5.0"},
     BindBitmapPlace<BitmapBit>},
    {"bitmap_bucket_number",
     1,
     1,
     {"`bitmap_bucket_number(expr)`: the bitmap that a number "
      "belongs to.",
      "3.5.0"},
     BindBitmapPlace<BitmapBucket>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> NumberBaseFunctions() { return kNumberBaseFunctions; }

}  // namespace firesteel
