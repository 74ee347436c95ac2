#pragma once

#include <vector>

#include "firesteel/connector/predicate.h"

namespace parquet {
class FileMetaData;
}  // namespace parquet

namespace firesteel {

/// The row groups that may hold rows for which all predicates are true, judged by the least and
/// greatest values the file keeps for each. Whatever cannot be judged is kept.
std::vector<int> MatchingRowGroups(const parquet::FileMetaData& metadata,
                                   const std::vector<Predicate>& predicates);

}  // namespace firesteel
