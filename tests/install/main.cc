// A program outside of the tree, built against the installed library: one streaming query from a
// directory of JSON to a table in memory.

#include <cstdio>
#include <fstream>
#include <iostream>

#include "firesteel/firesteel.h"

namespace {

firesteel::Status Run(const char* directory) {
  std::ofstream(std::string(directory) + "/words.json") << R"({"word":"cat"})" << '\n'
                                                        << R"({"word":"dog"})" << '\n'
                                                        << R"({"word":"cat"})" << '\n';
  ARROW_ASSIGN_OR_RAISE(const firesteel::Session session,
                        firesteel::Session::Builder().AppName("outside").GetOrCreate());
  const firesteel::DataFrame counts =
      session.ReadStream().Schema("word STRING").Json(directory).GroupBy({"word"}).Count();
  ARROW_ASSIGN_OR_RAISE(const auto query, counts.WriteStream()
                                              .Format("memory")
                                              .QueryName("words")
                                              .OutputMode("complete")
                                              .Trigger(firesteel::Trigger::AvailableNow())
                                              .Start());
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  ARROW_ASSIGN_OR_RAISE(const auto rows,
                        session.Table("words").OrderBy({firesteel::Column("word")}).Collect());
  for (const firesteel::Row& row : rows) std::cout << row.ToString() << '\n';
  return firesteel::Status::OK();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const firesteel::Status status = Run(argv[1]);
  if (status.ok()) return 0;
  std::cerr << status.ToString() << '\n';
  return 1;
}
