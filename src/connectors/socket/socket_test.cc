#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "connectors/socket/line_buffer.h"
#include "connectors/socket/socket_connection.h"
#include "connectors/socket/socket_provider.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::vector<std::string> Texts(const LineBuffer& lines, int64_t start, int64_t end) {
  int64_t lost = 0;
  std::vector<std::string> texts;
  for (const TimedLine& line : lines.Range(start, end, &lost)) texts.push_back(line.text);
  return texts;
}

TEST(LineBuffer, CutsAtEveryKindOfLineEnd) {
  LineBuffer lines(Clock::System(), 1 << 20);
  lines.Append("one\ntwo\r");
  lines.Append("\nthr");
  lines.Append("ee\r\n\n");
  EXPECT_EQ(lines.Latest(), 3);
  EXPECT_EQ(Texts(lines, -1, 3), (std::vector<std::string>{"one", "two", "three", ""}));
  lines.Append("last");
  EXPECT_EQ(lines.Latest(), 3);
  lines.EndOfStream();
  EXPECT_EQ(Texts(lines, 3, 4), (std::vector<std::string>{"last"}));
}

TEST(LineBuffer, ForgetsReleasedLinesAndSaysWhatIsLost) {
  LineBuffer lines(Clock::System(), 1 << 20);
  lines.Append("a\nb\nc\n");
  lines.Release(1);
  int64_t lost = 0;
  EXPECT_EQ(lines.Range(-1, 2, &lost).size(), 1u);
  EXPECT_EQ(lost, 2);
}

TEST(LineBuffer, GoesOnAfterACheckpointsOffset) {
  LineBuffer lines(Clock::System(), 1 << 20);
  lines.StartAfter(9);
  lines.Append("a\n");
  EXPECT_EQ(lines.Latest(), 10);
  EXPECT_EQ(Texts(lines, 9, 10), (std::vector<std::string>{"a"}));
}

TEST(LineBuffer, FailsAtALineThatNeverEnds) {
  LineBuffer lines(Clock::System(), 1 << 20, /*longest_line_bytes=*/10);
  int wakes = 0;
  lines.SetWaker([&wakes] { ++wakes; });
  EXPECT_TRUE(lines.Append("fine\n0123456789"));
  EXPECT_TRUE(lines.Failure().ok());
  EXPECT_FALSE(lines.Append("x"));
  EXPECT_EQ(wakes, 2);
  EXPECT_NE(lines.Failure().message().find("more than 10 bytes"), std::string::npos);
  EXPECT_FALSE(lines.Append("y\n"));
  EXPECT_EQ(Texts(lines, -1, lines.Latest()), (std::vector<std::string>{"fine"}));
}

/// A server on the loopback address that sends one text to the first client and hangs up.
class OneShotServer {
 public:
  OneShotServer() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(descriptor_, 1), 0);
    socklen_t length = sizeof(address);
    EXPECT_EQ(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  ~OneShotServer() { close(descriptor_); }
  std::string port() const { return std::to_string(port_); }
  void Send(std::string_view text) {
    const int client = accept(descriptor_, nullptr, nullptr);
    EXPECT_EQ(send(client, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    close(client);
  }

 private:
  int descriptor_;
  int port_ = 0;
};

Options SocketOptions(const std::string& port) {
  Options options;
  options.Set("host", "127.0.0.1");
  options.Set("port", port);
  return options;
}

TEST(Socket, TurnsLinesIntoOffsets) {
  OneShotServer server;
  const auto provider = NewSocketProvider();
  const Options options = SocketOptions(server.port());
  ConnectorContext context;
  context.clock = Clock::System();
  const Schema schema = *provider->ResolveSchema(std::nullopt, options, true, context);
  const auto table = *provider->GetTable(schema, options, context);
  const auto stream = *(*table->NewScan({schema, {}}))->ToMicroBatchStream("");
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  ASSERT_TRUE(stream->SetWaker([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    ++wakes;
    woken.notify_all();
  }));
  server.Send("hello\nworld");
  {
    // The line without an end comes when the server hangs up: with the first wake-up or a later
    // one.
    std::unique_lock<std::mutex> lock(mutex);
    woken.wait(lock, [&] {
      return stream->LatestOffset(Offset("-1"), ReadAllAvailable{})->json() == "1";
    });
  }
  EXPECT_EQ(stream->PlanInputPartitions(Offset("-1"), Offset("1"))->size(), 1u);
  ASSERT_TRUE(stream->Commit(Offset("1")).ok());
  stream->Stop();
}

TEST(Socket, LooksForItsSenderAgain) {
  OneShotServer server;
  const auto lines = std::make_shared<LineBuffer>(Clock::System(), 1 << 20);
  std::mutex mutex;
  std::condition_variable woken;
  lines->SetWaker([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    woken.notify_all();
  });
  const auto connection = *SocketConnection::Open({"127.0.0.1", server.port(), true}, lines);
  server.Send("one\nhalf");
  server.Send("two\n");
  std::unique_lock<std::mutex> lock(mutex);
  EXPECT_TRUE(woken.wait_for(lock, std::chrono::seconds(30), [&] { return lines->Latest() == 2; }));
  EXPECT_EQ(Texts(*lines, -1, 2), (std::vector<std::string>{"one", "half", "two"}));
}

TEST(Socket, NamesWhatIsMissing) {
  const auto provider = NewSocketProvider();
  EXPECT_EQ(ErrorCondition(provider->ResolveSchema(std::nullopt, Options(), true, {}).status()),
            "_LEGACY_ERROR_TEMP_1295");
  Options no_port;
  no_port.Set("host", "127.0.0.1");
  EXPECT_EQ(ErrorCondition(provider->ResolveSchema(std::nullopt, no_port, true, {}).status()),
            "_LEGACY_ERROR_TEMP_1296");
}

TEST(Socket, SaysThatNobodyListens) {
  std::string port;
  {
    const OneShotServer server;
    port = server.port();
  }
  const auto provider = NewSocketProvider();
  const Options options = SocketOptions(port);
  ConnectorContext context;
  context.clock = Clock::System();
  const Schema schema = *provider->ResolveSchema(std::nullopt, options, true, context);
  const auto table = *provider->GetTable(schema, options, context);
  const auto stream = (*table->NewScan({schema, {}}))->ToMicroBatchStream("");
  ASSERT_FALSE(stream.ok());
  EXPECT_NE(stream.status().message().find("nc -lk " + port), std::string::npos);
}

}  // namespace
}  // namespace firesteel
