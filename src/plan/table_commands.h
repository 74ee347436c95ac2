#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firesteel/connector/table.h"
#include "plan/commands.h"

namespace firesteel {

// Commands that make, fill and change tables of the catalog and their databases.

/// CREATE [EXTERNAL] TABLE [IF NOT EXISTS] name (columns) USING format …, or … AS query; also
/// `saveAsTable` and `catalog.createTable`.
class CreateTable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kCreateTable;
  struct Definition {
    std::vector<std::string> name;
    std::string format;            ///< "": the session's default
    std::optional<Schema> schema;  ///< without it: that of the query, or the files'
    std::vector<std::string> partition_columns;
    std::map<std::string, std::string> defaults;  ///< SQL of columns' defaults, by the column
    std::optional<std::string> location;
    Options options;
    std::map<std::string, std::string> properties;
    std::optional<std::string> comment;
    bool if_not_exists = false;
    bool replace = false;  ///< drops the one that is there
  };
  /// `query` may be nullptr.
  CreateTable(Definition definition, PlanPtr query);
  const Definition& definition() const { return definition_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
};

/// INSERT INTO | OVERWRITE name [PARTITION (…)] [(columns) | BY NAME] query; also `insertInto`.
class InsertInto final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kInsertInto;
  struct Target {
    std::vector<std::string> name;
    bool overwrite = false;
    bool by_name = false;
    std::vector<std::string> columns;  ///< empty: all, in the table's order
    /// Values of partition columns; none: the query gives them.
    std::vector<std::pair<std::string, ExpressionPtr>> partition;
    bool if_not_exists = false;  ///< nothing is written into a partition that is there
  };
  InsertInto(Target target, PlanPtr query);
  const Target& target() const { return target_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Target target_;
};

/// CREATE | DROP DATABASE.
class ChangeDatabase final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kChangeDatabase;
  struct Change {
    std::vector<std::string> name;
    bool drop = false;
    bool if_exists = false;  ///< of a drop; IF NOT EXISTS of a creation
    bool cascade = false;
    std::optional<std::string> comment;
    std::optional<std::string> location;
    std::map<std::string, std::string> properties;
  };
  explicit ChangeDatabase(Change change);
  const Change& change() const { return change_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Change change_;
};

/// What else is done with a table: TRUNCATE, ANALYZE, MSCK REPAIR, SHOW CREATE TABLE, SHOW
/// PARTITIONS, ALTER TABLE … ADD COLUMNS | RENAME TO | SET TBLPROPERTIES. Also what no table here
/// can do, as none of Spark's own catalog can: DELETE, UPDATE, MERGE, REPLACE TABLE (kRefused).
class ChangeTable final : public Command {
 public:
  static constexpr PlanKind kKind = PlanKind::kChangeTable;
  enum class Action { kTruncate, kAnalyze, kRepair, kShowCreate, kShowPartitions, kAddColumns,
                      kRename, kSetProperties, kSetDefault, kDropDefault, kRefused };
  struct Change {
    Action action = Action::kTruncate;
    std::vector<std::string> name;
    std::vector<std::string> new_name;
    std::optional<Schema> columns;
    std::map<std::string, std::string> properties;
    std::string column;         ///< whose default it is
    std::string default_value;  ///< its SQL
    std::string operation;  ///< kRefused: what it is called in the error
  };
  /// `queries`, of kRefused: what is wrong with them is said first.
  explicit ChangeTable(Change change, std::vector<PlanPtr> queries = {});
  const Change& change() const { return change_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Change change_;
};

}  // namespace firesteel
