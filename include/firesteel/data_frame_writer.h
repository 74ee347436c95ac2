#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/dataframe.h"
#include "firesteel/export.h"

namespace firesteel {

/// Writes a DataFrame once: `df.Write().Mode("overwrite").Option("sep", ";").Csv("/out")`. A cheap
/// value; the calls that return a Status run it.
class FIRESTEEL_EXPORT DataFrameWriter {
 public:
  explicit DataFrameWriter(DataFrame input);

  /// parquet where nothing is said. Errors when it is written: DATA_SOURCE_NOT_FOUND.
  DataFrameWriter& Format(std::string_view name);
  /// What to do where there is something already; an error where nothing is said.
  DataFrameWriter& Mode(SaveMode mode);
  /// append, overwrite, ignore, error (errorifexists, default). Errors when it is written:
  /// INVALID_SAVE_MODE.
  DataFrameWriter& Mode(std::string_view mode);
  DataFrameWriter& Mode(const char* mode) { return Mode(std::string_view(mode)); }
  DataFrameWriter& Option(std::string_view name, std::string value);
  DataFrameWriter& Option(std::string_view name, const char* value) {
    return Option(name, std::string(value));
  }
  DataFrameWriter& Option(std::string_view name, int64_t value) {
    return Option(name, std::to_string(value));
  }
  DataFrameWriter& Option(std::string_view name, int value) {
    return Option(name, std::to_string(value));
  }
  DataFrameWriter& Option(std::string_view name, bool value) {
    return Option(name, std::string(value ? "true" : "false"));
  }
  /// Columns whose values become directories `name=value` instead of columns in the files.
  DataFrameWriter& PartitionBy(std::vector<std::string> columns);

  /// Runs the query and writes its rows. Errors: PATH_ALREADY_EXISTS,
  /// CALL_ON_STREAMING_DATASET_UNSUPPORTED, what the query and the format give.
  Status Save() const;
  Status Save(std::string_view path) const;
  Status Json(std::string_view path) const;
  Status Csv(std::string_view path) const;
  Status Parquet(std::string_view path) const;
  Status Orc(std::string_view path) const;
  Status Text(std::string_view path) const;

 private:
  DataFrame input_;
  std::string format_ = "parquet";
  SaveMode mode_ = SaveMode::kErrorIfExists;
  Options options_;
  std::vector<std::string> partition_columns_;
  Status status_;
};

}  // namespace firesteel
