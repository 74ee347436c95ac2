#include "common/env.h"

#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr char kFileErrorTypeId[] = "firesteel::FileErrorDetail";

enum class FileErrorKind { kNotFound, kAlreadyExists };

// Marks the two failures that callers act upon.
class FileErrorDetail : public arrow::StatusDetail {
 public:
  explicit FileErrorDetail(FileErrorKind kind) : kind_(kind) {}
  const char* type_id() const override { return kFileErrorTypeId; }
  std::string ToString() const override {
    return kind_ == FileErrorKind::kNotFound ? "not found" : "already exists";
  }
  FileErrorKind kind() const { return kind_; }

 private:
  const FileErrorKind kind_;
};

bool HasKind(const Status& status, FileErrorKind kind) {
  if (status.ok() || status.detail() == nullptr) return false;
  if (std::string_view(status.detail()->type_id()) != kFileErrorTypeId) return false;
  return static_cast<const FileErrorDetail&>(*status.detail()).kind() == kind;
}

}  // namespace

bool IsNotFound(const Status& status) { return HasKind(status, FileErrorKind::kNotFound); }

bool IsAlreadyExists(const Status& status) {
  return HasKind(status, FileErrorKind::kAlreadyExists);
}

Status NotFound(const std::string& path) {
  return Status(arrow::StatusCode::IOError, fmt::format("{} does not exist.", path),
                std::make_shared<FileErrorDetail>(FileErrorKind::kNotFound));
}

Status AlreadyExists(const std::string& path) {
  return Status(arrow::StatusCode::IOError, fmt::format("{} exists already or is in use.", path),
                std::make_shared<FileErrorDetail>(FileErrorKind::kAlreadyExists));
}

}  // namespace firesteel
