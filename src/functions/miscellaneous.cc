#include <pwd.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/env.h"
#include "common/error.h"
#include "common/random.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// The version of Spark whose behaviour the engine has.
constexpr const char* kVersion = "4.3.0";

Result<ColumnVector> ConstantString(const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({text}, TypeId::kString));
  return ColumnVector{std::move(array), true};
}

BoundFunction StringConstant(std::string text) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [text = std::move(text)](std::span<const ColumnVector>, int64_t,
                                             EvaluationContext*) { return ConstantString(text); };
  return function;
}

Result<BoundFunction> BindTypeof(const BindRequest& request) {
  BoundFunction function = StringConstant(request.type(0).SimpleString());
  function.argument_types = {request.type(0)};
  // The type is known without the value, which may fail.
  function.lazy_kernel = [name = request.type(0).SimpleString()](
                             std::span<const ExpressionPtr>, const arrow::RecordBatch&,
                             EvaluationContext*) { return ConstantString(name); };
  return function;
}

Result<BoundFunction> BindVersion(const BindRequest&) { return StringConstant(kVersion); }

/// Ids that rise within a partition: the partition in the upper 31 bits, the row below.
Result<BoundFunction> BindRowId(const BindRequest&) {
  constexpr int kRowBits = 33;
  BoundFunction function;
  function.return_type = TypeId::kLong;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t rows,
                       EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    const int64_t first =
        (static_cast<int64_t>(context->partition) << kRowBits) + context->rows_before;
    for (int64_t row = 0; row < rows; ++row) out[row] = first + row;
    return MakeFixedColumn(arrow::int64(), rows, Validity{}, std::move(buffer));
  };
  return function;
}

Result<BoundFunction> BindPartitionId(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kInteger;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t,
                       EvaluationContext* context) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({context->partition}, TypeId::kInteger));
    return ColumnVector{std::move(array), true};
  };
  function.sql = [](const Arguments&) { return std::string("SPARK_PARTITION_ID()"); };
  return function;
}

Result<BoundFunction> BindInputFile(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.deterministic = false;
  function.uses_context = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t, EvaluationContext* context) {
    return ConstantString(context->input_file.empty() ? "" : ToFileUri(context->input_file));
  };
  return function;
}

Result<BoundFunction> BindUuid(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kString;
  function.nullable = false;
  function.deterministic = false;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t rows, EvaluationContext*) {
    return BuildStrings({}, rows, [](int64_t, arrow::BinaryBuilder* builder) {
      return builder->Append(NewUuid());
    });
  };
  return function;
}

BoundFunction SessionText(std::string text, const char* name) {
  BoundFunction function = StringConstant(std::move(text));
  function.sql = [name](const Arguments&) { return std::string(name); };
  return function;
}

/// The account that the process runs under.
Result<BoundFunction> BindUser(const BindRequest& request) {
  std::string user = std::to_string(getuid());
  passwd entry{};
  passwd* found = nullptr;
  std::string buffer(4096, '\0');
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
    user = found->pw_name;
  }
  BoundFunction function = StringConstant(std::move(user));
  function.sql = [name = std::string(request.name)](const Arguments&) { return name + "()"; };
  return function;
}

// There is one catalog. The analyzer, which knows the session, puts in which database is current.
Result<BoundFunction> BindCatalog(const BindRequest&) {
  return SessionText("spark_catalog", "current_catalog()");
}
Result<BoundFunction> BindDatabase(const BindRequest&) {
  return SessionText("default", "current_schema()");
}
Result<BoundFunction> BindPath(const BindRequest&) {
  return SessionText("system.builtin,system.session,spark_catalog.default", "current_path()");
}

/// The engine reads files whole: rows belong to no block.
Result<BoundFunction> BindInputBlock(const BindRequest&) {
  BoundFunction function;
  function.return_type = TypeId::kLong;
  function.nullable = false;
  function.deterministic = false;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector>, int64_t,
                       EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(auto array, MakeArray({int64_t{-1}}, TypeId::kLong));
    return ColumnVector{std::move(array), true};
  };
  return function;
}

/// The collations that Spark knows besides UTF8_BINARY, which is the only one here.
bool IsOtherCollation(std::string_view name) {
  return name.starts_with("UTF8_LCASE") || name.starts_with("UTF8_BINARY_") ||
         name.starts_with("UNICODE");
}

/// `collate(str, collation)`: binary comparison is all there is; other collations are refused.
Result<BoundFunction> BindCollate(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kString,
                    [](std::span<const ColumnVector> arguments, int64_t, EvaluationContext*)
                        -> Result<ColumnVector> { return arguments[0]; }));
  ARROW_ASSIGN_OR_RAISE(Value value,
                        ConstantArgument(request, 1, TypeId::kString, "collationName"));
  if (value.is_null()) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", Quoted(CallSql(request))}, {"exprName", "collation"}});
  }
  std::string name = value.Get<std::string>();
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (IsOtherCollation(name)) {
    return MakeError("UNSUPPORTED_FEATURE.COLLATION", {{"collation", "`" + name + "`"}});
  }
  if (name != "UTF8_BINARY") {
    return MakeError("COLLATION_INVALID_NAME",
                     {{"collationName", value.Get<std::string>()}, {"proposals", "UTF8_BINARY"}});
  }
  function.nullable = request.arguments[0]->nullable();
  function.may_fail = false;
  return function;
}

Result<BoundFunction> BindCollation(const BindRequest& request) {
  if (request.type(0).id() != TypeId::kString && request.type(0).id() != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("STRING"));
  }
  BoundFunction function = StringConstant("SYSTEM.BUILTIN.UTF8_BINARY");
  function.argument_types = {request.type(0)};
  return function;
}

Status Raised(std::string_view message) {
  return MakeError("USER_RAISED_EXCEPTION", {{"errorMessage", std::string(message)}});
}

/// Fails on every row it is evaluated on.
Result<BoundFunction> BindRaiseError(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kString}, TypeId::kNull,
                    [](std::span<const ColumnVector> arguments, int64_t,
                       EvaluationContext*) -> Result<ColumnVector> {
                      const BytesReader message(arguments[0]);
                      return Raised(message.IsNull(0) ? "null" : message[0]);
                    }));
  function.nullable = true;
  // What the optimizer evaluates ahead of time must not fail for rows that never come.
  function.deterministic = false;
  function.sql = [](const Arguments& arguments) {
    return "raise_error(USER_RAISED_EXCEPTION, map(errorMessage, " + arguments[0] + "))";
  };
  return function;
}

Result<BoundFunction> BindAssertTrue(const BindRequest& request) {
  const TypeId type = request.type(0).id();
  if (type != TypeId::kBoolean && type != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("BOOLEAN"));
  }
  const std::string fallback = "'" + request.arguments[0]->Sql() + "' is not true!";
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kBoolean, TypeId::kString}, TypeId::kNull,
                    [fallback](std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext*) -> Result<ColumnVector> {
                      const BooleanReader holds(arguments[0]);
                      for (int64_t row = 0; row < rows; ++row) {
                        if (!holds.IsNull(row) && holds[row]) continue;
                        if (arguments.size() == 1) return Raised(fallback);
                        const BytesReader message(arguments[1]);
                        return Raised(message.IsNull(row) ? "null" : message[row]);
                      }
                      return NullConstant(arrow::null());
                    }));
  function.nullable = true;
  if (request.size() == 1) {
    function.sql = [fallback](const Arguments& arguments) {
      return "assert_true(" + arguments[0] + ", " + fallback + ")";
    };
  }
  return function;
}

constexpr ScalarFunctionDefinition kMiscellaneousFunctions[] = {
    {"typeof", 1, 1, {"`typeof(expr)`: the type's name.", "3.0.0"}, BindTypeof},
    {"version", 0, 0, {"`version()`: the version of Spark that is spoken.", "3.0.0"}, BindVersion},
    {"monotonically_increasing_id",
     0,
     0,
     {"`monotonically_increasing_id()`: an id that rises "
      "within each partition.",
      "1.4.0"},
     BindRowId},
    {"spark_partition_id",
     0,
     0,
     {"`spark_partition_id()`: the partition's number.", "1.4.0"},
     BindPartitionId},
    {"input_file_name",
     0,
     0,
     {"`input_file_name()`: the file a row comes from, or nothing.", "1.5.0"},
     BindInputFile},
    {"uuid", 0, 0, {"`uuid()`: a random identifier.", "2.3.0"}, BindUuid},
    {"raise_error",
     1,
     1,
     {"`raise_error(expr)`: fails with this message.", "3.1.0"},
     BindRaiseError},
    {"assert_true",
     1,
     2,
     {"`assert_true(expr[, message])`: fails unless expr is true.", "2.0.0"},
     BindAssertTrue},
    {"current_user", 0, 0, {"`current_user()`: the user's name.", "3.2.0"}, BindUser},
    {"user", 0, 0, {"`user()`: the user's name.", "3.4.0"}, BindUser},
    {"session_user", 0, 0, {"`session_user()`: the user's name.", "4.0.0"}, BindUser},
    {"current_catalog", 0, 0, {"`current_catalog()`: the catalog's name.", "3.1.0"}, BindCatalog},
    {"current_database",
     0,
     0,
     {"`current_database()`: the database's name.", "1.6.0"},
     BindDatabase},
    {"current_schema", 0, 0, {"`current_schema()`: the database's name.", "3.4.0"}, BindDatabase},
    {"current_path", 0, 0, {"`current_path()`: where functions are looked up.", "4.3.0"}, BindPath},
    {"input_file_block_start",
     0,
     0,
     {"`input_file_block_start()`: the block's offset, or -1.", "2.2.0"},
     BindInputBlock},
    {"input_file_block_length",
     0,
     0,
     {"`input_file_block_length()`: the block's size, or -1.", "2.2.0"},
     BindInputBlock},
    {"collate",
     2,
     2,
     {"`collate(str, collation)`: the string; only UTF8_BINARY is supported.", "4.0.0"},
     BindCollate},
    {"collation", 1, 1, {"`collation(str)`: the collation's name.", "4.0.0"}, BindCollation},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MiscellaneousFunctions() {
  return kMiscellaneousFunctions;
}

}  // namespace firesteel
