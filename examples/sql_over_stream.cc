// SQL over a stream: a stream of files becomes a view, and a query on it runs as a streaming query.
//
//   firesteel activity-data /tmp/activity
//   sql_over_stream /tmp/activity

#include <cstdio>

#include "firesteel/firesteel.h"

namespace fs = firesteel;

namespace {

fs::Status Run(const char* data) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("SqlOverStream").GetOrCreate());
  ARROW_RETURN_NOT_OK(session.ReadStream()
                          .Schema("Device STRING, User STRING, gt STRING, x DOUBLE")
                          .Json(data)
                          .CreateOrReplaceTempView("readings"));
  const fs::DataFrame walks = session.Sql(
      "SELECT User, count(*) AS readings, round(avg(x), 3) AS mean_x "
      "FROM readings WHERE gt = 'walk' GROUP BY User ORDER BY User");
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        walks.WriteStream()
                            .OutputMode("complete")
                            .Format("console")
                            .Trigger(fs::Trigger::AvailableNow())
                            .Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: sql_over_stream DATA\n");
    return 2;
  }
  const fs::Status status = Run(argv[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
