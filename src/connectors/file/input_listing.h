#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Where a file table reads: a path or a glob, and what of it.
struct InputLocation {
  std::string path;           ///< plain and absolute; may hold glob characters: * ? [ ] { }
  std::string name_filter;    ///< option pathGlobFilter: a glob on file names; "" takes all
  bool recursive = false;     ///< option recursiveFileLookup

  /// Reads the options. Errors: a missing path (_LEGACY_ERROR_TEMP_2047), another file system.
  static Result<InputLocation> Make(const Options& options);
  bool is_glob() const;
};

/// Whether `name` matches a glob as Hadoop understands it: ? * [a-z] [^x] {a,b} and backslashes.
bool MatchesGlob(std::string_view glob, std::string_view name);

/// Lists the data files of a location, in no order. Names that start with `_` or `.` are hidden. A
/// directory gives its direct files (all below it with `recursive`); a directory written by a file
/// sink gives what its `_spark_metadata` names and nothing else. Nothing that matches a glob is no
/// files. Errors: PATH_NOT_FOUND for a plain path that does not exist.
Result<std::vector<FileStatus>> ListInputFiles(Env* env, const InputLocation& location);

}  // namespace firesteel
