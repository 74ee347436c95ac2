#include "connectors/console/console_provider.h"

#include <cstdio>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "formats/text_table.h"

namespace firesteel {
namespace {

constexpr std::string_view kRule = "-------------------------------------------\n";

class ConsoleSink final : public BatchSink {
 public:
  ConsoleSink(ConsoleOutput output, TextTableOptions options)
      : output_(std::move(output)), options_(std::move(options)) {}

  Status AddBatch(int64_t batch_id, const BatchHandle& batch) override {
    // One row more than is shown tells the table that there are more.
    int64_t wanted = int64_t{options_.rows} + 1;
    std::vector<std::shared_ptr<arrow::RecordBatch>> shown;
    for (int partition = 0; partition < batch.partitions() && wanted > 0; ++partition) {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, batch.Open(partition));
      while (wanted > 0) {
        ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> next, reader->Next());
        if (next == nullptr) break;
        shown.push_back(next->Slice(0, wanted));
        wanted -= shown.back()->num_rows();
      }
    }
    ARROW_ASSIGN_OR_RAISE(const std::string table,
                          FormatTextTable(shown, batch.schema(), options_));
    std::string text(kRule);
    text += "Batch: " + std::to_string(batch_id) + "\n";
    text += kRule;
    text += table;
    return output_(text);
  }

  std::string Describe() const override { return "ConsoleTable"; }

 private:
  ConsoleOutput output_;
  TextTableOptions options_;
};

class ConsoleTable final : public Table {
 public:
  ConsoleTable(Schema schema, ConsoleOutput output, TextTableOptions options)
      : schema_(std::move(schema)), output_(std::move(output)), options_(std::move(options)) {}

  std::string Name() const override { return "console"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kStreamingWrite | kUpdateMode | kCompleteMode | kEphemeralCheckpoint;
  }
  Result<StreamingSink> NewStreamingSink(const WriteRequest&) override {
    StreamingSink sink;
    sink.batch_sink = std::make_shared<ConsoleSink>(output_, options_);
    return sink;
  }

 private:
  Schema schema_;
  ConsoleOutput output_;
  TextTableOptions options_;
};

/// Reads `truncate`: a number of characters, or true/false.
Result<int> ParseTruncate(const Options& options) {
  const std::string text = options.GetOr("truncate", "true");
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> width, options.GetLong("truncate"));
    return static_cast<int>(*width);
  }
  ARROW_ASSIGN_OR_RAISE(const bool truncate, options.GetBool("truncate", true));
  return truncate ? 20 : 0;
}

class ConsoleProvider final : public TableProvider {
 public:
  explicit ConsoleProvider(ConsoleOutput output) : output_(std::move(output)) {}

  std::string ShortName() const override { return "console"; }
  Result<Schema> ResolveSchema(const std::optional<Schema>&, const Options&, bool streaming,
                               const ConnectorContext&) override {
    return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", "console"},
                      {"operation", streaming ? "micro-batch scan" : "batch scan"}});
  }
  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    TextTableOptions table_options;
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> rows, options.GetLong("numRows"));
    table_options.rows = static_cast<int>(rows.value_or(20));
    ARROW_ASSIGN_OR_RAISE(table_options.truncate, ParseTruncate(options));
    table_options.time_zone = context.session_time_zone;
    return std::make_shared<ConsoleTable>(schema, output_, std::move(table_options));
  }

 private:
  ConsoleOutput output_;
};

}  // namespace

std::shared_ptr<TableProvider> NewConsoleProvider(ConsoleOutput output) {
  return std::make_shared<ConsoleProvider>(std::move(output));
}

ConsoleOutput StandardOutput() {
  return [](std::string_view text) {
    const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
    if (written != text.size() || std::fflush(stdout) != 0) {
      return Status::IOError("Writing to standard output failed.");
    }
    return Status::OK();
  };
}

}  // namespace firesteel
