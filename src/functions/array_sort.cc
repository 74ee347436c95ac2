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
#include "functions/coercion.h"
#include "functions/higher_order_binding.h"
#include "functions/ordering.h"
#include "functions/take.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// What the name of a call without a comparator shows in its place.
constexpr const char* kDefaultComparator =
    "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "
    "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, "
    "(IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > "
    "namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())";

/// One merge of two sorted neighbours of a list, a comparison at a time.
struct Merge {
  int64_t left, left_end;
  int64_t right, right_end;
  int64_t out;
  int64_t parent;
};

/// Sorts every list by a comparator: a merge sort in which all merges of one level, in all lists,
/// go forward together, so that the comparator is evaluated on many pairs at a time.
class ComparatorSort {
 public:
  ComparatorSort(const Expression& comparator, const arrow::RecordBatch& batch,
                 EvaluationContext* context, std::shared_ptr<arrow::Array> elements,
                 DataType type, const FlatLists& flat)
      : comparator_(comparator),
        batch_(batch),
        context_(context),
        elements_(std::move(elements)),
        type_(std::move(type)),
        flat_(flat) {}

  /// Gives the flat elements in their new order.
  Result<std::vector<int64_t>> Sort() {
    order_.resize(flat_.size());
    for (int64_t i = 0; i < flat_.size(); ++i) order_[i] = i;
    int64_t longest = 0;
    for (int64_t row = 0; row < flat_.rows(); ++row) {
      longest = std::max<int64_t>(longest, flat_.offsets[row + 1] - flat_.offsets[row]);
    }
    for (int64_t width = 1; width < longest; width *= 2) {
      ARROW_RETURN_NOT_OK(MergeLevel(width));
    }
    return std::move(order_);
  }

 private:
  Status MergeLevel(int64_t width) {
    next_ = order_;
    std::vector<Merge> merges;
    for (int64_t row = 0; row < flat_.rows(); ++row) {
      const int64_t end = flat_.offsets[row + 1];
      for (int64_t begin = flat_.offsets[row]; begin + width < end; begin += 2 * width) {
        merges.push_back({begin, begin + width, begin + width,
                          std::min(end, begin + 2 * width), begin, row});
      }
    }
    while (!merges.empty()) ARROW_RETURN_NOT_OK(Step(&merges));
    order_.swap(next_);
    return Status::OK();
  }

  /// Makes one comparison in every merge and ends those with an empty side.
  Status Step(std::vector<Merge>* merges) {
    std::vector<int64_t> lefts, rights, parents;
    for (const Merge& merge : *merges) {
      lefts.push_back(order_[merge.left]);
      rights.push_back(order_[merge.right]);
      parents.push_back(merge.parent);
    }
    std::vector<std::shared_ptr<arrow::Array>> variables(2);
    ARROW_ASSIGN_OR_RAISE(variables[0], TakeElements(elements_, lefts));
    ARROW_ASSIGN_OR_RAISE(variables[1], TakeElements(elements_, rights));
    ARROW_ASSIGN_OR_RAISE(ColumnVector compared,
                          EvaluateLambda(comparator_, variables, batch_, parents, context_));
    ARROW_ASSIGN_OR_RAISE(auto results, compared.Expand(static_cast<int64_t>(parents.size())));
    const auto& numbers = static_cast<const arrow::Int32Array&>(*results);
    std::vector<Merge> unfinished;
    for (size_t i = 0; i < merges->size(); ++i) {
      Merge& merge = (*merges)[i];
      if (numbers.IsNull(static_cast<int64_t>(i))) return NullComparison(merge);
      const bool right_first = numbers.Value(static_cast<int64_t>(i)) > 0;
      next_[merge.out++] = right_first ? order_[merge.right++] : order_[merge.left++];
      if (merge.left < merge.left_end && merge.right < merge.right_end) {
        unfinished.push_back(merge);
        continue;
      }
      while (merge.left < merge.left_end) next_[merge.out++] = order_[merge.left++];
      while (merge.right < merge.right_end) next_[merge.out++] = order_[merge.right++];
    }
    merges->swap(unfinished);
    return Status::OK();
  }

  Status NullComparison(const Merge& merge) const {
    auto text = [&](int64_t i) { return GetValue(*elements_, order_[i], type_).ToString(); };
    return MakeError("COMPARATOR_RETURNS_NULL", {{"firstValue", text(merge.left)},
                                                 {"secondValue", text(merge.right)}});
  }

  const Expression& comparator_;
  const arrow::RecordBatch& batch_;
  EvaluationContext* context_;
  std::shared_ptr<arrow::Array> elements_;
  DataType type_;
  const FlatLists& flat_;
  std::vector<int64_t> order_;
  std::vector<int64_t> next_;
};

Result<BoundFunction> BindWithComparator(const BindRequest& request) {
  const DataType& given = request.type(1);
  if (given.id() != TypeId::kInteger) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"functionName", "`" + std::string(request.name) + "`"},
                      {"expectedType", Quoted("INT")},
                      {"actualType", Quoted(given.Sql())}});
  }
  const DataType type = request.type(0);
  return MakeHigherOrder(
      request, {type}, type, request.arguments[0]->nullable(),
      [type](std::span<const ExpressionPtr> arguments, const arrow::RecordBatch& batch,
             EvaluationContext* context) -> Result<ColumnVector> {
        ARROW_ASSIGN_OR_RAISE(ColumnVector lists, arguments[0]->Evaluate(batch, context));
        const FlatLists flat = Flatten(lists, batch.num_rows());
        const auto& child = static_cast<const arrow::ListArray&>(*lists.values).values();
        ARROW_ASSIGN_OR_RAISE(auto elements, GatherElements(child, flat));
        ComparatorSort sort(*arguments[1], batch, context, elements, type.element_type(),
                            flat);
        ARROW_ASSIGN_OR_RAISE(std::vector<int64_t> order, sort.Sort());
        ARROW_ASSIGN_OR_RAISE(auto sorted, TakeElements(elements, order));
        return WrapLists(type, sorted, flat.offsets, flat.set);
      });
}

}  // namespace

Result<BoundFunction> BindArraySort(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kArray && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("ARRAY"));
  }
  if (request.size() == 2) return BindWithComparator(request);
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types,
                        MatchArguments(request, {ParameterType::Kind::kArray}));
  const DataType type = function.argument_types[0];
  if (!IsOrderable(type.element_type())) return NotOrderable(request, type);
  function.return_type = type;
  function.nullable = request.arguments[0]->nullable();
  function.may_fail = false;
  std::shared_ptr<const ValueOrder> order = ValueOrder::Make(type.element_type());
  function.kernel = [type, order](std::span<const ColumnVector> arguments, int64_t rows,
                                  EvaluationContext*) -> Result<ColumnVector> {
    const auto& values = static_cast<const arrow::ListArray&>(*arguments[0].values).values();
    return RebuildLists(arguments[0], rows, type, {},
                        [&](int64_t, int64_t begin, int64_t end, std::vector<int64_t>* elements) {
                          const auto start = static_cast<int64_t>(elements->size());
                          for (int64_t i = begin; i < end; ++i) elements->push_back(i);
                          std::stable_sort(
                              elements->begin() + start, elements->end(),
                              [&](int64_t a, int64_t b) {
                                if (values->IsNull(a) || values->IsNull(b)) {
                                  return values->IsValid(a) && values->IsNull(b);
                                }
                                return order->Compare(*values, a, *values, b) < 0;
                              });
                          return Status::OK();
                        });
  };
  function.sql = [name = std::string(request.name)](const std::vector<std::string>& arguments) {
    return name + "(" + arguments[0] + ", " + kDefaultComparator + ")";
  };
  return function;
}

}  // namespace firesteel
