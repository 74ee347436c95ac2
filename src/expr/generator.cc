#include "expr/generator.h"

#include <utility>

namespace firesteel {

namespace {

/// A generator has no single value; its output columns stand in a struct.
DataType OutputType(const BoundGenerator& bound) { return DataType::Struct(bound.output); }

std::string Render(const GeneratorCall& call, std::string (Expression::*text)() const) {
  std::string out(call.name());
  out += "(";
  for (size_t i = 0; i < call.children().size(); ++i) {
    if (i > 0) out += ", ";
    out += (call.children()[i].get()->*text)();
  }
  return out + ")";
}

}  // namespace

GeneratorCall::GeneratorCall(const GeneratorDefinition* definition,
                             std::shared_ptr<const BoundGenerator> bound,
                             std::vector<ExpressionPtr> arguments)
    : Expression(kKind, std::move(arguments)), definition_(definition), bound_(std::move(bound)) {
  SetType(OutputType(*bound_), false);
}

ExpressionPtr GeneratorCall::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<GeneratorCall>(definition_, bound_, std::move(children));
}

std::string GeneratorCall::Sql() const { return Render(*this, &Expression::Sql); }

std::string GeneratorCall::ToString() const { return Render(*this, &Expression::ToString); }

}  // namespace firesteel
