#include "testing/condition_chain.h"

namespace firesteel::testing {

std::vector<std::string> ConditionChain(const Status& status) {
  std::vector<std::string> chain;
  Status current = status;
  while (!current.ok()) {
    chain.push_back(ErrorCondition(current));
    const ErrorInfo* info = GetErrorInfo(current);
    // Copied first: the assignment frees what `info` belongs to.
    const Status cause = info == nullptr ? Status::OK() : info->cause;
    current = cause;
  }
  return chain;
}

}  // namespace firesteel::testing
