// Reads a directory of files in one format and writes its rows to a directory in another.
//
//   file_exchange FORMAT DIRECTORY TO_FORMAT TO_DIRECTORY DDL [from.OPTION=VALUE |
//   to.OPTION=VALUE]…
//
// DDL is the schema to read with; "-" infers it, and prints it. spark_files_check.py uses this to
// let real Spark read what is written here, and the other way round.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/record_batch.h"
#include "common/clock.h"
#include "common/env.h"
#include "connectors/file/file_provider.h"
#include "formats/file_format.h"

namespace firesteel {
namespace {

struct Side {
  const FileFormat* format = nullptr;
  Options options;
};

Result<Side> MakeSide(const std::string& format, const std::string& directory,
                      std::string_view prefix, const std::vector<std::string>& arguments) {
  Side side{FindFileFormat(format), {}};
  if (side.format == nullptr) return Status::Invalid("There is no format ", format, ".");
  side.options.Set("path", directory);
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (!argument.starts_with(prefix) || equals == std::string::npos) continue;
    side.options.Set(argument.substr(prefix.size(), equals - prefix.size()),
                     argument.substr(equals + 1));
  }
  return side;
}

Status Exchange(const Side& from, const Side& to, const std::optional<Schema>& user_schema) {
  ConnectorContext context;
  context.env = Env::Posix();
  context.clock = Clock::System();
  const auto provider = NewFileProvider(from.format);
  ARROW_ASSIGN_OR_RAISE(const Schema schema,
                        provider->ResolveSchema(user_schema, from.options, false, context));
  if (!user_schema) std::cout << schema.Ddl() << "\n";
  ARROW_ASSIGN_OR_RAISE(const auto source, provider->GetTable(schema, from.options, context));
  ARROW_ASSIGN_OR_RAISE(const auto scan, source->NewScan({schema, {}}));
  ARROW_ASSIGN_OR_RAISE(const auto target,
                        NewFileProvider(to.format)->GetTable(schema, to.options, context));
  WriteRequest request;
  request.schema = schema;
  if (const std::optional<std::string> column = to.options.Get("partitionBy")) {
    request.partition_columns = {*column};
  }
  ARROW_ASSIGN_OR_RAISE(const auto write,
                        target->NewBatchWrite(request, SaveMode::kErrorIfExists));
  ARROW_ASSIGN_OR_RAISE(const auto partitions, scan->PlanInputPartitions());
  std::vector<WriterCommitMessage> messages;
  for (size_t i = 0; i < partitions.size(); ++i) {
    std::string file;
    int64_t rows = 0;
    ReadContext read;
    read.input_file = &file;
    read.input_rows = &rows;
    ARROW_ASSIGN_OR_RAISE(const auto reader, scan->CreateReader(*partitions[i], read));
    ARROW_ASSIGN_OR_RAISE(const auto writer, write->CreateWriter(static_cast<int>(i), 0));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
      if (batch == nullptr) break;
      ARROW_RETURN_NOT_OK(batch->ValidateFull());
      ARROW_RETURN_NOT_OK(writer->Write(*batch));
    }
    ARROW_ASSIGN_OR_RAISE(WriterCommitMessage message, writer->Commit());
    messages.push_back(std::move(message));
  }
  return write->Commit(0, messages);
}

Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 5) {
    return Status::Invalid("usage: file_exchange FORMAT DIRECTORY TO_FORMAT TO_DIRECTORY DDL …");
  }
  ARROW_ASSIGN_OR_RAISE(const Side from, MakeSide(arguments[0], arguments[1], "from.", arguments));
  ARROW_ASSIGN_OR_RAISE(const Side to, MakeSide(arguments[2], arguments[3], "to.", arguments));
  std::optional<Schema> schema;
  if (arguments[4] != "-") {
    ARROW_ASSIGN_OR_RAISE(schema, Schema::FromDdl(arguments[4]));
  }
  return Exchange(from, to, schema);
}

}  // namespace
}  // namespace firesteel

int main(int argc, char** argv) {
  const firesteel::Status status = firesteel::Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  std::cerr << status.ToString() << "\n";
  return 1;
}
