#include "state/state_file.h"

#include <cstring>
#include <utility>

#include "common/error.h"
#include "common/logging.h"
#include "fmt/format.h"
#include "state/crc32c.h"
#include "state/state_record.h"

namespace firesteel {
namespace {

constexpr size_t kSizeBytes = 4;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kRecordsPerGroup = 64;

void AppendChecksum(uint32_t checksum, std::string* out) {
  out->append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
}

uint32_t ReadChecksum(std::string_view bytes) {
  uint32_t checksum;
  std::memcpy(&checksum, bytes.data(), sizeof(checksum));
  return checksum;
}

// Frames whole records anew, with their checksums.
void AddChecksums(std::string_view records, std::string* out) {
  while (!records.empty()) {
    const size_t key_size = static_cast<size_t>(ReadBigEndian(records.data()));
    const std::string_view key = records.substr(kSizeBytes, key_size);
    const int32_t value_size = ReadBigEndian(records.data() + kSizeBytes + key_size);
    records.remove_prefix(2 * kSizeBytes + key_size);
    if (value_size == kRemoved) {
      AppendBigEndian(static_cast<int32_t>(key_size + kChecksumBytes), out);
      AppendChecksum(Crc32c(key), out);
      out->append(key);
      AppendBigEndian(kRemoved, out);
      continue;
    }
    const std::string_view value = records.substr(0, static_cast<size_t>(value_size));
    AppendBigEndian(static_cast<int32_t>(key_size), out);
    out->append(key);
    AppendBigEndian(value_size + static_cast<int32_t>(kChecksumBytes), out);
    AppendChecksum(Crc32c(value, Crc32c(key)), out);
    out->append(value);
    records.remove_prefix(value.size());
  }
}

// Says of which file an error speaks that does not say so itself.
Status Wrap(const Status& status) {
  if (status.ok() || GetErrorInfo(status) != nullptr) return status;
  return MakeErrorCausedBy("CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", {}, status);
}

}  // namespace

std::string StateFilePath(const std::string& directory, int64_t version, StateFileKind kind) {
  return fmt::format("{}/{}.{}", directory, version,
                     kind == StateFileKind::kDelta ? "delta" : "snapshot");
}

Result<std::unique_ptr<StateFileWriter>> StateFileWriter::Make(CheckpointFileManager* files,
                                                               const std::string& path,
                                                               const StateFileFormat& format) {
  ARROW_ASSIGN_OR_RAISE(auto compressor, MakeStateCompressor(format.codec));
  ARROW_ASSIGN_OR_RAISE(auto file, files->CreateAtomic(path, /*overwrite=*/true));
  return std::unique_ptr<StateFileWriter>(
      new StateFileWriter(std::move(file), std::move(compressor), format.row_checksum));
}

Status StateFileWriter::Append(std::string_view records) {
  if (!row_checksum_) return AppendPlain(records);
  checked_.clear();
  AddChecksums(records, &checked_);
  return AppendPlain(checked_);
}

Status StateFileWriter::AppendPlain(std::string_view plain) {
  packed_.clear();
  ARROW_RETURN_NOT_OK(compressor_->Append(plain, &packed_));
  return packed_.empty() ? Status::OK() : file_->Append(packed_);
}

Status StateFileWriter::Finish() {
  std::string end;
  AppendBigEndian(kEndOfRecords, &end);
  ARROW_RETURN_NOT_OK(AppendPlain(end));
  packed_.clear();
  ARROW_RETURN_NOT_OK(compressor_->Finish(&packed_));
  ARROW_RETURN_NOT_OK(file_->Append(packed_));
  return file_->Close();
}

Result<std::unique_ptr<StateFileReader>> StateFileReader::Open(Env* env, const std::string& path,
                                                               StateFileKind kind,
                                                               const StateFileFormat& format) {
  Result<std::unique_ptr<StateFileInput>> input = StateFileInput::Open(env, path);
  if (IsNotFound(input.status())) {
    return MakeError(kind == StateFileKind::kDelta
                         ? "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS"
                         : "CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE",
                     {{"fileToRead", path}, {"clazz", format.store}});
  }
  ARROW_RETURN_NOT_OK(Wrap(input.status()));
  std::unique_ptr<StateFileReader> reader(new StateFileReader(std::move(*input), kind, format));
  auto decompressor = MakeStateDecompressor(reader->input_.get());
  ARROW_RETURN_NOT_OK(Wrap(decompressor.status()));
  reader->decompressor_ = std::move(*decompressor);
  return reader;
}

Result<bool> StateFileReader::Next(std::vector<StateRecord>* records) {
  records->clear();
  if (ended_) return false;
  Result<bool> more = ReadGroup(records);
  if (!more.ok()) return Wrap(more.status());
  return more;
}

Result<bool> StateFileReader::ReadGroup(std::vector<StateRecord>* records) {
  while (records->size() < kRecordsPerGroup && !ended_) {
    ARROW_ASSIGN_OR_RAISE(const bool complete, ReadRecord(records));
    if (complete) continue;
    if (!records->empty()) break;
    ARROW_ASSIGN_OR_RAISE(const bool filled, Fill());
    if (!filled) return Damaged("the file ends in the middle of its records");
  }
  if (ended_) ARROW_RETURN_NOT_OK(CheckRest());
  return !records->empty() || !ended_;
}

Result<bool> StateFileReader::ReadRecord(std::vector<StateRecord>* records) {
  const std::string_view rest = std::string_view(plain_).substr(parsed_);
  if (rest.size() < kSizeBytes) return false;
  const int32_t key_size = ReadBigEndian(rest.data());
  if (key_size == kEndOfRecords) {
    parsed_ += kSizeBytes;
    ended_ = true;
    return true;
  }
  if (key_size < 0) return WrongSize("KEY_SIZE", key_size);
  const size_t value_at = 2 * kSizeBytes + static_cast<size_t>(key_size);
  if (rest.size() < value_at) return false;
  const std::string_view key = rest.substr(kSizeBytes, static_cast<size_t>(key_size));
  const int32_t value_size = ReadBigEndian(rest.data() + value_at - kSizeBytes);
  if (value_size < 0) {
    if (kind_ == StateFileKind::kSnapshot) return WrongSize("VALUE_SIZE", value_size);
    if (value_size != kRemoved) {
      return Damaged(fmt::format("a value cannot have the size {}", value_size));
    }
    ARROW_RETURN_NOT_OK(AddRecord(key, std::nullopt, records));
    parsed_ += value_at;
    return true;
  }
  if (rest.size() < value_at + static_cast<size_t>(value_size)) return false;
  ARROW_RETURN_NOT_OK(
      AddRecord(key, rest.substr(value_at, static_cast<size_t>(value_size)), records));
  parsed_ += value_at + static_cast<size_t>(value_size);
  return true;
}

Status StateFileReader::AddRecord(std::string_view key, std::optional<std::string_view> value,
                                  std::vector<StateRecord>* records) {
  if (format_.row_checksum) {
    std::string_view* checked = value.has_value() ? &*value : &key;
    if (checked->size() < kChecksumBytes) return Damaged("a row has no room for its checksum");
    const uint32_t expected = ReadChecksum(*checked);
    checked->remove_prefix(kChecksumBytes);
    if (Crc32c(value.value_or(std::string_view()), Crc32c(key)) != expected) {
      const Status cause = Damaged("a row does not match its checksum");
      return MakeErrorCausedBy("STATE_STORE_ROW_CHECKSUM_VERIFICATION_FAILED",
                               {{"stateStoreId", format_.store}}, cause);
    }
  }
  // Spark before 2.3 wrote four bytes too many.
  if (value.has_value()) value->remove_suffix(value->size() % 8);
  const StateRecord record{.key = key, .value = value};
  ARROW_RETURN_NOT_OK(CheckRows(record));
  records->push_back(record);
  return Status::OK();
}

// Looks at the first record thoroughly, which shows that the file belongs to this store, and at the
// others as far as it costs nothing.
Status StateFileReader::CheckRows(const StateRecord& record) {
  const bool thorough = std::exchange(first_, false);
  if (thorough || !format_.key_shape.FitsSize(record.key.size())) {
    const Status valid = format_.key_shape.Validate(record.key);
    if (!valid.ok()) {
      return MakeError("CANNOT_LOAD_STATE_STORE.KEY_ROW_FORMAT_VALIDATION_FAILURE",
                       {{"msg", Damaged(valid.message()).message()}});
    }
  }
  if (!record.value.has_value()) return Status::OK();
  if (thorough || !format_.value_shape.FitsSize(record.value->size())) {
    const Status valid = format_.value_shape.Validate(*record.value);
    if (!valid.ok()) {
      return MakeError("CANNOT_LOAD_STATE_STORE.VALUE_ROW_FORMAT_VALIDATION_FAILURE",
                       {{"msg", Damaged(valid.message()).message()}});
    }
  }
  return Status::OK();
}

Result<bool> StateFileReader::Fill() {
  plain_.erase(0, parsed_);
  plain_offset_ += static_cast<int64_t>(parsed_);
  parsed_ = 0;
  return decompressor_->Next(&plain_);
}

// Nothing may follow the end of the records: where a flipped bit made it, records do. But when only
// the container's end is damaged, the records are all there.
Status StateFileReader::CheckRest() {
  std::string rest = plain_.substr(parsed_);  // not into plain_: records point there
  while (rest.empty()) {
    const Result<bool> filled = decompressor_->Next(&rest);
    if (!filled.ok()) {
      LogWarning(fmt::format("{} is used although its end is damaged: {}", input_->path(),
                             filled.status().message()));
      return Status::OK();
    }
    if (!*filled) return Status::OK();
  }
  return Damaged("more follows after the end of the records");
}

Status StateFileReader::Damaged(std::string_view reason) const {
  return Status::IOError(fmt::format("{} is damaged at byte {} of its plain content: {}.",
                                     input_->path(),
                                     plain_offset_ + static_cast<int64_t>(parsed_), reason));
}

Status StateFileReader::WrongSize(const char* what, int32_t size) const {
  const bool delta = kind_ == StateFileKind::kDelta;
  const bool key = std::string_view(what) == "KEY_SIZE";
  const Status cause = Damaged(fmt::format("a {} cannot have the size {}", key ? "key" : "value",
                                           size));
  return MakeErrorCausedBy(
      fmt::format("CANNOT_LOAD_STATE_STORE.CANNOT_READ_{}_FILE_{}", delta ? "DELTA" : "SNAPSHOT",
                  what),
      {{"fileToRead", input_->path()},
       {"clazz", format_.store},
       {key ? "keySize" : "valueSize", std::to_string(size)}},
      cause);
}

}  // namespace firesteel
