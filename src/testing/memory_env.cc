#include "testing/memory_env.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"

namespace firesteel::testing {

struct MemoryEnv::Node {
  bool is_directory = false;
  int64_t modification_time_ms = 0;
  std::string bytes;                             // of a file
  std::string durable_bytes;                     // of a file
  std::map<std::string, NodePtr> names;          // of a directory
  std::map<std::string, NodePtr> durable_names;  // of a directory
};

namespace {

std::vector<std::string> Split(const std::string& path) {
  std::vector<std::string> names;
  size_t start = 0;
  while (start < path.size()) {
    const size_t slash = std::min(path.find('/', start), path.size());
    if (slash > start) names.push_back(path.substr(start, slash - start));
    start = slash + 1;
  }
  return names;
}

std::string Join(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

Status NotADirectory(const std::string& path) {
  return Status::IOError(path, ": Not a directory");
}

}  // namespace

class MemoryEnv::File final : public WritableFile {
 public:
  File(MemoryEnv* env, std::string path, NodePtr node)
      : env_(env), path_(std::move(path)), node_(std::move(node)) {}

  Status Append(std::string_view bytes) override {
    ARROW_RETURN_NOT_OK(CheckOpen());
    const std::lock_guard lock(env_->mutex_);
    node_->bytes.append(bytes);
    node_->modification_time_ms = env_->clock_->NowMs();
    return Status::OK();
  }
  Status Sync() override {
    ARROW_RETURN_NOT_OK(CheckOpen());
    const std::lock_guard lock(env_->mutex_);
    node_->durable_bytes = node_->bytes;
    return Status::OK();
  }
  Status Close() override {
    node_.reset();
    return Status::OK();
  }

 private:
  Status CheckOpen() const {
    return node_ == nullptr ? Status::IOError(path_, " is closed.") : Status::OK();
  }

  MemoryEnv* env_;
  const std::string path_;
  NodePtr node_;  // null once closed
};

class MemoryEnv::Lock final : public FileLock {
 public:
  Lock(MemoryEnv* env, std::string path) : env_(env), path_(std::move(path)) {}
  ~Lock() override {
    const std::lock_guard lock(env_->mutex_);
    env_->locked_.erase(path_);
  }

 private:
  MemoryEnv* env_;
  const std::string path_;
};

MemoryEnv::MemoryEnv(Clock* clock) : clock_(clock), root_(std::make_shared<Node>()) {
  root_->is_directory = true;
}

MemoryEnv::~MemoryEnv() = default;

Result<MemoryEnv::NodePtr> MemoryEnv::Find(const std::string& path) const {
  NodePtr node = root_;
  for (const std::string& name : Split(path)) {
    if (!node->is_directory) return NotADirectory(path);
    const auto found = node->names.find(name);
    if (found == node->names.end()) return NotFound(path);
    node = found->second;
  }
  return node;
}

Result<MemoryEnv::NodePtr> MemoryEnv::FindFile(const std::string& path) const {
  ARROW_ASSIGN_OR_RAISE(NodePtr node, Find(path));
  if (node->is_directory) return Status::IOError(path, ": Is a directory");
  return node;
}

Result<MemoryEnv::Entry> MemoryEnv::FindEntry(const std::string& path) const {
  const std::vector<std::string> names = Split(path);
  if (names.empty()) return Status::IOError("The root directory cannot be changed.");
  NodePtr node = root_;
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    const auto found = node->names.find(names[i]);
    if (found == node->names.end()) return NotFound(path);
    node = found->second;
    if (!node->is_directory) return NotADirectory(path);
  }
  return Entry{std::move(node), names.back()};
}

Result<std::unique_ptr<WritableFile>> MemoryEnv::NewWritableFile(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const Entry entry, FindEntry(path));
  NodePtr& node = entry.directory->names[entry.name];
  if (node == nullptr) node = std::make_shared<Node>();
  if (node->is_directory) return Status::IOError(path, ": Is a directory");
  node->bytes.clear();
  node->modification_time_ms = clock_->NowMs();
  return std::make_unique<File>(this, path, node);
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> MemoryEnv::OpenFile(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(std::string bytes, ReadFile(path));
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
}

Result<std::string> MemoryEnv::ReadFile(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const NodePtr node, FindFile(path));
  return node->bytes;
}

Result<std::vector<FileStatus>> MemoryEnv::ListDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const NodePtr node, Find(path));
  if (!node->is_directory) return NotADirectory(path);
  std::vector<FileStatus> found;
  for (const auto& [name, child] : node->names) {
    found.push_back({.path = Join(path, name),
                     .size = static_cast<int64_t>(child->bytes.size()),
                     .modification_time_ms = child->modification_time_ms,
                     .is_directory = child->is_directory});
  }
  return found;
}

Result<FileStatus> MemoryEnv::GetStatus(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const NodePtr node, Find(path));
  return FileStatus{.path = path,
                    .size = static_cast<int64_t>(node->bytes.size()),
                    .modification_time_ms = node->modification_time_ms,
                    .is_directory = node->is_directory};
}

Result<bool> MemoryEnv::Exists(const std::string& path) {
  const Result<FileStatus> status = GetStatus(path);
  if (status.ok()) return true;
  if (IsNotFound(status.status())) return false;
  return status.status();
}

Status MemoryEnv::CreateDirectories(const std::string& path) {
  const std::lock_guard lock(mutex_);
  NodePtr node = root_;
  for (const std::string& name : Split(path)) {
    NodePtr& child = node->names[name];
    if (child == nullptr) {
      child = std::make_shared<Node>();
      child->is_directory = true;
      child->modification_time_ms = clock_->NowMs();
    }
    if (!child->is_directory) return Status::IOError(path, " is not a directory.");
    node = child;
  }
  return Status::OK();
}

Status MemoryEnv::Move(const std::string& from, const std::string& to, bool replace) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const Entry source, FindEntry(from));
  ARROW_ASSIGN_OR_RAISE(const Entry target, FindEntry(to));
  const auto found = source.directory->names.find(source.name);
  if (found == source.directory->names.end()) return NotFound(from);
  const NodePtr node = found->second;
  const auto taken = target.directory->names.find(target.name);
  if (taken != target.directory->names.end()) {
    if (!replace) return AlreadyExists(to);
    if (taken->second == node) return Status::OK();
    if (taken->second->is_directory) return Status::IOError(to, ": Is a directory");
  }
  source.directory->names.erase(found);
  target.directory->names[target.name] = node;
  return Status::OK();
}

Status MemoryEnv::Rename(const std::string& from, const std::string& to) {
  return Move(from, to, /*replace=*/true);
}

Status MemoryEnv::RenameNoReplace(const std::string& from, const std::string& to) {
  return Move(from, to, /*replace=*/false);
}

Status MemoryEnv::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const NodePtr node, Find(path));
  if (!node->is_directory) return NotADirectory(path);
  node->durable_names = node->names;
  return Status::OK();
}

Status MemoryEnv::RemoveFile(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_RETURN_NOT_OK(FindFile(path).status());
  ARROW_ASSIGN_OR_RAISE(const Entry entry, FindEntry(path));
  entry.directory->names.erase(entry.name);
  return Status::OK();
}

Status MemoryEnv::RemoveAll(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Result<Entry> entry = FindEntry(path);
  if (IsNotFound(entry.status())) return Status::OK();
  ARROW_RETURN_NOT_OK(entry.status());
  entry->directory->names.erase(entry->name);
  return Status::OK();
}

Status MemoryEnv::SetModificationTimeMs(const std::string& path, int64_t time_ms) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const NodePtr node, Find(path));
  node->modification_time_ms = time_ms;
  return Status::OK();
}

Result<std::unique_ptr<FileLock>> MemoryEnv::LockFile(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ARROW_ASSIGN_OR_RAISE(const Entry entry, FindEntry(path));
  if (!locked_.insert(path).second) return AlreadyExists(path);
  NodePtr& node = entry.directory->names[entry.name];
  if (node == nullptr) node = std::make_shared<Node>();
  return std::make_unique<Lock>(this, path);
}

MemoryEnv::NodePtr MemoryEnv::CopyOf(const Node& node) {
  auto copy = std::make_shared<Node>(node);
  for (auto& [name, child] : copy->names) {
    const auto durable = copy->durable_names.find(name);
    const bool same = durable != copy->durable_names.end() && durable->second == child;
    child = CopyOf(*child);
    if (same) durable->second = child;
  }
  return copy;
}

std::unique_ptr<MemoryEnv> MemoryEnv::Clone() const {
  auto copy = std::make_unique<MemoryEnv>(clock_);
  const std::lock_guard lock(mutex_);
  copy->root_ = CopyOf(*root_);
  return copy;
}

void MemoryEnv::LosePower(PowerLoss loss) {
  const std::lock_guard lock(mutex_);
  const std::function<void(Node*)> visit = [&](Node* node) {
    if (!node->is_directory) {
      size_t kept = node->durable_bytes.size();
      if (loss == PowerLoss::kTearContents && node->bytes.size() > kept) {
        kept += (node->bytes.size() - kept) / 2;
        node->durable_bytes = node->bytes.substr(0, kept);
      }
      node->bytes = node->durable_bytes;
      return;
    }
    if (loss == PowerLoss::kDropAll) node->names = node->durable_names;
    node->durable_names = node->names;
    for (const auto& [name, child] : node->names) visit(child.get());
  };
  visit(root_.get());
}

void MemoryEnv::SyncAll() {
  const std::lock_guard lock(mutex_);
  const std::function<void(Node*)> visit = [&](Node* node) {
    node->durable_bytes = node->bytes;
    node->durable_names = node->names;
    for (const auto& [name, child] : node->names) visit(child.get());
  };
  visit(root_.get());
}

std::vector<std::string> MemoryEnv::FilesBelow(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  const std::function<void(const std::string&, const Node&)> visit = [&](const std::string& path,
                                                                         const Node& node) {
    if (!node.is_directory) files.push_back(path);
    for (const auto& [name, child] : node.names) visit(Join(path, name), *child);
  };
  const Result<NodePtr> start = Find(directory);
  if (start.ok()) visit(directory, **start);
  std::sort(files.begin(), files.end());
  return files;
}

Status MemoryEnv::PutFile(const std::string& path, std::string_view bytes) {
  const size_t slash = path.rfind('/');
  const std::string directory = path.substr(0, slash);
  ARROW_RETURN_NOT_OK(CreateDirectories(directory));
  ARROW_ASSIGN_OR_RAISE(const auto file, NewWritableFile(path));
  ARROW_RETURN_NOT_OK(file->Append(bytes));
  ARROW_RETURN_NOT_OK(file->Sync());
  ARROW_RETURN_NOT_OK(file->Close());
  for (size_t end = slash; end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
    ARROW_RETURN_NOT_OK(SyncDirectory(path.substr(0, end)));
  }
  return SyncDirectory("/");
}

}  // namespace firesteel::testing
