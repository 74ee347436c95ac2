#include "state/time_index.h"

#include <algorithm>
#include <utility>

namespace firesteel {

// Grows by less than double: the index of much state should not be half empty.
void TimeIndex::Push(const Entry& entry, std::vector<Entry>* bucket) {
  if (bucket->size() == bucket->capacity()) bucket->reserve(bucket->size() * 3 / 2 + 8);
  bucket->push_back(entry);
}

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
    for (const Entry& entry : dealt) Push(entry, &buckets_[BucketOf(entry.time)]);
  }
  const auto by_ref = [](const Entry& a, const Entry& b) { return a.ref < b.ref; };
  if (!std::is_sorted(due.begin(), due.end(), by_ref)) std::sort(due.begin(), due.end(), by_ref);
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
