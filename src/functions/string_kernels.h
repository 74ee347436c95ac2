#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "arrow/array/builder_binary.h"
#include "arrow/type_fwd.h"
#include "firesteel/types.h"
#include "functions/binding.h"
#include "functions/row_kernels.h"

namespace firesteel {

/// What most string functions take: text, or bytes as they are.
inline ParameterType StringOrBinary() {
  return ParameterType::OneOf({TypeId::kString, TypeId::kBinary});
}

/// Builds a STRING or BINARY column: `append(row, &builder) -> Status` where every argument is set.
template <typename Append>
Result<ColumnVector> BuildStrings(std::span<const ColumnVector> arguments, int64_t rows,
                                  Append append, TypeId type = TypeId::kString) {
  if (type == TypeId::kBinary) {
    arrow::BinaryBuilder builder;
    return BuildRows(arguments, rows, &builder, append);
  }
  arrow::StringBuilder builder;
  return BuildRows(arguments, rows, static_cast<arrow::BinaryBuilder*>(&builder), append);
}

/// A kernel from one string to a string: `map(std::string_view, std::string*)` appends the result.
template <typename Map>
Kernel StringToStringKernel(Map map) {
  return [map](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader text(arguments[0]);
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      out.clear();
      map(text[row], &out);
      return builder->Append(out);
    });
  };
}

}  // namespace firesteel
