// Kafka's topics: read by name or pattern, written into by column or option, shown on the console.
// Runs until it is stopped, and goes on where it was:
//
//   guide_kafka JOB BROKERS SOURCE CHECKPOINT [TARGET [OPTION=VALUE…]]
//
// JOB is subscribe (SOURCE: topics with commas between), pattern (SOURCE: a regular expression),
// by-column or by-option (into the topic TARGET, the sink having the options).

#include "guide/guide.h"

namespace fs = firesteel;

namespace {

fs::DataFrame Read(const fs::Session& session, const std::string& job, const std::string& brokers,
                   const std::string& source) {
  // Programs 13 and 14: one topic, two topics. Program 15: all whose names match.
  return session.ReadStream()
      .Format("kafka")
      .Option("kafka.bootstrap.servers", brokers)
      .Option(job == "pattern" ? "subscribePattern" : "subscribe", source)
      .Option("startingOffsets", "earliest")
      .Load()
      .SelectExpr({"CAST(key AS STRING)", "CAST(value AS STRING)"});
}

fs::Result<fs::DataStreamWriter> Write(const fs::DataFrame& records,
                                       const std::vector<std::string>& arguments) {
  const std::string& job = arguments[0];
  if (job == "subscribe" || job == "pattern") {
    // Program 27: to the console, a batch every second.
    ARROW_ASSIGN_OR_RAISE(const fs::Trigger every_second, fs::Trigger::ProcessingTime("1 second"));
    return records.WriteStream().Format("console").Trigger(every_second);
  }
  if (arguments.size() < 5 || (job != "by-column" && job != "by-option")) {
    return fs::Status::Invalid("See the first lines of this program.");
  }
  const std::string& target = arguments[4];
  // Program 16: each row says which topic it is for. Programs 17 and 52: all are for one.
  fs::DataStreamWriter writer =
      job == "by-column"
          ? records.SelectExpr({"'" + target + "' AS topic", "key", "value"}).WriteStream()
          : records.WriteStream().Option("topic", target);
  writer.Format("kafka").Option("kafka.bootstrap.servers", arguments[1]);
  for (size_t i = 5; i < arguments.size(); ++i) {
    const size_t split = arguments[i].find('=');
    if (split == std::string::npos) return fs::Status::Invalid("no OPTION=VALUE: ", arguments[i]);
    writer.Option(arguments[i].substr(0, split), arguments[i].substr(split + 1));
  }
  return writer;
}

fs::Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4) return fs::Status::Invalid("See the first lines of this program.");
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("Kafka").GetOrCreate());
  const fs::DataFrame records = Read(session, arguments[0], arguments[1], arguments[2]);
  ARROW_ASSIGN_OR_RAISE(fs::DataStreamWriter writer, Write(records, arguments));
  ARROW_ASSIGN_OR_RAISE(const auto query,
                        writer.Option("checkpointLocation", arguments[3]).Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  return guide::Ended(Run(std::vector<std::string>(argv + 1, argv + argc)));
}
