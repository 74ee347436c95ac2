#include "common/task_scheduler.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace firesteel {
namespace {

// Set while the thread runs a task, so that a stage started from inside of one runs inline.
thread_local bool inside_task = false;

Status RunInline(int count, const std::function<Status(int)>& task) {
  for (int i = 0; i < count; ++i) ARROW_RETURN_NOT_OK(task(i));
  return Status::OK();
}

// One call of Run. All members but the first two are guarded by the scheduler's mutex.
struct Stage {
  const int count;
  const std::function<Status(int)>* task;
  int next = 0;
  int running = 0;
  Status error;

  bool HasWork() const { return next < count && error.ok(); }
};

class ThreadedTaskScheduler final : public TaskScheduler {
 public:
  explicit ThreadedTaskScheduler(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { Work(); });
  }

  ~ThreadedTaskScheduler() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_there_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const override { return static_cast<int>(workers_.size()) + 1; }

  Status Run(int count, const std::function<Status(int)>& task) override {
    if (count <= 1 || workers_.empty() || inside_task) return RunInline(count, task);
    Stage stage{.count = count, .task = &task, .error = Status::OK()};
    std::unique_lock lock(mutex_);
    stages_.push_back(&stage);
    const int woken = std::min<int>(count - 1, static_cast<int>(workers_.size()));
    for (int i = 0; i < woken; ++i) work_there_.notify_one();
    while (stage.HasWork()) RunNext(&stage, &lock);
    stages_.erase(std::find(stages_.begin(), stages_.end(), &stage));
    stage_done_.wait(lock, [&] { return stage.running == 0; });
    return stage.error;
  }

 private:
  void RunNext(Stage* stage, std::unique_lock<std::mutex>* lock) {
    const int index = stage->next++;
    ++stage->running;
    lock->unlock();
    inside_task = true;
    Status status = (*stage->task)(index);
    inside_task = false;
    lock->lock();
    if (!status.ok() && stage->error.ok()) stage->error = std::move(status);
    if (--stage->running == 0) stage_done_.notify_all();
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      const auto found = std::find_if(stages_.begin(), stages_.end(),
                                      [](const Stage* stage) { return stage->HasWork(); });
      if (found != stages_.end()) {
        RunNext(*found, &lock);
      } else if (stopping_) {
        return;
      } else {
        work_there_.wait(lock);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable work_there_;
  std::condition_variable stage_done_;
  std::deque<Stage*> stages_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace

std::unique_ptr<TaskScheduler> TaskScheduler::Make(int threads) {
  return std::make_unique<ThreadedTaskScheduler>(std::max(threads, 1));
}

}  // namespace firesteel
