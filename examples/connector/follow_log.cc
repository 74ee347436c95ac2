// Counts the errors in a log that other programs write to, with the connector `tail`; goes on where
// it stopped: follow_log LOG CHECKPOINT_DIRECTORY
#include <cstdio>
#include <string>

#include "firesteel/firesteel.h"
#include "tail_connector.h"

namespace {

firesteel::Status Run(const std::string& log, const std::string& checkpoint) {
  ARROW_ASSIGN_OR_RAISE(const firesteel::Session session,
                        firesteel::Session::Builder().AppName("follow_log").GetOrCreate());
  ARROW_RETURN_NOT_OK(session.RegisterConnector(NewTailProvider()));
  ARROW_ASSIGN_OR_RAISE(const auto query,
                        session.ReadStream()
                            .Format("tail")
                            .Option("path", log)
                            .Load()
                            .Where("line LIKE '%ERROR%'")
                            .SelectExpr({"substring_index(line, ' ', 1) AS program"})
                            .GroupBy({"program"})
                            .Count()
                            .WriteStream()
                            .Format("console")
                            .OutputMode("complete")
                            .Option("checkpointLocation", checkpoint)
                            .Trigger(firesteel::Trigger::AvailableNow())
                            .Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: follow_log LOG CHECKPOINT_DIRECTORY\n");
    return 2;
  }
  const firesteel::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
