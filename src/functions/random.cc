#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/call_text.h"
#include "functions/constant.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"
#include "types/hash.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Java's Random over a xorshift generator, as Spark seeds it: the same seed gives the same rows.
class RandomGenerator {
 public:
  RandomGenerator() = default;
  explicit RandomGenerator(int64_t seed) {
    // The seed's bytes, highest first, hashed twice.
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i) {
      bytes[i] = static_cast<char>(static_cast<uint64_t>(seed) >> (8 * (7 - i)));
    }
    const auto low = static_cast<uint32_t>(Murmur3HashBytes(bytes, kSeedOfHash));
    const auto high = static_cast<uint32_t>(Murmur3HashBytes(bytes, static_cast<int32_t>(low)));
    state_ = static_cast<uint64_t>(high) << 32 | low;
  }

  double NextDouble() {
    const auto high = static_cast<int64_t>(Next(26)) << 27;
    return static_cast<double>(high + Next(27)) * 0x1p-53;
  }

  double NextGaussian() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    double x = 0;
    double y = 0;
    double square = 0;
    do {
      x = 2 * NextDouble() - 1;
      y = 2 * NextDouble() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double factor = std::sqrt(-2 * std::log(square) / square);
    spare_ = y * factor;
    has_spare_ = true;
    return x * factor;
  }

  /// A whole number from 0 to `bound` - 1.
  int32_t NextBelow(int32_t bound) { return std::abs(Next(32) % bound); }

 private:
  int32_t Next(int bits) {
    uint64_t next = state_ ^ state_ << 21;
    next ^= next >> 35;
    next ^= next << 4;
    state_ = next;
    return static_cast<int32_t>(next & ((uint64_t{1} << bits) - 1));
  }

  static constexpr int32_t kSeedOfHash = 0x3C074A61;
  uint64_t state_ = 1;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Where the rows of each partition stopped, so that the next batch goes on from there. A batch
/// that does not follow the last one starts over and skips. Thread-safe.
class RandomSequence {
 public:
  explicit RandomSequence(int64_t seed) : seed_(seed) {}

  /// Calls `draw(generator)` for the rows before the batch (if they are not known) and for the
  /// batch's rows; `keep` gets the results of the latter.
  template <typename Draw, typename Keep>
  void Run(const EvaluationContext& context, int64_t rows, const Draw& draw, const Keep& keep) {
    Position position = Start(context);
    for (; position.row < context.rows_before; ++position.row) draw(&position.generator);
    for (int64_t row = 0; row < rows; ++row) keep(row, draw(&position.generator));
    position.row = context.rows_before + rows;
    std::lock_guard lock(mutex_);
    positions_[context.partition] = position;
  }

 private:
  struct Position {
    RandomGenerator generator;
    int64_t row = 0;
  };

  Position Start(const EvaluationContext& context) {
    std::lock_guard lock(mutex_);
    const auto found = positions_.find(context.partition);
    if (found != positions_.end() && found->second.row == context.rows_before) {
      return found->second;
    }
    // Begins anew at the least number behind the greatest, as in Java.
    const uint64_t seed = static_cast<uint64_t>(seed_) + static_cast<uint64_t>(context.partition);
    return {RandomGenerator(static_cast<int64_t>(seed)), 0};
  }

  const int64_t seed_;
  std::mutex mutex_;
  std::map<int, Position> positions_;  // guarded by mutex_
};

int64_t RandomSeed() {
  std::random_device device;
  return static_cast<int64_t>(static_cast<uint64_t>(device()) << 32 | device());
}

/// The seed in argument `index`; a NULL is 0, one left out is random. The seed must be an INT or
/// BIGINT constant.
Result<int64_t> SeedArgument(const BindRequest& request, int index) {
  if (request.size() <= index) return RandomSeed();
  const TypeId type = request.type(index).id();
  if (type != TypeId::kNull && !request.type(index).is_integral()) {
    return UnexpectedInputType(request, index, "(\"INT\" or \"BIGINT\")");
  }
  if (!IsFoldable(*request.arguments[index])) {
    return MakeError("SEED_EXPRESSION_IS_UNFOLDABLE",
                     {{"seedExpr", Quoted(request.arguments[index]->Sql())},
                      {"exprWithSeed", Quoted(CallSql(request))}});
  }
  ARROW_ASSIGN_OR_RAISE(Value seed, ConstantArgument(request, index, TypeId::kLong, "seed"));
  return seed.is_null() ? 0 : seed.Get<int64_t>();
}

BoundFunction RandomFunction(const BindRequest& request, DataType type) {
  BoundFunction function;
  for (int i = 0; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.return_type = std::move(type);
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  return function;
}

/// `rand([seed])` from 0 to 1, `randn([seed])` from the normal distribution.
template <bool normal>
Result<BoundFunction> BindRand(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(int64_t seed, SeedArgument(request, 0));
  BoundFunction function = RandomFunction(request, TypeId::kDouble);
  auto sequence = std::make_shared<RandomSequence>(seed);
  function.kernel = [sequence](std::span<const ColumnVector>, int64_t rows,
                               EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(double)));
    auto* out = buffer->mutable_data_as<double>();
    sequence->Run(
        *context, rows,
        [](RandomGenerator* generator) {
          return normal ? generator->NextGaussian() : generator->NextDouble();
        },
        [&](int64_t row, double value) { out[row] = value; });
    return MakeFixedColumn(arrow::float64(), rows, Validity{}, std::move(buffer));
  };
  function.sql = [](const Arguments& arguments) {
    return CallText(normal ? "randn" : "rand", arguments);
  };
  return function;
}

/// The type of numbers between bounds of two types. Of a decimal, the digits are not widened.
DataType UniformType(const DataType& min, const DataType& max) {
  for (const TypeId floating : {TypeId::kDouble, TypeId::kFloat}) {
    if (min.id() == floating || max.id() == floating) return floating;
  }
  if (max.id() == TypeId::kDecimal) return max;
  if (min.id() == TypeId::kDecimal) return min;
  return std::max(min.id(), max.id());
}

/// `uniform(min, max[, seed])`: min + (max - min) × rand.
Result<BoundFunction> BindUniform(const BindRequest& request) {
  static constexpr std::string_view kNames[] = {"min", "max"};
  bool null = false;
  double bounds[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    const DataType& given = request.type(i);
    if (!given.is_numeric() && given.id() != TypeId::kNull) {
      return UnexpectedInputType(request, i, Quoted("NUMERIC"));
    }
    ARROW_ASSIGN_OR_RAISE(Value value,
                          ConstantArgument(request, i, TypeId::kDouble, kNames[i]));
    null |= value.is_null();
    if (!value.is_null()) bounds[i] = value.Get<double>();
  }
  ARROW_ASSIGN_OR_RAISE(int64_t seed, SeedArgument(request, 2));
  const DataType type =
      null ? DataType(TypeId::kDouble) : UniformType(request.type(0), request.type(1));
  BoundFunction function = RandomFunction(request, type);
  function.nullable = null;
  function.may_fail = type.id() == TypeId::kDecimal;
  auto sequence = std::make_shared<RandomSequence>(seed);
  const CastOptions options{request.settings.ansi, false, request.settings.time_zone};
  function.kernel = [=](std::span<const ColumnVector>, int64_t rows,
                        EvaluationContext* context) -> Result<ColumnVector> {
    if (null) return NullConstant(arrow::float64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(double)));
    auto* out = buffer->mutable_data_as<double>();
    sequence->Run(
        *context, rows, [](RandomGenerator* generator) { return generator->NextDouble(); },
        [&](int64_t row, double value) {
          out[row] = bounds[0] + (bounds[1] - bounds[0]) * value;
        });
    ColumnVector column = MakeFixedColumn(arrow::float64(), rows, Validity{}, std::move(buffer));
    ARROW_ASSIGN_OR_RAISE(column.values, CastArray(column.values, TypeId::kDouble, type, options));
    return column;
  };
  return function;
}

/// `randstr(length[, seed])`: digits and letters.
Result<BoundFunction> BindRandomString(const BindRequest& request) {
  constexpr std::string_view kCharacters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const DataType& given = request.type(0);
  if (!given.is_numeric() && given.id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, "INT or SMALLINT");
  }
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 0, TypeId::kInteger, "length"));
  const int32_t length = value.is_null() ? 0 : value.Get<int32_t>();
  if (length < 0) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"exprName", "`length`"},
                      {"valueRange", "[0, 2147483647]"},
                      {"currentValue", std::to_string(length)}});
  }
  ARROW_ASSIGN_OR_RAISE(int64_t seed, SeedArgument(request, 1));
  BoundFunction function = RandomFunction(request, TypeId::kString);
  auto sequence = std::make_shared<RandomSequence>(seed);
  function.kernel = [=](std::span<const ColumnVector>, int64_t rows,
                        EvaluationContext* context) -> Result<ColumnVector> {
    std::vector<std::string> texts(rows);
    sequence->Run(
        *context, rows,
        [&](RandomGenerator* generator) {
          std::string text;
          for (int32_t i = 0; i < length; ++i) {
            text.push_back(kCharacters[generator->NextBelow(62)]);
          }
          return text;
        },
        [&](int64_t row, std::string text) { texts[row] = std::move(text); });
    return BuildStrings({}, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      return builder->Append(texts[row]);
    });
  };
  return function;
}

constexpr ScalarFunctionDefinition kRandomFunctions[] = {
    {"rand",
     0,
     1,
     {"`rand([seed])`: a random number from 0 (inclusive) to 1.", "1.5.0"},
     BindRand<false>},
    {"random", 0, 1, {"`random([seed])`: as rand.", "3.0.0"}, BindRand<false>},
    {"randn",
     0,
     1,
     {"`randn([seed])`: a random number of the normal distribution.", "1.5.0"},
     BindRand<true>},
    {"uniform",
     2,
     3,
     {"`uniform(min, max[, seed])`: a random number between the two.", "4.0.0"},
     BindUniform},
    {"randstr",
     1,
     2,
     {"`randstr(length[, seed])`: a random string of digits and letters.", "4.0.0"},
     BindRandomString},
};

}  // namespace

std::span<const ScalarFunctionDefinition> RandomFunctions() { return kRandomFunctions; }

}  // namespace firesteel
