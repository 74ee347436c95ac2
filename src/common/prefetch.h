#pragma once

namespace firesteel {

/// Asks for memory ahead of its use. Without the empty statement g++ takes a function that only
/// prefetches for one without effect and leaves its calls out.
inline void PrefetchMemory(const void* at) {
  __builtin_prefetch(at);
  asm volatile("" : : "r"(at));
}

}  // namespace firesteel
