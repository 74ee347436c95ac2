#include <utility>
#include <vector>

#include "functions/aggregate_support.h"
#include "functions/coercion.h"
#include "functions/min_max.h"
#include "functions/registry.h"
#include "functions/sum.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// Counts rows where every argument is set, or, for count_if, where the condition is true.
///   count  LONG
class Count final : public Accumulator {
 public:
  explicit Count(bool only_true) : only_true_(only_true) {}

  Status Resize(int64_t groups) override {
    counts_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    if (only_true_) {
      const BooleanReader values(arguments[0]);
      ForEachSet(arguments[0], groups,
                 [&](int32_t group, int64_t row) { counts_[group] += values[row]; });
      return Status::OK();
    }
    if (arguments.size() == 1) {
      ForEachSet(arguments[0], groups, [&](int32_t group, int64_t) { ++counts_[group]; });
      return Status::OK();
    }
    for (size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] < 0) continue;
      bool set = true;
      for (const ColumnVector& argument : arguments) {
        set &= argument.values->IsValid(argument.constant ? 0 : static_cast<int64_t>(row));
      }
      counts_[groups[row]] += set;
    }
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const FixedReader<int64_t> counts(BufferColumn(buffers[0]));
    ForEachSet(BufferColumn(buffers[0]), groups,
               [&](int32_t group, int64_t row) { counts_[group] += counts[row]; });
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> counts, Finish());
    return std::vector{std::move(counts)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return MakeFixedArray(arrow::int64(), counts_, {});
  }

 private:
  bool only_true_;
  std::vector<int64_t> counts_;
};

Bound MakeCount(std::vector<DataType> types, bool only_true) {
  return std::make_shared<const SimpleAggregate>(
      std::move(types), TypeId::kLong, false, std::vector<StructField>{{"count", TypeId::kLong}},
      [only_true] { return std::make_unique<Count>(only_true); });
}

Bound BindCount(const BindRequest& request) {
  std::vector<DataType> types;
  for (const ExpressionPtr& argument : request.arguments) types.push_back(argument->type());
  return MakeCount(std::move(types), false);
}

Bound BindCountIf(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types,
                        MatchArguments(request, {TypeId::kBoolean}));
  return MakeCount(std::move(types), true);
}

template <bool greatest>
Bound BindExtreme(const BindRequest& request) {
  if (!IsOrderable(request.type(0))) return NotOrderable(request, request.type(0));
  return MakeExtreme(request.type(0), greatest);
}

/// bool_and is the least, bool_or the greatest value; so they are in the state, too.
template <bool greatest>
Bound BindBooleanExtreme(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types,
                        MatchArguments(request, {TypeId::kBoolean}));
  return MakeExtreme(types[0], greatest);
}

/// Multiplies; NULL until a value came.
class Product final : public Accumulator {
 public:
  Status Resize(int64_t groups) override {
    products_.resize(static_cast<size_t>(groups), 1.0);
    set_.resize(static_cast<size_t>(groups), 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments, std::span<const int32_t> groups) override {
    const FixedReader<double> values(arguments[0]);
    ForEachSet(arguments[0], groups, [&](int32_t group, int64_t row) {
      products_[group] *= values[row];
      set_[group] = 1;
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector columns[] = {BufferColumn(buffers[0])};
    return Update(columns, groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> products, Finish());
    return std::vector{std::move(products)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return MakeFixedArray(arrow::float64(), products_, set_);
  }

 private:
  std::vector<double> products_;
  std::vector<uint8_t> set_;
};

Bound BindProduct(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types, MatchArguments(request, {TypeId::kDouble}));
  return std::make_shared<const SimpleAggregate>(
      std::move(types), TypeId::kDouble, true,
      std::vector<StructField>{{"product", TypeId::kDouble}},
      [] { return std::make_unique<Product>(); });
}

enum class FoldOp { kAnd, kOr, kXor };

/// Folds integers bit by bit; NULL until a value came.
template <typename T>
class BitFold final : public Accumulator {
 public:
  BitFold(std::shared_ptr<arrow::DataType> type, FoldOp op) : type_(std::move(type)), op_(op) {}

  Status Resize(int64_t groups) override {
    values_.resize(groups, op_ == FoldOp::kAnd ? T(-1) : T(0));
    set_.resize(groups, 0);
    return Status::OK();
  }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const FixedReader<T> values(arguments[0]);
    ForEachSet(arguments[0], groups, [&](int32_t group, int64_t row) {
      const T value = values[row];
      T& folded = values_[group];
      folded = static_cast<T>(op_ == FoldOp::kAnd  ? folded & value
                              : op_ == FoldOp::kOr ? folded | value
                                                   : folded ^ value);
      set_[group] = 1;
    });
    return Status::OK();
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    const ColumnVector column = BufferColumn(buffers[0]);
    return Update(std::span(&column, 1), groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, Finish());
    return std::vector{std::move(values)};
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    return MakeFixedArray(type_, values_, set_);
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
  FoldOp op_;
  std::vector<T> values_;
  std::vector<uint8_t> set_;
};

template <FoldOp op>
Bound BindBits(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types,
                        MatchArguments(request, {ParameterType::Kind::kIntegral}));
  const DataType type = types[0];
  SimpleAggregate::Factory factory = [type]() -> std::unique_ptr<Accumulator> {
    switch (type.id()) {
      case TypeId::kByte: return std::make_unique<BitFold<int8_t>>(arrow::int8(), op);
      case TypeId::kShort: return std::make_unique<BitFold<int16_t>>(arrow::int16(), op);
      case TypeId::kInteger: return std::make_unique<BitFold<int32_t>>(arrow::int32(), op);
      default: return std::make_unique<BitFold<int64_t>>(arrow::int64(), op);
    }
  };
  return std::make_shared<const SimpleAggregate>(
      std::move(types), type, true, std::vector<StructField>{{std::string(request.name), type}},
      std::move(factory));
}

constexpr AggregateFunctionDefinition kBasicAggregates[] = {
    {"count", 1, -1, {"`count(expr, …)`: the rows where all values are set.", "1.0.0"}, BindCount},
    {"count_if", 1, 1, {"`count_if(expr)`: the rows where expr is true.", "3.0.0"}, BindCountIf},
    {"sum", 1, 1, {"`sum(expr)`: the sum.", "1.0.0"}, BindSum},
    {"product", 1, 1, {"`product(expr)`: the product.", "3.2.0"}, BindProduct},
    {"try_sum", 1, 1, {"`try_sum(expr)`: as sum, NULL when it does not fit.", "3.3.0"}, BindTrySum},
    {"try_avg",
     1,
     1,
     {"`try_avg(expr)`: as avg, NULL when the sum does not fit.", "3.3.0"},
     BindTryAverage},
    {"avg", 1, 1, {"`avg(expr)`: the mean.", "1.0.0"}, BindAverage},
    {"mean", 1, 1, {"`mean(expr)`: the mean.", "1.0.0"}, BindAverage},
    {"min", 1, 1, {"`min(expr)`: the least value.", "1.0.0"}, BindExtreme<false>},
    {"max", 1, 1, {"`max(expr)`: the greatest value.", "1.0.0"}, BindExtreme<true>},
    {"bool_and",
     1,
     1,
     {"`bool_and(expr)`: whether all values are true.", "3.0.0"},
     BindBooleanExtreme<false>},
    {"every",
     1,
     1,
     {"`every(expr)`: whether all values are true.", "3.0.0"},
     BindBooleanExtreme<false>},
    {"bool_or",
     1,
     1,
     {"`bool_or(expr)`: whether some value is true.", "3.0.0"},
     BindBooleanExtreme<true>},
    {"some",
     1,
     1,
     {"`some(expr)`: whether some value is true.", "3.0.0"},
     BindBooleanExtreme<true>},
    {"any", 1, 1, {"`any(expr)`: whether some value is true.", "3.0.0"}, BindBooleanExtreme<true>},
    {"bit_and", 1, 1, {"`bit_and(expr)`: the AND of all bits.", "3.0.0"}, BindBits<FoldOp::kAnd>},
    {"bit_or", 1, 1, {"`bit_or(expr)`: the OR of all bits.", "3.0.0"}, BindBits<FoldOp::kOr>},
    {"bit_xor", 1, 1, {"`bit_xor(expr)`: the XOR of all bits.", "3.0.0"}, BindBits<FoldOp::kXor>},
};

}  // namespace

std::span<const AggregateFunctionDefinition> BasicAggregates() { return kBasicAggregates; }

}  // namespace firesteel
