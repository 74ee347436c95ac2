#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

// Statements that do something rather than give rows of tables. `SessionBackend::ExecuteCommand`
// runs them, at once, as Spark does; their result is a small table. They stay out of analysis: a
// command resolves the queries inside it itself. One class a statement; the parser makes them in
// src/sql/statements/, src/session/commands/ runs them, each a .cc per family as here a section.

/// What all commands share. The queries inside are children; output() is empty: the columns of the
/// result are known when it is there.
class Command : public LogicalPlan {
 public:
  std::vector<AttributePtr> output() const override { return {}; }
  bool is_streaming() const override { return false; }

 protected:
  using LogicalPlan::LogicalPlan;
  bool SelfResolved() const override { return false; }
};

// Views.

/// CREATE [OR REPLACE] [GLOBAL] TEMP VIEW [IF NOT EXISTS] name [(columns)] AS query, or USING format
/// OPTIONS (…) (then `query` is an UnresolvedDataSource).
class CreateView final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kCreateView;
  struct Definition {
    std::vector<std::string> name;
    bool global = false;
    bool replace = false;
    bool if_not_exists = false;
    bool temporary = true;  ///< also when global
    bool alter = false;     ///< ALTER VIEW … AS: the view must be there
    std::vector<std::pair<std::string, std::optional<std::string>>> columns;  ///< name, comment
    std::optional<std::string> comment;
    std::string text;  ///< of the query, as written
  };
  CreateView(Definition definition, PlanPtr query);
  const Definition& definition() const { return definition_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
};

/// DROP VIEW [IF EXISTS] name, also DROP TABLE.
class DropRelation final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kDropRelation;
  DropRelation(std::vector<std::string> name, bool view, bool if_exists);
  const std::vector<std::string>& name() const { return name_; }
  bool view() const { return view_; }
  bool if_exists() const { return if_exists_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> name_;
  bool view_;
  bool if_exists_;
};

// Looking around.

/// SHOW TABLES | VIEWS | DATABASES | COLUMNS | [USER | SYSTEM | ALL] FUNCTIONS | CATALOGS | …
class Show final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kShow;
  enum class What { kTables, kViews, kDatabases, kColumns, kFunctions, kCatalogs,
                    kTableProperties, kCurrentDatabase };
  struct Request {
    What what = What::kTables;
    std::vector<std::string> in;         ///< FROM | IN: a database, or for columns the table's
    std::vector<std::string> table;      ///< whose columns
    std::optional<std::string> pattern;  ///< LIKE
    std::string scope;                   ///< of functions: USER, SYSTEM, ALL
  };
  explicit Show(Request request);
  const Request& request() const { return request_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Request request_;
};

/// DESCRIBE [TABLE] [EXTENDED] name [column], DESCRIBE QUERY query, DESCRIBE FUNCTION [EXTENDED]
/// name, DESCRIBE DATABASE name.
class DescribeRelation final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kDescribe;
  enum class What { kTable, kQuery, kFunction, kDatabase };
  /// `query` stands for kQuery only, else nullptr.
  DescribeRelation(What what, std::vector<std::string> name, std::vector<std::string> column,
                   bool extended, PlanPtr query);
  What what() const { return what_; }
  const std::vector<std::string>& name() const { return name_; }
  const std::vector<std::string>& column() const { return column_; }
  bool extended() const { return extended_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  What what_;
  std::vector<std::string> name_;
  std::vector<std::string> column_;
  bool extended_;
};

/// EXPLAIN [EXTENDED | CODEGEN | COST | FORMATTED] statement.
class Explain final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kExplain;
  enum class Mode { kSimple, kExtended, kCodegen, kCost, kFormatted };
  Explain(Mode mode, PlanPtr statement);
  Mode mode() const { return mode_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Mode mode_;
};

// Settings.

/// SET, SET -v, SET key, SET key = value, SET TIME ZONE …, RESET, RESET key.
class SetConfiguration final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kSetConfiguration;
  enum class Action { kShowAll, kShowOne, kSet, kReset, kResetAll };
  SetConfiguration(Action action, std::string key, std::string value);
  Action action() const { return action_; }
  const std::string& key() const { return key_; }
  const std::string& value() const { return value_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Action action_;
  std::string key_;
  std::string value_;
};

/// USE [DATABASE | NAMESPACE] name, USE CATALOG name.
class Use final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kUse;
  Use(std::vector<std::string> name, bool catalog);
  const std::vector<std::string>& name() const { return name_; }
  bool catalog() const { return catalog_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> name_;
  bool catalog_;
};

// Caching.

/// CACHE [LAZY] TABLE name [OPTIONS (…)] [AS query], UNCACHE TABLE [IF EXISTS] name, CLEAR CACHE,
/// REFRESH TABLE name.
class CacheTable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kCacheTable;
  enum class Action { kCache, kUncache, kClear, kRefresh };
  /// `query` may be nullptr.
  CacheTable(Action action, std::vector<std::string> name, bool lazy, bool if_exists,
             std::map<std::string, std::string> options, PlanPtr query);
  Action action() const { return action_; }
  const std::vector<std::string>& name() const { return name_; }
  bool lazy() const { return lazy_; }
  bool if_exists() const { return if_exists_; }
  const std::map<std::string, std::string>& options() const { return options_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Action action_;
  std::vector<std::string> name_;
  bool lazy_;
  bool if_exists_;
  std::map<std::string, std::string> options_;
};

}  // namespace firesteel
