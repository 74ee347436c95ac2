#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firesteel/data_stream_writer.h"
#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "gtest/gtest.h"
#include "session/session_backend.h"
#include "streaming/failpoints.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"
#include "testing/row_comparison.h"
#include "testing/test_session.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::SessionWindow;
using functions::Window;

/// A query over JSON files of `/in` and, for joins, `/other`, which are lines of `second` and `k`.
/// It keeps late rows in `/late`. Each Run is a run of its own from the checkpoint.
class LateRowsTest : public ::testing::Test {
 protected:
  using Query = std::function<DataFrame(const DataFrame& input, const DataFrame& other)>;

  void Put(const std::string& directory, int64_t second, const std::string& k) {
    const std::string path = "/" + directory + "/" + std::to_string(files_++) + ".json";
    const std::string line = R"({"second":)" + std::to_string(second) + R"(,"k":")" + k + "\"}\n";
    ASSERT_TRUE(disk_.PutFile(path, line).ok());
  }

  Session NewSession() {
    TestEngineOptions options;
    options.clock = &clock_;
    options.env = &disk_;
    options.threads = 1;
    options.failpoint = [this](std::string_view point) {
      return point == failing_ ? Status::Cancelled("killed") : Status::OK();
    };
    return MakeTestSession(
               options, {{"spark.sql.shuffle.partitions", "2"}, {"firesteel.lateRows.path", path_}})
        .ValueOrDie();
  }

  static DataFrame Read(const Session& session, const char* directory) {
    return session.ReadStream()
        .Schema("second BIGINT, k STRING")
        .Json(directory)
        .SelectExpr({"timestamp_seconds(second) AS at", "k"})
        .WithWatermark("at", "10 seconds");
  }

  Status Run(const Query& query, const std::string& mode = "append") {
    const Session session = NewSession();
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> started,
                          query(Read(session, "/in"), Read(session, "/other"))
                              .WriteStream()
                              .Format("noop")
                              .OutputMode(mode)
                              .Trigger(Trigger::AvailableNow())
                              .Option("checkpointLocation", "/checkpoint")
                              .Start());
    const Status status = started->AwaitTermination();
    for (const StreamingQueryProgress& progress : started->RecentProgress()) {
      for (const StateOperatorProgress& state : progress.state_operators) {
        dropped_ += state.num_rows_dropped_by_watermark;
      }
    }
    return status;
  }

  /// Compares what is kept with `wanted`, read with `schema` and projected to `columns`.
  std::string Kept(const std::string& schema, const std::vector<std::string>& columns,
                   std::vector<Row> wanted) {
    path_ = "";
    const Session session = NewSession();
    path_ = "/late";
    const Result<std::vector<Row>> rows =
        session.Read().Format("parquet").Schema(schema).Load("/late").SelectExpr(columns).Collect();
    if (!rows.ok()) return rows.status().ToString();
    return DescribeDifference(std::move(wanted), *rows);
  }
  std::string KeptKeys(std::vector<Row> wanted) {
    return Kept("at TIMESTAMP, k STRING, watermark TIMESTAMP, operator INT",
                {"unix_seconds(at) AS at", "k", "unix_seconds(watermark) AS watermark", "operator"},
                std::move(wanted));
  }

  void Kill(std::string_view point) { failing_ = point; }

  ManualClock clock_{3'600'000};
  MemoryEnv disk_{&clock_};
  std::string path_ = "/late";
  std::string failing_;
  int files_ = 0;
  int64_t dropped_ = 0;
};

Row KeptRow(int64_t second, const char* k, int64_t watermark, int operator_id = 0) {
  return Row({second, k, watermark, operator_id});
}

DataFrame OfWindows(const DataFrame& input, const DataFrame&) {
  return input.GroupBy({Window(Col("at"), "10 seconds"), Col("k")}).Count();
}
DataFrame OfKeys(const DataFrame& input, const DataFrame&) { return input.DropDuplicates({"k"}); }

TEST_F(LateRowsTest, OfAnAggregationAreSingleRows) {
  Put("in", 100, "a");
  ASSERT_TRUE(Run(OfWindows).ok());  // the watermark is 90
  Put("in", 89, "b");
  Put("in", 85, "c");
  Put("in", 85, "c");
  Put("in", 90, "in time");
  ASSERT_TRUE(Run(OfWindows).ok());
  EXPECT_EQ(
      Kept("window STRUCT<start: TIMESTAMP, end: TIMESTAMP>, k STRING, watermark TIMESTAMP",
           {"unix_seconds(window.start) AS start", "k", "unix_seconds(watermark) AS watermark"},
           {Row({int64_t{80}, "b", int64_t{90}}), Row({int64_t{80}, "c", int64_t{90}}),
            Row({int64_t{80}, "c", int64_t{90}})}),
      "");
  EXPECT_EQ(dropped_, 2);  // groups, as in Spark
}

TEST_F(LateRowsTest, OfSessions) {
  const Query query = [](const DataFrame& input, const DataFrame&) {
    return input.GroupBy({SessionWindow(Col("at"), "10 seconds"), Col("k")}).Count();
  };
  Put("in", 100, "a");
  ASSERT_TRUE(Run(query).ok());
  Put("in", 80, "b");
  Put("in", 81, "in time");
  ASSERT_TRUE(Run(query).ok());
  EXPECT_EQ(Kept("k STRING, watermark TIMESTAMP", {"k", "unix_seconds(watermark) AS watermark"},
                 {Row({"b", int64_t{90}})}),
            "");
  EXPECT_EQ(dropped_, 1);
}

TEST_F(LateRowsTest, OfDeduplications) {
  for (const bool within : {false, true}) {
    const Query query = [within](const DataFrame& input, const DataFrame&) {
      return within ? input.DropDuplicatesWithinWatermark({"k"}) : input.DropDuplicates({"k"});
    };
    Put("in", 100, "a");
    ASSERT_TRUE(Run(query).ok());
    Put("in", 90, "late");
    Put("in", 91, "in time");
    ASSERT_TRUE(Run(query).ok());
    EXPECT_EQ(KeptKeys({KeptRow(90, "late", 90)}), "") << within;
    EXPECT_EQ(dropped_, 1);
    dropped_ = 0;
    for (const char* directory : {"/in", "/late", "/checkpoint"}) {
      ASSERT_TRUE(disk_.RemoveAll(directory).ok());
    }
  }
}

TEST_F(LateRowsTest, OfBothSidesOfAJoin) {
  const Query query = [](const DataFrame& input, const DataFrame& other) {
    return input.Join(other.SelectExpr({"at AS other_at", "k AS other_k"}),
                      functions::Expr("k = other_k AND other_at = at"));
  };
  Put("in", 100, "a");
  Put("other", 100, "a");
  ASSERT_TRUE(Run(query).ok());
  Put("in", 90, "l");
  Put("other", 90, "r");
  Put("other", 95, "in time");
  ASSERT_TRUE(Run(query).ok());
  EXPECT_EQ(
      Kept("k STRING, other_k STRING, side STRING, watermark TIMESTAMP",
           {"side", "k", "other_k", "unix_seconds(watermark) AS watermark"},
           {Row({"left", "l", Value(), int64_t{90}}), Row({"right", Value(), "r", int64_t{90}})}),
      "");
  EXPECT_EQ(dropped_, 2);
}

TEST_F(LateRowsTest, OfEachOperatorOfAChain) {
  const Query query = [](const DataFrame& input, const DataFrame&) {
    return input.DropDuplicates({"k"}).GroupBy({Window(Col("at"), "10 seconds")}).Count();
  };
  Put("in", 100, "a");
  ASSERT_TRUE(Run(query).ok());
  Put("in", 90, "late");
  ASSERT_TRUE(Run(query).ok());
  // The deduplication drops it: it never comes to the aggregation.
  EXPECT_EQ(Kept("k STRING, operator INT", {"k", "operator"}, {Row({"late", 1})}), "");
}

TEST_F(LateRowsTest, NothingIsLateWithoutAWatermarkOrInCompleteMode) {
  const Query unmarked = [](const DataFrame& input, const DataFrame&) {
    return input.GroupBy({Col("k")}).Count();
  };
  Put("in", 100, "a");
  ASSERT_TRUE(Run(unmarked, "update").ok());
  Put("in", 0, "b");
  ASSERT_TRUE(Run(unmarked, "update").ok());
  ASSERT_TRUE(disk_.RemoveAll("/checkpoint").ok());
  ASSERT_TRUE(Run(OfWindows, "complete").ok());
  EXPECT_TRUE(disk_.FilesBelow("/late").empty());
}

TEST_F(LateRowsTest, ABatchThatIsRunAgainKeepsThemOnce) {
  Put("in", 100, "a");
  ASSERT_TRUE(Run(OfKeys).ok());
  Put("in", 50, "late");
  for (const std::string_view point :
       {failpoints::kAfterOffsets, failpoints::kBeforeLateRows, failpoints::kAfterLateRows,
        failpoints::kBeforeSinkCommit, failpoints::kAfterSinkCommit, failpoints::kBeforeCommits}) {
    Kill(point);
    EXPECT_FALSE(Run(OfKeys).ok()) << point;
    Kill("");
  }
  // What a run leaves that dies while it writes.
  const std::string kept = disk_.FilesBelow("/late").at(0);
  const std::string leftover = kept.substr(0, kept.rfind('/')) + "/.batch-1.parquet.x.tmp";
  ASSERT_TRUE(disk_.PutFile(leftover, "half").ok());
  ASSERT_TRUE(Run(OfKeys).ok());
  EXPECT_EQ(disk_.FilesBelow("/late"), std::vector<std::string>{kept});
  EXPECT_EQ(KeptKeys({KeptRow(50, "late", 90)}), "");
  Put("in", 60, "later");
  ASSERT_TRUE(Run(OfKeys).ok());
  EXPECT_EQ(KeptKeys({KeptRow(50, "late", 90), KeptRow(60, "later", 90)}), "");
}

TEST_F(LateRowsTest, TwoQueriesKeepTheirsApart) {
  Put("in", 100, "a");
  ASSERT_TRUE(Run(OfKeys).ok());
  Put("in", 50, "late");
  ASSERT_TRUE(Run(OfKeys).ok());
  ASSERT_TRUE(disk_.RemoveAll("/checkpoint").ok());
  ASSERT_TRUE(Run(OfKeys).ok());
  Put("in", 51, "later");
  ASSERT_TRUE(Run(OfKeys).ok());
  EXPECT_EQ(KeptKeys({KeptRow(50, "late", 90), KeptRow(51, "later", 90)}), "");
}

class LateRowSettingsTest : public LateRowsTest {
 protected:
  std::string Refusal(const Query& query = OfKeys) {
    Put("in", 100, "a");
    const Status status = Run(query);
    EXPECT_TRUE(disk_.FilesBelow("/checkpoint/offsets").empty());
    return status.ToString();
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(LateRowSettingsTest, AFileIsNoDirectory) {
  ASSERT_TRUE(disk_.PutFile("/late", "x").ok());
  const std::string refusal = Refusal();
  EXPECT_TRUE(Has(refusal, "firesteel.lateRows.path is /late, which is not a directory"))
      << refusal;
}

TEST_F(LateRowSettingsTest, TheCheckpointIsNoPlace) {
  for (const char* path : {"/checkpoint", "/checkpoint/", "/checkpoint/late"}) {
    path_ = path;
    const std::string refusal = Refusal();
    EXPECT_TRUE(Has(refusal, "which lies in the checkpoint /checkpoint")) << refusal;
  }
}

TEST_F(LateRowSettingsTest, AnotherFileSystemIsNotThere) {
  path_ = "s3://bucket/late";
  const std::string refusal = Refusal();
  EXPECT_TRUE(Has(refusal, "UNSUPPORTED_FILE_SYSTEM")) << refusal;
}

TEST_F(LateRowSettingsTest, AColumnCalledWatermarkHasNoPlace) {
  const std::string refusal = Refusal([](const DataFrame& input, const DataFrame&) {
    return input.SelectExpr({"at", "k AS Watermark"}).DropDuplicates({"Watermark"});
  });
  EXPECT_TRUE(Has(refusal, "COLUMN_ALREADY_EXISTS")) << refusal;
}

TEST_F(LateRowSettingsTest, AColumnThatParquetCannotHold) {
  const std::string refusal = Refusal([](const DataFrame& input, const DataFrame&) {
    return input.SelectExpr({"at", "k", "NULL AS nothing"}).DropDuplicates({"k"});
  });
  EXPECT_TRUE(Has(refusal, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE")) << refusal;
}

}  // namespace
}  // namespace firesteel::testing
