// Feeds plans to what turns them into ours: translated, analyzed, and run where they are
// self-contained. Inputs are serialized plans; the mutator knows their structure and brings the
// seeds along, so there is no corpus of files.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/random.h"
#include "connect/server/fuzzing/plan_mutator.h"
#include "firesteel/session.h"

namespace {

firesteel::ServerSession* FuzzedSession() {
  static const auto* const session =
      new std::shared_ptr<firesteel::ServerSession>(std::make_shared<firesteel::ServerSession>(
          "user", firesteel::NewUuid(), firesteel::Session::Builder().Create().ValueOrDie(),
          std::make_shared<firesteel::ServerEnvironment>()));
  return session->get();
}

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t maximum_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maximum_size,
                                          unsigned int seed) {
  // Now and then as bytes, for what no client makes.
  if (seed % 8 == 0) return LLVMFuzzerMutate(data, size, maximum_size);
  firesteel::PlanMutator mutator(seed);
  spark::connect::Plan plan;
  if (seed % 16 == 1 || !plan.ParseFromArray(data, static_cast<int>(size)) || !plan.has_root()) {
    plan = mutator.Choose();
  } else {
    mutator.Mutate(&plan);
  }
  if (plan.ByteSizeLong() > maximum_size) return LLVMFuzzerMutate(data, size, maximum_size);
  plan.SerializeToArray(data, static_cast<int>(maximum_size));
  return plan.ByteSizeLong();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spark::connect::Plan plan;
  if (!plan.ParseFromArray(data, static_cast<int>(size))) return -1;
  firesteel::Tame(&plan);
  (void)firesteel::RunPlan(plan, FuzzedSession());
  return 0;
}
