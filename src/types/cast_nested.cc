#include <algorithm>

#include "arrow/array/array_nested.h"
#include "arrow/array/data.h"
#include "arrow/type.h"
#include "arrow/util/bitmap_ops.h"
#include "common/error.h"
#include "types/cast_kernels.h"

namespace firesteel {
namespace {

// The elements that the rows of a list column show, without those before and behind; elements under
// NULL rows (which Arrow allows) become NULL, lest they raise errors.
ArrayResult VisibleElements(const CastTask& task, const arrow::ArrayData& elements, int64_t begin,
                            int64_t end) {
  std::shared_ptr<arrow::ArrayData> slice = elements.Slice(begin, end - begin);
  std::shared_ptr<arrow::Buffer> bits;
  for (int64_t i = 0; i < task.view.length(); ++i) {
    const int64_t first = task.view.ListBegin(i);
    const int64_t last = task.view.ListEnd(i);
    if (!task.view.has_nulls() || !task.view.IsNull(i) || first == last) continue;
    if (bits == nullptr) {
      ARROW_ASSIGN_OR_RAISE(ResultValidity validity, ResultValidity::Make(*slice));
      for (int64_t row = i; row < task.view.length(); ++row) {
        if (!task.view.IsNull(row)) continue;
        for (int64_t e = task.view.ListBegin(row); e < task.view.ListEnd(row); ++e) {
          ARROW_RETURN_NOT_OK(validity.SetNull(e - begin));
        }
      }
      bits = validity.Finish();
      break;
    }
  }
  if (bits == nullptr) return arrow::MakeArray(slice);
  // The new bits start at 0, the values where they did: give both the same offset.
  ARROW_ASSIGN_OR_RAISE(auto shifted,
                        arrow::AllocateBuffer((slice->offset + slice->length + 7) / 8));
  std::fill_n(shifted->mutable_data(), shifted->size(), uint8_t{0});
  arrow::internal::CopyBitmap(bits->data(), 0, slice->length, shifted->mutable_data(),
                              slice->offset);
  auto masked = slice->Copy();
  masked->buffers[0] = std::move(shifted);
  masked->null_count = arrow::kUnknownNullCount;
  return arrow::MakeArray(masked);
}

// The offsets of a list column, moved so that they start with 0.
Result<std::shared_ptr<arrow::Buffer>> RebasedOffsets(const CastTask& task, int64_t begin) {
  const int64_t length = task.view.length();
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((length + 1) * 4));
  auto* const out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  out[0] = 0;
  for (int64_t i = 0; i < length; ++i) {
    out[i + 1] = static_cast<int32_t>(task.view.ListEnd(i) - begin);
  }
  return offsets;
}

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

Range ElementsOf(const CastTask& task) {
  if (task.view.length() == 0) return {};
  return {task.view.ListBegin(0), task.view.ListEnd(task.view.length() - 1)};
}

ArrayResult CastList(const CastTask& task) {
  const auto [begin, end] = ElementsOf(task);
  ARROW_ASSIGN_OR_RAISE(auto elements, VisibleElements(task, *task.data.child_data[0], begin, end));
  ARROW_ASSIGN_OR_RAISE(elements, CastArray(elements, task.from.element_type(),
                                            task.to.element_type(), task.options));
  ARROW_ASSIGN_OR_RAISE(auto offsets, RebasedOffsets(task, begin));
  ARROW_ASSIGN_OR_RAISE(auto validity, CopyValidity(task.data));
  return arrow::MakeArray(arrow::ArrayData::Make(ToArrowType(task.to), task.view.length(),
                                                 {std::move(validity), std::move(offsets)},
                                                 {elements->data()}));
}

// A map one of whose keys cannot be cast is NULL: a key never is.
Status NullMapsWithNullKeys(const CastTask& task, const arrow::Array& keys, int64_t begin,
                            ResultValidity* validity) {
  for (int64_t i = 0; i < task.view.length(); ++i) {
    if (task.view.IsNull(i)) continue;
    for (int64_t e = task.view.ListBegin(i); e < task.view.ListEnd(i); ++e) {
      if (keys.IsNull(e - begin)) {
        ARROW_RETURN_NOT_OK(validity->SetNull(i));
        break;
      }
    }
  }
  return Status::OK();
}

ArrayResult CastMap(const CastTask& task) {
  const auto [begin, end] = ElementsOf(task);
  const arrow::ArrayData& entries = *task.data.child_data[0];
  const auto side = [&](int i) {
    return entries.child_data[i]->Slice(entries.offset, entries.length);
  };
  ARROW_ASSIGN_OR_RAISE(auto keys, VisibleElements(task, *side(0), begin, end));
  ARROW_ASSIGN_OR_RAISE(auto values, VisibleElements(task, *side(1), begin, end));
  ARROW_ASSIGN_OR_RAISE(
      keys, CastArray(keys, task.from.key_type(), task.to.key_type(), task.options));
  ARROW_ASSIGN_OR_RAISE(
      values, CastArray(values, task.from.value_type(), task.to.value_type(), task.options));
  ARROW_ASSIGN_OR_RAISE(auto offsets, RebasedOffsets(task, begin));
  ARROW_ASSIGN_OR_RAISE(auto validity, ResultValidity::Make(task.data));
  if (keys->null_count() > 0) {
    ARROW_RETURN_NOT_OK(NullMapsWithNullKeys(task, *keys, begin, &validity));
    auto without_bits = keys->data()->Copy();
    without_bits->buffers[0] = nullptr;
    without_bits->null_count = 0;
    keys = arrow::MakeArray(without_bits);
  }
  const auto type = ToArrowType(task.to);
  const auto& entry_type = static_cast<const arrow::MapType&>(*type).value_type();
  auto entry_data = arrow::ArrayData::Make(entry_type, keys->length(), {nullptr},
                                           {keys->data(), values->data()}, 0);
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, task.view.length(), {validity.Finish(), std::move(offsets)}, {std::move(entry_data)}));
}

ArrayResult CastStruct(const CastTask& task) {
  ARROW_ASSIGN_OR_RAISE(auto validity, CopyValidity(task.data));
  auto result =
      arrow::ArrayData::Make(ToArrowType(task.to), task.view.length(), {std::move(validity)});
  const arrow::StructArray input(task.data.Copy());
  for (int i = 0; i < static_cast<int>(task.from.fields().size()); ++i) {
    // Fields under NULL structs become NULL, lest they raise errors.
    ARROW_ASSIGN_OR_RAISE(auto field, input.GetFlattenedField(i));
    ARROW_ASSIGN_OR_RAISE(field, CastArray(field, task.from.fields()[i].type,
                                           task.to.fields()[i].type, task.options));
    result->child_data.push_back(field->data());
  }
  return arrow::MakeArray(result);
}

}  // namespace

ArrayResult CastNested(const CastTask& task) {
  switch (task.from.id()) {
    case TypeId::kArray:
      return CastList(task);
    case TypeId::kMap:
      return CastMap(task);
    default:
      return CastStruct(task);
  }
}

}  // namespace firesteel
