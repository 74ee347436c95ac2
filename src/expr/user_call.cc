#include "expr/user_call.h"

#include <functional>
#include <utility>

#include "common/error.h"

namespace firesteel {

namespace {

std::string CallTextOf(const std::string& name, const std::vector<std::string>& arguments,
                       const std::vector<std::string>& names) {
  std::string text = name + "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    if (!names[i].empty()) text += names[i] + " => ";
    text += arguments[i];
  }
  return text + ")";
}

std::string Fingerprint(const UserColumnFunction& function) {
  return std::to_string(std::hash<std::string>()(function.code) % 1000'000'000);
}

/// Refuses to take rows one after another.
class WholeGroupsOnly final : public Accumulator {
 public:
  explicit WholeGroupsOnly(std::string name) : name_(std::move(name)) {}
  Status Resize(int64_t) override { return Refused(); }
  Status Update(std::span<const ColumnVector>, std::span<const int32_t>) override {
    return Refused();
  }
  Status Merge(std::span<const std::shared_ptr<arrow::Array>>,
               std::span<const int32_t>) override {
    return Refused();
  }
  Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const override {
    return Refused();
  }
  Result<std::shared_ptr<arrow::Array>> Finish() const override { return Refused(); }

 private:
  Status Refused() const {
    return MakeError("INVALID_PANDAS_UDF_PLACEMENT", {{"functionList", "`" + name_ + "`"}});
  }

  std::string name_;
};

}  // namespace

bool SameFunction(const UserColumnFunction& a, const UserColumnFunction& b) {
  return a.code == b.code && a.protocol == b.protocol && a.name == b.name && a.owner == b.owner &&
         a.result == b.result && a.deterministic == b.deterministic;
}

UserCall::UserCall(UserColumnFunctionPtr function, std::vector<ExpressionPtr> arguments,
                   std::vector<std::string> names)
    : Expression(kKind, std::move(arguments)),
      function_(std::move(function)),
      names_(std::move(names)) {
  if (aggregates()) return;
  for (const ExpressionPtr& argument : children()) {
    if (!argument->resolved()) return;
  }
  SetType(function_->result, /*nullable=*/true);
}

bool UserCall::deterministic() const {
  return function_->deterministic && Expression::deterministic();
}

ExpressionPtr UserCall::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<UserCall>(function_, std::move(children), names_);
}

std::string UserCall::Sql() const {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : children()) arguments.push_back(argument->Sql());
  return CallTextOf(function_->name, arguments, names_);
}

std::string UserCall::ToString() const {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : children()) arguments.push_back(argument->ToString());
  return CallTextOf(function_->name, arguments, names_) + "#" + Fingerprint(*function_);
}

UserAggregate::UserAggregate(UserColumnFunctionPtr function, std::vector<DataType> argument_types,
                             std::vector<std::string> names)
    : function_(std::move(function)),
      argument_types_(std::move(argument_types)),
      names_(std::move(names)),
      unique_name_(function_->name + "#" + Fingerprint(*function_)) {
  definition_.name = unique_name_;
  definition_.max_arguments = -1;
}

std::unique_ptr<Accumulator> UserAggregate::NewAccumulator() const {
  return std::make_unique<WholeGroupsOnly>(function_->name);
}

std::string UserAggregate::CallText(std::string_view, const std::vector<std::string>& arguments,
                                    bool) const {
  return CallTextOf(function_->name, arguments, names_);
}

ExpressionPtr BindUserAggregate(const UserCall& call) {
  std::vector<DataType> types;
  for (const ExpressionPtr& argument : call.children()) types.push_back(argument->type());
  const auto bound =
      std::make_shared<const UserAggregate>(call.function(), std::move(types), call.names());
  return std::make_shared<AggregateCall>(bound->definition(), bound, call.children(),
                                         /*distinct=*/false, /*filter=*/nullptr);
}

}  // namespace firesteel
