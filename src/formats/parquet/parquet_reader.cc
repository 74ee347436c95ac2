#include "formats/parquet/parquet_reader.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/key_value_metadata.h"
#include "common/error.h"
#include "formats/parquet/parquet_conversion.h"
#include "formats/parquet/row_group_filter.h"
#include "formats/read_failed.h"
#include "parquet/arrow/reader.h"
#include "parquet/arrow/schema.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "parquet/properties.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

// Column chunks are read in pieces of this size instead of as a whole.
constexpr int64_t kReadBytes = int64_t{1} << 20;

// Runs `body`, which gives a Status or Result, and turns what Parquet's library throws into one.
template <typename Body>
auto CatchingExceptions(const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& exception) {
    return Status::IOError(exception.what());
  }
}

Result<std::unique_ptr<parquet::arrow::FileReader>> OpenFile(
    std::shared_ptr<arrow::io::RandomAccessFile> file, int64_t batch_rows) {
  parquet::ReaderProperties properties;
  properties.enable_buffered_stream();
  properties.set_buffer_size(kReadBytes);
  parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_batch_size(batch_rows);
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return CatchingExceptions([&]() -> Result<std::unique_ptr<parquet::arrow::FileReader>> {
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(file), properties));
    builder.properties(arrow_properties);
    return builder.Build();
  });
}

class ParquetReader : public BatchReader {
 public:
  static Result<std::unique_ptr<BatchReader>> Make(
      std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
      int64_t* input_rows) {
    auto reader = std::unique_ptr<ParquetReader>(new ParquetReader(request, input_rows));
    Result<std::unique_ptr<parquet::arrow::FileReader>> opened =
        OpenFile(std::move(file), reader->batch_rows_);
    if (!opened.ok()) {
      return MakeErrorCausedBy("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {{"path", request.path}},
                               opened.status());
    }
    reader->file_ = *std::move(opened);
    const Status status = CatchingExceptions([&] { return reader->Plan(request); });
    if (GetErrorInfo(status) != nullptr) return status;
    if (!status.ok()) return ReadFailed(request.path, status);
    return reader;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (batches_ == nullptr) return NextWithoutColumns();
    std::shared_ptr<arrow::RecordBatch> batch;
    do {
      const Status status = CatchingExceptions([&] { return batches_->ReadNext(&batch); });
      if (!status.ok()) return ReadFailed(path_, status);
      if (batch == nullptr) return nullptr;
    } while (batch->num_rows() == 0);
    Result<std::shared_ptr<arrow::RecordBatch>> converted = Convert(*batch);
    if (!converted.ok()) return ReadFailed(path_, converted.status());
    *input_rows_ += batch->num_rows();
    return converted;
  }

 private:
  ParquetReader(const FileReadRequest& request, int64_t* input_rows)
      : columns_(request.columns),
        arrow_schema_(ToArrowSchema(request.columns)),
        path_(request.path),
        batch_rows_(std::max<int64_t>(1, request.batch_rows)),
        input_rows_(input_rows) {}

  // Finds the columns in the file and opens a reader of just their leaves.
  Status Plan(const FileReadRequest& request) {
    std::shared_ptr<arrow::Schema> file_schema;
    ARROW_RETURN_NOT_OK(file_->GetSchema(&file_schema));
    const auto& manifest = file_->manifest();
    std::vector<int> leaves;
    std::vector<int> file_columns;  // of the file, that the batches will hold
    std::vector<int> wanted;        // for each column, the file's; -1: it has none
    for (const StructField& column : columns_.fields()) {
      const int index = FindParquetField(file_schema->fields(), column.name);
      if (index == -2) {
        return Status::Invalid("Several columns of the file match ", column.name,
                               " when names are compared without case.");
      }
      if (index >= 0) {
        const arrow::DataType& type = *file_schema->field(index)->type();
        if (!CanReadParquet(type, column.type)) return Mismatch(column, type);
        AddLeaves(manifest.schema_fields[index], &leaves);
        file_columns.push_back(index);
      }
      wanted.push_back(index);
    }
    // Batches hold the file's columns in the file's order, each once.
    std::sort(file_columns.begin(), file_columns.end());
    file_columns.erase(std::unique(file_columns.begin(), file_columns.end()), file_columns.end());
    std::sort(leaves.begin(), leaves.end());
    leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
    for (const int index : wanted) {
      const auto found = std::lower_bound(file_columns.begin(), file_columns.end(), index);
      batch_columns_.push_back(index < 0 ? -1 : static_cast<int>(found - file_columns.begin()));
    }
    const std::vector<int> row_groups =
        MatchingRowGroups(*file_->parquet_reader()->metadata(), request.filters);
    if (leaves.empty()) {
      for (const int group : row_groups) {
        rows_left_ += file_->parquet_reader()->metadata()->RowGroup(group)->num_rows();
      }
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(batches_, file_->GetRecordBatchReader(row_groups, leaves));
    return Status::OK();
  }

  static void AddLeaves(const parquet::arrow::SchemaField& field, std::vector<int>* leaves) {
    if (field.is_leaf()) leaves->push_back(field.column_index);
    for (const parquet::arrow::SchemaField& child : field.children) AddLeaves(child, leaves);
  }

  Status Mismatch(const StructField& column, const arrow::DataType& type) const {
    return MakeError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                     {{"path", path_},
                      {"column", "[" + column.name + "]"},
                      {"expectedType", column.type.SimpleString()},
                      {"actualType", type.ToString()}});
  }

  // Gives NULL columns (or none) when the file has none of those asked for.
  Result<std::shared_ptr<arrow::RecordBatch>> NextWithoutColumns() {
    if (rows_left_ == 0) return nullptr;
    const int64_t rows = std::min(rows_left_, batch_rows_);
    rows_left_ -= rows;
    *input_rows_ += rows;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const auto& field : arrow_schema_->fields()) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> nulls,
                            arrow::MakeArrayOfNull(field->type(), rows));
      arrays.push_back(std::move(nulls));
    }
    return arrow::RecordBatch::Make(arrow_schema_, rows, std::move(arrays));
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Convert(const arrow::RecordBatch& batch) const {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (int i = 0; i < columns_.size(); ++i) {
      std::shared_ptr<arrow::Array> array;
      if (batch_columns_[i] < 0) {
        ARROW_ASSIGN_OR_RAISE(
            array, arrow::MakeArrayOfNull(arrow_schema_->field(i)->type(), batch.num_rows()));
      } else {
        ARROW_ASSIGN_OR_RAISE(
            array, ConvertFromParquet(batch.column(batch_columns_[i]), columns_.field(i).type));
      }
      arrays.push_back(std::move(array));
    }
    return arrow::RecordBatch::Make(arrow_schema_, batch.num_rows(), std::move(arrays));
  }

  const Schema columns_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const std::string path_;
  const int64_t batch_rows_;
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // reads from file_; null without columns
  std::vector<int> batch_columns_;  // for each column, the one of the file's batches, or -1
  int64_t rows_left_ = 0;           // without columns
  int64_t* input_rows_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenParquetReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const FileReadRequest& request,
    int64_t* input_rows) {
  return ParquetReader::Make(std::move(file), request, input_rows);
}

Result<Schema> InferParquetSchema(std::shared_ptr<arrow::io::RandomAccessFile> file) {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<parquet::arrow::FileReader> reader,
                        OpenFile(std::move(file), 1));
  std::shared_ptr<arrow::Schema> schema;
  ARROW_RETURN_NOT_OK(CatchingExceptions([&] { return reader->GetSchema(&schema); }));
  // Spark keeps its own schema beside the data: it knows intervals and comments.
  const auto metadata = reader->parquet_reader()->metadata()->key_value_metadata();
  if (metadata != nullptr && metadata->Contains(kSparkSchemaKey)) {
    ARROW_ASSIGN_OR_RAISE(const std::string json, metadata->Get(kSparkSchemaKey));
    Result<Schema> spark_schema = Schema::FromJson(json);
    if (spark_schema.ok()) return spark_schema;
  }
  return FromArrowSchema(*schema);
}

}  // namespace firesteel
