#pragma once

#include <array>
#include <string_view>

namespace firesteel::failpoints {

// The steps of one batch, in order; a crash at a point happens after the step before it.
inline constexpr std::string_view kBeforeOffsets = "offsets.before";
inline constexpr std::string_view kAfterOffsets = "offsets.after";
inline constexpr std::string_view kBeforeSinkCommit = "sink.before_commit";
inline constexpr std::string_view kAfterSinkCommit = "sink.after_commit";
inline constexpr std::string_view kBeforeCommits = "commits.before";
inline constexpr std::string_view kAfterCommits = "commits.after";

inline constexpr std::array kAll = {kBeforeOffsets,   kAfterOffsets,  kBeforeSinkCommit,
                                    kAfterSinkCommit, kBeforeCommits, kAfterCommits};

}  // namespace firesteel::failpoints
