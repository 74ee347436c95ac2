#include "tests/faults/durable_query.h"

#include <utility>

#include "firesteel/data_stream_writer.h"
#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "session/session_backend.h"
#include "testing/row_comparison.h"
#include "testing/test_session.h"

namespace firesteel::testing {
namespace {

constexpr int kRowsPerFile = 5;
constexpr int kKeys = 3;

int64_t NumberOf(int file, int row) { return file * 100 + row; }
std::string KeyOf(int file, int row) { return "k" + std::to_string((file + row) % kKeys); }

class FilesToFiles final : public DurableQuery {
 public:
  explicit FilesToFiles(std::string format) : format_(std::move(format)) {}

  std::string Name() const override { return "files to " + format_; }

  Result<std::string> CompareAnswer(Env* env, int input_files) override {
    std::vector<Row> wanted;
    for (int file = 0; file < input_files; ++file) {
      for (int row = 0; row < kRowsPerFile; ++row) {
        if (row % 2 == 0) wanted.push_back(Row({NumberOf(file, row) * 2, KeyOf(file, row) + "!"}));
      }
    }
    ARROW_ASSIGN_OR_RAISE(const Session session, NewSession(env));
    ARROW_ASSIGN_OR_RAISE(
        std::vector<Row> found,
        session.Read().Format(format_).Schema("n BIGINT, k STRING").Load("/out").Collect());
    return DescribeDifference(std::move(wanted), std::move(found));
  }

 protected:
  DataStreamWriter Write(const DataFrame& input) override {
    return input.Where("n % 2 = 0")
        .SelectExpr({"n * 2 AS n", "concat(k, '!') AS k"})
        .WriteStream()
        .Format(format_)
        .Option("path", "/out");
  }

 private:
  const std::string format_;
};

class FilesToCounts final : public DurableQuery {
 public:
  std::string Name() const override { return "files to counts"; }

  Result<std::string> CompareAnswer(Env*, int input_files) override {
    std::map<std::string, int64_t> counts;
    for (int file = 0; file < input_files; ++file) {
      for (int row = 0; row < kRowsPerFile; ++row) ++counts[KeyOf(file, row)];
    }
    std::vector<Row> wanted;
    for (const auto& [key, count] : counts) wanted.push_back(Row({key, count}));
    return DescribeDifference(wanted, sink_->LastBatch());
  }

  void Reset() override { sink_ = std::make_shared<RecordingSink>(); }

 protected:
  DataStreamWriter Write(const DataFrame& input) override {
    // Hands the rows on as they are; the sink compares a batch that comes again with the first
    // time.
    return input.GroupBy({"k"})
        .Count()
        .WriteStream()
        .OutputMode(OutputMode::kComplete)
        .ForeachBatch([sink = sink_](const DataFrame& batch, int64_t batch_id) -> Status {
          ARROW_ASSIGN_OR_RAISE(const Schema schema, batch.Schema());
          ARROW_ASSIGN_OR_RAISE(std::vector<Row> rows, batch.Collect());
          return sink->AddRows(batch_id, schema, std::move(rows));
        });
  }

 private:
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
};

/// The rows of file i are of second 100 * i; even files belong to the one source, odd ones to the
/// other. So the watermark follows the file before the last one and ends the windows of those
/// before.
class FilesToWindows final : public DurableQuery {
 public:
  std::string Name() const override { return "files to windows"; }

  Result<std::string> CompareAnswer(Env* env, int input_files) override {
    std::vector<Row> wanted;
    for (int64_t file = 0; file < input_files - 2; ++file) {
      wanted.push_back(Row({file * 100, int64_t{kRowsPerFile}}));
    }
    ARROW_ASSIGN_OR_RAISE(const Session session, NewSession(env));
    ARROW_ASSIGN_OR_RAISE(
        std::vector<Row> found,
        session.Read().Format("json").Schema("second BIGINT, n BIGINT").Load("/out").Collect());
    return DescribeDifference(std::move(wanted), std::move(found));
  }

 protected:
  std::map<std::string, std::string> Settings() const override {
    return {{"firesteel.watermark.persistPerSource", "true"}};
  }
  DataStreamWriter Write(const DataFrame& input) override {
    return input.GroupBy({functions::Window(functions::Col("at"), "10 seconds")})
        .Count()
        .SelectExpr({"unix_seconds(window.start) AS second", "count AS n"})
        .WriteStream()
        .Format("json")
        .Option("path", "/out");
  }
  DataStreamWriter WriteFrom(const Session& session) override {
    const auto source = [&](const char* condition) {
      return ReadInput(session)
          .Where(condition)
          .SelectExpr({"timestamp_seconds(n div 100 * 100) AS at"})
          .WithWatermark("at", "0 seconds");
    };
    return Write(source("n div 100 % 2 = 0").Union(source("n div 100 % 2 = 1")));
  }
};

/// Drops what comes twice, and keeps late rows aside. Those with odd numbers are late when two
/// batches with earlier files have been run: from the third file on, or from the fourth when a batch
/// that failed before its offsets were logged comes again with one file more.
class FilesToDistinct final : public DurableQuery {
 public:
  std::string Name() const override { return "files to distinct rows"; }

  Result<std::string> CompareAnswer(Env* env, int input_files) override {
    std::vector<Row> all;
    std::vector<Row> surely_late;
    for (int file = 0; file < input_files; ++file) {
      for (int row = 0; row < kRowsPerFile; ++row) {
        all.push_back(Row({NumberOf(file, row)}));
        if (file > 2 && row % 2 == 1) surely_late.push_back(Row({NumberOf(file, row)}));
      }
    }
    ARROW_ASSIGN_OR_RAISE(const Session session, NewSession(env));
    const auto read = [&](const char* format, const char* directory) {
      return session.Read().Format(format).Schema("n BIGINT").Load(directory).Select({"n"});
    };
    const DataFrame in_time = read("json", "/out");
    ARROW_ASSIGN_OR_RAISE(std::vector<Row> found, in_time.Collect());
    if (input_files <= 2) return DescribeDifference(std::move(all), std::move(found));
    const DataFrame late = read("parquet", "/late");
    ARROW_ASSIGN_OR_RAISE(found, in_time.Union(late).Collect());
    const std::string of_all = DescribeDifference(std::move(all), std::move(found));
    if (!of_all.empty()) return of_all;
    ARROW_ASSIGN_OR_RAISE(found, late.Where("n % 2 = 0 OR n < 200 OR n >= 300").Collect());
    const std::string of_late = DescribeDifference(std::move(surely_late), std::move(found));
    return of_late.empty() ? of_late : "late rows: " + of_late;
  }

 protected:
  std::map<std::string, std::string> Settings() const override {
    return {{"firesteel.lateRows.path", "/late"}};
  }
  DataStreamWriter Write(const DataFrame& input) override {
    return input
        .SelectExpr({"n", "timestamp_seconds(IF(n % 2 = 0, n + 1000000, n)) AS at"})
        .WithWatermark("at", "0 seconds")
        .DropDuplicates({"n"})
        .WriteStream()
        .Format("json")
        .Option("path", "/out");
  }
};

}  // namespace

std::string DurableQuery::CheckAnswer(Env* env, int input_files) {
  const Result<std::string> difference = CompareAnswer(env, input_files);
  return difference.ok() ? *difference : difference.status().ToString();
}

Result<Session> DurableQuery::NewSession(Env* env) {
  TestEngineOptions options;
  options.clock = &clock_;
  options.env = env;
  options.threads = 1;
  std::map<std::string, std::string> settings = Settings();
  settings.merge(std::map<std::string, std::string>{
      {"spark.sql.shuffle.partitions", "2"},
      {"spark.sql.streaming.minBatchesToRetain", "1"},
      {"spark.sql.streaming.stateStore.minDeltasForSnapshot", "1"},
      {"spark.sql.streaming.fileSource.log.compactInterval", "2"},
      {"spark.sql.streaming.fileSink.log.compactInterval", "2"},
      {"spark.sql.streaming.fileSource.log.cleanupDelay", "0"},
      {"spark.sql.streaming.fileSink.log.cleanupDelay", "0"}});
  return MakeTestSession(options, settings);
}

DataFrame DurableQuery::ReadInput(const Session& session) {
  return session.ReadStream()
      .Schema("n BIGINT, k STRING")
      .Option("maxFilesPerTrigger", 1)
      .Json("/in");
}

DataStreamWriter DurableQuery::WriteFrom(const Session& session) {
  return Write(ReadInput(session));
}

Status DurableQuery::Run(Env* env) {
  ARROW_ASSIGN_OR_RAISE(const Session session, NewSession(env));
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query,
                        WriteFrom(session)
                            .Trigger(Trigger::AvailableNow())
                            .Option("checkpointLocation", "/checkpoint")
                            .Start());
  return query->AwaitTermination();
}

Status DurableQuery::PutInput(MemoryEnv* env, int index) {
  std::string text;
  for (int row = 0; row < kRowsPerFile; ++row) {
    text += "{\"n\":" + std::to_string(NumberOf(index, row)) + ",\"k\":\"" + KeyOf(index, row) +
            "\"}\n";
  }
  return env->PutFile("/in/" + std::to_string(index) + ".json", text);
}

std::unique_ptr<DurableQuery> NewFilesToFiles(std::string format) {
  return std::make_unique<FilesToFiles>(std::move(format));
}

std::unique_ptr<DurableQuery> NewFilesToWindows() { return std::make_unique<FilesToWindows>(); }

std::unique_ptr<DurableQuery> NewFilesToDistinct() { return std::make_unique<FilesToDistinct>(); }

std::unique_ptr<DurableQuery> NewFilesToCounts() { return std::make_unique<FilesToCounts>(); }

}  // namespace firesteel::testing
