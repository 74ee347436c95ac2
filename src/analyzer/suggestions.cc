#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/name_scope.h"
#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

constexpr size_t kSuggestions = 5;
// Longer names are compared by their beginning: the cost grows with the square of the length.
constexpr size_t kComparedBytes = 200;

/// The number of single-character edits that turn one text into the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kComparedBytes);
  b = b.substr(0, kComparedBytes);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

Status UnresolvedColumnError(const UnresolvedAttribute& name,
                             const std::vector<AttributePtr>& columns) {
  const std::vector<std::string>& parts = name.parts();
  // Candidates are compared with their quotes, the name with those it needs, as in Spark.
  const std::string base = name.Sql();
  std::vector<std::pair<size_t, std::string>> candidates;
  for (const AttributePtr& column : columns) {
    std::vector<std::string> full{column->name()};
    if (parts.size() > 1) {
      full.insert(full.begin(), column->qualifier().begin(), column->qualifier().end());
    }
    std::string quoted = QuoteIdentifier(full);
    const size_t distance = EditDistance(base, quoted);
    candidates.emplace_back(distance, std::move(quoted));
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.size() > kSuggestions) candidates.resize(kSuggestions);
  std::map<std::string, std::string> parameters{{"objectName", QuoteIdentifier(parts)}};
  std::string_view condition = "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION";
  if (!candidates.empty()) {
    condition = "UNRESOLVED_COLUMN.WITH_SUGGESTION";
    std::string proposal;
    for (const auto& [distance, candidate] : candidates) {
      proposal += (proposal.empty() ? "" : ", ") + candidate;
    }
    parameters["proposal"] = std::move(proposal);
  }
  return AtOrigin(MakeError(condition, std::move(parameters)), name.origin());
}

}  // namespace firesteel
