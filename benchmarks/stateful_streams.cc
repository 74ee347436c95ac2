// Runs one streaming query with state over files, one file per batch, to their end, with a durable
// checkpoint; compare_engines.py runs the same queries on other engines.
//
//   stateful_streams data ROWS KEYS FILES DIRECTORY     writes the files of all jobs but windows
//   stateful_streams JOB DIRECTORY CHECKPOINT           JOB: windows-append, windows-update, dedup,
//                                                       sums, join
//   stateful_streams latency KEYS ROUNDS CHECKPOINT     one row at a time over so many keys
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "firesteel/firesteel.h"
#include "fmt/format.h"

namespace fs = firesteel;

namespace {

constexpr const char* kActivitySchema =
    "Arrival_Time LONG, Creation_Time LONG, Device STRING, Index LONG, Model STRING, User STRING, "
    "gt STRING, x DOUBLE, y DOUBLE, z DOUBLE";
constexpr const char* kRowSchema = "key LONG, amount LONG, time TIMESTAMP";

/// Rows with ten thousand of them per second of event time; every key comes ROWS / KEYS times.
fs::Status WriteData(const fs::Session& session, int64_t rows, int64_t keys, int64_t files,
                     const std::string& directory) {
  for (int64_t file = 0; file < files; ++file) {
    ARROW_RETURN_NOT_OK(
        session.Range(file * rows / files, (file + 1) * rows / files, 1, 1)
            .SelectExpr({fmt::format("(id * 2654435761) % {} AS key", keys), "id AS amount",
                         "timestamp_micros(1700000000000000 + id * 100) AS time"})
            .Write()
            .Mode("append")
            .Parquet(directory));
  }
  return fs::Status::OK();
}

fs::DataFrame ReadRows(const fs::Session& session, const std::string& directory) {
  return session.ReadStream().Schema(kRowSchema).Option("maxFilesPerTrigger", 1).Parquet(directory);
}

fs::DataFrame Windows(const fs::Session& session, const std::string& directory) {
  return session.ReadStream()
      .Schema(kActivitySchema)
      .Option("maxFilesPerTrigger", 1)
      .Json(directory)
      .SelectExpr({"timestamp_millis(Arrival_Time) AS time", "User", "gt"})
      .WithWatermark("time", "10 seconds")
      .GroupBy({fs::functions::Window("time", "10 seconds"), "User", "gt"})
      .Count();
}

/// Each left row finds the right row of the same number, three seconds later.
fs::DataFrame Join(const fs::Session& session, const std::string& directory) {
  const fs::DataFrame left = ReadRows(session, directory)
                                 .SelectExpr({"key AS left_key", "time AS left_time", "amount"})
                                 .WithWatermark("left_time", "5 seconds");
  const fs::DataFrame right =
      ReadRows(session, directory)
          .SelectExpr({"key AS right_key", "time + INTERVAL 3 SECONDS AS right_time",
                       "amount AS right_amount"})
          .WithWatermark("right_time", "5 seconds");
  return left.Join(right,
                   fs::functions::Expr("left_key = right_key AND right_time >= left_time AND "
                                       "right_time <= left_time + INTERVAL 10 SECONDS"));
}

fs::Status RunJob(const fs::Session& session, const std::string& job, const std::string& directory,
                  const std::string& checkpoint) {
  fs::DataFrame frame = ReadRows(session, directory);
  std::string mode = "append";
  if (job == "dedup") {
    frame = frame.DropDuplicates({"key"});
  } else if (job == "sums") {
    frame = frame.GroupBy({"key"}).Agg(
        {fs::functions::Expr("count(1)"), fs::functions::Expr("sum(amount)")});
    mode = "update";
  } else if (job == "join") {
    frame = Join(session, directory);
  } else if (job == "windows-append" || job == "windows-update") {
    frame = Windows(session, directory);
    mode = job.substr(job.find('-') + 1);
  } else {
    return fs::Status::Invalid("There is no job " + job);
  }
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        frame.WriteStream()
                            .OutputMode(mode)
                            .Format("noop")
                            .Option("checkpointLocation", checkpoint)
                            .Trigger(fs::Trigger::AvailableNow())
                            .Start());
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  const auto progress = query->LastProgress();
  if (progress) std::printf("%s\n", progress->Json().c_str());
  return fs::Status::OK();
}

/// A server for one client, which is the query's socket source.
class LineServer {
 public:
  LineServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 1) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::perror("socket");
      std::exit(1);
    }
    port_ = ntohs(address.sin_port);
  }
  ~LineServer() {
    if (client_ >= 0) ::close(client_);
    ::close(listener_);
  }

  int port() const { return port_; }
  void Accept() { client_ = ::accept(listener_, nullptr, nullptr); }
  void Send(const std::string& line) const {
    if (::write(client_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      std::perror("write");
      std::exit(1);
    }
  }

 private:
  int listener_ = -1;
  int client_ = -1;
  int port_ = 0;
};

using Times = std::chrono::steady_clock;

/// Prints percentiles of the time from a line's sending to its result in foreachBatch, which is
/// after the state is on the disk. Lines are ranges of keys: the first is all of them.
fs::Status RunLatency(const fs::Session& session, int64_t keys, int rounds,
                      const std::string& checkpoint) {
  LineServer server;
  std::mutex mutex;
  std::condition_variable changed;
  int64_t results = 0;
  Times::time_point arrived;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        session.ReadStream()
                            .Format("socket")
                            .Option("host", "127.0.0.1")
                            .Option("port", server.port())
                            .Load()
                            .SelectExpr({"explode(sequence(CAST(split(value, ',')[0] AS LONG), "
                                         "CAST(split(value, ',')[1] AS LONG))) AS key"})
                            .GroupBy({"key"})
                            .Agg({fs::functions::Expr("count(1)"), fs::functions::Expr("sum(key)")})
                            .WriteStream()
                            .OutputMode("update")
                            .ForeachBatch([&](const fs::DataFrame& batch, int64_t) {
                              ARROW_ASSIGN_OR_RAISE(const int64_t rows, batch.Count());
                              const std::lock_guard lock(mutex);
                              results += rows;
                              arrived = Times::now();
                              changed.notify_all();
                              return fs::Status::OK();
                            })
                            .Option("checkpointLocation", checkpoint)
                            .Start());
  server.Accept();
  std::vector<double> milliseconds;
  int64_t expected = 0;
  for (int round = 0; round <= rounds; ++round) {
    const int64_t key = round * 7919 % keys;
    const Times::time_point sent = Times::now();
    server.Send(round == 0 ? fmt::format("0,{}\n", keys - 1) : fmt::format("{},{}\n", key, key));
    expected += round == 0 ? keys : 1;
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, std::chrono::minutes(2), [&] { return results >= expected; })) {
      return fs::Status::Invalid("A row had no result within two minutes.");
    }
    if (round > 0) {
      milliseconds.push_back(std::chrono::duration<double, std::milli>(arrived - sent).count());
    }
    lock.unlock();
    // A row that comes while the batch before is being committed would wait for it.
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  };
  fmt::print("{} keys, {} rounds: p50 {:.2f} ms, p90 {:.2f} ms, p99 {:.2f} ms, most {:.2f} ms\n",
             keys, rounds, at(0.5), at(0.9), at(0.99), at(1));
  const auto progress = query->LastProgress();
  if (progress) std::printf("%s\n", progress->Json().c_str());
  return query->Stop();
}

fs::Status Run(const std::vector<std::string>& arguments) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("stateful_streams").GetOrCreate());
  const auto number = [&](size_t i) { return std::atoll(arguments[i].c_str()); };
  if (arguments[0] == "data" && arguments.size() == 5) {
    return WriteData(session, number(1), number(2), number(3), arguments[4]);
  }
  if (arguments[0] == "latency" && arguments.size() == 4) {
    return RunLatency(session, number(1), static_cast<int>(number(2)), arguments[3]);
  }
  if (arguments.size() != 3) return fs::Status::Invalid("See the first lines of this program.");
  return RunJob(session, arguments[0], arguments[1], arguments[2]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const fs::Status status = Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
