#include "formats/line_block_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

// Little enough to be still in the second cache when it is parsed.
constexpr int64_t kReadBytes = int64_t{1} << 18;
constexpr int64_t kLongestLineBytes = std::numeric_limits<int32_t>::max() - 64;

}  // namespace

LineBlockReader::LineBlockReader(std::shared_ptr<arrow::io::InputStream> stream,
                                 std::string separator)
    : stream_(std::move(stream)), separator_(std::move(separator)) {}

Status LineBlockReader::Fill() {
  const int64_t kept = end_ - begin_;
  const int64_t wanted = std::max(kReadBytes, 2 * kept);
  if (buffer_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateResizableBuffer(wanted + kPaddingBytes));
  }
  if (begin_ > 0) {
    std::memmove(buffer_->mutable_data(), buffer_->data() + begin_, kept);
    searched_ -= begin_;
    begin_ = 0;
    end_ = kept;
  }
  // Gives the memory of a very long line back once it is gone.
  if (buffer_->size() != wanted + kPaddingBytes) {
    ARROW_RETURN_NOT_OK(buffer_->Resize(wanted + kPaddingBytes, /*shrink_to_fit=*/true));
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t got,
                        stream_->Read(wanted - end_, buffer_->mutable_data() + end_));
  if (got == 0) at_end_ = true;
  end_ += got;
  std::memset(buffer_->mutable_data() + end_, 0, kPaddingBytes);
  return Status::OK();
}

// Returns the end of the last whole line, or -1; then moves `searched_` on.
int64_t LineBlockReader::FindCut() {
  return separator_.empty() ? FindNewLineCut() : FindSeparatorCut();
}

int64_t LineBlockReader::FindNewLineCut() {
  const char* data = reinterpret_cast<const char*>(buffer_->data());
  const char* start = data + searched_;
  const char* newline = static_cast<const char*>(memrchr(start, '\n', end_ - searched_));
  // Looks for \r behind the last \n only. One at the very end may be the first half of \r\n.
  const char* tail = newline == nullptr ? start : newline + 1;
  int64_t tail_bytes = data + end_ - tail;
  const bool ends_with_return = tail_bytes > 0 && tail[tail_bytes - 1] == '\r';
  if (ends_with_return) --tail_bytes;
  const char* carriage_return = static_cast<const char*>(memrchr(tail, '\r', tail_bytes));
  const char* last = carriage_return != nullptr ? carriage_return : newline;
  if (last != nullptr) return last + 1 - data;
  searched_ = ends_with_return ? end_ - 1 : end_;
  return -1;
}

// Searches from the front: in "|||" the separator "||" ends at 2, not at 3.
int64_t LineBlockReader::FindSeparatorCut() {
  const std::string_view text(reinterpret_cast<const char*>(buffer_->data()), end_);
  int64_t cut = -1;
  size_t position = searched_;
  while ((position = text.find(separator_, position)) != text.npos) {
    position += separator_.size();
    cut = static_cast<int64_t>(position);
  }
  if (cut < 0) {
    searched_ = std::max(searched_, end_ - static_cast<int64_t>(separator_.size()) + 1);
  }
  return cut;
}

Result<std::string_view> LineBlockReader::NextBlock() {
  while (true) {
    if (searched_ < end_) {
      const int64_t cut = FindCut();
      if (cut >= 0) {
        const std::string_view block(reinterpret_cast<const char*>(buffer_->data()) + begin_,
                                     cut - begin_);
        begin_ = searched_ = cut;
        return block;
      }
    }
    if (at_end_) {
      const std::string_view block(reinterpret_cast<const char*>(buffer_->data()) + begin_,
                                   end_ - begin_);
      begin_ = searched_ = end_;
      return block;
    }
    if (end_ - begin_ > kLongestLineBytes) {
      return Status::CapacityError(
          fmt::format("A line is longer than {} bytes.", kLongestLineBytes));
    }
    ARROW_RETURN_NOT_OK(Fill());
  }
}

bool LineCutter::Next(std::string_view* line) {
  if (rest_.empty()) return false;
  size_t end;
  size_t separator_bytes = separator_.size();
  if (separator_.empty()) {
    end = rest_.find('\n');
    separator_bytes = 1;
    const size_t carriage_return = rest_.substr(0, end).find('\r');
    if (carriage_return != rest_.npos) {
      if (carriage_return + 1 == end) separator_bytes = 2;
      end = carriage_return;
    }
  } else {
    end = rest_.find(separator_);
  }
  *line = rest_.substr(0, end);
  rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + separator_bytes);
  return true;
}

}  // namespace firesteel
