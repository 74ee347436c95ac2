#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "checkpoint/checkpoint_file_manager.h"
#include "connectors/file/file_provider.h"
#include "connectors/file/file_write.h"
#include "connectors/file/input_listing.h"
#include "connectors/file/seen_files.h"
#include "connectors/file/sink_log.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

TEST(Glob, MatchesAsHadoopDoes) {
  for (const auto& [glob, name, expected] :
       {std::tuple("*.json", "a.json", true), std::tuple("*.json", "a.json.gz", false),
        std::tuple("a?", "ab", true), std::tuple("a?", "a", false),
        std::tuple("[a-c]1", "b1", true), std::tuple("[^a-c]1", "b1", false),
        std::tuple("{a1,b*}", "bxy", true), std::tuple("{a1,b*}", "c", false),
        std::tuple("a\\*", "a*", true), std::tuple("a\\*", "ab", false),
        std::tuple("*a*b", "xaxxb", true)}) {
    EXPECT_EQ(MatchesGlob(glob, name), expected) << glob << " " << name;
  }
}

TEST(SeenFiles, ForgetsWhatIsOlderThanTheMaximalAge) {
  SeenFiles seen(/*max_age_ms=*/100, /*name_only=*/false);
  seen.Add("/in/a", 1000);
  seen.Add("/in/b", 1050);
  EXPECT_FALSE(seen.IsNew("/in/a", 2000));
  seen.Add("/in/c", 1120);
  EXPECT_EQ(seen.Purge(), 1);
  EXPECT_EQ(seen.size(), 2);
  EXPECT_FALSE(seen.IsNew("/in/a", 1000)) << "too old to be taken again";
  EXPECT_TRUE(seen.IsNew("/in/a", 1020));
}

TEST(SeenFiles, KnowsFilesByNameAlone) {
  SeenFiles seen(1000, /*name_only=*/true);
  seen.Add("/in/a", 1);
  EXPECT_FALSE(seen.IsNew("/elsewhere/a", 2));
}

/// A directory of its own for every test.
class FileConnector : public ::testing::Test {
 protected:
  FileConnector() {
    std::string name = std::filesystem::temp_directory_path() / "firesteel-file-XXXXXX";
    root_ = mkdtemp(name.data());
    context_.env = Env::Posix();
    context_.clock = Clock::System();
  }
  ~FileConnector() override { std::filesystem::remove_all(root_); }

  void WriteFile(const std::string& name, const std::string& text, int64_t time_ms) {
    const std::string path = root_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    CheckpointFileManager files(Env::Posix());
    ASSERT_TRUE(files.WriteAtomic(path, text, true).ok());
    ASSERT_TRUE(Env::Posix()->SetModificationTimeMs(path, time_ms).ok());
  }

  Result<std::unique_ptr<MicroBatchStream>> OpenStream(Options options) {
    const auto provider = NewFileProvider(TextFormat());
    ARROW_ASSIGN_OR_RAISE(const Schema schema,
                          provider->ResolveSchema(std::nullopt, options, true, context_));
    ARROW_ASSIGN_OR_RAISE(const auto table, provider->GetTable(schema, options, context_));
    ARROW_ASSIGN_OR_RAISE(const auto scan, table->NewScan({schema, {}}));
    return scan->ToMicroBatchStream(root_ + "/log");
  }

  Options InputOptions() const {
    Options options;
    options.Set("path", root_ + "/in");
    return options;
  }

  /// The lines in a range of the stream.
  Result<std::vector<std::string>> Read(MicroBatchStream* stream, const std::string& start,
                                        const std::string& end) {
    ARROW_ASSIGN_OR_RAISE(const auto partitions,
                          stream->PlanInputPartitions(Offset(start), Offset(end)));
    std::vector<std::string> lines;
    for (const auto& partition : partitions) {
      std::string file;
      int64_t rows = 0;
      ReadContext context;
      context.input_file = &file;
      context.input_rows = &rows;
      ARROW_ASSIGN_OR_RAISE(const auto reader, stream->CreateReader(*partition, context));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
        if (batch == nullptr) break;
        std::vector<Row> read;
        AppendRows(*batch, std::make_shared<const Schema>(Schema({{"value", TypeId::kString}})),
                   &read);
        for (const Row& row : read) lines.push_back(row[0].Get<std::string>());
      }
    }
    return lines;
  }

  std::string root_;
  ConnectorContext context_;
};

std::string At(int64_t offset) { return "{\"logOffset\":" + std::to_string(offset) + "}"; }

/// Counts the wakes of a stream.
class Wakes {
 public:
  void operator()() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  /// Waits for one more than were awaited before.
  bool Await() {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(30), [this] { return count_ > 0; });
    count_ = 0;
    return came;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST_F(FileConnector, StreamTellsOfNewFilesInDirectoriesOldAndNew) {
  for (const char* const path : {"/in", "/in/*"}) {
    SCOPED_TRACE(path);
    std::filesystem::remove_all(root_);
    WriteFile("in/day=1/a.txt", "a\n", 1000);
    Options options;
    options.Set("path", root_ + path);
    options.Set("basePath", root_ + "/in");
    const auto stream = *OpenStream(options);
    Wakes wakes;
    ASSERT_TRUE(stream->SetWaker([&wakes] { wakes(); }));
    Offset end = *stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{});
    EXPECT_EQ(end.json(), At(0));
    EXPECT_TRUE(wakes.Await()) << "to look once more, with its directories watched";
    end = *stream->LatestOffset(end, ReadAllAvailable{});
    EXPECT_EQ(end.json(), At(0));
    WriteFile("in/day=1/b.txt", "b\n", 2000);
    ASSERT_TRUE(wakes.Await());
    WriteFile("in/day=2/c.txt", "c\n", 3000);
    // The new directory is told, or was found by looking for the file before.
    while (end.json() != At(2)) {
      const Offset next = *stream->LatestOffset(end, ReadMaxFiles{1});
      if (next.json() == end.json()) {
        ASSERT_TRUE(wakes.Await());
      }
      end = next;
    }
    EXPECT_EQ(*Read(stream.get(), At(0), At(2)), (std::vector<std::string>{"b", "c"}));
    stream->Stop();
  }
}

TEST_F(FileConnector, ReadsOldestFilesFirstAndRemembersThem) {
  WriteFile("in/b.txt", "older\n", 1000);
  WriteFile("in/a.txt", "newer\n", 2000);
  WriteFile("in/_hidden.txt", "never\n", 500);
  Options options = InputOptions();
  options.Set("maxFilesPerTrigger", "1");
  {
    const auto stream = OpenStream(options).ValueOrDie();
    EXPECT_EQ(stream->InitialOffset()->json(), At(-1));
    EXPECT_EQ(stream->LatestOffset(Offset(At(-1)), stream->DefaultReadLimit())->json(), At(0));
    EXPECT_EQ(*Read(stream.get(), At(-1), At(0)), (std::vector<std::string>{"older"}));
  }
  // A new run reads the same for the same range, and goes on with the rest.
  const auto stream = OpenStream(options).ValueOrDie();
  EXPECT_EQ(*Read(stream.get(), At(-1), At(0)), (std::vector<std::string>{"older"}));
  EXPECT_EQ(stream->LatestOffset(Offset(At(0)), stream->DefaultReadLimit())->json(), At(1));
  EXPECT_EQ(*Read(stream.get(), At(0), At(1)), (std::vector<std::string>{"newer"}));
  EXPECT_EQ(stream->LatestOffset(Offset(At(1)), stream->DefaultReadLimit())->json(), At(1));
}

TEST_F(FileConnector, TakesNamesThatNeedEscaping) {
  WriteFile("in/a b%20c.txt", "odd\n", 1000);
  const auto stream = OpenStream(InputOptions()).ValueOrDie();
  ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{}).ok());
  EXPECT_EQ(*Read(stream.get(), At(-1), At(0)), (std::vector<std::string>{"odd"}));
  const auto again = OpenStream(InputOptions()).ValueOrDie();
  EXPECT_EQ(*Read(again.get(), At(-1), At(0)), (std::vector<std::string>{"odd"}));
}

TEST_F(FileConnector, NamesAFileThatVanished) {
  WriteFile("in/a.txt", "x\n", 1000);
  const auto stream = OpenStream(InputOptions()).ValueOrDie();
  ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{}).ok());
  std::filesystem::remove(root_ + "/in/a.txt");
  const auto read = Read(stream.get(), At(-1), At(0));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(ErrorCondition(read.status()), "FAILED_READ_FILE.FILE_NOT_EXIST");
  EXPECT_NE(read.status().message().find("a.txt"), std::string::npos);
}

TEST_F(FileConnector, RefusesAnOffsetAheadOfItsLog) {
  WriteFile("in/a.txt", "x\n", 1000);
  const auto stream = OpenStream(InputOptions()).ValueOrDie();
  EXPECT_FALSE(stream->DeserializeOffset(At(4)).ok());
  EXPECT_FALSE(stream->DeserializeOffset("nonsense").ok());
}

TEST_F(FileConnector, RefusesBadOptionsAndMissingDirectories) {
  EXPECT_EQ(ErrorCondition(OpenStream(InputOptions()).status()), "PATH_NOT_FOUND");
  WriteFile("in/a.txt", "x\n", 1000);
  for (const auto& [name, value] :
       {std::pair("maxFilesPerTrigger", "0"), std::pair("maxFilesPerTrigger", "two"),
        std::pair("latestFirst", "perhaps"), std::pair("cleanSource", "burn"),
        std::pair("maxCachedFiles", "-1"), std::pair("discardCachedInputRatio", "2")}) {
    Options options = InputOptions();
    options.Set(name, value);
    EXPECT_FALSE(OpenStream(options).ok()) << name << "=" << value;
  }
}

TEST_F(FileConnector, TakesAsManyBytesAsItMayButOneFileAtLeast) {
  WriteFile("in/a.txt", "0123456789\n", 1000);
  WriteFile("in/b.txt", "1\n", 2000);
  WriteFile("in/c.txt", "2\n", 3000);
  WriteFile("in/d.txt", "3\n", 4000);
  Options options = InputOptions();
  options.Set("maxBytesPerTrigger", "4");
  const auto stream = OpenStream(options).ValueOrDie();
  std::vector<std::vector<std::string>> batches;
  for (int64_t step = 0; step < 3; ++step) {
    const ReadLimit limit = stream->DefaultReadLimit();
    ASSERT_EQ(stream->LatestOffset(Offset(At(step - 1)), limit)->json(), At(step));
    batches.push_back(*Read(stream.get(), At(step - 1), At(step)));
  }
  EXPECT_EQ(batches, (std::vector<std::vector<std::string>>{{"0123456789"}, {"1", "2"}, {"3"}}));
  options.Set("maxFilesPerTrigger", "1");
  EXPECT_FALSE(OpenStream(options).ok()) << "both limits at once";
}

TEST_F(FileConnector, TakesWhatItListedBeforeItListsAgain) {
  for (const char* const name : {"b", "c", "d"}) WriteFile("in/" + std::string(name), name, 2000);
  for (const auto& [cached, expected] :
       {std::pair("10000", std::vector<std::string>{"b", "c", "d", "a"}),
        std::pair("1", std::vector<std::string>{"b", "c", "a", "d"}),
        std::pair("0", std::vector<std::string>{"b", "a", "c", "d"})}) {
    SCOPED_TRACE(cached);
    std::filesystem::remove_all(root_ + "/log");
    std::filesystem::remove(root_ + "/in/a");
    Options options = InputOptions();
    options.Set("maxCachedFiles", cached);
    const auto stream = *OpenStream(options);
    ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadMaxFiles{1}).ok());
    WriteFile("in/a", "a", 1000);  // older than the others, but too late
    Offset end(At(0));
    while (end.json() != At(3)) end = *stream->LatestOffset(end, ReadMaxFiles{1});
    std::vector<std::string> lines;
    for (int64_t i = 0; i < 4; ++i) {
      lines.push_back(Read(stream.get(), At(i - 1), At(i))->at(0));
    }
    EXPECT_EQ(lines, expected);
  }
}

TEST_F(FileConnector, DoesAwayWithFilesOfCommittedBatches) {
  for (const bool archive : {false, true}) {
    const std::string name = archive ? "b.txt" : "a.txt";
    WriteFile("in/" + name, "x\n", archive ? 2000 : 1000);
    Options options = InputOptions();
    options.Set("cleanSource", archive ? "ARCHIVE" : "delete");
    if (archive) {
      EXPECT_FALSE(OpenStream(options).ok()) << "there is no directory for the archive";
      options.Set("sourceArchiveDir", root_ + "/in/old");
      EXPECT_FALSE(OpenStream(options).ok()) << "the source would read the archive";
      options.Set("sourceArchiveDir", root_ + "/old");
    }
    const auto stream = OpenStream(options).ValueOrDie();
    const std::string end = At(archive ? 1 : 0);
    ASSERT_EQ(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{})->json(), end);
    EXPECT_TRUE(std::filesystem::exists(root_ + "/in/" + name)) << "nothing is committed yet";
    ASSERT_TRUE(stream->Commit(Offset(end)).ok());
    EXPECT_FALSE(std::filesystem::exists(root_ + "/in/" + name));
    EXPECT_EQ(std::filesystem::exists(root_ + "/old" + root_ + "/in/" + name), archive);
  }
}

TEST_F(FileConnector, AFileThatCannotBeCleanedStays) {
  WriteFile("in/a.txt", "x\n", 1000);
  WriteFile("old", "in the way\n", 1000);
  Options options = InputOptions();
  options.Set("cleanSource", "archive");
  options.Set("sourceArchiveDir", root_ + "/old");
  const auto stream = OpenStream(options).ValueOrDie();
  ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{}).ok());
  EXPECT_TRUE(stream->Commit(Offset(At(0))).ok());
  EXPECT_TRUE(std::filesystem::exists(root_ + "/in/a.txt"));
}

TEST_F(FileConnector, RefusesAnotherDirectoryThanItsLogTellsOf) {
  WriteFile("in/a.txt", "x\n", 1000);
  WriteFile("other/a.txt", "x\n", 1000);
  {
    const auto stream = OpenStream(InputOptions()).ValueOrDie();
    ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{}).ok());
  }
  Options options;
  for (const auto& [path, fits] : {std::pair("/other", false), std::pair("/i", false),
                                   std::pair("/[ao]*", true), std::pair("", true)}) {
    if (std::string(path) == "/i") WriteFile("i/a.txt", "x\n", 1000);
    options.Set("path", root_ + path);
    EXPECT_EQ(OpenStream(options).ok(), fits) << path;
  }
}

TEST_F(FileConnector, PartitionDirectoriesKeepTheirNames) {
  WriteFile("in/year=2024/a.txt", "x\n", 1000);
  const auto stream = OpenStream(InputOptions()).ValueOrDie();
  ASSERT_TRUE(stream->LatestOffset(Offset(At(-1)), ReadAllAvailable{}).ok());
  WriteFile("in/year=2025/a.txt", "x\n", 2000);
  ASSERT_TRUE(stream->LatestOffset(Offset(At(0)), ReadAllAvailable{}).ok());
  WriteFile("in/date=2026-01-01/a.txt", "x\n", 3000);
  EXPECT_EQ(ErrorCondition(stream->LatestOffset(Offset(At(1)), ReadAllAvailable{}).status()),
            "CONFLICTING_PARTITION_COLUMN_NAMES");
}

TEST_F(FileConnector, TellsTheFileOfARow) {
  WriteFile("in/a b.txt", "x\n", 1'234);
  const auto provider = NewFileProvider(TextFormat());
  const Options options = InputOptions();
  const Schema schema = *provider->ResolveSchema(std::nullopt, options, false, context_);
  const auto table = *provider->GetTable(schema, options, context_);
  const Schema columns = table->metadata_columns();
  const auto scan = *table->NewScan({columns, {}});
  const auto partitions = *scan->PlanInputPartitions();
  std::string file;
  int64_t input_rows = 0;
  ReadContext context;
  context.input_file = &file;
  context.input_rows = &input_rows;
  const auto reader = *scan->CreateReader(*partitions[0], context);
  std::vector<Row> rows;
  AppendRows(**reader->Next(), std::make_shared<const Schema>(columns), &rows);
  ASSERT_EQ(rows.size(), 1u);
  const auto& told = rows[0][0].Get<StructValue>().fields;
  EXPECT_EQ(told[0], Value("file:" + root_ + "/in/a%20b.txt"));
  EXPECT_EQ(told[1], Value("a%20b.txt"));
  EXPECT_EQ(told[2], Value(int64_t{2}));
  EXPECT_EQ(told[3], Value(int64_t{0}));
  EXPECT_EQ(told[4], Value(int64_t{2}));
  EXPECT_EQ(told[5], Value(Timestamp{1'234'000}));
}

TEST_F(FileConnector, WritesEachEpochOnceAndReadsOnlyCommittedFiles) {
  Schema schema;
  schema.Add("value", TypeId::kString);
  FileWriteSettings settings;
  settings.output.env = Env::Posix();
  settings.clock = Clock::System();
  settings.output.format = TextFormat();
  settings.directory = root_ + "/out";
  settings.output.schema = schema;
  const auto write = NewFileStreamingWrite(settings).ValueOrDie();
  const auto batch = *MakeBatch({Row({"x"})}, schema);
  for (const bool commit : {true, false}) {
    auto writer = *write->CreateWriter(0, commit ? 0 : 1);
    ASSERT_TRUE(writer->Write(*batch).ok());
    const WriterCommitMessage message = *writer->Commit();
    if (commit) {
      ASSERT_TRUE(write->Commit(0, {message}).ok());
    }
  }
  EXPECT_TRUE(*write->IsCommitted(0));
  EXPECT_FALSE(*write->IsCommitted(1));
  EXPECT_EQ(ListCommittedFiles(Env::Posix(), settings.directory)->size(), 1u);
  InputLocation location;
  location.path = settings.directory;
  EXPECT_EQ(ListInputFiles(Env::Posix(), location)->size(), 1u)
      << "the file of the interrupted epoch is not to be read";
}

TEST_F(FileConnector, LeavesColumnsOfOneNameToTheFormat) {
  FileWriteSettings settings;
  settings.output.env = Env::Posix();
  settings.clock = Clock::System();
  settings.directory = root_ + "/twins";
  settings.output.schema = Schema().Add("k", TypeId::kString).Add("k", TypeId::kLong);
  settings.output.format = JsonFormat();
  const auto lines = NewFileStreamingWrite(settings).ValueOrDie();
  EXPECT_TRUE(lines->CreateWriter(0, 0).ok());
  settings.output.format = ParquetFormat();
  const auto columns = NewFileStreamingWrite(settings).ValueOrDie();
  EXPECT_TRUE(columns->CreateWriter(0, 0).status().IsInvalid());
  settings.output.partition_columns = {"k"};
  EXPECT_EQ(ErrorCondition(NewFileStreamingWrite(settings).status()), "COLUMN_ALREADY_EXISTS");
}

TEST(SinkLog, RefusesMalformedLines) {
  for (const char* line : {"", "{}", "[1]", "{\"path\":1,\"size\":2,\"modificationTime\":3}"}) {
    EXPECT_FALSE(SinkLogEntry::FromJson(line).ok()) << line;
  }
}

}  // namespace
}  // namespace firesteel
