#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "connect/server/server_session.h"
#include "spark/connect/base.pb.h"

namespace firesteel {

/// Plans as clients send them, one or more of each kind of relation and expression.
const std::vector<spark::connect::Plan>& SeedPlans();

/// Changes plans at random: fields get other values, also ones that the protocol does not know,
/// messages come, go, are repeated and take each other's places. The same seed makes the same
/// changes.
class PlanMutator {
 public:
  explicit PlanMutator(uint64_t seed);

  /// A seed plan as it is.
  spark::connect::Plan Choose();
  void Mutate(spark::connect::Plan* plan);

 private:
  uint64_t Below(uint64_t limit) { return random_() % limit; }
  std::string Text();
  void MutateField(google::protobuf::Message* message);
  void MutateRepeated(google::protobuf::Message* message,
                      const google::protobuf::FieldDescriptor& field);
  void SetValue(google::protobuf::Message* message, const google::protobuf::FieldDescriptor& field);
  void FillMessage(google::protobuf::Message* message);

  std::mt19937_64 random_;
};

/// Takes away what makes a plan run for ever or fill the memory without any fault of ours: ranges
/// and counts become small.
void Tame(google::protobuf::Message* message);

/// Translates and analyzes a plan, and runs it where it reads nothing but what it brings along.
/// What it answers must be rows or an error that tells a user something: the error of a bug is
/// printed with its plan and ends the program, unless FUZZ_GO_ON is set.
Status RunPlan(const spark::connect::Plan& plan, ServerSession* session);

}  // namespace firesteel
