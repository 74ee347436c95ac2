#include "connectors/socket/socket_provider.h"

#include <charconv>
#include <utility>

#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/utf8.h"
#include "common/error.h"
#include "common/logging.h"
#include "connectors/socket/socket_connection.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int64_t kCapacityBytes = 64 << 20;

struct LinePartition final : InputPartition {
  explicit LinePartition(std::vector<TimedLine> l) : lines(std::move(l)) {}
  std::vector<TimedLine> lines;
};

/// Replaces every byte that is not part of valid UTF-8, as Java's decoder does, by U+FFFD.
std::string ToValidUtf8(std::string text) {
  arrow::util::InitializeUTF8();
  const auto valid = [](std::string_view s) {
    return arrow::util::ValidateUTF8(reinterpret_cast<const uint8_t*>(s.data()),
                                     static_cast<int64_t>(s.size()));
  };
  if (valid(text)) return text;
  std::string clean;
  for (size_t i = 0; i < text.size();) {
    size_t length = 1;
    while (length <= 4 && i + length <= text.size() &&
           !valid(std::string_view(text).substr(i, length))) {
      ++length;
    }
    if (length <= 4 && i + length <= text.size()) {
      clean.append(text, i, length);
      i += length;
    } else {
      clean += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return clean;
}

class LineReader final : public BatchReader {
 public:
  LineReader(const std::vector<TimedLine>& lines, Schema columns, const ReadContext& context)
      : lines_(lines),
        columns_(std::move(columns)),
        batch_rows_(static_cast<size_t>(context.batch_rows)),
        input_rows_(context.input_rows) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ == lines_.size()) return nullptr;
    const size_t end = std::min(lines_.size(), next_ + batch_rows_);
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const StructField& field : columns_.fields()) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> array,
                            field.type.id() == TypeId::kString ? Texts(end) : Times(end));
      arrays.push_back(std::move(array));
    }
    const int64_t rows = static_cast<int64_t>(end - next_);
    next_ = end;
    *input_rows_ += rows;
    return arrow::RecordBatch::Make(ToArrowSchema(columns_), rows, std::move(arrays));
  }

 private:
  Result<std::shared_ptr<arrow::Array>> Texts(size_t end) const {
    arrow::StringBuilder builder;
    for (size_t i = next_; i < end; ++i) {
      ARROW_RETURN_NOT_OK(builder.Append(ToValidUtf8(lines_[i].text)));
    }
    return builder.Finish();
  }
  Result<std::shared_ptr<arrow::Array>> Times(size_t end) const {
    arrow::TimestampBuilder builder(ToArrowType(TypeId::kTimestamp), arrow::default_memory_pool());
    for (size_t i = next_; i < end; ++i) {
      ARROW_RETURN_NOT_OK(builder.Append(lines_[i].arrival_micros));
    }
    return builder.Finish();
  }

  const std::vector<TimedLine>& lines_;
  Schema columns_;
  size_t batch_rows_;
  int64_t* input_rows_;
  size_t next_ = 0;
};

Result<int64_t> LineOf(const std::string& json) {
  int64_t line = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), line);
  if (error != std::errc() || end != json.data() + json.size()) {
    return Status::Invalid("'", json, "' is not an offset of a socket source.");
  }
  return line;
}

class SocketStream final : public MicroBatchStream {
 public:
  SocketStream(SocketSender sender, Schema columns, std::shared_ptr<LineBuffer> lines,
               std::unique_ptr<SocketConnection> connection)
      : sender_(std::move(sender)),
        columns_(std::move(columns)),
        lines_(std::move(lines)),
        connection_(std::move(connection)) {}

  Result<Offset> InitialOffset() override { return Offset("-1"); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t line, LineOf(json));
    lines_->StartAfter(line);
    return Offset(std::to_string(line));
  }

  Result<Offset> LatestOffset(const Offset& start, const ReadLimit&) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, LineOf(start.json()));
    const int64_t latest = available_now_.value_or(lines_->Latest());
    // What came before a failure is worth having.
    if (latest <= from) ARROW_RETURN_NOT_OK(lines_->Failure());
    return Offset(std::to_string(std::max(from, latest)));
  }

  Status PrepareForAvailableNow() override {
    available_now_ = lines_->Latest();
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, LineOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const int64_t to, LineOf(end.json()));
    int64_t lost = 0;
    std::vector<TimedLine> lines = lines_->Range(from, to, &lost);
    if (lost > 0) {
      LogWarning("The socket source cannot give " + std::to_string(lost) +
                 " lines of an interrupted batch again: a socket is not fault tolerant. The batch "
                 "runs without them.");
    }
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    if (!lines.empty()) partitions.push_back(std::make_shared<LinePartition>(std::move(lines)));
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return std::make_unique<LineReader>(static_cast<const LinePartition&>(partition).lines,
                                        columns_, context);
  }

  Status Commit(const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t line, LineOf(end.json()));
    lines_->Release(line);
    return Status::OK();
  }

  bool SetWaker(std::function<void()> wake) override {
    lines_->SetWaker(std::move(wake));
    return true;
  }

  std::string Describe() const override {
    return "TextSocketV2[host: " + sender_.host + ", port: " + sender_.port + "]";
  }

  void Stop() override { connection_.reset(); }

 private:
  SocketSender sender_;
  Schema columns_;
  std::shared_ptr<LineBuffer> lines_;
  std::unique_ptr<SocketConnection> connection_;
  std::optional<int64_t> available_now_;
};

class SocketScan final : public Scan {
 public:
  SocketScan(SocketSender sender, Schema columns, Clock* clock)
      : sender_(std::move(sender)), columns_(std::move(columns)), clock_(clock) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    return Status::NotImplemented("A socket can only be read as a stream.");
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition&,
                                                    const ReadContext&) override {
    return Status::NotImplemented("A socket can only be read as a stream.");
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    auto lines = std::make_shared<LineBuffer>(clock_, kCapacityBytes);
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<SocketConnection> connection,
                          SocketConnection::Open(sender_, lines));
    return std::make_unique<SocketStream>(sender_, columns_, std::move(lines),
                                          std::move(connection));
  }
  std::string Describe() const override { return "socket " + sender_.host + ":" + sender_.port; }

 private:
  SocketSender sender_;
  Schema columns_;
  Clock* clock_;
};

class SocketTable final : public Table {
 public:
  SocketTable(SocketSender sender, Schema schema, Clock* clock)
      : sender_(std::move(sender)), schema_(std::move(schema)), clock_(clock) {}

  std::string Name() const override { return "socket"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kMicroBatchRead; }
  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    return std::make_shared<SocketScan>(sender_, request.columns, clock_);
  }

 private:
  SocketSender sender_;
  Schema schema_;
  Clock* clock_;
};

class SocketProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "socket"; }

  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options& options,
                               bool, const ConnectorContext&) override {
    if (!options.Get("host")) return MakeError("_LEGACY_ERROR_TEMP_1295", {});
    if (!options.Get("port")) return MakeError("_LEGACY_ERROR_TEMP_1296", {});
    if (user_schema) {
      return MakeError("UNSUPPORTED_FEATURE.USER_SPECIFIED_SCHEMA", {{"source", "socket"}});
    }
    const Result<bool> with_time = options.GetBool("includeTimestamp", false);
    if (!with_time.ok()) return MakeError("_LEGACY_ERROR_TEMP_1297", {});
    Schema schema;
    schema.Add("value", TypeId::kString);
    if (*with_time) schema.Add("timestamp", TypeId::kTimestamp);
    return schema;
  }

  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    SocketSender sender{options.GetOr("host", ""), options.GetOr("port", "")};
    ARROW_ASSIGN_OR_RAISE(sender.reconnect, options.GetBool("reconnect", false));
    return std::make_shared<SocketTable>(std::move(sender), schema, context.clock);
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewSocketProvider() { return std::make_shared<SocketProvider>(); }

}  // namespace firesteel
