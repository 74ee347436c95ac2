#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/config.h"
#include "firesteel/data_frame_reader.h"
#include "firesteel/data_stream_reader.h"
#include "firesteel/dataframe.h"
#include "firesteel/streaming_query_manager.h"

namespace firesteel {

class SessionBackend;
class TableProvider;

/// The entry point: Spark's SparkSession. A cheap handle; the session lives until Stop() or until
/// the last handle, DataFrame and query handle is gone. Thread-safe.
class FIRESTEEL_EXPORT Session {
 public:
  /// Makes sessions: `Session::Builder().AppName("counts").Config("spark.sql.ansi.enabled",
  /// "false").GetOrCreate()`.
  class FIRESTEEL_EXPORT Builder {
   public:
    Builder& AppName(std::string_view name);
    Builder& Config(std::string_view name, std::string_view value);
    /// Returns the process's session, making it the first time; settings given here are set in it
    /// either way.
    Result<Session> GetOrCreate();
    /// Makes a new session of its own.
    Result<Session> Create();

   private:
    std::map<std::string, std::string> settings_;
  };

  explicit Session(std::shared_ptr<SessionBackend> backend);

  DataFrameReader Read() const;
  DataStreamReader ReadStream() const;
  /// A query as SQL text, or a command (CREATE VIEW, SET, SHOW …), which runs at once and whose
  /// result is the DataFrame. `arguments` are the values of `:name` markers.
  /// Errors (kept until an action): PARSE_SYNTAX_ERROR, …
  DataFrame Sql(std::string_view text, const std::map<std::string, Value>& arguments = {}) const;
  /// The same with the values of `?` markers, in order.
  DataFrame Sql(std::string_view text, const std::vector<Value>& arguments) const;
  /// A table or view by name.
  DataFrame Table(std::string_view name) const;
  /// The numbers from `start` up to, not including, `end`, in column `id`.
  DataFrame Range(int64_t start, int64_t end, int64_t step = 1,
                  std::optional<int> partitions = std::nullopt) const;
  DataFrame Range(int64_t end) const { return Range(0, end); }
  /// A DataFrame of these rows. Errors (kept until an action): a value that does not fit the schema.
  DataFrame CreateDataFrame(const std::vector<Row>& rows, const Schema& schema) const;
  /// Makes a connector known to this session under its short name; docs/connectors.md says how one
  /// is written. Errors: DATA_SOURCE_ALREADY_EXISTS.
  Status RegisterConnector(std::shared_ptr<TableProvider> connector) const;
  RuntimeConfig Conf() const;
  std::shared_ptr<StreamingQueryManager> Streams() const;
  /// Stops all queries; the session cannot start new ones afterwards.
  Status Stop();

  const std::shared_ptr<SessionBackend>& backend() const { return backend_; }

 private:
  std::shared_ptr<SessionBackend> backend_;
};

}  // namespace firesteel
