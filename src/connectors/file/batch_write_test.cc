#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "arrow/record_batch.h"
#include "common/env.h"
#include "connectors/file/file_provider.h"
#include "formats/file_format.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

/// A directory of its own for every test.
class BatchWrite : public ::testing::Test {
 protected:
  BatchWrite() {
    std::string name = std::filesystem::temp_directory_path() / "firesteel-write-XXXXXX";
    root_ = mkdtemp(name.data());
    context_.env = Env::Posix();
    context_.clock = nullptr;
    options_.Set("path", root_ + "/out");
  }
  ~BatchWrite() override { std::filesystem::remove_all(root_); }

  Status Write(const FileFormat* format, const std::string& ddl, const std::vector<Row>& rows,
               SaveMode mode, std::vector<std::string> partition_columns = {},
               bool commits = true) {
    ARROW_ASSIGN_OR_RAISE(const Schema schema, Schema::FromDdl(ddl));
    ARROW_ASSIGN_OR_RAISE(const auto table,
                          NewFileProvider(format)->GetTable(schema, options_, context_));
    WriteRequest request;
    request.schema = schema;
    request.partition_columns = std::move(partition_columns);
    ARROW_ASSIGN_OR_RAISE(const auto write, table->NewBatchWrite(request, mode));
    std::vector<WriterCommitMessage> messages;
    for (int partition = 0; partition < 2; ++partition) {
      std::vector<Row> mine;
      for (size_t i = partition; i < rows.size(); i += 2) mine.push_back(rows[i]);
      ARROW_ASSIGN_OR_RAISE(const auto writer, write->CreateWriter(partition, 0));
      if (!mine.empty()) {
        ARROW_ASSIGN_OR_RAISE(const auto batch, MakeBatch(mine, schema));
        ARROW_RETURN_NOT_OK(writer->Write(*batch));
      }
      ARROW_ASSIGN_OR_RAISE(WriterCommitMessage message, writer->Commit());
      messages.push_back(std::move(message));
    }
    return commits ? write->Commit(0, messages) : write->Abort(0, messages);
  }

  /// The rows as text, sorted, with the schema first.
  Result<std::vector<std::string>> Read(const FileFormat* format,
                                        const std::vector<Predicate>& filters = {}) {
    const auto provider = NewFileProvider(format);
    ARROW_ASSIGN_OR_RAISE(const Schema schema,
                          provider->ResolveSchema(std::nullopt, options_, false, context_));
    ARROW_ASSIGN_OR_RAISE(const auto table, provider->GetTable(schema, options_, context_));
    ARROW_ASSIGN_OR_RAISE(const auto scan, table->NewScan({schema, filters}));
    ARROW_ASSIGN_OR_RAISE(const auto partitions, scan->PlanInputPartitions());
    std::vector<Row> rows;
    for (const auto& partition : partitions) {
      std::string file;
      int64_t input_rows = 0;
      ReadContext context;
      context.input_file = &file;
      context.input_rows = &input_rows;
      ARROW_ASSIGN_OR_RAISE(const auto reader, scan->CreateReader(*partition, context));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
        if (batch == nullptr) break;
        ARROW_RETURN_NOT_OK(batch->ValidateFull());
        AppendRows(*batch, std::make_shared<const Schema>(schema), &rows);
      }
    }
    std::vector<std::string> lines;
    for (const Row& row : rows) lines.push_back(row.ToString());
    std::sort(lines.begin(), lines.end());
    lines.insert(lines.begin(), schema.Ddl());
    return lines;
  }

  std::vector<std::string> FilesBelow(const std::string& directory) const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file()) {
        files.push_back(std::filesystem::relative(entry.path(), directory).string());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  using Lines = std::vector<std::string>;
  std::string root_;
  Options options_;
  ConnectorContext context_;
};

std::vector<Row> ThreeRows() {
  return {Row({int32_t{1}, "a"}), Row({int32_t{2}, "b"}), Row({int32_t{3}, "a"})};
}

TEST_F(BatchWrite, WritesEveryFormat) {
  for (const FileFormat* format : AllFileFormats()) {
    if (format->Name() == "text") continue;
    options_.Set("path", root_ + "/" + std::string(format->Name()));
    options_.Set("inferSchema", "true");
    options_.Set("header", "true");
    ASSERT_TRUE(Write(format, "i INT, s STRING", ThreeRows(), SaveMode::kErrorIfExists).ok());
    const Result<Lines> lines = Read(format);
    ASSERT_TRUE(lines.ok()) << format->Name() << lines.status().ToString();
    EXPECT_EQ(Lines(lines->begin() + 1, lines->end()), (Lines{"[1,a]", "[2,b]", "[3,a]"}))
        << format->Name();
    const Lines files = FilesBelow(root_ + "/" + std::string(format->Name()));
    ASSERT_EQ(files.size(), 3u);
    EXPECT_EQ(files[0], "_SUCCESS");
    EXPECT_TRUE(files[1].starts_with("part-00000-")) << files[1];
    EXPECT_NE(files[1].find("-c000."), std::string::npos) << files[1];
  }
}

TEST_F(BatchWrite, KnowsItsModes) {
  const std::string ddl = "i INT, s STRING";
  const FileFormat* format = ParquetFormat();
  ASSERT_TRUE(Write(format, ddl, ThreeRows(), SaveMode::kErrorIfExists).ok());
  EXPECT_EQ(ErrorCondition(Write(format, ddl, ThreeRows(), SaveMode::kErrorIfExists)),
            "PATH_ALREADY_EXISTS");
  ASSERT_TRUE(Write(format, ddl, ThreeRows(), SaveMode::kIgnore).ok());
  EXPECT_EQ(Read(format)->size(), 4u);
  ASSERT_TRUE(Write(format, ddl, ThreeRows(), SaveMode::kAppend).ok());
  EXPECT_EQ(Read(format)->size(), 7u);
  ASSERT_TRUE(Write(format, ddl, {ThreeRows()[0]}, SaveMode::kOverwrite).ok());
  EXPECT_EQ(*Read(format), (Lines{"i INT,s STRING", "[1,a]"}));
}

TEST_F(BatchWrite, LeavesWhatWasThereWhenItFails) {
  const std::string ddl = "i INT, s STRING";
  ASSERT_TRUE(Write(JsonFormat(), ddl, ThreeRows(), SaveMode::kAppend).ok());
  const Lines before = FilesBelow(root_ + "/out");
  ASSERT_TRUE(Write(JsonFormat(), ddl, ThreeRows(), SaveMode::kOverwrite, {}, false).ok());
  EXPECT_EQ(FilesBelow(root_ + "/out"), before);
}

TEST_F(BatchWrite, PartitionsByColumns) {
  std::vector<Row> rows = ThreeRows();
  rows.push_back(Row({int32_t{4}, Value()}));
  rows.push_back(Row({int32_t{5}, "x/y"}));
  ASSERT_TRUE(Write(CsvFormat(), "i INT, S STRING", rows, SaveMode::kAppend, {"s"}).ok());
  const Lines files = FilesBelow(root_ + "/out");
  EXPECT_TRUE(std::any_of(files.begin(), files.end(), [](const std::string& file) {
    return file.starts_with("S=x%2Fy/part-00000-");
  }));
  options_.Set("inferSchema", "true");
  EXPECT_EQ(*Read(CsvFormat()), (Lines{"_c0 INT,S STRING", "[1,a]", "[2,b]", "[3,a]", "[4,NULL]",
                                       "[5,x/y]"}));
  EXPECT_EQ(*Read(CsvFormat(), {{Predicate::Op::kEqual, "S", {"a"}}}),
            (Lines{"_c0 INT,S STRING", "[1,a]", "[3,a]"}));
  options_.Set("partitionOverwriteMode", "dynamic");
  ASSERT_TRUE(Write(CsvFormat(), "i INT, S STRING", {Row({int32_t{9}, "a"})},
                    SaveMode::kOverwrite, {"S"})
                  .ok());
  EXPECT_EQ(*Read(CsvFormat()),
            (Lines{"_c0 INT,S STRING", "[2,b]", "[4,NULL]", "[5,x/y]", "[9,a]"}));
}

TEST_F(BatchWrite, RefusesBadPartitionColumns) {
  EXPECT_EQ(ErrorCondition(Write(CsvFormat(), "i INT", {}, SaveMode::kAppend, {"x"})),
            "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA");
  EXPECT_EQ(ErrorCondition(Write(CsvFormat(), "i INT", {}, SaveMode::kAppend, {"i"})),
            "ALL_PARTITION_COLUMNS_NOT_ALLOWED");
  EXPECT_EQ(
      ErrorCondition(Write(JsonFormat(), "i INT, a ARRAY<INT>", {}, SaveMode::kAppend, {"a"})),
      "INVALID_PARTITION_COLUMN_DATA_TYPE");
  EXPECT_EQ(ErrorCondition(Write(JsonFormat(), "i INT, I INT", {}, SaveMode::kAppend)),
            "COLUMN_ALREADY_EXISTS");
}

TEST_F(BatchWrite, LimitsTheRowsOfAFile) {
  options_.Set("maxRecordsPerFile", "1");
  ASSERT_TRUE(Write(JsonFormat(), "i INT, s STRING", ThreeRows(), SaveMode::kAppend).ok());
  const Lines files = FilesBelow(root_ + "/out");
  ASSERT_EQ(files.size(), 4u);
  EXPECT_NE(files[1].find("-c000.json"), std::string::npos);
  EXPECT_NE(files[2].find("-c001.json"), std::string::npos);
  EXPECT_EQ(Read(JsonFormat())->size(), 4u);
}

TEST_F(BatchWrite, TakesTheFilesThatTheOptionsSay) {
  const auto put = [&](const std::string& name, const std::string& text, int64_t time_ms) {
    const std::filesystem::path path = root_ + "/out/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    ASSERT_TRUE(Env::Posix()->SetModificationTimeMs(path, time_ms).ok());
  };
  put("a.csv", "1\n", 1000000);
  put("b.txt", "2\n", 2000000);
  put("deep/c.csv", "3\n", 3000000);
  put("_hidden.csv", "4\n", 4000000);
  put("empty.csv", "", 1000000);
  EXPECT_EQ(*Read(CsvFormat()), (Lines{"_c0 STRING", "[1]", "[2]"}));
  options_.Set("pathGlobFilter", "*.csv");
  EXPECT_EQ(*Read(CsvFormat()), (Lines{"_c0 STRING", "[1]"}));
  options_.Set("recursiveFileLookup", "true");
  EXPECT_EQ(*Read(CsvFormat()), (Lines{"_c0 STRING", "[1]", "[3]"}));
  options_.Set("modifiedAfter", "1970-01-01T00:20:00");
  EXPECT_EQ(*Read(CsvFormat()), (Lines{"_c0 STRING", "[3]"}));
  options_.Set("modifiedAfter", "yesterday");
  EXPECT_EQ(ErrorCondition(Read(CsvFormat()).status()), "INVALID_OPTION_VALUE");
}

TEST_F(BatchWrite, LeavesOutDamagedFilesOnlyWhenTold) {
  ASSERT_TRUE(Write(ParquetFormat(), "i INT, s STRING", ThreeRows(), SaveMode::kAppend).ok());
  std::ofstream(root_ + "/out/zz.parquet") << "this is no Parquet file at all";
  EXPECT_EQ(ErrorCondition(Read(ParquetFormat()).status()),
            "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER");
  options_.Set("ignoreCorruptFiles", "true");
  EXPECT_EQ(Read(ParquetFormat())->size(), 4u);
}

TEST_F(BatchWrite, NamesWhatIsMissing) {
  EXPECT_EQ(ErrorCondition(Read(CsvFormat()).status()), "PATH_NOT_FOUND");
  std::filesystem::create_directories(root_ + "/out");
  for (const FileFormat* format : {CsvFormat(), JsonFormat(), OrcFormat(), ParquetFormat()}) {
    EXPECT_EQ(ErrorCondition(Read(format).status()), "UNABLE_TO_INFER_SCHEMA") << format->Name();
  }
}

}  // namespace
}  // namespace firesteel
