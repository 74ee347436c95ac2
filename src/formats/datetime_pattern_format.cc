#include <cstdlib>
#include <exception>
#include <iterator>

#include "date/tz.h"
#include "fmt/format.h"
#include "formats/datetime_names.h"
#include "formats/datetime_pattern.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

// Writes an offset from UTC. `minutes` and `seconds` say whether they are always there, left out
// when zero, or never there.
enum class Part { kAlways, kNotZero, kNever };
void AppendOffset(int64_t offset_seconds, std::string_view separator, Part minutes, Part seconds,
                  std::string* out) {
  const int64_t size = std::abs(offset_seconds);
  const int64_t minute = size / 60 % 60;
  const int64_t second = size % 60;
  fmt::format_to(std::back_inserter(*out), "{}{:02}", offset_seconds < 0 ? '-' : '+', size / 3600);
  const bool has_seconds = seconds == Part::kAlways || (seconds == Part::kNotZero && second != 0);
  if (minutes == Part::kAlways || minute != 0 || has_seconds) {
    fmt::format_to(std::back_inserter(*out), "{}{:02}", separator, minute);
  }
  if (has_seconds) fmt::format_to(std::back_inserter(*out), "{}{:02}", separator, second);
}

// Writes GMT, GMT+1 or, in the long form, GMT+01:00.
void AppendLocalizedOffset(int64_t offset_seconds, bool is_long, std::string* out) {
  out->append("GMT");
  if (offset_seconds == 0) return;
  if (is_long) {
    AppendOffset(offset_seconds, ":", Part::kAlways, Part::kNotZero, out);
    return;
  }
  const int64_t size = std::abs(offset_seconds);
  fmt::format_to(std::back_inserter(*out), "{}{}", offset_seconds < 0 ? '-' : '+', size / 3600);
  if (size % 3600 != 0) fmt::format_to(std::back_inserter(*out), ":{:02}", size / 60 % 60);
  if (size % 60 != 0) fmt::format_to(std::back_inserter(*out), ":{:02}", size % 60);
}

// Returns the zone of the tz database, or nullptr: abbreviations are kept only there.
const date::time_zone* LocateZone(const std::string& id) {
  try {
    return date::locate_zone(id);
  } catch (const std::exception&) {
    return nullptr;
  }
}

// Writes the zone's abbreviation at a moment (EST, CEST); zones without one get their offset.
void AppendZoneName(const TimeZone& zone, int64_t utc_seconds, int64_t offset_seconds,
                    std::string* out) {
  if (zone.is_fixed()) {
    out->append(zone.id());
    return;
  }
  if (const date::time_zone* known = LocateZone(zone.id())) {
    const std::string name =
        known->get_info(date::sys_seconds(std::chrono::seconds(utc_seconds))).abbrev;
    if (name.find_first_of("+-") == name.npos) {
      out->append(name);
      return;
    }
  }
  AppendLocalizedOffset(offset_seconds, /*is_long=*/true, out);
}

}  // namespace

/// Renders one moment by the items of a pattern.
class DateTimeTextWriter {
 public:
  using Item = DateTimePattern::Item;

  DateTimeTextWriter(int64_t local_micros, int64_t offset_seconds, const TimeZone& zone,
                     std::string* out)
      : micros_of_day_(FloorModulo(local_micros, kMicrosPerDay)),
        utc_seconds_(FloorDivide(local_micros, kMicrosPerSecond) - offset_seconds),
        offset_seconds_(offset_seconds),
        days_(FloorDivide(local_micros, kMicrosPerDay)),
        date_(CivilFromDays(days_)),
        zone_(zone),
        out_(out) {}

  void Append(const Item& item) {
    if (item.kind == Item::Kind::kText) out_->append(item.text);
    if (item.kind == Item::Kind::kField && !AppendTime(item)) AppendDate(item);
  }

 private:
  void AppendNumber(int64_t value, int width) {
    fmt::format_to(std::back_inserter(*out_), "{:0{}}", value, width);
  }

  bool AppendTime(const Item& item) {
    const int64_t hour = micros_of_day_ / kMicrosPerHour;
    switch (item.letter) {
      case 'H':
        AppendNumber(hour, item.count);
        return true;
      case 'k':
        AppendNumber(hour == 0 ? 24 : hour, item.count);
        return true;
      case 'K':
        AppendNumber(hour % 12, item.count);
        return true;
      case 'h':
        AppendNumber(hour % 12 == 0 ? 12 : hour % 12, item.count);
        return true;
      case 'm':
        AppendNumber(micros_of_day_ / kMicrosPerMinute % 60, item.count);
        return true;
      case 's':
        AppendNumber(micros_of_day_ / kMicrosPerSecond % 60, item.count);
        return true;
      case 'S': {
        const std::string nanos = fmt::format("{:06}000", micros_of_day_ % kMicrosPerSecond);
        out_->append(nanos, 0, item.count);
        return true;
      }
      case 'a':
        out_->append(hour < 12 ? "AM" : "PM");
        return true;
      default:
        return AppendZone(item);
    }
  }

  bool AppendZone(const Item& item) {
    switch (item.letter) {
      case 'V':
        out_->append(zone_.id());
        return true;
      case 'z':
        AppendZoneName(zone_, utc_seconds_, offset_seconds_, out_);
        return true;
      case 'O':
        AppendLocalizedOffset(offset_seconds_, item.count == 4, out_);
        return true;
      case 'Z':
        if (item.count == 4) {
          AppendLocalizedOffset(offset_seconds_, true, out_);
        } else if (item.count == 5 && offset_seconds_ == 0) {
          out_->push_back('Z');
        } else if (item.count == 5) {
          AppendOffset(offset_seconds_, ":", Part::kAlways, Part::kNotZero, out_);
        } else {
          AppendOffset(offset_seconds_, "", Part::kAlways, Part::kNever, out_);
        }
        return true;
      case 'X':
        if (offset_seconds_ == 0) {
          out_->push_back('Z');
          return true;
        }
        [[fallthrough]];
      case 'x':
        AppendOffset(offset_seconds_, item.count == 3 || item.count == 5 ? ":" : "",
                     item.count == 1 ? Part::kNotZero : Part::kAlways,
                     item.count >= 4 ? Part::kNotZero : Part::kNever, out_);
        return true;
      default:
        return false;
    }
  }

  void AppendDate(const Item& item) {
    switch (item.letter) {
      case 'G':
        out_->append(item.count < 4 ? (date_.year > 0 ? "AD" : "BC")
                                    : (date_.year > 0 ? "Anno Domini" : "Before Christ"));
        break;
      case 'u':
        AppendYear(date_.year, item.count);
        break;
      case 'y':
        AppendYear(date_.year > 0 ? date_.year : 1 - date_.year, item.count);
        break;
      case 'M':
      case 'L':
        if (item.count <= 2) {
          AppendNumber(date_.month, item.count);
        } else {
          const std::string_view name = kMonthNames[date_.month - 1];
          out_->append(item.count == 3 ? name.substr(0, 3) : name);
        }
        break;
      case 'd':
        AppendNumber(date_.day, item.count);
        break;
      case 'D':
        AppendNumber(days_ - DaysFromCivil(date_.year, 1, 1) + 1, item.count);
        break;
      case 'F':
        AppendNumber((date_.day - 1) % 7 + 1, 1);
        break;
      case 'E': {
        const std::string_view name = kWeekdayNames[FloorModulo(days_ + 3, 7)];
        out_->append(item.count < 4 ? name.substr(0, 3) : name);
        break;
      }
      case 'Q':
      case 'q':
        AppendQuarter((date_.month - 1) / 3 + 1, item.count);
        break;
      default:
        break;
    }
  }

  void AppendYear(int64_t year, int count) {
    if (count == 2) {
      AppendNumber(FloorModulo(year, 100), 2);
      return;
    }
    std::string digits = fmt::format("{:0{}}", std::abs(year), count);
    if (year < 0) {
      out_->push_back('-');
    } else if (count >= 4 && digits.size() > static_cast<size_t>(count)) {
      out_->push_back('+');
    }
    out_->append(digits);
  }

  void AppendQuarter(int quarter, int count) {
    static constexpr std::string_view kNames[] = {"1st quarter", "2nd quarter", "3rd quarter",
                                                  "4th quarter"};
    if (count <= 2) {
      AppendNumber(quarter, count);
    } else if (count == 3) {
      fmt::format_to(std::back_inserter(*out_), "Q{}", quarter);
    } else {
      out_->append(kNames[quarter - 1]);
    }
  }

  const int64_t micros_of_day_;
  const int64_t utc_seconds_;
  const int64_t offset_seconds_;
  const int64_t days_;
  const CivilDate date_;
  const TimeZone& zone_;
  std::string* out_;
};

void DateTimePattern::Format(int64_t local_micros, int64_t offset_seconds, const TimeZone& zone,
                             std::string* out) const {
  DateTimeTextWriter writer(local_micros, offset_seconds, zone, out);
  for (const Item& item : items_) writer.Append(item);
}

}  // namespace firesteel
