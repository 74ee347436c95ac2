#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"

namespace firesteel {

/// The rows a generator made of a batch: output row j came from input row source_rows[j].
struct GeneratedRows {
  std::vector<int64_t> source_rows;
  std::vector<std::shared_ptr<arrow::Array>> columns;  ///< all of source_rows.size()
};

/// A table-valued function of one row (explode, posexplode, inline, stack) for certain types.
struct BoundGenerator {
  std::vector<DataType> argument_types;
  std::vector<StructField> output;  ///< default names: col; pos, col; key, value
  std::function<Result<GeneratedRows>(std::span<const ColumnVector> arguments, int64_t rows)>
      generate;
};

struct GeneratorDefinition {
  std::string_view name;
  int min_arguments = 0;
  int max_arguments = 0;
  FunctionDocumentation documentation;
  Result<BoundGenerator> (*bind)(const BindRequest& request);
};

/// A resolved call of a generator; the analyzer moves it into a Generate plan.
class GeneratorCall final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kGenerator;
  GeneratorCall(const GeneratorDefinition* definition, std::shared_ptr<const BoundGenerator> bound,
                std::vector<ExpressionPtr> arguments);
  std::string_view name() const { return definition_->name; }
  const BoundGenerator& bound() const { return *bound_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  const GeneratorDefinition* definition_;
  std::shared_ptr<const BoundGenerator> bound_;
};

}  // namespace firesteel
