#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "firesteel/data_stream_writer.h"
#include "firesteel/firesteel.h"

// Reads lines of 100 MB: takes longer than the tests may, so it is run by itself.

namespace firesteel {
namespace {

constexpr size_t kLineBytes = 100'000'000;

/// Writes a file with a good line, a long one, a long one that is cut off, and a good one.
void WriteInput(const std::filesystem::path& path) {
  std::ofstream out(path, std::ios::binary);
  const std::string text(kLineBytes, 'x');
  out << R"({"id":1,"text":"short"})" << '\n';
  out << R"({"id":2,"text":")" << text << "\"}\n";
  out << R"({"id":3,"text":")" << text << '\n';
  out << R"({"id":4,"text":"last"})" << '\n';
}

Status Check(const std::string& directory) {
  std::filesystem::create_directories(directory + "/in");
  WriteInput(directory + "/in/lines.json");
  ARROW_ASSIGN_OR_RAISE(const Session session, Session::Builder().Create());
  std::vector<std::string> found;
  const DataFrame lengths = session.ReadStream()
                                .Schema("id INT, text STRING")
                                .Json(directory + "/in")
                                .SelectExpr({"id", "length(text) AS length"});
  ARROW_ASSIGN_OR_RAISE(
      const auto query,
      lengths.WriteStream()
          .Trigger(Trigger::AvailableNow())
          .Option("checkpointLocation", directory + "/checkpoint")
          .ForeachBatch([&](const DataFrame& batch, int64_t) -> Status {
            ARROW_ASSIGN_OR_RAISE(const std::vector<Row> rows, batch.Collect());
            for (const Row& row : rows) found.push_back(row.ToString());
            return Status::OK();
          })
          .Start());
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  const std::vector<std::string> wanted = {"[1,5]", "[2,100000000]", "[NULL,NULL]", "[4,4]"};
  if (found == wanted) return Status::OK();
  std::string text;
  for (const std::string& row : found) text += row + " ";
  return Status::Invalid("found ", text);
}

}  // namespace
}  // namespace firesteel

int main() {
  std::string directory = (std::filesystem::temp_directory_path() / "long_line_XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;
  const firesteel::Status status = firesteel::Check(directory);
  std::filesystem::remove_all(directory);
  std::printf("%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
