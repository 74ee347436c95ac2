#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// The settings that functions depend on, fixed in them by the analyzer.
struct FunctionSettings {
  bool ansi = true;
  std::string time_zone = "UTC";
  bool last_map_key_wins = false;  ///< spark.sql.mapKeyDedupPolicy=LAST_WIN
};

/// What a function is bound from: the resolved arguments, before any implicit cast.
struct BindRequest {
  std::string_view name;  ///< as the user wrote it
  const std::vector<ExpressionPtr>& arguments;
  const FunctionSettings& settings;

  const DataType& type(int i) const { return arguments[i]->type(); }
  int size() const { return static_cast<int>(arguments.size()); }
};

/// Computes one column from the arguments', which have exactly the bound argument types.
using Kernel = std::function<Result<ColumnVector>(std::span<const ColumnVector> arguments,
                                                  int64_t rows, EvaluationContext* context)>;

/// Computes one column from argument expressions that it evaluates itself, on the rows that need
/// them only (AND, OR, IF, coalesce).
using LazyKernel = std::function<Result<ColumnVector>(std::span<const ExpressionPtr> arguments,
                                                      const arrow::RecordBatch& batch,
                                                      EvaluationContext* context)>;

/// A scalar function for certain argument types.
struct BoundFunction {
  std::vector<DataType> argument_types;  ///< the analyzer casts the arguments to these
  /// Defaults of arguments left out; BindCall appends them, so that they show in the name.
  std::vector<ExpressionPtr> default_arguments;
  DataType return_type;
  bool nullable = true;
  bool deterministic = true;
  bool may_fail = true;  ///< false: no row makes the kernel fail
  bool uses_context = false;  ///< reads the EvaluationContext: not to be folded at planning
  Kernel kernel;
  LazyKernel lazy_kernel;  ///< instead of `kernel`
  /// Renders the call as Spark names the column; empty: `name(a, b)`. For operators `(a + b)`.
  std::function<std::string(const std::vector<std::string>& arguments)> sql;
};

struct FunctionDocumentation {
  std::string_view usage;    ///< `substring(str, pos[, len])`: one sentence
  std::string_view since;    ///< version of Spark that brought it
};

/// A scalar function: one entry in its family's list.
struct ScalarFunctionDefinition {
  std::string_view name;
  int min_arguments = 0;
  int max_arguments = 0;  ///< -1: any number
  FunctionDocumentation documentation;
  /// Chooses argument and return types. Errors: DATATYPE_MISMATCH.*, …
  Result<BoundFunction> (*bind)(const BindRequest& request);
};

/// A resolved call of a scalar function.
class ScalarFunction final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kScalarFunction;
  /// `arguments` are cast already.
  ScalarFunction(const ScalarFunctionDefinition* definition,
                 std::shared_ptr<const BoundFunction> bound, std::vector<ExpressionPtr> arguments);
  std::string_view name() const { return definition_->name; }
  const ScalarFunctionDefinition* definition() const { return definition_; }
  const BoundFunction& bound() const { return *bound_; }
  bool deterministic() const override;
  bool may_fail() const override;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  const ScalarFunctionDefinition* definition_;
  std::shared_ptr<const BoundFunction> bound_;
};

}  // namespace firesteel
