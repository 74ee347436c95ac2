#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/connector/batch_reader.h"
#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

/// A function that a client sent, as bytes that only its own language understands.
struct UserFunction {
  enum class Kind {
    kForeachBatch,  ///< called with a DataFrame of the client's session and a batch's id
    kForeach,       ///< called with the rows of one partition of a batch
  };
  Kind kind = Kind::kForeachBatch;
  std::string code;
  std::string language_version;  ///< in which the client runs, for example "3.11"
  std::string owner;             ///< of the worker's process, which no other owner gets
  std::string session_url;       ///< kForeachBatch: where the function reaches its session
  Schema input;                  ///< kForeach: of the rows
  std::string files;             ///< the directory with the modules and files of its session, or ""
};

/// A function that is loaded where it can be called. One call at a time, but Kill comes from any
/// thread. Errors of the function carry its traceback; after one the object is of no more use.
class UserFunctionCall {
 public:
  virtual ~UserFunctionCall() = default;
  /// kForeachBatch. `frame_id` is the id under which the session knows the batch's DataFrame.
  virtual Status CallWithFrame(const std::string& frame_id, int64_t batch_id) = 0;

  // kForeach: BeginRows, any number of WriteRows, EndRows, which tells how it went.
  virtual Status BeginRows(int partition, int64_t batch_id) = 0;
  virtual Status WriteRows(const arrow::RecordBatch& rows) = 0;
  virtual Status EndRows() = 0;

  /// Ends the function wherever it is; the call that runs fails soon, and so does every later one.
  virtual void Kill() = 0;
};

class UserFunctionRuntime;

/// A function of columns that a client sent, to be called inside of queries. Immutable.
struct UserColumnFunction {
  /// What it is given and what it gives.
  enum class Shape {
    kScalar,          ///< batches of its arguments; as many values
    kScalarIterator,  ///< all batches of a partition one after another; as many values
    kAggregate,       ///< the arguments of all rows of a group; one value
    kRows,            ///< all rows of a partition, batch by batch; any rows
    kGroup,           ///< all rows of a group; any rows
    kCoGroup,         ///< all rows of a group on two sides; any rows
    kTable,           ///< its arguments row by row, of a partition or a group; any rows for each
  };
  std::string name;
  Shape shape = Shape::kScalar;
  int protocol = 0;  ///< how exactly it is called: the client's own number, PySpark's eval type
  std::string code;
  std::string language_version;
  /// A struct of the columns for shapes that give rows. Of kTable it may be missing (kNull): the
  /// function itself tells when it is asked, see UserFunctionRuntime::Analyze.
  DataType result;
  std::string analysis;  ///< kTable: what it answered then, for its own use; else ""
  bool takes_batches = false;  ///< kTable: it is called batch by batch instead
  int table = -1;              ///< kTable: which of its arguments is the row of a table, or none
  bool deterministic = true;
  std::string owner;  ///< of the worker's process
  /// The settings of its session that it depends on, as they are when it runs; may be null.
  std::function<std::map<std::string, std::string>()> settings;
  std::shared_ptr<UserFunctionRuntime> runtime;
};

/// What a function of kTable is told of a call before it runs.
struct UserTableRequest {
  struct Argument {
    std::string name;  ///< "" for one that is given by position
    DataType type;
    bool is_table = false;
    int constant = -1;  ///< its place in `constants`, where its value is known
  };
  std::vector<Argument> arguments;
  std::shared_ptr<arrow::RecordBatch> constants;  ///< one row
};

/// What it answers. Names are expressions in SQL over the columns of the table it is given.
struct UserTableAnalysis {
  struct Order {
    std::string name;
    bool ascending = true;
    bool nulls_first = true;
  };
  struct Column {
    std::string expression;
    std::string alias;  ///< "" for one that is a column's name
  };
  DataType result;
  bool single_partition = false;
  std::vector<std::string> partition_by;
  std::vector<Order> order_by;
  std::vector<Column> select;  ///< what it wants instead of the table's columns; empty: these
  std::string state;     ///< for UserColumnFunction::analysis
};

/// One pass over rows for one or several functions.
struct UserColumnTask {
  struct Call {
    std::shared_ptr<const UserColumnFunction> function;
    /// Its arguments, by their place in the input. Those of kTable are the last; what stands before
    /// them, keys aside, is given back with each row that is made of a row.
    std::vector<int> columns;
    std::vector<std::string> names;  ///< of arguments given by name, "" for the others
  };
  /// All of kScalar, or all of kAggregate, or a single one.
  std::vector<Call> calls;
  /// What the frames have: one, for kCoGroup two. Their first `key_columns` are the group's key,
  /// which a function that wants it is given, and not part of its rows.
  std::vector<Schema> inputs;
  int key_columns = 0;
  /// One column per call, or the rows' columns.
  Schema output;
  int partition = 0;
  int64_t rows_per_batch = 10000;              ///< of what the functions are given at once
  const std::atomic<bool>* cancelled = nullptr;  ///< once set the task fails soon; may be null
};

/// Rows that belong together: a batch, or one side of a group. All batches have the schema.
struct UserFrame {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

/// What a task works on: the next batch or group, one frame per input; empty at the end.
using UserFrameSource = std::function<Result<std::vector<UserFrame>>()>;

/// Runs user functions of one language. Thread-safe.
class UserFunctionRuntime {
 public:
  virtual ~UserFunctionRuntime() = default;
  virtual Result<std::unique_ptr<UserFunctionCall>> Load(const UserFunction& function) = 0;
  /// Calls functions on what `source` gives, which is asked while the result is read, on the same
  /// thread. The result has exactly the output's Arrow types; how it is cut into batches is open,
  /// but for kAggregate, where rows come in the order of the groups.
  virtual Result<std::unique_ptr<BatchReader>> Run(UserColumnTask task,
                                                   UserFrameSource source) = 0;
  /// Asks a function of kTable what a call of it would give. Errors: what went wrong in it.
  virtual Result<UserTableAnalysis> Analyze(const UserColumnFunction& function,
                                            const UserTableRequest& request) = 0;
  /// The owner is gone: nothing of it is kept.
  virtual void Forget(const std::string& owner) = 0;
};

}  // namespace firesteel
