#include "streaming/streaming_test_kit.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "arrow/array/builder_primitive.h"
#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "common/random.h"
#include "functions/registry.h"
#include "gtest/gtest.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

struct NumberRange final : InputPartition {
  std::vector<int64_t> numbers;
};

int64_t PositionOf(const Offset& offset) { return std::stoll(offset.json()); }
Offset OffsetAt(int64_t position) { return Offset(std::to_string(position)); }

std::vector<std::string> RowTexts(const arrow::RecordBatch& batch) {
  const auto schema = std::make_shared<const Schema>(FromArrowSchema(*batch.schema()).ValueOrDie());
  std::vector<Row> rows;
  AppendRows(batch, schema, &rows);
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(row.ToString());
  return texts;
}

}  // namespace

int64_t StandingClock::NowMs() const {
  const std::lock_guard lock(mutex_);
  return now_ms_;
}

int64_t StandingClock::WaitUntilMs(int64_t deadline_ms, const std::atomic<bool>& interrupted) {
  std::unique_lock lock(mutex_);
  const auto entry = waiting_.emplace(deadline_ms, 0);
  changed_.notify_all();
  changed_.wait(lock, [&] { return now_ms_ >= deadline_ms || interrupted.load(); });
  waiting_.erase(entry);
  return now_ms_;
}

void StandingClock::WakeAll() {
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

void StandingClock::Advance(int64_t by_ms) {
  {
    const std::lock_guard lock(mutex_);
    now_ms_ += by_ms;
  }
  changed_.notify_all();
}

void StandingClock::AwaitWaiterPast(int64_t deadline_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.upper_bound(deadline_ms) != waiting_.end(); });
}

/// Reads one range as one batch.
class NumberReader final : public BatchReader {
 public:
  NumberReader(NumberTable* table, const NumberRange& range, bool with_column, ReadContext context,
               std::function<void()> hang)
      : table_(table),
        range_(range),
        with_column_(with_column),
        context_(context),
        hang_(std::move(hang)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (hang_) {
      hang_();
      while (!context_.cancelled->load()) std::this_thread::yield();
      return Status::Cancelled("The reader was cancelled.");
    }
    if (done_ || range_.numbers.empty()) return nullptr;
    done_ = true;
    const int64_t rows = static_cast<int64_t>(range_.numbers.size());
    *context_.input_rows += rows;
    if (!with_column_) {
      return arrow::RecordBatch::Make(ToArrowSchema(Schema()), rows,
                                      std::vector<std::shared_ptr<arrow::Array>>());
    }
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.AppendValues(range_.numbers));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> column, builder.Finish());
    return arrow::RecordBatch::Make(ToArrowSchema(table_->schema()), rows, {column});
  }

 private:
  NumberTable* table_;
  const NumberRange& range_;
  const bool with_column_;
  const ReadContext context_;
  const std::function<void()> hang_;
  bool done_ = false;
};

class NumberStream final : public MicroBatchStream {
 public:
  NumberStream(std::shared_ptr<NumberTable> table, bool with_column)
      : table_(std::move(table)), with_column_(with_column) {}

  Result<Offset> InitialOffset() override { return OffsetAt(0); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    if (json.empty() || !std::all_of(json.begin(), json.end(), ::isdigit)) {
      return Status::Invalid("No position in a list of numbers: ", json);
    }
    return OffsetAt(std::stoll(json));
  }

  ReadLimit DefaultReadLimit() const override {
    const int64_t rows = table_->rows_per_batch_;
    return rows > 0 ? ReadLimit(ReadMaxRows{rows}) : ReadLimit(ReadAllAvailable{});
  }

  Result<Offset> LatestOffset(const Offset& start, const ReadLimit& limit) override {
    const std::lock_guard lock(table_->mutex_);
    ARROW_RETURN_NOT_OK(table_->latest_error_);
    int64_t end = available_now_.value_or(static_cast<int64_t>(table_->numbers_.size()));
    if (const ReadMaxRows* rows = std::get_if<ReadMaxRows>(&limit)) {
      end = std::min(end, PositionOf(start) + rows->rows);
    }
    return OffsetAt(std::max(end, PositionOf(start)));
  }

  std::optional<Offset> ReportLatestOffset() override {
    const std::lock_guard lock(table_->mutex_);
    return OffsetAt(static_cast<int64_t>(table_->numbers_.size()));
  }

  Status PrepareForAvailableNow() override {
    const std::lock_guard lock(table_->mutex_);
    available_now_ = static_cast<int64_t>(table_->numbers_.size());
    return Status::OK();
  }

  // Two partitions where there is more than one row.
  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    const std::lock_guard lock(table_->mutex_);
    const int64_t from = PositionOf(start);
    const int64_t to = PositionOf(end);
    if (to > static_cast<int64_t>(table_->numbers_.size())) {
      return Status::Invalid("There are no numbers at ", to, ".");
    }
    const int64_t middle = from + (to - from) / 2;
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    for (const auto& [first, last] : {std::pair(from, middle), std::pair(middle, to)}) {
      if (first == last) continue;
      auto range = std::make_shared<NumberRange>();
      range->numbers.assign(table_->numbers_.begin() + first, table_->numbers_.begin() + last);
      partitions.push_back(std::move(range));
    }
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    std::function<void()> hang;
    if (table_->hangs_) {
      hang = [table = table_.get()] {
        const std::lock_guard lock(table->mutex_);
        ++table->hanging_;
        table->changed_.notify_all();
      };
    }
    return std::make_unique<NumberReader>(table_.get(), static_cast<const NumberRange&>(partition),
                                          with_column_, context, std::move(hang));
  }

  Status Commit(const Offset& end) override {
    const std::lock_guard lock(table_->mutex_);
    table_->commits_.push_back(end.json());
    return Status::OK();
  }

  bool SetWaker(std::function<void()> wake) override {
    if (!table_->wakes_) return false;
    const std::lock_guard lock(table_->mutex_);
    table_->wakers_.push_back(std::move(wake));
    return true;
  }

  std::string Describe() const override { return "Numbers"; }
  void Stop() override {}

 private:
  const std::shared_ptr<NumberTable> table_;
  const bool with_column_;
  std::optional<int64_t> available_now_;
};

class NumberScan final : public Scan {
 public:
  NumberScan(std::shared_ptr<NumberTable> table, bool with_column)
      : table_(std::move(table)), with_column_(with_column) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    return Status::NotImplemented("A stream only.");
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition&,
                                                    const ReadContext&) override {
    return Status::NotImplemented("A stream only.");
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(
      const std::string& metadata_path) override {
    const std::lock_guard lock(table_->mutex_);
    table_->metadata_paths_.push_back(metadata_path);
    return std::make_unique<NumberStream>(table_, with_column_);
  }
  std::string Describe() const override { return "numbers"; }

 private:
  const std::shared_ptr<NumberTable> table_;
  const bool with_column_;
};

NumberTable::NumberTable()
    : schema_(std::vector<StructField>{{.name = "value", .type = TypeId::kLong}}) {}

void NumberTable::Add(const std::vector<int64_t>& numbers) {
  std::vector<std::function<void()>> wakers;
  {
    const std::lock_guard lock(mutex_);
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    wakers = wakers_;
  }
  for (const auto& wake : wakers) wake();
}

void NumberTable::AwaitHanging() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return hanging_ > 0; });
}

void NumberTable::set_latest_error(Status error) {
  const std::lock_guard lock(mutex_);
  latest_error_ = std::move(error);
}

std::vector<std::string> NumberTable::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

std::vector<std::string> NumberTable::metadata_paths() const {
  const std::lock_guard lock(mutex_);
  return metadata_paths_;
}

std::vector<std::string> NumberTable::scanned_columns() const {
  const std::lock_guard lock(mutex_);
  return scanned_columns_;
}

Result<std::shared_ptr<Scan>> NumberTable::NewScan(const ScanRequest& request) {
  const std::lock_guard lock(mutex_);
  for (const StructField& field : request.columns.fields()) scanned_columns_.push_back(field.name);
  return std::make_shared<NumberScan>(shared_from_this(), request.columns.size() > 0);
}

Status RememberingSink::AddBatch(int64_t batch_id, const BatchHandle& batch) {
  std::vector<std::string> rows;
  for (int partition = 0; partition < batch.partitions(); ++partition) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, batch.Open(partition));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> next, reader->Next());
      if (next == nullptr) break;
      for (std::string& text : RowTexts(*next)) rows.push_back(std::move(text));
    }
  }
  std::sort(rows.begin(), rows.end());
  {
    const std::lock_guard lock(mutex_);
    batches_[batch_id] = std::move(rows);
    ++attempts_[batch_id];
  }
  return on_batch ? on_batch(batch_id) : Status::OK();
}

BatchRows RememberingSink::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

int RememberingSink::attempts(int64_t batch_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = attempts_.find(batch_id);
  return found == attempts_.end() ? 0 : found->second;
}

/// Hands its rows over as the text of its commit message, one line per row.
class EpochWriter final : public DataWriter {
 public:
  Status Write(const arrow::RecordBatch& batch) override {
    for (const std::string& row : RowTexts(batch)) rows_ += row + "\n";
    return Status::OK();
  }
  Result<WriterCommitMessage> Commit() override { return WriterCommitMessage{rows_}; }
  void Abort() override { rows_.clear(); }

 private:
  std::string rows_;
};

class EpochWrite final : public StreamingWrite {
 public:
  explicit EpochWrite(EpochTable* table) : table_(table) {}

  Result<bool> IsCommitted(int64_t epoch) override {
    const std::lock_guard lock(table_->mutex_);
    return table_->remembers_ && table_->committed_.contains(epoch);
  }
  Result<std::unique_ptr<DataWriter>> CreateWriter(int, int64_t) override {
    return std::make_unique<EpochWriter>();
  }
  Status Commit(int64_t epoch, const std::vector<WriterCommitMessage>& messages) override {
    std::vector<std::string> rows;
    for (const WriterCommitMessage& message : messages) {
      std::istringstream lines(message.payload);
      for (std::string line; std::getline(lines, line);) rows.push_back(line);
    }
    std::sort(rows.begin(), rows.end());
    const std::lock_guard lock(table_->mutex_);
    ++table_->commit_calls_;
    table_->committed_.emplace(epoch, std::move(rows));
    return Status::OK();
  }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override {
    const std::lock_guard lock(table_->mutex_);
    ++table_->aborts_;
    return Status::OK();
  }
  std::string Describe() const override { return "Epochs"; }
  bool ReportsOutputRows() const override { return false; }

 private:
  EpochTable* table_;
};

Result<StreamingSink> EpochTable::NewStreamingSink(const WriteRequest&) {
  return StreamingSink{.write = std::make_unique<EpochWrite>(this), .batch_sink = nullptr};
}

BatchRows EpochTable::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

int EpochTable::commit_calls() const {
  const std::lock_guard lock(mutex_);
  return commit_calls_;
}

int EpochTable::aborts() const {
  const std::lock_guard lock(mutex_);
  return aborts_;
}

std::string NewTestDirectory() {
  const std::filesystem::path memory = "/dev/shm";
  const bool has_memory = ::access(memory.c_str(), W_OK) == 0;
  return (has_memory ? memory : std::filesystem::temp_directory_path()) /
         ("firesteel-streaming-" + NewUuid());
}

StreamingTestKit::StreamingTestKit(int threads)
    : directory_(NewTestDirectory()),
      clock_(1'700'000'000'000),
      scheduler_(TaskScheduler::Make(threads)) {
  services_.execution = {.scheduler = scheduler_.get(),
                         .clock = &clock_,
                         .env = Env::Posix(),
                         .pool = arrow::system_memory_pool(),
                         .spill_directory = directory_ + "/spill"};
  services_.failpoint = [this](std::string_view point) { return Failpoint(point); };
  manager_ = LocalStreamingQueryManager::Make(&services_);
}

StreamingTestKit::~StreamingTestKit() {
  manager_.reset();
  std::filesystem::remove_all(directory_);
}

void StreamingTestKit::Restart() {
  manager_.reset();
  manager_ = LocalStreamingQueryManager::Make(&services_);
}

void StreamingTestKit::FailAt(std::string point, int occurrence) {
  const std::lock_guard lock(mutex_);
  failing_point_ = std::move(point);
  passes_left_ = occurrence;
}

Status StreamingTestKit::Failpoint(std::string_view point) {
  const std::lock_guard lock(mutex_);
  if (failing_point_ != point || passes_left_-- > 0) return Status::OK();
  return Status::IOError("A crash at ", point, ".");
}

StreamDefinition StreamingTestKit::Define(PlanPtr plan, std::shared_ptr<BatchSink> sink) const {
  StreamDefinition definition;
  definition.analyzed_plan = std::move(plan);
  definition.checkpoint_directory = checkpoint();
  definition.batch_sink = std::move(sink);
  EXPECT_TRUE(definition.config.Set("spark.sql.shuffle.partitions", "3").ok());
  return definition;
}

StreamDefinition StreamingTestKit::Define(PlanPtr plan, std::shared_ptr<Table> sink) const {
  StreamDefinition definition = Define(std::move(plan), std::shared_ptr<BatchSink>());
  definition.sink = std::move(sink);
  return definition;
}

Status StreamingTestKit::RunToEnd(StreamDefinition definition) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query,
                        manager_->Start(std::move(definition)));
  return query->AwaitTermination();
}

std::string StreamingTestKit::ReadFile(const std::string& relative_path) const {
  std::ifstream file(checkpoint() + "/" + relative_path, std::ios::binary);
  EXPECT_TRUE(file.good()) << relative_path;
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void StreamingTestKit::WriteFile(const std::string& relative_path,
                                 const std::string& content) const {
  const std::filesystem::path path = checkpoint() + "/" + relative_path;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

void StreamingTestKit::RemoveFile(const std::string& relative_path) const {
  EXPECT_TRUE(std::filesystem::remove(checkpoint() + "/" + relative_path)) << relative_path;
}

std::vector<std::string> StreamingTestKit::ListFiles(const std::string& relative_path) const {
  std::vector<std::string> names;
  const std::string path = checkpoint() + "/" + relative_path;
  if (!std::filesystem::exists(path)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (name.front() != '.') names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

PlanPtr SelectNumbers(const std::shared_ptr<NumberTable>& table) {
  const auto scan = TableScan::Make(table, /*streaming=*/true);
  return std::make_shared<Project>(std::vector<ExpressionPtr>{scan->output()[0]}, scan);
}

PlanPtr CountNumbers(const std::shared_ptr<NumberTable>& table) {
  const auto scan = TableScan::Make(table, /*streaming=*/true);
  const ExpressionPtr value = scan->output()[0];
  const ExpressionPtr count =
      BindCall("count", {Literal::Of(Value(1)).ValueOrDie()}, false, nullptr, FunctionSettings())
          .ValueOrDie();
  return std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{value},
      std::vector<ExpressionPtr>{value, std::make_shared<Alias>(count, "count")}, scan);
}

}  // namespace firesteel
