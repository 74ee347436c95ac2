#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/commands.h"
#include "plan/sql_function.h"

namespace firesteel {

// Commands that make and drop functions whose body is SQL.

/// CREATE [OR REPLACE] TEMPORARY FUNCTION name (parameters) [RETURNS …] RETURN body. The body is
/// the child.
class CreateFunction final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kCreateFunction;
  struct Definition {
    std::vector<std::string> name;
    bool replace = false;
    SqlFunction function;  ///< without a body
  };
  CreateFunction(Definition definition, PlanPtr body);
  const Definition& definition() const { return definition_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
};

/// DROP [TEMPORARY] FUNCTION [IF EXISTS] name.
class DropFunction final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kDropFunction;
  DropFunction(std::vector<std::string> name, bool temporary, bool if_exists);
  const std::vector<std::string>& name() const { return name_; }
  bool temporary() const { return temporary_; }
  bool if_exists() const { return if_exists_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> name_;
  bool temporary_;
  bool if_exists_;
};

}  // namespace firesteel
