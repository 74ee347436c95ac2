#include "tools/checkpoint_contents.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "checkpoint/stream_metadata.h"

namespace firesteel {
namespace {

std::optional<int64_t> NumberOf(std::string_view name) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 0) return std::nullopt;
  return number;
}

/// Orders 2 before 10, and numbers before other names.
bool ComesBefore(const std::string& a, const std::string& b) {
  const std::optional<int64_t> x = NumberOf(a.substr(0, a.find('.')));
  const std::optional<int64_t> y = NumberOf(b.substr(0, b.find('.')));
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

/// Reads one part after the other and keeps going where one is damaged.
class CheckpointWalk {
 public:
  CheckpointWalk(Env* env, std::string root) : env_(env), files_(env) {
    contents_.directory = std::move(root);
  }

  Result<CheckpointContents> Read() {
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, Names(""));
    static const std::vector<std::string> kParts = {"commits", "metadata", "offsets", "sources",
                                                    "state"};
    const bool any = std::ranges::any_of(names, [](const std::string& name) {
      return std::ranges::find(kParts, name) != kParts.end();
    });
    if (!any) {
      return Status::Invalid(contents_.directory, " is not the checkpoint of a streaming query: it "
                             "holds no metadata, offsets, commits, sources or state.");
    }
    ReadQueryId();
    ReadBatches();
    ReadSources();
    ReadState();
    return std::move(contents_);
  }

 private:
  std::string PathOf(const std::string& relative) const {
    return relative.empty() ? contents_.directory : contents_.directory + "/" + relative;
  }

  /// The visible names in a directory, in order; none when it is not there.
  Result<std::vector<std::string>> Names(const std::string& relative) {
    std::vector<std::string> names;
    if (!relative.empty()) {
      ARROW_ASSIGN_OR_RAISE(const bool exists, env_->Exists(PathOf(relative)));
      if (!exists) return names;
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> entries,
                          env_->ListDirectory(PathOf(relative)));
    for (const FileStatus& entry : entries) {
      std::string name = entry.path.substr(entry.path.rfind('/') + 1);
      if (!name.starts_with(".")) names.push_back(std::move(name));
    }
    std::ranges::sort(names, ComesBefore);
    return names;
  }

  std::vector<std::string> NamesOrProblem(const std::string& relative) {
    Result<std::vector<std::string>> names = Names(relative);
    if (names.ok()) return *std::move(names);
    AddProblem(relative, names.status());
    return {};
  }

  void AddProblem(const std::string& relative, const Status& error) {
    contents_.problems.push_back(relative + ": " + error.message());
  }

  void ReadQueryId() {
    Result<std::optional<StreamMetadata>> metadata =
        StreamMetadata::Read(&files_, PathOf("metadata"));
    if (!metadata.ok()) return AddProblem("metadata", metadata.status());
    if (metadata->has_value()) contents_.query_id = (*metadata)->id;
  }

  /// Reads each entry of a log by its id and hands it to `take`.
  template <typename Log, typename Take>
  void ReadLog(const std::string& directory, Take take) {
    Result<Log> log = Log::Open(&files_, PathOf(directory));
    if (!log.ok()) return AddProblem(directory, log.status());
    for (const std::string& name : NamesOrProblem(directory)) {
      const std::optional<int64_t> id = NumberOf(name);
      if (!id.has_value()) continue;
      auto entry = log->Get(*id);
      if (!entry.ok()) {
        AddProblem(directory + "/" + name, entry.status());
        take(*id, std::nullopt);
      } else {
        take(*id, *std::move(entry));
      }
    }
  }

  void ReadBatches() {
    std::map<int64_t, CheckpointContents::Batch> batches;
    ReadLog<OffsetSeqLog>("offsets", [&](int64_t id, std::optional<OffsetSeq> offsets) {
      batches[id].offsets = std::move(offsets);
    });
    ReadLog<CommitLog>("commits", [&](int64_t id, std::optional<CommitMetadata> commit) {
      batches[id].commit = commit;
      // The state's version follows from the name: the content need not be whole.
      contents_.state_version = std::max(contents_.state_version.value_or(0), id + 1);
    });
    for (auto& [id, batch] : batches) {
      batch.id = id;
      contents_.batches.push_back(std::move(batch));
    }
  }

  void ReadSources() {
    for (const std::string& source : NamesOrProblem("sources")) {
      const std::string directory = "sources/" + source;
      for (const std::string& name : NamesOrProblem(directory)) {
        Result<std::string> text = env_->ReadFile(PathOf(directory + "/" + name));
        if (text.ok()) {
          contents_.source_files.push_back({source, name, *std::move(text)});
        } else {
          AddProblem(directory + "/" + name, text.status());
        }
      }
    }
  }

  void ReadState() {
    for (const std::string& name : NamesOrProblem("state")) {
      if (const std::optional<int64_t> id = NumberOf(name)) ReadOperator(name, *id);
    }
  }

  void ReadOperator(const std::string& name, int64_t id) {
    const std::string directory = "state/" + name;
    CheckpointContents::StateOperator op;
    op.directory = name;
    Result<std::optional<OperatorStateMetadata>> metadata =
        OperatorStateMetadata::Read(&files_, PathOf(directory));
    if (!metadata.ok()) AddProblem(directory + "/_metadata/metadata", metadata.status());
    if (metadata.ok() && metadata->has_value()) {
      op.name = (*metadata)->operator_name;
      for (const OperatorStateMetadata::Store& store : (*metadata)->stores) {
        op.stores.push_back({store.name, store.partitions, std::nullopt});
      }
    } else {
      op.stores.push_back({"default", 0, std::nullopt});  // older checkpoints do not say
    }
    for (CheckpointContents::StateStore& store : op.stores) {
      if (store.name == "default" && contents_.state_version) ReadStore(directory, id, &store);
    }
    contents_.operators.push_back(std::move(op));
  }

  void ReadStore(const std::string& directory, int64_t id, CheckpointContents::StateStore* store) {
    Result<StateTable> table = ReadStateTable(&files_, PathOf("state"), static_cast<int>(id),
                                              *contents_.state_version);
    if (table.ok()) {
      store->table = *std::move(table);
    } else {
      AddProblem(directory, table.status());
    }
  }

  Env* env_;
  CheckpointFileManager files_;
  CheckpointContents contents_;
};

}  // namespace

Result<CheckpointContents> ReadCheckpoint(Env* env, const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(std::string root, ToLocalPath(directory));
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  ARROW_ASSIGN_OR_RAISE(const bool exists, env->Exists(root));
  if (!exists) return Status::Invalid(root, " does not exist.");
  return CheckpointWalk(env, std::move(root)).Read();
}

}  // namespace firesteel
