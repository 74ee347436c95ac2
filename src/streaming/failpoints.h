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

// Only where a setting asks for the step; between the state and the sink's commit, in this order.
inline constexpr std::string_view kBeforeLateRows = "late_rows.before";
inline constexpr std::string_view kAfterLateRows = "late_rows.after";
inline constexpr std::string_view kBeforeSourceWatermarks = "source_watermarks.before";
inline constexpr std::string_view kAfterSourceWatermarks = "source_watermarks.after";

inline constexpr std::array kOnDemand = {kBeforeLateRows, kAfterLateRows, kBeforeSourceWatermarks,
                                         kAfterSourceWatermarks};

inline constexpr std::array kAll = {kBeforeOffsets,   kAfterOffsets,  kBeforeSinkCommit,
                                    kAfterSinkCommit, kBeforeCommits, kAfterCommits};

}  // namespace firesteel::failpoints
