// Counts activities over a directory of JSON files, one file per batch, and goes on from its
// checkpoint when it is started again:
//
//   firesteel activity-data /tmp/activity
//   activity_counts /tmp/activity /tmp/activity-checkpoint
//
// A third argument is the number of files in a batch; 0 takes all that are there at once.

#include <cstdio>
#include <cstdlib>

#include "firesteel/firesteel.h"

namespace fs = firesteel;

namespace {

fs::Status Run(const char* data, const char* checkpoint, int files_per_batch) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("ActivityCounts").GetOrCreate());
  fs::DataStreamReader reader = session.ReadStream();
  reader.Schema(
      "Arrival_Time LONG, Creation_Time LONG, Device STRING, Index LONG, Model STRING, User "
      "STRING, "
      "gt STRING, x DOUBLE, y DOUBLE, z DOUBLE");
  if (files_per_batch > 0) reader.Option("maxFilesPerTrigger", files_per_batch);
  const fs::DataFrame readings = reader.Json(data);
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
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr,
                 "usage: activity_counts DATA_DIRECTORY CHECKPOINT_DIRECTORY [FILES_PER_BATCH]\n");
    return 2;
  }
  const fs::Status status = Run(argv[1], argv[2], argc == 4 ? std::atoi(argv[3]) : 1);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
