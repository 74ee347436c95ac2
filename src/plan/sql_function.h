#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// A function whose body is SQL (CREATE TEMPORARY FUNCTION … RETURN …). Immutable.
struct SqlFunction {
  struct Parameter {
    std::string name;
    DataType type;
    ExpressionPtr default_value;  ///< unresolved; nullptr: an argument must be given
    std::string default_text;
    std::optional<std::string> comment;
  };
  /// What the text says beside the meaning, for DESCRIBE FUNCTION.
  struct Characteristics {
    std::optional<bool> deterministic;
    std::optional<bool> reads_data;  ///< READS SQL DATA; false: CONTAINS SQL
    std::optional<std::string> comment;
  };

  std::string name;  ///< as written
  std::vector<Parameter> parameters;
  bool table = false;  ///< gives rows, and is called in FROM
  /// Of a table function a struct of its columns. Without it the body's type, which is put in when
  /// the function is made.
  std::optional<DataType> returns;
  /// Unresolved, so that what it calls is what there is when it is called. A projection of one row
  /// to the value or, for a table function, the query.
  PlanPtr body;
  std::string body_text;
  Characteristics characteristics;
};
using SqlFunctionPtr = std::shared_ptr<const SqlFunction>;

/// The body with columns that stand for the arguments.
struct SqlFunctionBody {
  /// A projection of the columns to the value; the query of a table function, which is to be
  /// resolved with the columns around it.
  PlanPtr plan;
  std::vector<AttributePtr> parameters;  ///< in order; their ids are this body's own
};

/// Makes the body for one call, or to check it. Errors: none but bugs.
Result<SqlFunctionBody> InstantiateBody(const SqlFunction& function);

}  // namespace firesteel
