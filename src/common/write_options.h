#pragma once

namespace firesteel {

// Options of a write that no user gives: what INSERT tells the table of files.

/// The partition that is overwritten instead of everything, as a JSON object of the first partition
/// columns' values as texts, null for NULL.
inline constexpr char kOverwrittenPartitionOption[] = "firesteel.overwrittenPartition";
/// `true`: nothing is written when that partition is there.
inline constexpr char kKeepPartitionOption[] = "firesteel.keepPartition";

}  // namespace firesteel
