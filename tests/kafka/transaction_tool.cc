// Writes to Kafka in transactions as the lines of standard input say, for tests:
//
//   transaction_tool BROKERS TRANSACTIONAL_ID
//
//   begin | commit | abort | send TOPIC PARTITION VALUE | flush | leave
//
// Prints `ok` after each, or what went wrong. `leave` ends at once, with the transaction open.

#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

namespace {

constexpr int kTimeoutMs = 30'000;

std::string Text(rd_kafka_error_t* error) {
  if (error == nullptr) return "ok";
  std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  return text;
}

std::string Send(rd_kafka_t* producer, std::istringstream* line) {
  std::string topic;
  std::string value;
  int partition = 0;
  *line >> topic >> partition >> value;
  rd_kafka_topic_t* handle = rd_kafka_topic_new(producer, topic.c_str(), nullptr);
  const int sent = rd_kafka_produce(handle, partition, RD_KAFKA_MSG_F_COPY, value.data(),
                                    value.size(), nullptr, 0, nullptr);
  rd_kafka_topic_destroy(handle);
  return sent == 0 ? "ok" : rd_kafka_err2str(rd_kafka_last_error());
}

std::string Run(rd_kafka_t* producer, const std::string& text) {
  std::istringstream line(text);
  std::string command;
  line >> command;
  if (command == "begin") return Text(rd_kafka_begin_transaction(producer));
  if (command == "commit") return Text(rd_kafka_commit_transaction(producer, kTimeoutMs));
  if (command == "abort") return Text(rd_kafka_abort_transaction(producer, kTimeoutMs));
  if (command == "send") return Send(producer, &line);
  if (command == "flush") return rd_kafka_err2str(rd_kafka_flush(producer, kTimeoutMs));
  if (command == "leave") std::_Exit(0);
  return "unknown command";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  char reason[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], reason, sizeof(reason));
  rd_kafka_conf_set(conf, "transactional.id", argv[2], reason, sizeof(reason));
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
  if (producer == nullptr) return 1;
  std::cout << Text(rd_kafka_init_transactions(producer, kTimeoutMs)) << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << Run(producer, line) << std::endl;
  }
  rd_kafka_destroy(producer);
  return 0;
}
