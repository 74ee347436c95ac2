// Readings of devices: selections, sinks, SQL, and what a program can ask of its queries.

#include "guide/guide.h"

namespace fs = firesteel;

namespace {

fs::Status ToTheEnd(fs::DataStreamWriter writer, const std::string& path = "") {
  writer.Trigger(fs::Trigger::AvailableNow());
  ARROW_ASSIGN_OR_RAISE(const auto query, path.empty() ? writer.Start() : writer.Start(path));
  return query->AwaitTermination();
}

fs::Status Selections(const fs::Session& session, const fs::DataFrame& devices) {
  // Program 41: which frames are streams.
  ARROW_ASSIGN_OR_RAISE(const bool streams, devices.IsStreaming());
  ARROW_RETURN_NOT_OK(guide::Expect("the frame", streams ? "a stream" : "a table", "a stream"));
  const auto check = [&](const fs::DataFrame& frame, const char* mode, const std::string& wanted) {
    ARROW_RETURN_NOT_OK(
        ToTheEnd(frame.WriteStream().QueryName("found").Format("memory").OutputMode(mode)));
    ARROW_ASSIGN_OR_RAISE(const std::string rows, guide::Rows(session, "SELECT * FROM found"));
    return guide::Expect(mode, rows, wanted);
  };
  // Program 37: strong signals. Program 38: how many of each type. Program 39: their mean.
  ARROW_RETURN_NOT_OK(
      check(devices.SelectExpr({"device", "signal"}).Where("signal > 10"), "append", "[a,12.0]"));
  ARROW_RETURN_NOT_OK(check(devices.GroupBy({"deviceType"}).Count(), "update", "[lamp,2][lock,1]"));
  ARROW_RETURN_NOT_OK(
      check(devices.GroupBy({"deviceType"}).Avg({"signal"}), "complete", "[lamp,10.0][lock,3.0]"));
  // Program 40: SQL on a stream gives a stream.
  ARROW_RETURN_NOT_OK(devices.CreateOrReplaceTempView("updates"));
  return check(session.Sql("SELECT count(*) FROM updates"), "complete", "[3]");
}

fs::Status Sinks(const fs::Session& session, const fs::DataFrame& devices,
                 const guide::Workplace& place) {
  const fs::DataFrame strong = devices.SelectExpr({"device"}).Where("signal > 10");
  // Programs 51 and 55: into Parquet files, each row exactly once.
  ARROW_RETURN_NOT_OK(ToTheEnd(
      strong.WriteStream().Format("parquet").Option("checkpointLocation", place.Path("checkpoint")),
      place.Path("files")));
  ARROW_ASSIGN_OR_RAISE(const int64_t files, session.Read().Parquet(place.Path("files")).Count());
  ARROW_RETURN_NOT_OK(guide::Expect("files", std::to_string(files), "1"));
  // Program 54: to the console.
  ARROW_RETURN_NOT_OK(ToTheEnd(strong.WriteStream().Format("console")));
  // Program 56: a function for each batch. Program 57: which writes it to two places.
  ARROW_RETURN_NOT_OK(ToTheEnd(strong.WriteStream().ForeachBatch(
      [&place](const fs::DataFrame& batch, int64_t) -> fs::Status {
        ARROW_RETURN_NOT_OK(batch.Write().Json(place.Path("here")));
        return batch.Write().Parquet(place.Path("there"));
      })));
  ARROW_ASSIGN_OR_RAISE(const int64_t there, session.Read().Parquet(place.Path("there")).Count());
  ARROW_RETURN_NOT_OK(guide::Expect("there", std::to_string(there), "1"));
  // Program 59: when batches begin: at once, every two seconds, once.
  ARROW_ASSIGN_OR_RAISE(const fs::Trigger interval, fs::Trigger::ProcessingTime("2 seconds"));
  for (const fs::Trigger& trigger : {fs::Trigger(), interval, fs::Trigger::Once()}) {
    ARROW_ASSIGN_OR_RAISE(
        const auto query,
        devices.WriteStream().QueryName("triggered").Format("memory").Trigger(trigger).Start());
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    ARROW_RETURN_NOT_OK(query->Stop());
    ARROW_ASSIGN_OR_RAISE(const std::string rows,
                          guide::Rows(session, "SELECT count(*) FROM triggered"));
    ARROW_RETURN_NOT_OK(guide::Expect("triggered", rows, "[3]"));
  }
  return fs::Status::OK();
}

fs::Status Managing(const fs::Session& session, const fs::DataFrame& devices) {
  ARROW_ASSIGN_OR_RAISE(const auto query, devices.GroupBy({"deviceType"})
                                              .Count()
                                              .WriteStream()
                                              .QueryName("types")
                                              .Format("memory")
                                              .OutputMode("complete")
                                              .Start());
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  // Program 60: the members of a query.
  std::printf("%s %s %s\n%s\n", query->Id().c_str(), query->RunId().c_str(), query->Name().c_str(),
              query->Explain().c_str());
  ARROW_RETURN_NOT_OK(query->Exception());
  // Program 61: the manager of all queries.
  session.Streams()->ResetTerminated();
  ARROW_ASSIGN_OR_RAISE(const bool ended, session.Streams()->AwaitAnyTermination(1));
  ARROW_RETURN_NOT_OK(guide::Expect("any query", ended ? "ended" : "runs", "runs"));
  ARROW_RETURN_NOT_OK(
      guide::Expect("active", std::to_string(session.Streams()->Active().size()), "1"));
  // Program 62: progress and status.
  const auto progress = query->RecentProgress().at(0);
  ARROW_RETURN_NOT_OK(
      guide::Expect("rows", std::to_string(progress.sources.at(0).num_input_rows), "3"));
  ARROW_RETURN_NOT_OK(
      guide::Expect("groups", std::to_string(progress.state_operators.at(0).num_rows_total), "2"));
  std::puts(query->GetStatus().message.c_str());
  return query->Stop();
}

fs::Status Run() {
  guide::Workplace place("devices");
  place.Add("readings", {R"({"device":"a","deviceType":"lamp","signal":12.0})",
                         R"({"device":"b","deviceType":"lamp","signal":8.0})",
                         R"({"device":"c","deviceType":"lock","signal":3.0})"});
  // Program 28: the session.
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("Devices").GetOrCreate());
  const fs::DataFrame devices = session.ReadStream()
                                    .Schema("device STRING, deviceType STRING, signal DOUBLE")
                                    .Json(place.Path("readings"));
  ARROW_RETURN_NOT_OK(Selections(session, devices));
  ARROW_RETURN_NOT_OK(Sinks(session, devices, place));
  return Managing(session, devices);
}

}  // namespace

int main() { return guide::Ended(Run()); }
