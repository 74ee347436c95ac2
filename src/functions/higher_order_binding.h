#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "functions/binding.h"
#include "functions/nested_columns.h"

namespace firesteel {

// What the higher-order functions share.

/// Starts a function whose first `values` arguments are matched already; the others are lambdas and
/// keep their types. Sets the kernel so that a call of constants is evaluated on one row only.
BoundFunction MakeHigherOrder(const BindRequest& request, std::vector<DataType> values,
                              DataType return_type, bool nullable, LazyKernel kernel);

/// Checks that lambda `index` gives `type`; a NULL without a type does. Writes the type the body is
/// cast to. Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE.
Status RequireLambdaType(const BindRequest& request, int index, const DataType& type,
                         BoundFunction* function);

/// Evaluates a lambda over flat elements; the result has one element per element.
Result<std::shared_ptr<arrow::Array>> EvaluateFlat(
    const Expression& lambda, const std::vector<std::shared_ptr<arrow::Array>>& variables,
    const arrow::RecordBatch& batch, const FlatLists& flat, EvaluationContext* context);

/// What spark.sql.mapKeyDedupPolicy says.
inline DuplicateKeys DuplicateKeysOf(const FunctionSettings& settings) {
  return settings.last_map_key_wins ? DuplicateKeys::kLastWins : DuplicateKeys::kError;
}

/// The type in which the keys of map_zip_with's maps meet; strings meet strings only.
std::optional<DataType> MapZipKeyType(const DataType& left, const DataType& right, bool ansi);

/// `array_sort(array[, comparator])`.
Result<BoundFunction> BindArraySort(const BindRequest& request);

}  // namespace firesteel
