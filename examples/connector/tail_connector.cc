#include "tail_connector.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"

using firesteel::Offset;
using firesteel::Result;
using firesteel::Status;

namespace {

firesteel::Schema TailSchema() {
  return firesteel::Schema()
      .Add("line", firesteel::TypeId::kString)
      .Add("position", firesteel::TypeId::kLong);
}

/// The bytes of one batch: whole lines.
struct ByteRange final : firesteel::InputPartition {
  ByteRange(int64_t first, int64_t last) : begin(first), end(last) {}
  int64_t begin;
  int64_t end;
};

/// Reads the lines of a range, some thousand at a time.
class LineReader final : public firesteel::BatchReader {
 public:
  LineReader(const std::string& path, const ByteRange& range, std::vector<bool> wants_position,
             const firesteel::ReadContext& context)
      : file_(path, std::ios::binary),
        position_(range.begin),
        end_(range.end),
        wants_position_(std::move(wants_position)),
        context_(context) {
    file_.seekg(position_);
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    arrow::StringBuilder lines;
    arrow::Int64Builder positions;
    std::string line;
    while (position_ < end_ && lines.length() < context_.batch_rows) {
      if (!std::getline(file_, line)) return Status::IOError("The file cannot be read any more.");
      ARROW_RETURN_NOT_OK(lines.Append(line));
      ARROW_RETURN_NOT_OK(positions.Append(position_));
      position_ += static_cast<int64_t>(line.size()) + 1;
    }
    const int64_t rows = lines.length();
    if (rows == 0) return nullptr;
    *context_.input_rows += rows;
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> line_column, lines.Finish());
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> position_column, positions.Finish());
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (const bool is_position : wants_position_) {
      columns.push_back(is_position ? position_column : line_column);
      fields.push_back(arrow::field(is_position ? "position" : "line", columns.back()->type()));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns));
  }

 private:
  std::ifstream file_;
  int64_t position_;
  const int64_t end_;
  const std::vector<bool> wants_position_;  // for each column asked for: position, else line
  const firesteel::ReadContext context_;
};

class TailStream final : public firesteel::MicroBatchStream {
 public:
  TailStream(std::string path, std::vector<bool> wants_position)
      : path_(std::move(path)), wants_position_(std::move(wants_position)) {}

  Result<Offset> InitialOffset() override { return At(0); }

  Result<Offset> DeserializeOffset(const std::string& json) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes, BytesOf(json));
    return At(bytes);
  }

  // The file only grows, so that the range up to any line break gives the same lines for ever.
  Result<Offset> LatestOffset(const Offset& start, const firesteel::ReadLimit&) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t begin, BytesOf(start.json()));
    if (!available_now_) {
      ARROW_ASSIGN_OR_RAISE(const int64_t end, EndOfLastLine(begin));
      return At(end);
    }
    if (*available_now_ < begin) return WasCut(*available_now_, begin);
    return At(*available_now_);
  }

  Status PrepareForAvailableNow() override {
    ARROW_ASSIGN_OR_RAISE(available_now_, EndOfLastLine(0));
    return Status::OK();
  }

  Result<std::vector<std::shared_ptr<const firesteel::InputPartition>>> PlanInputPartitions(
      const Offset& start, const Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t from, BytesOf(start.json()));
    ARROW_ASSIGN_OR_RAISE(const int64_t to, BytesOf(end.json()));
    return std::vector<std::shared_ptr<const firesteel::InputPartition>>{
        std::make_shared<const ByteRange>(from, to)};
  }

  Result<std::unique_ptr<firesteel::BatchReader>> CreateReader(
      const firesteel::InputPartition& partition,
      const firesteel::ReadContext& context) override {
    return std::make_unique<LineReader>(path_, static_cast<const ByteRange&>(partition),
                                        wants_position_, context);
  }

  Status Commit(const Offset&) override { return Status::OK(); }
  std::string Describe() const override { return "Tail[" + path_ + "]"; }
  void Stop() override {}

 private:
  static Offset At(int64_t bytes) { return Offset("{\"bytes\":" + std::to_string(bytes) + "}"); }

  static Result<int64_t> BytesOf(const std::string& json) {
    constexpr std::string_view kBegin = "{\"bytes\":";
    int64_t bytes = -1;
    if (json.starts_with(kBegin) && json.ends_with('}')) {
      const char* const end = json.data() + json.size() - 1;
      const auto [behind, error] = std::from_chars(json.data() + kBegin.size(), end, bytes);
      if (error != std::errc() || behind != end) bytes = -1;
    }
    if (bytes >= 0) return bytes;
    return Status::Invalid("'", json, "' is not an offset of a tail, such as {\"bytes\":120}.");
  }

  Status WasCut(int64_t bytes, int64_t read) const {
    return Status::Invalid(path_, " has ", bytes, " bytes of whole lines, but ", read,
                           " were read: it was cut, and what was in it is lost.");
  }

  /// Searches backwards from the end of the file for a line break, not further than `begin`.
  Result<int64_t> EndOfLastLine(int64_t begin) const {
    constexpr int64_t kPieceBytes = 4096;
    std::error_code failed;
    const auto size = static_cast<int64_t>(std::filesystem::file_size(path_, failed));
    if (failed) return Status::IOError(path_, ": ", failed.message());
    if (size < begin) return WasCut(size, begin);
    std::ifstream file(path_, std::ios::binary);
    std::string piece;
    for (int64_t end = size; end > begin;) {
      const int64_t from = std::max(begin, end - kPieceBytes);
      piece.resize(end - from);
      file.seekg(from);
      if (!file.read(piece.data(), end - from)) return Status::IOError(path_, ": cannot be read");
      const size_t found = piece.rfind('\n');
      if (found != std::string::npos) return from + static_cast<int64_t>(found) + 1;
      end = from;
    }
    return begin;
  }

  const std::string path_;
  const std::vector<bool> wants_position_;
  std::optional<int64_t> available_now_;  // where the last line ended then
};

class TailScan final : public firesteel::Scan {
 public:
  TailScan(std::string path, const firesteel::Schema& columns) : path_(std::move(path)) {
    for (const firesteel::StructField& field : columns.fields()) {
      wants_position_.push_back(field.name == "position");
    }
  }

  Result<std::vector<std::shared_ptr<const firesteel::InputPartition>>> PlanInputPartitions()
      override {
    return Status::NotImplemented("A tail is read as a stream.");
  }
  Result<std::unique_ptr<firesteel::BatchReader>> CreateReader(
      const firesteel::InputPartition&, const firesteel::ReadContext&) override {
    return Status::NotImplemented("A tail is read as a stream.");
  }
  Result<std::unique_ptr<firesteel::MicroBatchStream>> ToMicroBatchStream(
      const std::string&) override {
    return std::make_unique<TailStream>(path_, wants_position_);
  }
  std::string Describe() const override { return "tail " + path_; }

 private:
  const std::string path_;
  std::vector<bool> wants_position_;
};

class TailTable final : public firesteel::Table {
 public:
  explicit TailTable(std::string path) : path_(std::move(path)), schema_(TailSchema()) {}

  std::string Name() const override { return "tail " + path_; }
  const firesteel::Schema& schema() const override { return schema_; }
  unsigned capabilities() const override { return kMicroBatchRead; }
  Result<std::shared_ptr<firesteel::Scan>> NewScan(
      const firesteel::ScanRequest& request) override {
    return std::make_shared<TailScan>(path_, request.columns);
  }

 private:
  const std::string path_;
  const firesteel::Schema schema_;
};

class TailProvider final : public firesteel::TableProvider {
 public:
  std::string ShortName() const override { return "tail"; }

  Result<firesteel::Schema> ResolveSchema(const std::optional<firesteel::Schema>& user_schema,
                                          const firesteel::Options&, bool,
                                          const firesteel::ConnectorContext&) override {
    if (user_schema) return Status::Invalid("The columns of a tail are given.");
    return TailSchema();
  }

  Result<std::shared_ptr<firesteel::Table>> GetTable(
      const firesteel::Schema&, const firesteel::Options& options,
      const firesteel::ConnectorContext&) override {
    const std::optional<std::string> path = options.Get("path");
    if (!path) return Status::Invalid("A tail needs the option path.");
    return std::make_shared<TailTable>(*path);
  }
};

}  // namespace

std::shared_ptr<firesteel::TableProvider> NewTailProvider() {
  return std::make_shared<TailProvider>();
}
