// Keeps the readings that have an activity and move forward, adds their magnitude, and writes them
// as Parquet: json_to_parquet INPUT_DIRECTORY OUTPUT_DIRECTORY
#include <cstdio>

#include "firesteel/firesteel.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: json_to_parquet INPUT_DIRECTORY OUTPUT_DIRECTORY\n");
    return 2;
  }
  const auto session = firesteel::Session::Builder().AppName("json_to_parquet").GetOrCreate();
  if (!session.ok()) {
    std::fprintf(stderr, "%s\n", session.status().message().c_str());
    return 1;
  }
  const firesteel::Status written =
      session->Read()
          .Schema("Arrival_Time LONG, Creation_Time LONG, Device STRING, Index LONG, Model STRING, "
                  "User STRING, gt STRING, x DOUBLE, y DOUBLE, z DOUBLE")
          .Json(argv[1])
          .Where("gt IS NOT NULL AND x > 0")
          .SelectExpr({"Arrival_Time", "User", "gt", "x", "y", "z",
                       "sqrt(x * x + y * y + z * z) AS magnitude"})
          .Write()
          .Mode("overwrite")
          .Parquet(argv[2]);
  if (!written.ok()) {
    std::fprintf(stderr, "%s\n", written.message().c_str());
    return 1;
  }
}
