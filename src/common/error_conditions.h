#pragma once

#include <span>
#include <string_view>

namespace firesteel {

inline constexpr std::string_view kInternalErrorCondition = "INTERNAL_ERROR";

/// One error condition: Spark's name and SQLSTATE (empty where Spark has none), and the message
/// with `<parameter>` placeholders.
struct ErrorConditionRow {
  std::string_view condition;
  std::string_view sql_state;
  std::string_view message_template;
};

/// All rows, sorted by condition.
std::span<const ErrorConditionRow> AllErrorConditions();
/// The row of `condition`, nullptr when there is none.
const ErrorConditionRow* FindErrorCondition(std::string_view condition);

}  // namespace firesteel
