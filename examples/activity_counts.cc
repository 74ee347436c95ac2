// Counts activities over a directory of JSON files, one file per batch, and goes on from its
// checkpoint when it is started again:
//
//   firesteel activity-data /tmp/activity
//   activity_counts /tmp/activity /tmp/activity-checkpoint

#include <cstdio>

#include "firesteel/firesteel.h"

namespace fs = firesteel;

namespace {

fs::Status Run(const char* data, const char* checkpoint) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("ActivityCounts").GetOrCreate());
  const fs::DataFrame readings =
      session.ReadStream()
          .Schema("Arrival_Time LONG, Creation_Time LONG, Device STRING, Index LONG, Model STRING, "
                  "User STRING, gt STRING, x DOUBLE, y DOUBLE, z DOUBLE")
          .Option("maxFilesPerTrigger", 1)
          .Json(data);
  const fs::DataFrame counts = readings.GroupBy({"gt"}).Count();
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        counts.WriteStream()
                            .QueryName("activity_counts")
                            .OutputMode("complete")
                            .Format("console")
                            .Option("checkpointLocation", checkpoint)
                            .Trigger(fs::Trigger::AvailableNow())
                            .Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: activity_counts DATA_DIRECTORY CHECKPOINT_DIRECTORY\n");
    return 2;
  }
  const fs::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
