#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/batch_sink.h"
#include "firesteel/connector/predicate.h"
#include "firesteel/connector/sink.h"
#include "firesteel/connector/source.h"
#include "firesteel/output_mode.h"
#include "firesteel/types.h"

namespace firesteel {

class Env;
class Clock;

/// Options as the user gave them; names are compared without case, values keep theirs.
class FIRESTEEL_EXPORT Options {
 public:
  Options() = default;
  void Set(std::string_view name, std::string value);
  std::optional<std::string> Get(std::string_view name) const;
  std::string GetOr(std::string_view name, std::string_view otherwise) const;
  /// Errors: the value is not a whole number, or not true/false.
  Result<std::optional<int64_t>> GetLong(std::string_view name) const;
  Result<bool> GetBool(std::string_view name, bool otherwise) const;
  /// Names as the user wrote them.
  const std::map<std::string, std::string>& All() const { return values_; }

 private:
  std::map<std::string, std::string> values_;   // by the name as written
  std::map<std::string, std::string> by_lower_case_;
};

/// The part of the engine that connectors may use.
struct ConnectorContext {
  Env* env = nullptr;
  Clock* clock = nullptr;
  std::string session_time_zone = "UTC";
  int default_parallelism = 1;
  /// Reads a setting of the session; nullopt when neither set nor known.
  std::function<std::optional<std::string>(std::string_view)> conf;
};

/// What is wanted of a scan: the columns in this order, and filters that may be used to skip.
struct ScanRequest {
  Schema columns;
  std::vector<Predicate> filters;
};

/// A scan of a table, for batch or as a stream.
class FIRESTEEL_EXPORT Scan {
 public:
  virtual ~Scan() = default;
  virtual Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() = 0;
  virtual Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                            const ReadContext& context) = 0;
  /// Makes the stream of one run; `metadata_path` is its private folder (`sources/<i>`) in the
  /// query's checkpoint.
  virtual Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(
      const std::string& metadata_path) = 0;
  /// As in EXPLAIN: `json [a,b] file:/in`.
  virtual std::string Describe() const = 0;
};

struct WriteRequest {
  Schema schema;
  OutputMode mode = OutputMode::kAppend;
  std::string query_id;
  std::string query_name;
  /// Columns of `schema` (matched without case) whose values become directories `name=value`.
  std::vector<std::string> partition_columns = {};
  /// What the writer was told; the table's own options where this is empty.
  Options options = {};
};

/// A sink is one of the two.
struct StreamingSink {
  std::unique_ptr<StreamingWrite> write;
  std::shared_ptr<BatchSink> batch_sink;
};

/// How a batch write treats what is there.
enum class SaveMode { kErrorIfExists, kAppend, kOverwrite, kIgnore };

/// Something that can be scanned or written: made by a TableProvider from a schema and options.
/// Thread-safe.
class FIRESTEEL_EXPORT Table {
 public:
  enum Capability : unsigned {
    kBatchRead = 1,
    kMicroBatchRead = 2,
    kBatchWrite = 4,
    kStreamingWrite = 8,
    kUpdateMode = 16,    ///< the sink takes OutputMode::kUpdate
    kCompleteMode = 32,  ///< the sink takes OutputMode::kComplete
    kEphemeralCheckpoint = 64,  ///< a query without a checkpoint location gets a temporary one
    kNamedByQuery = 128,  ///< the sink can be read under the query's name, which is then mandatory;
                          ///< only complete mode may go on from a checkpoint
  };
  virtual ~Table() = default;
  virtual std::string Name() const = 0;
  virtual const Schema& schema() const = 0;
  virtual unsigned capabilities() const = 0;
  /// Columns that a scan gives when they are asked for by name, beyond those of the schema: what a
  /// row's file is (`_metadata`).
  virtual Schema metadata_columns() const { return {}; }
  virtual Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request);
  virtual Result<StreamingSink> NewStreamingSink(const WriteRequest& request);
  /// For batch writes; epoch 0. With kIgnore, IsCommitted(0) is true where something is there.
  virtual Result<std::unique_ptr<StreamingWrite>> NewBatchWrite(const WriteRequest& request,
                                                                SaveMode mode);
};

/// A format name (`json`, `socket`, …) and how its tables are made. Thread-safe.
class FIRESTEEL_EXPORT TableProvider {
 public:
  virtual ~TableProvider() = default;
  virtual std::string ShortName() const = 0;
  /// The schema for reading: the user's where one is given, else the connector's own or inferred.
  /// `streaming` says what it is for: file streams refuse to infer.
  virtual Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema,
                                       const Options& options, bool streaming,
                                       const ConnectorContext& context) = 0;
  virtual Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                                  const ConnectorContext& context) = 0;
};

}  // namespace firesteel
