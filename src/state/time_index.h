#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "state/record_arena.h"

namespace firesteel {

/// Which records of a ByteMap have a time at or before a bound, without looking at the others: a
/// radix heap. `last` is the greatest bound so far; an entry that is not due by it lies in the
/// bucket of the highest bit in which its time differs from `last`:
///
///   last    0101 1000
///   due     … <= last
///   [4]     0101 1xxx, greater than last         [6]  011x xxxx         [8]  1xxx xxxx
///
/// When the bound moves from `last` over bit k, the buckets below k are due as a whole, bucket k is
/// dealt out anew, and those above stay: an entry moves down a few times in its life and always
/// beside its neighbours.
///
/// Entries are never looked for, so they are not taken out when a record goes or changes its time.
/// The owner asks the map whether an entry still names a record of that time, and drops from the
/// due ones those that do not. An entry may be there twice. Not thread-safe.
class TimeIndex {
 public:
  struct Entry {
    int64_t time = 0;
    RecordRef ref = 0;
    uint32_t hash = 0;  // of the record's key, by which the map finds out whether it is there

    bool operator==(const Entry&) const = default;
  };

  void Add(const Entry& entry) {
    std::vector<Entry>& bucket = buckets_[BucketOf(entry.time)];
    if (bucket.size() == bucket.capacity()) Grow(&bucket);
    // Field by field: copied as a whole, an entry that was made a moment ago waits for its fields
    // to be written.
    Entry& added = bucket.emplace_back();
    added.time = entry.time;
    added.ref = entry.ref;
    added.hash = entry.hash;
    ++size_;
  }
  /// The entries with times at or before the greatest bound so far, this one included, in the order
  /// of their refs.
  const std::vector<Entry>& Due(int64_t bound);
  /// Drops the due entries for which `is_stale` holds; calls `prefetch` with each a while before.
  template <typename IsStale, typename Prefetch>
  void DropDue(const IsStale& is_stale, const Prefetch& prefetch) {
    std::vector<Entry>& due = buckets_[0];
    const size_t before = due.size();
    size_t next = 0;
    while (next < std::min(kAhead, before)) prefetch(due[next++]);
    std::erase_if(due, [&](const Entry& entry) {
      if (next < before) prefetch(due[next++]);
      return is_stale(entry);
    });
    size_ -= static_cast<int64_t>(before - due.size());
    if (due.capacity() > 4 * due.size() + kSmall) due.shrink_to_fit();
  }
  void Clear();

  int64_t size() const { return size_; }
  int64_t memory_bytes() const;

 private:
  static constexpr size_t kSmall = 64;
  static constexpr size_t kAhead = 16;
  static constexpr uint64_t kSignBit = uint64_t{1} << 63;

  // Times in an order that holds for unsigned numbers.
  static uint64_t Ordered(int64_t time) { return static_cast<uint64_t>(time) ^ kSignBit; }
  size_t BucketOf(int64_t time) const {
    const uint64_t ordered = Ordered(time);
    return ordered <= last_ ? 0 : 64 - static_cast<size_t>(__builtin_clzll(ordered ^ last_));
  }
  static void Grow(std::vector<Entry>* bucket);

  uint64_t last_ = 0;
  std::array<std::vector<Entry>, 65> buckets_;  // 0: due
  int64_t size_ = 0;
};

}  // namespace firesteel
