#include <cstdlib>
#include <filesystem>

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
        std::pair("latestFirst", "perhaps"), std::pair("cleanSource", "burn")}) {
    Options options = InputOptions();
    options.Set(name, value);
    EXPECT_FALSE(OpenStream(options).ok()) << name << "=" << value;
  }
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

TEST(SinkLog, RefusesMalformedLines) {
  for (const char* line : {"", "{}", "[1]", "{\"path\":1,\"size\":2,\"modificationTime\":3}"}) {
    EXPECT_FALSE(SinkLogEntry::FromJson(line).ok()) << line;
  }
}

}  // namespace
}  // namespace firesteel
