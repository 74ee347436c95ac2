#include "connectors/socket/line_buffer.h"

#include <algorithm>
#include <utility>

namespace firesteel {

LineBuffer::LineBuffer(Clock* clock, int64_t capacity_bytes, int64_t longest_line_bytes)
    : clock_(clock), capacity_bytes_(capacity_bytes), longest_line_bytes_(longest_line_bytes) {}

bool LineBuffer::Append(std::string_view bytes) {
  std::function<void()> wake;
  bool failed = false;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    released_.wait(lock, [&] { return closed_ || held_bytes_ < capacity_bytes_; });
    if (closed_ || too_long_) return false;
    const size_t before = lines_.size();
    size_t start = 0;
    if (after_carriage_return_ && !bytes.empty() && bytes[0] == '\n') start = 1;
    if (!bytes.empty()) after_carriage_return_ = bytes.back() == '\r';
    while (true) {
      const size_t end = bytes.find_first_of("\r\n", start);
      if (end == std::string_view::npos) break;
      partial_.append(bytes.substr(start, end - start));
      AddLine(partial_);
      partial_.clear();
      start = end + 1;
      if (bytes[end] == '\r' && start < bytes.size() && bytes[start] == '\n') ++start;
    }
    partial_.append(bytes.substr(start));
    too_long_ = static_cast<int64_t>(partial_.size()) > longest_line_bytes_;
    if (too_long_) std::string().swap(partial_);
    failed = too_long_;
    if (lines_.size() > before || failed) wake = wake_;
  }
  if (wake) wake();
  return !failed;
}

Status LineBuffer::Failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!too_long_) return Status::OK();
  return Status::Invalid("The socket source got a line of more than ", longest_line_bytes_,
                         " bytes without an end. Does the sender write text with line breaks?");
}

void LineBuffer::EndOfStream() {
  std::function<void()> wake;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (partial_.empty()) return;
    AddLine(partial_);
    partial_.clear();
    wake = wake_;
  }
  if (wake) wake();
}

void LineBuffer::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    wake_ = nullptr;
  }
  released_.notify_all();
}

void LineBuffer::StartAfter(int64_t offset) {
  const std::lock_guard<std::mutex> lock(mutex_);
  first_offset_ = std::max(first_offset_, offset + 1);
}

int64_t LineBuffer::Latest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return first_offset_ + static_cast<int64_t>(lines_.size()) - 1;
}

std::vector<TimedLine> LineBuffer::Range(int64_t start, int64_t end, int64_t* lost) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const int64_t from = std::max(start + 1, first_offset_);
  *lost = std::max<int64_t>(0, std::min(from, end + 1) - (start + 1));
  std::vector<TimedLine> lines;
  for (int64_t offset = from; offset <= end; ++offset) {
    lines.push_back(lines_[offset - first_offset_]);
  }
  return lines;
}

void LineBuffer::Release(int64_t end) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int64_t count =
        std::clamp<int64_t>(end - first_offset_ + 1, 0, static_cast<int64_t>(lines_.size()));
    for (int64_t i = 0; i < count; ++i) {
      held_bytes_ -= static_cast<int64_t>(lines_[i].text.size());
    }
    lines_.erase(lines_.begin(), lines_.begin() + count);
    first_offset_ += count;
  }
  released_.notify_all();
}

void LineBuffer::SetWaker(std::function<void()> wake) {
  const std::lock_guard<std::mutex> lock(mutex_);
  wake_ = std::move(wake);
}

void LineBuffer::AddLine(std::string_view line) {
  held_bytes_ += static_cast<int64_t>(line.size());
  lines_.push_back({std::string(line), clock_->NowMicros()});
}

}  // namespace firesteel
