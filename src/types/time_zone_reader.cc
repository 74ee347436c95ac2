#include "types/time_zone_reader.h"

#include <cstdlib>
#include <limits>
#include <string>

#include "common/env.h"

namespace firesteel {
namespace {

constexpr int64_t kAfterAllSeconds = std::numeric_limits<int64_t>::max();

// Java's form of a region: no path that leads elsewhere.
bool IsRegionName(std::string_view name) {
  if (name.size() < 2) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool other = (c >= '0' && c <= '9') || std::string_view("~/._+-").find(c) != name.npos;
    if (!letter && (i == 0 || !other)) return false;
  }
  // Copies with leap seconds and the machine's own settings are no regions.
  return name.find("..") == name.npos && !name.starts_with("posix") &&
         !name.starts_with("right/") && name != "localtime" && name != "Factory";
}

int64_t BigEndian(std::string_view bytes, size_t at, size_t width) {
  uint64_t value = static_cast<int8_t>(bytes[at]) < 0 ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < width; ++i) {
    value = (value << 8) | static_cast<uint8_t>(bytes[at + i]);
  }
  return static_cast<int64_t>(value);
}

// The counts in the header of RFC 8536; two such blocks follow each other.
struct Header {
  size_t utc_indicators, standard_indicators, leap_seconds, transitions, types, characters;

  size_t DataSize(size_t time_size) const {
    return transitions * (time_size + 1) + types * 6 + characters + leap_seconds * (time_size + 4) +
           standard_indicators + utc_indicators;
  }
};

constexpr size_t kHeaderSize = 44;

bool ReadHeader(std::string_view bytes, size_t at, Header* header) {
  if (bytes.size() < at + kHeaderSize || bytes.substr(at, 4) != "TZif") return false;
  const auto count = [&](size_t i) {
    return static_cast<size_t>(static_cast<uint32_t>(BigEndian(bytes, at + 20 + 4 * i, 4)));
  };
  *header = {count(0), count(1), count(2), count(3), count(4), count(5)};
  // Bounds everything by the file's size before anything is multiplied.
  for (size_t i = 0; i < 6; ++i) {
    if (count(i) > bytes.size()) return false;
  }
  return header->types > 0;
}

// Reads `12`, `12:30` or `12:30:15`, with a sign, as seconds.
bool TakeTime(std::string_view* text, int64_t* seconds) {
  bool negative = false;
  if (!text->empty() && ((*text)[0] == '-' || (*text)[0] == '+')) {
    negative = (*text)[0] == '-';
    text->remove_prefix(1);
  }
  int64_t total = 0;
  int64_t unit = 3600;
  for (int part = 0; part < 3; ++part, unit /= 60) {
    if (part > 0) {
      if (text->empty() || (*text)[0] != ':') break;
      text->remove_prefix(1);
    }
    int64_t value = 0;
    size_t digits = 0;
    while (digits < text->size() && digits < 4 && (*text)[digits] >= '0' &&
           (*text)[digits] <= '9') {
      value = value * 10 + ((*text)[digits++] - '0');
    }
    if (digits == 0) return false;
    text->remove_prefix(digits);
    total += value * unit;
  }
  *seconds = negative ? -total : total;
  return true;
}

bool TakeNumber(std::string_view* text, int* number) {
  *number = 0;
  size_t digits = 0;
  while (digits < text->size() && digits < 4 && (*text)[digits] >= '0' && (*text)[digits] <= '9') {
    *number = *number * 10 + ((*text)[digits++] - '0');
  }
  text->remove_prefix(digits);
  return digits > 0;
}

// Skips an abbreviation: letters, or anything between < and >.
bool SkipName(std::string_view* text) {
  size_t end = 0;
  if (!text->empty() && (*text)[0] == '<') {
    end = text->find('>');
    if (end == text->npos) return false;
    ++end;
  } else {
    while (end < text->size() && (((*text)[end] >= 'a' && (*text)[end] <= 'z') ||
                                  ((*text)[end] >= 'A' && (*text)[end] <= 'Z'))) {
      ++end;
    }
  }
  text->remove_prefix(end);
  return end > 0;
}

bool TakeCharacter(std::string_view* text, char c) {
  if (text->empty() || (*text)[0] != c) return false;
  text->remove_prefix(1);
  return true;
}

}  // namespace

bool TimeZoneReader::Read(std::string_view name, TimeZone* zone) {
  if (!IsRegionName(name)) return false;
  const char* directory = std::getenv("TZDIR");
  const std::string path = std::string(directory == nullptr ? "/usr/share/zoneinfo" : directory) +
                           "/" + std::string(name);
  const Result<std::string> bytes = Env::Posix()->ReadFile(path);
  return bytes.ok() && ParseFile(*bytes, zone);
}

// Reads the second block of the file, which has 64-bit times, and the rule behind it.
bool TimeZoneReader::ParseFile(std::string_view bytes, TimeZone* zone) {
  Header header;
  if (!ReadHeader(bytes, 0, &header) || bytes[4] < '2') return false;
  size_t at = kHeaderSize + header.DataSize(4);
  if (!ReadHeader(bytes, at, &header)) return false;
  at += kHeaderSize;
  if (header.leap_seconds != 0 || bytes.size() < at + header.DataSize(8)) return false;
  const size_t types_of = at + header.transitions * 8;
  const size_t types = types_of + header.transitions;
  const auto offset_of = [&](size_t type) {
    return static_cast<int32_t>(BigEndian(bytes, types + 6 * type, 4));
  };
  // Before the first change the first type holds.
  zone->periods_ = {{-kAfterAllSeconds, kAfterAllSeconds, offset_of(0)}};
  for (size_t i = 0; i < header.transitions; ++i) {
    const int64_t begin = BigEndian(bytes, at + 8 * i, 8);
    const auto type = static_cast<uint8_t>(bytes[types_of + i]);
    if (type >= header.types) return false;
    TimeZone::Period& last = zone->periods_.back();
    const int32_t offset = offset_of(type);
    if (begin <= last.begin) {
      if (i > 0) return false;
      last.offset_seconds = offset;
    } else if (offset != last.offset_seconds) {
      last.end = begin;
      zone->periods_.push_back({begin, kAfterAllSeconds, offset});
    }
  }
  std::string_view footer = bytes.substr(at + header.DataSize(8));
  if (!TakeCharacter(&footer, '\n')) return false;
  footer = footer.substr(0, footer.find('\n'));
  return footer.empty() || ParseRule(footer, &zone->rule_);
}

// Parses `CET-1CEST,M3.5.0,M10.5.0/3`. Its offsets count west of Greenwich.
bool TimeZoneReader::ParseRule(std::string_view text, TimeZone::Rule* rule) {
  int64_t seconds = 0;
  if (!SkipName(&text) || !TakeTime(&text, &seconds)) return false;
  rule->standard_offset = static_cast<int32_t>(-seconds);
  if (text.empty()) return true;  // the last change listed was the last one
  if (!SkipName(&text)) return false;
  rule->daylight_offset = rule->standard_offset + 3600;
  if (!text.empty() && text[0] != ',') {
    if (!TakeTime(&text, &seconds)) return false;
    rule->daylight_offset = static_cast<int32_t>(-seconds);
  }
  rule->has_rule = true;
  return ParseYearlyChange(&text, &rule->daylight_start) &&
         ParseYearlyChange(&text, &rule->daylight_end) && text.empty();
}

bool TimeZoneReader::ParseYearlyChange(std::string_view* text, TimeZone::YearlyChange* change) {
  if (!TakeCharacter(text, ',')) return false;
  if (TakeCharacter(text, 'M')) {
    change->kind = 'M';
    if (!TakeNumber(text, &change->month) || !TakeCharacter(text, '.') ||
        !TakeNumber(text, &change->week) || !TakeCharacter(text, '.') ||
        !TakeNumber(text, &change->day)) {
      return false;
    }
    if (change->month < 1 || change->month > 12 || change->week < 1 || change->week > 5 ||
        change->day > 6) {
      return false;
    }
  } else {
    change->kind = TakeCharacter(text, 'J') ? 'J' : 'D';
    if (!TakeNumber(text, &change->day) || change->day > 365) return false;
  }
  return !TakeCharacter(text, '/') || TakeTime(text, &change->time_seconds);
}

}  // namespace firesteel
