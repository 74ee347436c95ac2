#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connect/server/operation.h"
#include "firesteel/row.h"

namespace firesteel {

/// One observe() of a request and what it saw. Thread-safe.
class ObservedRelation {
 public:
  ObservedRelation(std::string name, int64_t plan_id) : name_(std::move(name)), plan_id_(plan_id) {}

  int64_t plan_id() const { return plan_id_; }
  /// Takes the metrics of a run that has ended; nothing of one that failed, as its error goes to
  /// the client anyway.
  void Receive(const Result<Row>& metrics);
  /// The metrics as the protocol has them; no keys before a run has ended.
  void Describe(Operation::Response::ObservedMetrics* out) const;

 private:
  const std::string name_;
  const int64_t plan_id_;
  mutable std::mutex mutex_;
  Row metrics_;  // guarded by mutex_
};

/// Tells the client what the request's plans observed, if they observe anything.
void SendObserved(const std::vector<std::shared_ptr<ObservedRelation>>& observed,
                  Operation* operation);

}  // namespace firesteel
