// Readings of people's phones as a stream of files: counts, filters, cubes, triggers.

#include "guide/guide.h"

namespace fs = firesteel;

namespace {

fs::Status Counts(const fs::Session& session, guide::Workplace* place, const fs::Schema& schema) {
  // Program 3: the directory as a stream, a file at a time.
  const fs::DataFrame streaming = session.ReadStream()
                                      .Schema(schema)
                                      .Option("maxFilesPerTrigger", 1)
                                      .Json(place->Path("activity"));
  // Program 4: count by activity. Program 6: into a table in memory.
  ARROW_ASSIGN_OR_RAISE(const auto query, streaming.GroupBy({"gt"})
                                              .Count()
                                              .WriteStream()
                                              .QueryName("activity_counts")
                                              .Format("memory")
                                              .OutputMode("complete")
                                              .Start());
  // Program 8: which queries run.
  ARROW_RETURN_NOT_OK(guide::Expect("active queries", session.Streams()->Active().at(0)->Name(),
                                    "activity_counts"));
  // Program 9: the table grows with the files.
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_ASSIGN_OR_RAISE(std::string rows, guide::Rows(session, "SELECT * FROM activity_counts"));
  ARROW_RETURN_NOT_OK(guide::Expect("two files", rows, "[stairsup,1][walk,2]"));
  place->Add("activity", {R"({"gt":"walk","Model":"galaxy","x":3.0,"Arrival_Time":4})"});
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_ASSIGN_OR_RAISE(rows, guide::Rows(session, "SELECT * FROM activity_counts"));
  ARROW_RETURN_NOT_OK(guide::Expect("three files", rows, "[stairsup,1][walk,3]"));
  // Program 7: wait for the end, here for a moment only.
  ARROW_ASSIGN_OR_RAISE(const bool ended, query->AwaitTermination(1));
  ARROW_RETURN_NOT_OK(guide::Expect("the query", ended ? "ended" : "runs", "runs"));
  return query->Stop();
}

fs::Status Selections(const fs::Session& session, const fs::DataFrame& streaming) {
  // Program 10: selections; names in any case.
  ARROW_ASSIGN_OR_RAISE(const auto stairs,
                        streaming.WithColumn("stairs", fs::functions::Expr("gt LIKE '%stairs%'"))
                            .Where("stairs")
                            .SelectExpr({"gt", "model", "arrival_time"})
                            .WriteStream()
                            .QueryName("stairs")
                            .Format("memory")
                            .Trigger(fs::Trigger::AvailableNow())
                            .Start());
  ARROW_RETURN_NOT_OK(stairs->AwaitTermination());
  ARROW_ASSIGN_OR_RAISE(std::string rows, guide::Rows(session, "SELECT * FROM stairs"));
  ARROW_RETURN_NOT_OK(guide::Expect("stairs", rows, "[stairsup,nexus,2]"));
  // Program 11: averages over all combinations. Program 12: joined with what the past says.
  const fs::DataFrame past = session.Sql("SELECT 'walk' AS gt, 'galaxy' AS model, 9.0 AS before");
  ARROW_ASSIGN_OR_RAISE(const auto compared, streaming.Cube({"gt", "model"})
                                                 .Avg({"x"})
                                                 .Join(past, {"gt", "model"})
                                                 .WriteStream()
                                                 .QueryName("compared")
                                                 .Format("memory")
                                                 .OutputMode("complete")
                                                 .Trigger(fs::Trigger::AvailableNow())
                                                 .Start());
  ARROW_RETURN_NOT_OK(compared->AwaitTermination());
  ARROW_ASSIGN_OR_RAISE(rows, guide::Rows(session, "SELECT * FROM compared"));
  return guide::Expect("the cube", rows, "[walk,galaxy,2.5,9.0]");
}

fs::Status Triggers(const fs::DataFrame& streaming, guide::Workplace* place) {
  // Programs 22, 23 and 24: a table of its own name; a batch every so often, the first at once.
  for (const char* interval : {"5 seconds", "100 seconds"}) {
    ARROW_ASSIGN_OR_RAISE(const fs::Trigger trigger, fs::Trigger::ProcessingTime(interval));
    ARROW_ASSIGN_OR_RAISE(const auto query, streaming.GroupBy({"model"})
                                                .Count()
                                                .WriteStream()
                                                .QueryName("my_device_table")
                                                .Format("memory")
                                                .OutputMode("complete")
                                                .Trigger(trigger)
                                                .Start());
    // Lets the first batch end; the next one would be a while away.
    ARROW_RETURN_NOT_OK(query->StopGracefully().status());
    ARROW_RETURN_NOT_OK(query->Stop());
  }
  // Program 25: one batch, then the end; the next run goes on where this one stopped.
  for (const int64_t expected : {4, 1}) {
    ARROW_ASSIGN_OR_RAISE(const auto query, streaming.SelectExpr({"gt"})
                                                .WriteStream()
                                                .Format("json")
                                                .Option("checkpointLocation", place->Path("once"))
                                                .Trigger(fs::Trigger::Once())
                                                .Start(place->Path("out")));
    ARROW_RETURN_NOT_OK(query->AwaitTermination());
    const int64_t rows = query->LastProgress()->sources.at(0).num_input_rows;
    ARROW_RETURN_NOT_OK(guide::Expect("rows", std::to_string(rows), std::to_string(expected)));
    place->Add("activity", {R"({"gt":"rest"})"});
  }
  return fs::Status::OK();
}

fs::Status Run() {
  guide::Workplace place("activity");
  place.Add("activity", {R"({"gt":"walk","Model":"galaxy","x":2.0,"Arrival_Time":1})",
                         R"({"gt":"stairsup","Model":"nexus","x":1.0,"Arrival_Time":2})"});
  place.Add("activity", {R"({"gt":"walk","Model":"nexus","x":5.0,"Arrival_Time":3})"});
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("Activity").GetOrCreate());
  // Program 2: read the directory once, for its schema.
  const fs::DataFrame once = session.Read().Json(place.Path("activity"));
  ARROW_ASSIGN_OR_RAISE(const fs::Schema schema, once.Schema());
  ARROW_ASSIGN_OR_RAISE(const std::string shown, once.ShowString(3, 0));
  std::fputs(shown.c_str(), stdout);
  // Program 5: few partitions for little data.
  ARROW_RETURN_NOT_OK(session.Conf().Set("spark.sql.shuffle.partitions", "5"));
  ARROW_RETURN_NOT_OK(Counts(session, &place, schema));
  const fs::DataFrame streaming = session.ReadStream().Schema(schema).Json(place.Path("activity"));
  ARROW_RETURN_NOT_OK(Selections(session, streaming));
  return Triggers(streaming, &place);
}

}  // namespace

int main() { return guide::Ended(Run()); }
