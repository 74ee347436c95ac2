// Runs one streaming query on Kafka to its end; compare_kafka.py runs the same ones on Spark.
//
//   kafka_streams data BROKERS TOPIC JOB ROWS     writes what a job reads
//   kafka_streams etl BROKERS FROM TO CHECKPOINT BATCH_ROWS [OPTION=VALUE …]
//   kafka_streams words BROKERS FROM CHECKPOINT BATCH_ROWS [OPTION=VALUE …]
//   kafka_streams latency BROKERS FROM TO CHECKPOINT ROUNDS
//
// OPTION is one of the source and of the sink. `latency` prints how long single records take.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firesteel/firesteel.h"
#include "fmt/format.h"

namespace fs = firesteel;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr int kTimeoutMs = 30'000;

fs::Status WriteData(const fs::Session& session, const std::string& brokers,
                     const std::string& topic, const std::string& job, int64_t rows) {
  const char* json =
      "to_json(struct(id, concat('device-', id * 2654435761 % 5000) AS device, "
      "element_at(array('view', 'click', 'buy', 'leave'), CAST(id * 40503 % 4 + 1 AS INT)) AS "
      "kind, id * 7919 % 100000 / 100 AS amount, timestamp_micros(1700000000000000 + id * 1000) AS "
      "time, concat('session ', id DIV 20) AS session, id % 3 = 0 AS member)) AS value";
  const char* line =
      "concat_ws(' ', transform(sequence(1, 8), n -> concat('word', "
      "(id * 8 + n) * 2654435761 % 50000))) AS value";
  const fs::Status status = session.Range(0, rows, 1, 8)
                                .SelectExpr({job == "words" ? line : json})
                                .Write()
                                .Format("kafka")
                                .Option("kafka.bootstrap.servers", brokers)
                                .Option("topic", topic)
                                .Save();
  return status;
}

fs::DataFrame Read(const fs::Session& session, const std::string& brokers, const std::string& topic,
                   const Pairs& options) {
  auto reader = session.ReadStream();
  reader.Format("kafka")
      .Option("kafka.bootstrap.servers", brokers)
      .Option("subscribe", topic)
      .Option("startingOffsets", "earliest");
  for (const auto& [name, value] : options) reader.Option(name, value);
  return reader.Load();
}

fs::Status RunToEnd(fs::DataStreamWriter writer) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        writer.Trigger(fs::Trigger::AvailableNow()).Start());
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  int64_t rows = 0;
  for (const auto& progress : query->RecentProgress()) rows += progress.num_input_rows();
  fmt::print("{} rows\n", rows);
  return fs::Status::OK();
}

fs::Status RunEtl(const fs::Session& session, const std::string& brokers, const std::string& from,
                  const std::string& to, const std::string& checkpoint, const Pairs& options) {
  fs::DataStreamWriter writer =
      Read(session, brokers, from, options)
          .SelectExpr({"from_json(CAST(value AS STRING), 'id LONG, device STRING, kind STRING, "
                       "amount DOUBLE, time TIMESTAMP, session STRING, member BOOLEAN') AS event"})
          .Where("event.kind != 'leave' AND event.amount > 100")
          .SelectExpr({"event.device AS key",
                       "to_json(struct(event.id, event.device, event.kind, event.amount * 1.19 AS "
                       "gross, event.time, event.member)) AS value"})
          .WriteStream();
  writer.Format("kafka")
      .Option("kafka.bootstrap.servers", brokers)
      .Option("topic", to)
      .Option("checkpointLocation", checkpoint);
  for (const auto& [name, value] : options) writer.Option(name, value);
  return RunToEnd(writer);
}

fs::Status RunWords(const fs::Session& session, const std::string& brokers, const std::string& from,
                    const std::string& checkpoint, const Pairs& options) {
  fs::DataStreamWriter writer =
      Read(session, brokers, from, options)
          .SelectExpr({"explode(split(CAST(value AS STRING), ' ')) AS word"})
          .GroupBy({"word"})
          .Count()
          .WriteStream();
  writer.OutputMode("update").Format("noop").Option("checkpointLocation", checkpoint);
  return RunToEnd(writer);
}

using ClientDeleter = void (*)(rd_kafka_t*);
using Client = std::unique_ptr<rd_kafka_t, ClientDeleter>;

fs::Result<Client> MakeClient(rd_kafka_type_t type, const Pairs& settings) {
  char reason[512];
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), reason, sizeof(reason)) !=
        RD_KAFKA_CONF_OK) {
      return fs::Status::Invalid(reason);
    }
  }
  rd_kafka_t* handle = rd_kafka_new(type, configuration, reason, sizeof(reason));
  if (handle == nullptr) return fs::Status::Invalid(reason);
  return Client(handle, &rd_kafka_destroy);
}

fs::Status Check(rd_kafka_error_t* error) {
  if (error == nullptr) return fs::Status::OK();
  const std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  return fs::Status::IOError(text);
}

/// Sends single records, and waits for what comes of them in a topic with one partition.
class Outside {
 public:
  fs::Status Open(const std::string& brokers, const std::string& results) {
    const std::pair<std::string, std::string> servers("bootstrap.servers", brokers);
    ARROW_ASSIGN_OR_RAISE(producer_, MakeClient(RD_KAFKA_PRODUCER, {servers, {"linger.ms", "0"}}));
    ARROW_ASSIGN_OR_RAISE(
        transactions_,
        MakeClient(RD_KAFKA_PRODUCER, {servers, {"linger.ms", "0"}, {"transactional.id", "bare"}}));
    ARROW_RETURN_NOT_OK(Check(rd_kafka_init_transactions(transactions_.get(), kTimeoutMs)));
    ARROW_ASSIGN_OR_RAISE(
        consumer_,
        MakeClient(RD_KAFKA_CONSUMER,
                   {servers, {"isolation.level", "read_committed"}, {"group.id", "outside"}}));
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, results.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer_.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
    return fs::Status::OK();
  }

  fs::Status Send(const std::string& topic, const std::string& value) {
    return Produce(producer_.get(), topic, value);
  }

  /// In a transaction of its own, without any query.
  fs::Status SendCommitted(const std::string& topic, const std::string& value) {
    ARROW_RETURN_NOT_OK(Check(rd_kafka_begin_transaction(transactions_.get())));
    ARROW_RETURN_NOT_OK(Produce(transactions_.get(), topic, value));
    return Check(rd_kafka_commit_transaction(transactions_.get(), kTimeoutMs));
  }

  fs::Status AwaitResult(const std::string& value) {
    while (true) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_.get(), kTimeoutMs);
      if (message == nullptr) return fs::Status::IOError("No record came.");
      const bool is_error = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
      const std::string got(static_cast<const char*>(message->payload), message->len);
      rd_kafka_message_destroy(message);
      if (is_error) return fs::Status::IOError(got);
      if (got == value) return fs::Status::OK();
    }
  }

 private:
  static fs::Status Produce(rd_kafka_t* producer, const std::string& topic,
                            const std::string& value) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END);
    rd_kafka_poll(producer, 0);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? fs::Status::OK()
                                               : fs::Status::IOError(rd_kafka_err2str(error));
  }

  Client producer_{nullptr, &rd_kafka_destroy};
  Client transactions_{nullptr, &rd_kafka_destroy};
  Client consumer_{nullptr, &rd_kafka_destroy};
};

using Times = std::chrono::steady_clock;

void PrintPercentiles(const char* what, std::vector<double> milliseconds) {
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  };
  fmt::print("{}: p50 {:.2f} p95 {:.2f} least {:.2f} most {:.2f}\n", what, at(0.5), at(0.95), at(0),
             at(1));
}

/// Prints percentiles of the time from a record's sending until a consumer of committed records has
/// its result: through a query that writes exactly once, and in turns with it, written in a
/// transaction without any query.
fs::Status RunLatency(const fs::Session& session, const std::string& brokers,
                      const std::string& from, const std::string& to, const std::string& checkpoint,
                      int rounds) {
  Outside outside;
  ARROW_RETURN_NOT_OK(outside.Open(brokers, to));
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        Read(session, brokers, from, {})
                            .SelectExpr({"upper(CAST(value AS STRING)) AS value"})
                            .WriteStream()
                            .Format("kafka")
                            .Option("kafka.bootstrap.servers", brokers)
                            .Option("topic", to)
                            .Option("firesteel.kafka.exactlyOnce", true)
                            .Option("checkpointLocation", checkpoint)
                            .Start());
  std::vector<double> through_query;
  std::vector<double> bare;
  constexpr int kWarmUpRounds = 20;
  for (int round = 0; round < kWarmUpRounds + rounds; ++round) {
    const auto timed = [&](std::vector<double>* times, const std::string& result,
                           const auto& send) -> fs::Status {
      const Times::time_point sent = Times::now();
      ARROW_RETURN_NOT_OK(send());
      ARROW_RETURN_NOT_OK(outside.AwaitResult(result));
      const std::chrono::duration<double, std::milli> taken = Times::now() - sent;
      if (round >= kWarmUpRounds) times->push_back(taken.count());
      return fs::Status::OK();
    };
    ARROW_RETURN_NOT_OK(timed(&through_query, fmt::format("RECORD {}", round),
                              [&] { return outside.Send(from, fmt::format("record {}", round)); }));
    // A record that comes while the batch before is being committed would wait for it.
    ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
    ARROW_RETURN_NOT_OK(timed(&bare, fmt::format("bare {}", round), [&] {
      return outside.SendCommitted(to, fmt::format("bare {}", round));
    }));
  }
  PrintPercentiles("query", through_query);
  PrintPercentiles("bare", bare);
  const auto progress = query->LastProgress();
  if (progress) fmt::print("{}\n", progress->Json());
  return query->Stop();
}

Pairs ParseOptions(const std::vector<std::string>& arguments, size_t begin) {
  Pairs options;
  for (size_t i = begin; i < arguments.size(); ++i) {
    const size_t split = arguments[i].find('=');
    options.emplace_back(arguments[i].substr(0, split), arguments[i].substr(split + 1));
  }
  return options;
}

fs::Status Run(const std::vector<std::string>& arguments) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("kafka_streams").GetOrCreate());
  const auto is = [&](const char* job, size_t least) {
    return arguments[0] == job && arguments.size() >= least;
  };
  const auto with_limit = [&](size_t at) {
    Pairs options = ParseOptions(arguments, at + 1);
    options.emplace_back("maxOffsetsPerTrigger", arguments[at]);
    return options;
  };
  if (is("data", 5)) {
    return WriteData(session, arguments[1], arguments[2], arguments[3],
                     std::atoll(arguments[4].c_str()));
  }
  if (is("etl", 6)) {
    return RunEtl(session, arguments[1], arguments[2], arguments[3], arguments[4], with_limit(5));
  }
  if (is("words", 5)) {
    return RunWords(session, arguments[1], arguments[2], arguments[3], with_limit(4));
  }
  if (is("latency", 6)) {
    return RunLatency(session, arguments[1], arguments[2], arguments[3], arguments[4],
                      std::atoi(arguments[5].c_str()));
  }
  return fs::Status::Invalid("See the first lines of this program.");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const fs::Status status = Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
