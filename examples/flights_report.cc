// A batch report over CSV files: reads flights and airports, joins them, and writes one row per
// carrier and country to Parquet, then prints what it wrote.
//
//   flights_report examples/data /tmp/flights-report

#include <cstdio>
#include <string>

#include "firesteel/firesteel.h"

namespace fs = firesteel;
namespace fn = firesteel::functions;

namespace {

fs::Status Run(const std::string& data, const std::string& output) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("FlightsReport").GetOrCreate());
  const fs::DataFrame flights = session.Read()
                                    .Option("header", true)
                                    .Option("inferSchema", true)
                                    .Csv(data + "/flights");
  const fs::DataFrame airports = session.Read()
                                     .Option("header", true)
                                     .Option("sep", ";")
                                     .Csv(data + "/airports.csv")
                                     .WithColumnRenamed("code", "destination");
  const fs::DataFrame report =
      flights.Where("arrival_delay IS NOT NULL")
          .Join(airports, {"destination"})
          .GroupBy({"carrier", "country"})
          .Agg({fn::Count("*").As("flights"), fn::Avg("arrival_delay").As("mean_delay"),
                fn::Max("arrival_delay").As("worst_delay")});
  ARROW_RETURN_NOT_OK(report.Write().Mode("overwrite").Parquet(output));
  return session.Read().Parquet(output).OrderBy({"carrier", "country"}).Show();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: flights_report DATA OUTPUT\n");
    return 2;
  }
  const fs::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
