#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// `a`.`b c`: every part in backticks, as names stand in error messages.
std::string QuoteIdentifier(const std::vector<std::string>& parts);
std::string QuoteIdentifier(std::string_view part);

/// Lower case of the letters A to Z: the form in which names are compared unless
/// spark.sql.caseSensitive is on.
std::string FoldCase(std::string_view name);

/// Whether two names of columns, fields or tables are the same name.
bool SameName(std::string_view a, std::string_view b, bool case_sensitive);

}  // namespace firesteel
