// Counts the words that come over a network connection, as the programming guide's first example:
//
//   nc -lk 9999
//   structured_network_wordcount localhost 9999

#include <cstdio>

#include "firesteel/firesteel.h"

namespace fs = firesteel;
using fs::functions::Explode;
using fs::functions::Split;

namespace {

fs::Status Run(const char* host, const char* port) {
  ARROW_ASSIGN_OR_RAISE(const fs::Session session,
                        fs::Session::Builder().AppName("StructuredNetworkWordCount").GetOrCreate());
  // Programs 19, 21, 29, 30, 32 and 34 of the guide: words of lines, counted to the console.
  // Lines as an unbounded table with one column, `value`.
  const fs::DataFrame lines =
      session.ReadStream().Format("socket").Option("host", host).Option("port", port).Load();
  const fs::DataFrame words = lines.Select({Explode(Split("value", " ")).As("word")});
  const fs::DataFrame counts = words.GroupBy({"word"}).Count();
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<fs::StreamingQuery> query,
                        counts.WriteStream().OutputMode("complete").Format("console").Start());
  return query->AwaitTermination();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: structured_network_wordcount HOST PORT\n");
    return 2;
  }
  const fs::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}
