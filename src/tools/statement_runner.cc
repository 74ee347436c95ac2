#include "tools/statement_runner.h"

#include <signal.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "arrow/record_batch.h"
#include "common/clock.h"
#include "firesteel/data_stream_writer.h"
#include "formats/text_table.h"
#include "session/session_backend.h"

namespace firesteel {
namespace {

constexpr int64_t kStopCheckMs = 50;
constexpr double kNanosPerSecond = 1e9;

std::atomic<int> interrupts{0};
std::atomic<int> terminations{0};
static_assert(std::atomic<int>::is_always_lock_free);

/// Counts SIGINT and SIGTERM, until this is destroyed.
class SignalWatch {
 public:
  SignalWatch() {
    interrupts = 0;
    terminations = 0;
    struct sigaction action {};
    action.sa_handler = [](int signal) { ++(signal == SIGINT ? interrupts : terminations); };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &interrupt_before_);
    sigaction(SIGTERM, &action, &terminate_before_);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() {
    sigaction(SIGINT, &interrupt_before_, nullptr);
    sigaction(SIGTERM, &terminate_before_, nullptr);
  }
  bool terminated() const { return terminations > 0; }
  bool wants_stop() const { return interrupts > 0 || terminations > 1; }

 private:
  struct sigaction interrupt_before_{};
  struct sigaction terminate_before_{};
};

double SecondsSince(int64_t start_nanos) {
  return static_cast<double>(Clock::System()->MonotonicNanos() - start_nanos) / kNanosPerSecond;
}

}  // namespace

Status StatementRunner::Run(const std::string& statement) {
  const int64_t start_nanos = Clock::System()->MonotonicNanos();
  const DataFrame frame = session_.Sql(statement);
  ARROW_RETURN_NOT_OK(frame.status());
  ARROW_ASSIGN_OR_RAISE(const bool streaming, frame.IsStreaming());
  return streaming ? Stream(frame) : PrintAnswer(frame, start_nanos);
}

Status StatementRunner::PrintAnswer(const DataFrame& frame, int64_t start_nanos) {
  // One row more than is shown tells the table that there are more.
  const DataFrame shown = frame.Limit(int64_t{options_.rows} + 1);
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, frame.backend()->ExecutePlan(shown.plan()));
  TextTableOptions table;
  table.rows = options_.rows;
  table.truncate = options_.truncate;
  table.time_zone = session_.Conf().Get("spark.sql.session.timeZone").value_or("UTC");
  int64_t rows = 0;
  for (const auto& batch : result.batches) rows += batch->num_rows();
  if (result.schema.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(const std::string text,
                          FormatTextTable(result.batches, result.schema, table));
    std::fputs(text.c_str(), stdout);
  }
  if (options_.timing) {
    const bool more = rows > options_.rows;
    const long long count = more ? options_.rows : rows;
    std::printf("%s%lld row%s in %.3f s\n\n", more ? "more than " : "", count,
                count == 1 ? "" : "s", SecondsSince(start_nanos));
  }
  std::fflush(stdout);
  return Status::OK();
}

Result<std::shared_ptr<StreamingQuery>> StatementRunner::StartStream(const DataFrame& frame) const {
  Status first_error;
  for (const char* mode : {"append", "complete", "update"}) {
    Result<std::shared_ptr<StreamingQuery>> query =
        frame.WriteStream()
            .Format("console")
            .OutputMode(mode)
            .Option("numRows", options_.rows)
            .Option("truncate", std::to_string(options_.truncate))
            .Trigger(options_.available_now ? Trigger::AvailableNow() : Trigger())
            .Start();
    // The message about append, which is what most queries mean, says the most.
    if (query.ok() || !ErrorCondition(query.status()).starts_with("STREAMING_OUTPUT_MODE")) {
      return query;
    }
    if (first_error.ok()) first_error = query.status();
  }
  return first_error;
}

Status StatementRunner::Stream(const DataFrame& frame) {
  const SignalWatch watch;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query, StartStream(frame));
  if (options_.timing) std::printf("The query runs until Ctrl-C.\n");
  std::fflush(stdout);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool ended, query->AwaitTermination(kStopCheckMs));
    terminated_ = watch.terminated();
    if (ended) return Status::OK();
    if (watch.wants_stop()) return query->Stop();
    if (terminated_) (void)query->StopGracefully(0);
  }
}

}  // namespace firesteel
