#include "tools/line_editor.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace firesteel {
namespace {

constexpr size_t kMaxEntries = 1000;
constexpr size_t kDefaultColumns = 80;

/// A terminal that gives every byte at once and echoes none, until this is destroyed.
class RawTerminal {
 public:
  explicit RawTerminal(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal, &before_) != 0) return;
    termios raw = before_;
    raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON | BRKINT);
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    changed_ = tcsetattr(terminal, TCSADRAIN, &raw) == 0;
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() {
    if (changed_) tcsetattr(terminal_, TCSADRAIN, &before_);
  }

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

size_t ColumnsOf(int terminal) {
  winsize size{};
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultColumns;
  return size.ws_col;
}

/// One byte, false at the end of the input.
bool ReadByte(int input, char* byte) {
  while (true) {
    const ssize_t count = read(input, byte, 1);
    if (count == 1) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

}  // namespace

LineHistory::LineHistory(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) entries_.push_back(line);
  }
  if (entries_.size() > kMaxEntries) {
    entries_.erase(entries_.begin(), entries_.end() - kMaxEntries);
  }
}

void LineHistory::Add(std::string_view entry) {
  std::string line(entry);
  std::ranges::replace(line, '\n', ' ');
  const size_t end = line.find_last_not_of(' ');
  line.resize(end == std::string::npos ? 0 : end + 1);
  if (line.empty() || (!entries_.empty() && entries_.back() == line)) return;
  entries_.push_back(line);
  if (!path_.empty()) std::ofstream(path_, std::ios::app) << line << '\n';
}

bool LineEditor::IsTerminal() const {
  const char* const terminal = std::getenv("TERM");
  return isatty(input_) == 1 && isatty(output_) == 1 && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

LineEditor::Event LineEditor::ReadLine(std::string_view prompt, std::string* line) {
  if (IsTerminal()) {
    const RawTerminal raw(input_);
    return EditLine(prompt, line);
  }
  line->clear();
  char byte = 0;
  while (ReadByte(input_, &byte)) {
    if (byte == '\n') return Event::kLine;
    *line += byte;
  }
  return line->empty() ? Event::kEnd : Event::kLine;
}

LineEditor::Event LineEditor::EditLine(std::string_view prompt, std::string* line) {
  line_.Set("");
  new_line_.clear();
  recalled_ = history_->entries().size();
  KeyDecoder decoder;
  Draw(prompt);
  char byte = 0;
  while (ReadByte(input_, &byte)) {
    const std::optional<Key> key = decoder.TakeByte(byte);
    if (!key.has_value()) continue;
    bool done = false;
    const Event event = TakeKey(*key, &done);
    if (done) {
      line_.Apply({Key::Kind::kEnd, ""});
      Draw(prompt);
      Write("\r\n");
      *line = line_.text();
      return event;
    }
    Draw(prompt);
  }
  return Event::kEnd;
}

LineEditor::Event LineEditor::TakeKey(const Key& key, bool* done) {
  switch (key.kind) {
    case Key::Kind::kEnter:
      *done = true;
      return Event::kLine;
    case Key::Kind::kInterrupt:
      *done = true;
      return Event::kInterrupted;
    case Key::Kind::kEndOfInput:
      *done = line_.text().empty();
      if (!*done) line_.Apply({Key::Kind::kDelete, ""});
      return Event::kEnd;
    case Key::Kind::kUp:
      Recall(-1);
      break;
    case Key::Kind::kDown:
      Recall(1);
      break;
    case Key::Kind::kClearScreen:
      Write("\033[H\033[2J");
      break;
    default:
      line_.Apply(key);
  }
  return Event::kLine;
}

void LineEditor::Recall(int step) {
  const std::vector<std::string>& entries = history_->entries();
  if ((step < 0 && recalled_ == 0) || (step > 0 && recalled_ == entries.size())) return;
  if (recalled_ == entries.size()) new_line_ = line_.text();
  recalled_ += static_cast<size_t>(step);
  line_.Set(recalled_ == entries.size() ? new_line_ : entries[recalled_]);
}

void LineEditor::Draw(std::string_view prompt) const {
  const size_t columns = ColumnsOf(output_);
  const size_t room = columns > prompt.size() + 1 ? columns - prompt.size() - 1 : 1;
  size_t cursor_column = 0;
  const std::string_view visible = line_.Visible(room, &cursor_column);
  std::string bytes = "\r";
  bytes += prompt;
  bytes += visible;
  // Erases what is left of a longer line, then puts the cursor where it belongs.
  bytes += "\033[K\r\033[" + std::to_string(prompt.size() + cursor_column) + "C";
  Write(bytes);
}

void LineEditor::Write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = write(output_, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return;
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace firesteel
