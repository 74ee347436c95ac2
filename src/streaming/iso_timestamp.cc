#include "streaming/iso_timestamp.h"

#include "fmt/format.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

constexpr int64_t kMsPerSecond = 1'000;
constexpr int64_t kMsPerMinute = 60 * kMsPerSecond;
constexpr int64_t kMsPerHour = 60 * kMsPerMinute;
constexpr int64_t kMsPerDay = 24 * kMsPerHour;
constexpr int64_t kLastPlainYear = 9'999;

}  // namespace

std::string IsoTimestamp(int64_t epoch_ms) {
  const int64_t days = FloorDivide(epoch_ms, kMsPerDay);
  const int64_t ms = epoch_ms - days * kMsPerDay;
  const CivilDate date = CivilFromDays(days);
  // Spark counts years before the year 1 backwards, without saying that it does.
  const int64_t year = date.year > 0 ? date.year : 1 - date.year;
  return fmt::format("{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                     year > kLastPlainYear ? "+" : "", year, date.month, date.day, ms / kMsPerHour,
                     ms / kMsPerMinute % 60, ms / kMsPerSecond % 60, ms % kMsPerSecond);
}

}  // namespace firesteel
