#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/builder_binary.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/aggregate_support.h"
#include "functions/coercion.h"
#include "functions/collect.h"
#include "functions/nested_columns.h"
#include "functions/ordering.h"
#include "functions/registry.h"
#include "functions/take.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Bound = Result<std::shared_ptr<const BoundAggregate>>;

/// One key of WITHIN GROUP (ORDER BY …).
struct OrderKey {
  DataType type;
  bool ascending;
  bool nulls_first;
};

/// What listagg is bound to.
struct ListForm {
  DataType type;  ///< STRING or BINARY
  std::string delimiter;
  std::vector<OrderKey> keys;

  /// What is gathered: the values, with the keys where there are any.
  DataType Element() const {
    if (keys.empty()) return type;
    std::vector<StructField> fields{{"value", type, true}};
    for (const OrderKey& key : keys) {
      fields.push_back({"key" + std::to_string(fields.size()), key.type, true});
    }
    return DataType::Struct(std::move(fields));
  }
};

/// Puts texts together, in the order of arrival or of keys; NULLs are left out.
///   buf  BINARY: the values, or structs of value and keys, as collect_list has them
class JoinedTexts final : public Accumulator {
 public:
  explicit JoinedTexts(ListForm form)
      : form_(std::move(form)), collected_(MakeCollect(form_.Element(), false)) {}

  Status Resize(int64_t groups) override { return collected_->Resize(groups); }

  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    if (form_.keys.empty()) return collected_->Update(arguments.first(1), groups);
    const auto rows = static_cast<int64_t>(groups.size());
    std::vector<std::shared_ptr<arrow::Array>> fields;
    const size_t first_key = arguments.size() - form_.keys.size();
    ARROW_ASSIGN_OR_RAISE(auto values, arguments[0].Expand(rows));
    std::vector<int32_t> kept(groups.begin(), groups.end());
    for (int64_t row = 0; row < rows; ++row) {
      if (values->IsNull(row)) kept[row] = -1;
    }
    fields.push_back(std::move(values));
    for (size_t k = first_key; k < arguments.size(); ++k) {
      ARROW_ASSIGN_OR_RAISE(auto keys, arguments[k].Expand(rows));
      fields.push_back(std::move(keys));
    }
    ARROW_ASSIGN_OR_RAISE(auto structs, WrapStructs(form_.Element(), fields, rows, {}));
    const ColumnVector column{std::move(structs), false};
    return collected_->Update(std::span(&column, 1), kept);
  }

  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    return collected_->Merge(buffers, groups);
  }

  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    return collected_->BufferArrays();
  }

  Result<std::shared_ptr<arrow::Array>> Finish() const override {
    ARROW_ASSIGN_OR_RAISE(auto array, collected_->Finish());
    const auto& lists = static_cast<const arrow::ListArray&>(*array);
    std::shared_ptr<arrow::Array> values = lists.values();
    std::vector<std::shared_ptr<arrow::Array>> keys;
    if (!form_.keys.empty()) {
      const auto& structs = static_cast<const arrow::StructArray&>(*lists.values());
      values = structs.field(0);
      for (size_t k = 0; k < form_.keys.size(); ++k) {
        keys.push_back(structs.field(static_cast<int>(k) + 1));
      }
    }
    const auto& texts = static_cast<const arrow::BinaryArray&>(*values);
    arrow::BinaryBuilder binary;
    arrow::StringBuilder strings;
    arrow::BinaryBuilder* builder = form_.type.id() == TypeId::kBinary ? &binary : &strings;
    std::string joined;
    for (int64_t group = 0; group < lists.length(); ++group) {
      std::vector<int64_t> order(lists.value_length(group));
      std::iota(order.begin(), order.end(), lists.value_offset(group));
      SortByKeys(keys, &order);
      joined.clear();
      for (size_t i = 0; i < order.size(); ++i) {
        if (i > 0) joined += form_.delimiter;
        joined += texts.GetView(order[i]);
      }
      ARROW_RETURN_NOT_OK(order.empty() ? builder->AppendNull() : builder->Append(joined));
    }
    return builder->Finish();
  }

 private:
  void SortByKeys(const std::vector<std::shared_ptr<arrow::Array>>& keys,
                  std::vector<int64_t>* order) const {
    if (keys.empty()) return;
    std::vector<std::unique_ptr<const ValueOrder>> orders;
    for (const OrderKey& key : form_.keys) orders.push_back(ValueOrder::Make(key.type));
    std::stable_sort(order->begin(), order->end(), [&](int64_t a, int64_t b) {
      for (size_t k = 0; k < keys.size(); ++k) {
        const bool a_null = keys[k]->IsNull(a);
        const bool b_null = keys[k]->IsNull(b);
        if (a_null && b_null) continue;
        if (a_null || b_null) return a_null == form_.keys[k].nulls_first;
        const int compared = orders[k]->Compare(*keys[k], a, *keys[k], b);
        if (compared != 0) return form_.keys[k].ascending ? compared < 0 : compared > 0;
      }
      return false;
    });
  }

  ListForm form_;
  std::unique_ptr<Accumulator> collected_;
};

/// `a ASC NULLS FIRST, b DESC NULLS LAST` of the texts of the keys.
std::string OrderText(const std::vector<OrderKey>& keys,
                      const std::vector<std::string>& arguments) {
  std::string text;
  const size_t first = arguments.size() - keys.size();
  for (size_t k = 0; k < keys.size(); ++k) {
    if (k > 0) text += ", ";
    text += arguments[first + k] + (keys[k].ascending ? " ASC" : " DESC") +
            (keys[k].nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return text;
}

/// `listagg(expr[, delimiter]) [WITHIN GROUP (ORDER BY …)]`
Bound BindListAgg(const BindRequest& request) {
  ListForm form;
  const bool binary = request.type(0).id() == TypeId::kBinary;
  form.type = binary ? TypeId::kBinary : TypeId::kString;
  if (!binary && !ParameterType(TypeId::kString).Match(request.type(0), request.settings.ansi)) {
    return UnexpectedInputType(request, 0, "(\"STRING\" or \"BINARY\")");
  }
  std::vector<DataType> types{form.type};
  int plain = request.size();
  for (int i = 1; i < request.size(); ++i) {
    const auto* order = As<SortOrder>(*request.arguments[i]);
    if (!order) continue;
    plain = std::min(plain, i);
    if (!IsOrderable(request.type(i))) return NotOrderable(request, request.type(i));
    form.keys.push_back({request.type(i), order->ascending(), order->nulls_first()});
  }
  if (plain > 1) {
    ARROW_ASSIGN_OR_RAISE(Value delimiter, ConstantArgument(request, 1, form.type, "delimiter"));
    if (!delimiter.is_null()) {
      form.delimiter = binary ? delimiter.Get<Binary>().bytes : delimiter.Get<std::string>();
    }
    types.push_back(form.type);
  }
  for (const OrderKey& key : form.keys) types.push_back(key.type);
  auto bound = std::make_shared<SimpleAggregate>(
      std::move(types), form.type, true, std::vector<StructField>{{"buf", TypeId::kBinary}},
      [form] { return std::make_unique<JoinedTexts>(form); });
  bound->set_named_arguments(plain);
  if (plain == 1) bound->set_defaults({"NULL"});
  if (!form.keys.empty()) {
    bound->set_name("listagg");
    bound->set_order_text([keys = form.keys](const std::vector<std::string>& arguments) {
      return OrderText(keys, arguments);
    });
  }
  return std::shared_ptr<const BoundAggregate>(std::move(bound));
}

/// The distinct elements of arrays, NULL arrays left out.
class UnitedElements final : public Accumulator {
 public:
  explicit UnitedElements(const DataType& element) : collected_(MakeCollect(element, true)) {}
  Status Resize(int64_t groups) override { return collected_->Resize(groups); }
  Status Update(std::span<const ColumnVector> arguments,
                std::span<const int32_t> groups) override {
    const FlatLists flat = Flatten(arguments[0], static_cast<int64_t>(groups.size()));
    const auto& child = static_cast<const arrow::ListArray&>(*arguments[0].values).values();
    ARROW_ASSIGN_OR_RAISE(auto elements, GatherElements(child, flat));
    std::vector<int32_t> group_of_element;
    for (const int64_t parent : flat.parents) group_of_element.push_back(groups[parent]);
    const ColumnVector column{std::move(elements), false};
    return collected_->Update(std::span(&column, 1), group_of_element);
  }
  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups) override {
    return collected_->Merge(buffers, groups);
  }
  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    return collected_->BufferArrays();
  }
  Result<std::shared_ptr<arrow::Array>> Finish() const override { return collected_->Finish(); }

 private:
  std::unique_ptr<Accumulator> collected_;
};

Bound BindCollectUnion(const BindRequest& request) {
  const DataType& type = request.type(0);
  if (type.id() != TypeId::kArray) return UnexpectedInputType(request, 0, Quoted("ARRAY"));
  const DataType element = type.element_type();
  return std::make_shared<const SimpleAggregate>(
      std::vector{type}, DataType::Array(element, false), false,
      std::vector<StructField>{{"buf", TypeId::kBinary}},
      [element] { return std::make_unique<UnitedElements>(element); });
}

constexpr AggregateFunctionDefinition kListAggregates[] = {
    {"listagg",
     1,
     -1,
     {"`listagg(expr[, delimiter])[ WITHIN GROUP (ORDER BY key, …)]`: the texts "
      "in one.",
      "4.0.0"},
     BindListAgg},
    {"string_agg",
     1,
     -1,
     {"`string_agg(expr[, delimiter])[ WITHIN GROUP (ORDER BY key, …)]`: the "
      "texts in one.",
      "4.0.0"},
     BindListAgg},
    {"collect_union",
     1,
     1,
     {"`collect_union(array)`: the distinct elements of all arrays.", "4.3.0"},
     BindCollectUnion},
};

}  // namespace

std::span<const AggregateFunctionDefinition> ListAggregates() { return kListAggregates; }

}  // namespace firesteel
