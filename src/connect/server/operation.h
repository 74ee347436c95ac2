#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "common/clock.h"
#include "firesteel/error.h"
#include "spark/connect/base.pb.h"

namespace firesteel {

/// One ExecutePlan. It runs on a thread of its own, whether or not a client listens, and keeps its
/// responses until the client has released them, so that a client whose connection broke goes on
/// where it was. It knows since when nobody reads it. Thread-safe.
class Operation {
 public:
  using Response = spark::connect::ExecutePlanResponse;
  using Work = std::function<Status(Operation*)>;

  struct Ids {
    std::string session;
    std::string server_side_session;
    std::string operation;
  };

  Operation(Ids ids, std::set<std::string> tags, bool reattachable,
            std::shared_ptr<const spark::connect::Plan> plan, Clock* clock);
  ~Operation();  ///< interrupts, and waits for the thread

  const std::string& id() const { return ids_.operation; }
  const std::set<std::string>& tags() const { return tags_; }
  bool reattachable() const { return reattachable_; }
  const spark::connect::Plan& plan() const { return *plan_; }

  /// Runs `work`; when it succeeds the last response is ResultComplete. Called once.
  void Start(Work work);

  // For the work.
  /// Adds a response; its ids are filled in. Waits while far more is unread than clients take. A
  /// reader is not woken for it alone when the next one, or the end, follows at once.
  void Send(Response response, bool more_follows = false);
  bool interrupted() const;
  /// Called (at once if it is too late) when the operation is interrupted.
  void OnInterrupt(std::function<void()> function);

  // For RPCs.
  /// Asks the work to end; it fails with OPERATION_CANCELED. False when it has ended already.
  bool Interrupt();
  /// A new reader takes the place of the one before, whose Next gives kPreempted.
  uint64_t Attach();
  /// The reader is gone; nothing if another one has taken its place before.
  void Detach(uint64_t attachment);
  /// Since when it has no reader, on the clock's monotonic time; nullopt while it has one.
  std::optional<int64_t> detached_since_nanos() const;
  /// The position after a response, which may be the last one that was released: a client whose
  /// connection broke asks for it when it has just released it. Errors:
  /// INVALID_CURSOR.POSITION_NOT_FOUND.
  Result<int64_t> PositionAfter(const std::string& response_id) const;

  /// Errors: INVALID_CURSOR.POSITION_NOT_AVAILABLE for what has been released.
  Status CheckAvailable(int64_t position) const;

  enum class Event { kResponse, kEnd, kPreempted, kNothingYet };
  /// Gives the response at `position`, the end of all, or kNothingYet after `patience`. Says in
  /// `more_ready`, if given, whether what follows the response is there already.
  Event Next(uint64_t attachment, int64_t position, std::chrono::milliseconds patience,
             std::shared_ptr<const Response>* response, bool* more_ready = nullptr);
  /// How it ended; OK while it runs.
  Status result() const;
  bool ended() const;

  void ReleaseUntil(const std::string& response_id);
  void ReleaseAll();

 private:
  void Run(const Work& work);

  const Ids ids_;
  const std::set<std::string> tags_;
  const bool reattachable_;
  const std::shared_ptr<const spark::connect::Plan> plan_;
  Clock* const clock_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<std::shared_ptr<const Response>> responses_;  // from position first_ on
  int64_t first_ = 0;
  std::string last_released_;  // the id of the response before first_
  int64_t read_ = 0;  // positions before it have been given to a reader
  int64_t unread_bytes_ = 0;
  uint64_t attachment_ = 0;
  std::optional<int64_t> detached_since_nanos_;
  bool interrupted_ = false;
  bool ended_ = false;
  Status result_;
  std::function<void()> on_interrupt_;
};

}  // namespace firesteel
