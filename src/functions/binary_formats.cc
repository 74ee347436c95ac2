#include "functions/binary_formats.h"

#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/string_kernels.h"
#include "types/type_lexer.h"

namespace firesteel {

Status RefuseFormatArgument(const BindRequest& request, std::string_view what) {
  return MakeError(
      "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
      {{"sqlExpr", Quoted(CallSql(request))}, {"msg", std::string(what)}, {"hint", ""}});
}

Status CheckBinaryInput(const BindRequest& request) {
  const TypeId given = request.type(0).id();
  if (given == TypeId::kBinary || given == TypeId::kNull) return Status::OK();
  return UnexpectedInputType(request, 0, Quoted("BINARY"));
}

Result<bool> FailsOnMalformed(const BindRequest& request, const Options& options) {
  const std::string mode = AsciiUpperCase(options.GetOr("mode", "FAILFAST"));
  if (mode == "DROPMALFORMED") {
    return MakeError("PARSE_MODE_UNSUPPORTED",
                     {{"funcName", "`" + std::string(request.name) + "`"}, {"mode", mode}});
  }
  return mode == "FAILFAST";
}

Status FillArguments(const BindRequest& request, int count, BoundFunction* function) {
  for (int i = static_cast<int>(function->argument_types.size()); i < request.size(); ++i) {
    function->argument_types.push_back(request.type(i));
  }
  for (int i = request.size(); i < count; ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr null, Literal::Make(Value(), TypeId::kNull));
    function->default_arguments.push_back(std::move(null));
    function->argument_types.push_back(TypeId::kNull);
  }
  return Status::OK();
}

Result<ColumnVector> EncodeValues(std::span<const ColumnVector> arguments, int64_t rows,
                                  const DataType& type, const EncodeValue& encode) {
  ARROW_ASSIGN_OR_RAISE(ColumnView view, ColumnView::Make(*arguments[0].values->data(), type));
  const bool constant = arguments[0].constant;
  std::string out;
  return BuildStrings(
      arguments.first(1), rows,
      [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
        out.clear();
        ARROW_RETURN_NOT_OK(encode(view, constant ? 0 : row, &out));
        return builder->Append(out);
      },
      TypeId::kBinary);
}

}  // namespace firesteel
