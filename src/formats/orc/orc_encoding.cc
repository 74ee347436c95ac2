#include "formats/orc/orc_encoding.h"

#include <algorithm>

namespace firesteel {
namespace {

constexpr size_t kShortestRun = 3;
constexpr size_t kLongestRun = 130;
constexpr size_t kMostLiterals = 128;

}  // namespace

void AppendVarint(unsigned __int128 number, std::string* out) {
  while (number >= 0x80) {
    out->push_back(static_cast<char>(static_cast<uint8_t>(number) | 0x80));
    number >>= 7;
  }
  out->push_back(static_cast<char>(number));
}

void AppendOrcBytes(const std::vector<uint8_t>& bytes, std::string* out) {
  const auto run_at = [&](size_t start) {
    size_t end = start + 1;
    while (end < bytes.size() && end - start < kLongestRun && bytes[end] == bytes[start]) ++end;
    return end - start;
  };
  for (size_t i = 0; i < bytes.size();) {
    const size_t run = run_at(i);
    if (run >= kShortestRun) {
      out->push_back(static_cast<char>(run - kShortestRun));
      out->push_back(static_cast<char>(bytes[i]));
      i += run;
      continue;
    }
    size_t end = i + run;
    while (end < bytes.size() && end - i < kMostLiterals && run_at(end) < kShortestRun) ++end;
    end = std::min(end, i + kMostLiterals);
    out->push_back(static_cast<char>(-static_cast<int>(end - i)));
    out->append(reinterpret_cast<const char*>(bytes.data()) + i, end - i);
    i = end;
  }
}

void AppendOrcBits(const std::vector<uint8_t>& bits, std::string* out) {
  std::vector<uint8_t> bytes((bits.size() + 7) / 8, 0);
  for (size_t i = 0; i < bits.size(); ++i) {
    bytes[i / 8] |= static_cast<uint8_t>(bits[i] << (7 - i % 8));
  }
  AppendOrcBytes(bytes, out);
}

void AppendOrcIntegers(const std::vector<int64_t>& numbers, bool is_signed, std::string* out) {
  const auto append = [&](int64_t number) {
    const auto bits = static_cast<uint64_t>(number);
    AppendVarint(is_signed ? bits << 1 ^ static_cast<uint64_t>(number >> 63) : bits, out);
  };
  // Finds how many numbers from `start` on go up in even steps that one byte holds.
  const auto run_at = [&](size_t start, int64_t* step) -> size_t {
    *step = 0;
    if (start + kShortestRun > numbers.size()) return 1;
    if (__builtin_sub_overflow(numbers[start + 1], numbers[start], step) || *step < -128 ||
        *step > 127) {
      return 1;
    }
    size_t end = start + 2;
    int64_t next = 0;
    while (end < numbers.size() && end - start < kLongestRun &&
           !__builtin_sub_overflow(numbers[end], numbers[end - 1], &next) && next == *step) {
      ++end;
    }
    return end - start;
  };
  int64_t step = 0;
  for (size_t i = 0; i < numbers.size();) {
    const size_t run = run_at(i, &step);
    if (run >= kShortestRun) {
      out->push_back(static_cast<char>(run - kShortestRun));
      out->push_back(static_cast<char>(step));
      append(numbers[i]);
      i += run;
      continue;
    }
    size_t end = i + 1;
    while (end < numbers.size() && end - i < kMostLiterals && run_at(end, &step) < kShortestRun) {
      ++end;
    }
    out->push_back(static_cast<char>(-static_cast<int>(end - i)));
    for (; i < end; ++i) append(numbers[i]);
  }
}

void ProtobufWriter::AddNumber(uint32_t field, uint64_t number) {
  AppendVarint(uint64_t{field} << 3, &bytes_);
  AppendVarint(number, &bytes_);
}

void ProtobufWriter::AddBytes(uint32_t field, std::string_view bytes) {
  AppendVarint(uint64_t{field} << 3 | 2, &bytes_);
  AppendVarint(bytes.size(), &bytes_);
  bytes_.append(bytes);
}

}  // namespace firesteel
