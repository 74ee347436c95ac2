#include "functions/higher_order.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/lambda.h"
#include "expr/nodes.h"
#include "expr/row_selection.h"
#include "functions/fixed_width_kernels.h"
#include "functions/higher_order_binding.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

const std::shared_ptr<arrow::Array>& Child(const ColumnVector& lists) {
  return static_cast<const arrow::ListArray&>(*lists.values).values();
}

/// Binds the array in front of a lambda.
Result<std::vector<DataType>> MatchArray(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kArray) {
    return UnexpectedInputType(request, 0, Quoted("ARRAY"));
  }
  return std::vector<DataType>{request.type(0)};
}

/// The variables of `(element[, place]) -> …`; the places are made only when they are wanted.
Result<Arrays> ElementAndPlace(const Expression& lambda, const ColumnVector& lists,
                               const FlatLists& flat) {
  Arrays variables(1);
  ARROW_ASSIGN_OR_RAISE(variables[0], GatherElements(Child(lists), flat));
  const auto* node = As<Lambda>(lambda);
  if (node && node->variables().size() > 1) {
    ARROW_ASSIGN_OR_RAISE(auto places, ElementPlaces(flat));
    variables.push_back(std::move(places));
  }
  return variables;
}

Result<BoundFunction> BindTransform(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchArray(request));
  const DataType type = DataType::Array(request.type(1), request.arguments[1]->nullable());
  return MakeHigherOrder(
      request, std::move(types), type, request.arguments[0]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(ColumnVector lists, arguments[0]->Evaluate(batch, context));
        const FlatLists flat = Flatten(lists, batch.num_rows());
        ARROW_ASSIGN_OR_RAISE(Arrays variables, ElementAndPlace(*arguments[1], lists, flat));
        ARROW_ASSIGN_OR_RAISE(auto values,
                              EvaluateFlat(*arguments[1], variables, batch, flat, context));
        return WrapLists(type, values, flat.offsets, flat.set);
      });
}

/// The truth of a condition for each element: NULL is neither.
enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

Result<std::vector<Truth>> EvaluateCondition(const Expression& lambda, const Arrays& variables,
                                             const arrow::RecordBatch& batch,
                                             const FlatLists& flat, EvaluationContext* context) {
  ARROW_ASSIGN_OR_RAISE(auto values, EvaluateFlat(lambda, variables, batch, flat, context));
  std::vector<Truth> truths(flat.size(), Truth::kUnknown);
  if (values->type_id() != arrow::Type::BOOL) return truths;
  const auto& bits = static_cast<const arrow::BooleanArray&>(*values);
  for (int64_t i = 0; i < flat.size(); ++i) {
    if (bits.IsValid(i)) truths[i] = bits.Value(i) ? Truth::kTrue : Truth::kFalse;
  }
  return truths;
}

Result<BoundFunction> BindFilter(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchArray(request));
  const DataType type = request.type(0);
  BoundFunction function = MakeHigherOrder(
      request, std::move(types), type, request.arguments[0]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(ColumnVector lists, arguments[0]->Evaluate(batch, context));
        const FlatLists flat = Flatten(lists, batch.num_rows());
        ARROW_ASSIGN_OR_RAISE(Arrays variables, ElementAndPlace(*arguments[1], lists, flat));
        ARROW_ASSIGN_OR_RAISE(
            auto truths, EvaluateCondition(*arguments[1], variables, batch, flat, context));
        std::vector<int64_t> kept;
        std::vector<int32_t> offsets{0};
        for (int64_t row = 0; row < flat.rows(); ++row) {
          for (int64_t i = flat.offsets[row]; i < flat.offsets[row + 1]; ++i) {
            if (truths[i] == Truth::kTrue) kept.push_back(flat.elements[i]);
          }
          offsets.push_back(static_cast<int32_t>(kept.size()));
        }
        ARROW_ASSIGN_OR_RAISE(auto values, TakeElements(Child(lists), kept));
        return WrapLists(type, values, offsets, flat.set);
      });
  ARROW_RETURN_NOT_OK(RequireLambdaType(request, 1, TypeId::kBoolean, &function));
  return function;
}

/// exists is true when some element is `decisive`; forall is false when some is. Without one, NULL
/// decides when there is a NULL.
template <bool exists>
Result<BoundFunction> BindQuantifier(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchArray(request));
  BoundFunction function = MakeHigherOrder(
      request, std::move(types), TypeId::kBoolean, true,
      [](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
         EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(ColumnVector lists, arguments[0]->Evaluate(batch, context));
        const int64_t rows = batch.num_rows();
        const FlatLists flat = Flatten(lists, rows);
        Arrays variables(1);
        ARROW_ASSIGN_OR_RAISE(variables[0], GatherElements(Child(lists), flat));
        ARROW_ASSIGN_OR_RAISE(
            auto truths, EvaluateCondition(*arguments[1], variables, batch, flat, context));
        constexpr Truth kDecisive = exists ? Truth::kTrue : Truth::kFalse;
        std::vector<uint8_t> decided(rows, 0);
        Validity validity;
        ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(rows));
        for (int64_t row = 0; row < rows; ++row) {
          bool unknown = false;
          for (int64_t i = flat.offsets[row]; i < flat.offsets[row + 1] && !decided[row]; ++i) {
            decided[row] = truths[i] == kDecisive;
            unknown |= truths[i] == Truth::kUnknown;
          }
          if (flat.IsSet(row) && (decided[row] || !unknown)) {
            arrow::bit_util::SetBit(validity.bitmap->mutable_data(), row);
          }
        }
        return MakeBooleanColumn(rows, validity,
                                 [&](int64_t row) { return decided[row] ? exists : !exists; });
      });
  ARROW_RETURN_NOT_OK(RequireLambdaType(request, 1, TypeId::kBoolean, &function));
  return function;
}

/// The rows whose arrays are not used up yet, and their accumulators.
struct Accumulation {
  std::vector<int32_t> rows;
  ColumnVector values;
  std::vector<SelectedValues> done;
};

/// Sets aside the rows that have no element at `place`.
Status SetAside(const FlatLists& flat, int64_t place, int64_t batch_rows, Accumulation* state) {
  std::vector<int64_t> staying, leaving;
  std::vector<int32_t> staying_rows, leaving_rows;
  for (size_t i = 0; i < state->rows.size(); ++i) {
    const int32_t row = state->rows[i];
    const bool stays = place < flat.offsets[row + 1] - flat.offsets[row];
    (stays ? staying : leaving).push_back(static_cast<int64_t>(i));
    (stays ? staying_rows : leaving_rows).push_back(row);
  }
  if (leaving.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto all, state->values.Expand(static_cast<int64_t>(state->rows.size())));
  ARROW_ASSIGN_OR_RAISE(auto left, TakeElements(all, leaving));
  ARROW_ASSIGN_OR_RAISE(auto kept, TakeElements(all, staying));
  state->done.push_back(
      {RowSelection::Of(batch_rows, std::move(leaving_rows)), ColumnVector{left, false}});
  state->rows = std::move(staying_rows);
  state->values = ColumnVector{std::move(kept), false};
  return Status::OK();
}

/// Merges one element after another into the accumulators, for all rows at once.
Result<ColumnVector> Accumulate(std::span<const ExpressionPtr> arguments,
                                const std::shared_ptr<arrow::Array>& elements,
                                const FlatLists& flat, const arrow::RecordBatch& batch,
                                EvaluationContext* context) {
  const DataType& type = arguments[1]->type();
  const int64_t batch_rows = batch.num_rows();
  Accumulation state;
  for (int64_t row = 0; row < batch_rows; ++row) {
    if (flat.IsSet(row)) state.rows.push_back(static_cast<int32_t>(row));
  }
  ARROW_ASSIGN_OR_RAISE(
      state.values, EvaluateOnRows(*arguments[1], batch,
                                   RowSelection::Of(batch_rows, state.rows), context));
  for (int64_t place = 0;; ++place) {
    ARROW_RETURN_NOT_OK(SetAside(flat, place, batch_rows, &state));
    if (state.rows.empty()) break;
    const auto active = static_cast<int64_t>(state.rows.size());
    std::vector<int64_t> indices, parents;
    for (const int32_t row : state.rows) {
      indices.push_back(flat.offsets[row] + place);
      parents.push_back(row);
    }
    Arrays variables(2);
    ARROW_ASSIGN_OR_RAISE(variables[0], state.values.Expand(active));
    ARROW_ASSIGN_OR_RAISE(variables[1], TakeElements(elements, indices));
    ARROW_ASSIGN_OR_RAISE(state.values,
                          EvaluateLambda(*arguments[2], variables, batch, parents, context));
  }
  return Interleave(state.done, type, batch_rows);
}

Result<ColumnVector> Aggregate(std::span<const ExpressionPtr> arguments,
                               const arrow::RecordBatch& batch, EvaluationContext* context) {
  ARROW_ASSIGN_OR_RAISE(ColumnVector lists, arguments[0]->Evaluate(batch, context));
  const int64_t rows = batch.num_rows();
  const FlatLists flat = Flatten(lists, rows);
  ARROW_ASSIGN_OR_RAISE(auto elements, GatherElements(Child(lists), flat));
  ARROW_ASSIGN_OR_RAISE(ColumnVector merged, Accumulate(arguments, elements, flat, batch, context));
  ARROW_ASSIGN_OR_RAISE(auto accumulators, merged.Expand(rows));
  // A NULL array is NULL whatever the last lambda makes of a NULL.
  std::vector<int32_t> set_rows;
  std::vector<int64_t> parents;
  for (int64_t row = 0; row < rows; ++row) {
    if (!flat.IsSet(row)) continue;
    set_rows.push_back(static_cast<int32_t>(row));
    parents.push_back(row);
  }
  Arrays variables(1);
  ARROW_ASSIGN_OR_RAISE(variables[0], TakeElements(accumulators, parents));
  ARROW_ASSIGN_OR_RAISE(ColumnVector finished,
                        EvaluateLambda(*arguments[3], variables, batch, parents, context));
  return Interleave({{RowSelection::Of(rows, std::move(set_rows)), std::move(finished)}},
                    arguments[3]->type(), rows);
}

Result<BoundFunction> BindAggregate(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto types, MatchArray(request));
  const DataType& zero = request.type(1);
  types.push_back(zero);
  if (!request.type(2).SameType(zero)) {
    return UnexpectedInputType(request, 2, Quoted(zero.Sql()));
  }
  const bool has_finish = request.size() == 4;
  BoundFunction function = MakeHigherOrder(request, std::move(types),
                                           has_finish ? request.type(3) : zero, true, Aggregate);
  if (!has_finish) {
    auto accumulator = std::make_shared<LambdaVariable>("id", zero, true);
    function.default_arguments = {
        std::make_shared<Lambda>(std::vector<LambdaVariablePtr>{accumulator}, accumulator)};
  }
  return function;
}

/// The elements of two lists side by side; the shorter one is filled up with NULLs.
struct ZippedLists {
  FlatLists flat;  ///< of the pairs; its elements are not used
  std::vector<int64_t> sides[2];
};

ZippedLists Zip(const FlatLists& left, const FlatLists& right, int64_t rows) {
  ZippedLists zipped;
  const FlatLists* sides[2] = {&left, &right};
  if (!left.set.empty() || !right.set.empty()) zipped.flat.set.assign(rows, 1);
  for (int64_t row = 0; row < rows; ++row) {
    if (left.IsSet(row) && right.IsSet(row)) {
      int64_t length = 0;
      for (const FlatLists* side : sides) {
        length = std::max<int64_t>(length, side->offsets[row + 1] - side->offsets[row]);
      }
      for (int64_t i = 0; i < length; ++i) {
        zipped.flat.parents.push_back(row);
        for (int k = 0; k < 2; ++k) {
          const int64_t place = sides[k]->offsets[row] + i;
          const bool inside = place < sides[k]->offsets[row + 1];
          zipped.sides[k].push_back(inside ? sides[k]->elements[place] : kNoElement);
        }
      }
    } else {
      zipped.flat.set[row] = 0;
    }
    zipped.flat.offsets.push_back(static_cast<int32_t>(zipped.flat.parents.size()));
  }
  zipped.flat.elements.assign(zipped.flat.parents.size(), 0);
  return zipped;
}

Result<BoundFunction> BindZipWith(const BindRequest& request) {
  for (int i = 0; i < 2; ++i) {
    if (request.type(i).id() != TypeId::kArray) {
      return UnexpectedInputType(request, i, Quoted("ARRAY"));
    }
  }
  const DataType type = DataType::Array(request.type(2), request.arguments[2]->nullable());
  return MakeHigherOrder(
      request, {request.type(0), request.type(1)}, type,
      request.arguments[0]->nullable() || request.arguments[1]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
        const int64_t rows = batch.num_rows();
        ARROW_ASSIGN_OR_RAISE(ColumnVector left, arguments[0]->Evaluate(batch, context));
        ARROW_ASSIGN_OR_RAISE(ColumnVector right, arguments[1]->Evaluate(batch, context));
        const ZippedLists zipped = Zip(Flatten(left, rows), Flatten(right, rows), rows);
        Arrays variables(2);
        ARROW_ASSIGN_OR_RAISE(variables[0], TakeElements(Child(left), zipped.sides[0]));
        ARROW_ASSIGN_OR_RAISE(variables[1], TakeElements(Child(right), zipped.sides[1]));
        ARROW_ASSIGN_OR_RAISE(
            auto values, EvaluateFlat(*arguments[2], variables, batch, zipped.flat, context));
        return WrapLists(type, values, zipped.flat.offsets, zipped.flat.set);
      });
}

constexpr ScalarFunctionDefinition kHigherOrderFunctions[] = {
    {"transform",
     2,
     2,
     {"`transform(expr, func)`: func of every element of an array.", "2.4.0"},
     BindTransform},
    {"filter",
     2,
     2,
     {"`filter(expr, func)`: the elements for which func is true.", "2.4.0"},
     BindFilter},
    {"exists",
     2,
     2,
     {"`exists(expr, func)`: whether func is true for some element.", "2.4.0"},
     BindQuantifier<true>},
    {"forall",
     2,
     2,
     {"`forall(expr, func)`: whether func is true for every element.", "3.0.0"},
     BindQuantifier<false>},
    {"aggregate",
     3,
     4,
     {"`aggregate(expr, start, merge[, finish])`: all elements merged into one "
      "value.",
      "2.4.0"},
     BindAggregate},
    {"reduce",
     3,
     4,
     {"`reduce(expr, start, merge[, finish])`: all elements merged into one "
      "value.",
      "3.4.0"},
     BindAggregate},
    {"zip_with",
     3,
     3,
     {"`zip_with(left, right, func)`: func of the elements of two arrays, pair "
      "by pair.",
      "2.4.0"},
     BindZipWith},
    {"array_sort",
     1,
     2,
     {"`array_sort(expr[, func])`: sorted, NULLs last, or by a comparator.", "2.4.0"},
     BindArraySort},
};

}  // namespace

std::span<const ScalarFunctionDefinition> HigherOrderFunctions() { return kHigherOrderFunctions; }

}  // namespace firesteel
