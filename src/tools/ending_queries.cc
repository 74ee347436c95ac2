#include "tools/ending_queries.h"

#include <cstdio>

namespace firesteel {

void FinishQueriesUnlessAsked(ConnectServer* server, const sigset_t& signals) {
  bool told = false;
  server->FinishQueries([&] {
    if (!told) {
      std::fprintf(stderr, "Finishing the batches that run; another signal gives them up.\n");
      told = true;
    }
    const timespec at_once{};
    return sigtimedwait(&signals, nullptr, &at_once) > 0;
  });
}

}  // namespace firesteel
