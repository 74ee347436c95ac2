#pragma once

#include <cstdint>
#include <optional>
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
  bool recursive = false;     ///< option recursiveFileLookup: all files below, without partitions
  std::string base_path;      ///< option basePath: where partition directories begin; "" is `path`
  /// Options modifiedAfter and modifiedBefore: files changed outside of them are left out.
  std::optional<int64_t> modified_after_ms;
  std::optional<int64_t> modified_before_ms;

  /// Reads the options. Errors: a missing path (_LEGACY_ERROR_TEMP_2047), another file system, a
  /// time that is none.
  static Result<InputLocation> Make(const Options& options,
                                    const std::string& session_time_zone = "UTC");
  bool is_glob() const;
  /// The directory of a glob that all of its files lie in; else the path.
  std::string root() const;
  /// How many components of a file's path come before its partition directories.
  int base_depth() const;
};

/// Whether `name` matches a glob as Hadoop understands it: ? * [a-z] [^x] {a,b} and backslashes.
bool MatchesGlob(std::string_view glob, std::string_view name);

/// Lists the data files of a location, in no order. Names that start with `_` (with no `=`) or `.`
/// are hidden. A directory gives its direct files, or, where it has partition directories
/// (`name=value`), the files below those; all below it with `recursive`. A directory written by a
/// file sink gives what its `_spark_metadata` names, nothing else. Nothing that matches a glob is
/// no files. `directories`, where given, gets all directories whose entries decide what is listed.
/// Errors: PATH_NOT_FOUND for a plain path that does not exist.
Result<std::vector<FileStatus>> ListInputFiles(Env* env, const InputLocation& location,
                                               std::vector<std::string>* directories = nullptr);

}  // namespace firesteel
