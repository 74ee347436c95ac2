#include "state/time_index.h"

#include <algorithm>
#include <utility>

namespace firesteel {

namespace {

// Few entries are sorted by comparing, for which no memory is needed.
constexpr size_t kFewEntries = 512;

// Sorts by the digits of the ref, the lowest first: what becomes due with a batch is much, and in
// no order once the arena has used its free blocks again.
void SortByRef(std::vector<TimeIndex::Entry>* entries) {
  constexpr int kDigitBits = 11;
  constexpr size_t kDigits = size_t{1} << kDigitBits;
  if (entries->size() < kFewEntries) {
    std::sort(entries->begin(), entries->end(),
              [](const TimeIndex::Entry& a, const TimeIndex::Entry& b) { return a.ref < b.ref; });
    return;
  }
  std::vector<TimeIndex::Entry> sorted(entries->size());
  std::vector<uint32_t> next(kDigits);
  for (int shift = 0; shift < 32; shift += kDigitBits) {
    const auto digit = [shift](const TimeIndex::Entry& entry) {
      return (entry.ref >> shift) & (kDigits - 1);
    };
    next.assign(kDigits, 0);
    for (const TimeIndex::Entry& entry : *entries) ++next[digit(entry)];
    if (next[digit(entries->front())] == entries->size()) continue;
    uint32_t start = 0;
    for (uint32_t& count : next) start += std::exchange(count, start);
    for (const TimeIndex::Entry& entry : *entries) sorted[next[digit(entry)]++] = entry;
    entries->swap(sorted);
  }
}

}  // namespace

// By less than double: the index of much state should not be half empty.
void TimeIndex::Grow(std::vector<Entry>* bucket) { bucket->reserve(bucket->size() * 3 / 2 + 8); }

const std::vector<TimeIndex::Entry>& TimeIndex::Due(int64_t bound) {
  std::vector<Entry>& due = buckets_[0];
  const uint64_t ordered = Ordered(bound);
  if (ordered > last_) {
    const size_t moved = BucketOf(bound);
    last_ = ordered;
    for (size_t bucket = 1; bucket < moved; ++bucket) {
      const std::vector<Entry> entries = std::exchange(buckets_[bucket], {});
      due.insert(due.end(), entries.begin(), entries.end());
    }
    const std::vector<Entry> dealt = std::exchange(buckets_[moved], {});
    for (const Entry& entry : dealt) {
      std::vector<Entry>& bucket = buckets_[BucketOf(entry.time)];
      if (bucket.size() == bucket.capacity()) Grow(&bucket);
      bucket.push_back(entry);
    }
  }
  const auto by_ref = [](const Entry& a, const Entry& b) { return a.ref < b.ref; };
  if (!std::is_sorted(due.begin(), due.end(), by_ref)) SortByRef(&due);
  return due;
}

void TimeIndex::Clear() {
  for (std::vector<Entry>& bucket : buckets_) bucket = std::vector<Entry>();
  size_ = 0;
}

int64_t TimeIndex::memory_bytes() const {
  size_t entries = 0;
  for (const std::vector<Entry>& bucket : buckets_) entries += bucket.capacity();
  return static_cast<int64_t>(entries * sizeof(Entry));
}

}  // namespace firesteel
