// A stream of CSV files with semicolons between the columns. Streams are not inferred: the schema
// is given. Program 36 of the guide.
//
//   csv_stream examples/data/people

#include <cstdio>

#include "firesteel/firesteel.h"

namespace fs = firesteel;

namespace {

fs::Status Run(const char* data) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("CsvStream").GetOrCreate());
  const fs::DataFrame people = session.ReadStream()
                                   .Option("sep", ";")
                                   .Schema("name STRING, age INT, job STRING")
                                   .Csv(data);
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        people.Where("age > 30 OR age IS NULL")
                            .WriteStream()
                            .Format("console")
                            .Trigger(fs::Trigger::AvailableNow())
                            .Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: csv_stream DATA\n");
    return 2;
  }
  const fs::Status status = Run(argv[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
