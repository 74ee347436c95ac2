#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/commands.h"

namespace firesteel {

// Commands that make, set and drop the variables of a session, and EXECUTE IMMEDIATE.

/// DECLARE [OR REPLACE] [VARIABLE] name [, …] [type] [DEFAULT | = expression].
class DeclareVariable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kDeclareVariable;
  struct Definition {
    std::vector<std::vector<std::string>> names;
    std::optional<DataType> type;  ///< without it: that of the default
    bool replace = false;
    std::string default_text;  ///< as written; "" without one
  };
  /// `value` is a projection of one row to the default; NULL without one.
  DeclareVariable(Definition definition, PlanPtr value);
  const Definition& definition() const { return definition_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
};

/// SET VARIABLE a = expression, …; SET VARIABLE (a, …) = (query); the INTO of EXECUTE IMMEDIATE.
class SetVariable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kSetVariable;
  /// `query` gives a column for each target. Its first row counts and there must be no second one;
  /// without rows the targets become NULL.
  SetVariable(std::vector<std::vector<std::string>> targets, PlanPtr query);
  const std::vector<std::vector<std::string>>& targets() const { return targets_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::vector<std::string>> targets_;
};

/// DROP TEMPORARY VARIABLE [IF EXISTS] name.
class DropVariable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kDropVariable;
  DropVariable(std::vector<std::string> name, bool if_exists);
  const std::vector<std::string>& name() const { return name_; }
  bool if_exists() const { return if_exists_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> name_;
  bool if_exists_;
};

/// EXECUTE IMMEDIATE text [INTO variable, …] [USING value [AS name], …]: stands for the statement
/// that the text holds, and nothing runs it: ExpandStatement (session/sql_statement.h) puts that
/// statement in its place.
class ExecuteImmediate final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kExecuteImmediate;
  struct Definition {
    std::vector<std::vector<std::string>> targets;  ///< of INTO
    std::vector<std::string> names;  ///< of the values of USING; "" for those by position
  };
  /// `values` is a projection of one row to the text and the values behind it.
  ExecuteImmediate(Definition definition, PlanPtr values);
  const Definition& definition() const { return definition_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
};

}  // namespace firesteel
