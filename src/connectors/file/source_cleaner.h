#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/env.h"
#include "connectors/file/file_source_options.h"
#include "connectors/file/input_listing.h"

namespace firesteel {

/// Does away with files whose batch is committed: removes them, or moves them below the archive
/// directory under their whole path (`/in/a.json` to `/archive/in/a.json`). A file that cannot be
/// cleaned stays, with a warning: nothing is lost by that. Not thread-safe.
class SourceCleaner {
 public:
  /// nullptr when files are to stay. Errors: the archive lies where the source would read it again,
  /// or the source is the directory of a file sink, whose log names its files.
  static Result<std::unique_ptr<SourceCleaner>> Make(Env* env, const InputLocation& location,
                                                     const FileSourceOptions& options);
  void Clean(const std::vector<FileStatus>& files) const;

 private:
  SourceCleaner(Env* env, FileSourceOptions options) : env_(env), options_(std::move(options)) {}
  Status CleanOne(const FileStatus& file) const;

  Env* env_;
  FileSourceOptions options_;
};

}  // namespace firesteel
