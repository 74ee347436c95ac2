#include "tools/edited_line.h"

#include <algorithm>
#include <utility>

namespace firesteel {
namespace {

using Kind = Key::Kind;

constexpr char kEscape = '\x1b';

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

size_t CharacterSize(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

Kind ControlKey(char byte) {
  switch (byte) {
    case '\r':
    case '\n':
      return Kind::kEnter;
    case '\x7f':
    case '\b':
      return Kind::kBackspace;
    case 'A' - 64:
      return Kind::kHome;
    case 'B' - 64:
      return Kind::kLeft;
    case 'C' - 64:
      return Kind::kInterrupt;
    case 'D' - 64:
      return Kind::kEndOfInput;
    case 'E' - 64:
      return Kind::kEnd;
    case 'F' - 64:
      return Kind::kRight;
    case 'K' - 64:
      return Kind::kEraseToEnd;
    case 'L' - 64:
      return Kind::kClearScreen;
    case 'N' - 64:
      return Kind::kDown;
    case 'P' - 64:
      return Kind::kUp;
    case 'U' - 64:
      return Kind::kEraseToStart;
    case 'W' - 64:
      return Kind::kEraseWord;
    default:
      return Kind::kOther;
  }
}

struct Sequence {
  std::string_view bytes;  // after the escape
  Kind kind;
};
constexpr Sequence kSequences[] = {
    {"[A", Kind::kUp},       {"[B", Kind::kDown},         {"[C", Kind::kRight},
    {"[D", Kind::kLeft},     {"[H", Kind::kHome},         {"[F", Kind::kEnd},
    {"OA", Kind::kUp},       {"OB", Kind::kDown},         {"OC", Kind::kRight},
    {"OD", Kind::kLeft},     {"OH", Kind::kHome},         {"OF", Kind::kEnd},
    {"[1~", Kind::kHome},    {"[4~", Kind::kEnd},         {"[7~", Kind::kHome},
    {"[8~", Kind::kEnd},     {"[3~", Kind::kDelete},      {"[1;5C", Kind::kWordRight},
    {"[1;5D", Kind::kWordLeft}, {"[1;3C", Kind::kWordRight}, {"[1;3D", Kind::kWordLeft},
    {"b", Kind::kWordLeft},  {"f", Kind::kWordRight},
};

}  // namespace

std::optional<Key> KeyDecoder::TakeByte(char byte) {
  if (!pending_.empty()) {
    if (pending_[0] == kEscape) return TakeSequenceByte(byte);
    if (IsContinuation(byte)) {
      pending_ += byte;
      if (pending_.size() < CharacterSize(pending_[0])) return std::nullopt;
      return Key{Kind::kText, std::exchange(pending_, {})};
    }
    pending_.clear();  // forgets a character that was cut
  }
  if (byte == kEscape || static_cast<unsigned char>(byte) >= 0xC0) {
    pending_ = byte;
    return std::nullopt;
  }
  if (byte == '\t') return Key{Kind::kText, "  "};
  if (static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f') return Key{ControlKey(byte), ""};
  if (IsContinuation(byte)) return Key{};
  return Key{Kind::kText, std::string(1, byte)};
}

std::optional<Key> KeyDecoder::TakeSequenceByte(char byte) {
  pending_ += byte;
  const std::string_view bytes = std::string_view(pending_).substr(1);
  const bool begins_parameters = bytes.size() == 1 && (byte == '[' || byte == 'O');
  const bool in_parameters =
      bytes[0] == '[' && bytes.size() > 1 && ((byte >= '0' && byte <= '9') || byte == ';');
  if (begins_parameters || in_parameters) return std::nullopt;
  const auto* const found = std::ranges::find(kSequences, bytes, &Sequence::bytes);
  const Key key{found == std::end(kSequences) ? Kind::kOther : found->kind, ""};
  pending_.clear();
  return key;
}

void EditedLine::Set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

void EditedLine::Apply(const Key& key) {
  const auto erase_to = [this](size_t position) {
    const auto [from, to] = std::minmax(position, cursor_);
    text_.erase(from, to - from);
    cursor_ = from;
  };
  switch (key.kind) {
    case Kind::kText:
      text_.insert(cursor_, key.text);
      cursor_ += key.text.size();
      break;
    case Kind::kBackspace:
      erase_to(Before(cursor_));
      break;
    case Kind::kDelete:
      erase_to(After(cursor_));
      break;
    case Kind::kLeft:
      cursor_ = Before(cursor_);
      break;
    case Kind::kRight:
      cursor_ = After(cursor_);
      break;
    case Kind::kWordLeft:
      cursor_ = WordBefore();
      break;
    case Kind::kWordRight:
      cursor_ = WordAfter();
      break;
    case Kind::kHome:
      cursor_ = 0;
      break;
    case Kind::kEnd:
      cursor_ = text_.size();
      break;
    case Kind::kEraseToEnd:
      erase_to(text_.size());
      break;
    case Kind::kEraseToStart:
      erase_to(0);
      break;
    case Kind::kEraseWord:
      erase_to(WordBefore());
      break;
    default:
      break;
  }
}

std::string_view EditedLine::Visible(size_t columns, size_t* cursor_column) const {
  size_t before = 0;
  size_t start = cursor_;
  while (start > 0 && before + 1 < columns) {
    start = Before(start);
    ++before;
  }
  size_t end = cursor_;
  for (size_t shown = before; end < text_.size() && shown < columns; ++shown) end = After(end);
  *cursor_column = before;
  return std::string_view(text_).substr(start, end - start);
}

size_t EditedLine::Before(size_t position) const {
  if (position == 0) return 0;
  do {
    --position;
  } while (position > 0 && IsContinuation(text_[position]));
  return position;
}

size_t EditedLine::After(size_t position) const {
  if (position == text_.size()) return position;
  do {
    ++position;
  } while (position < text_.size() && IsContinuation(text_[position]));
  return position;
}

size_t EditedLine::WordBefore() const {
  size_t position = cursor_;
  while (position > 0 && text_[position - 1] == ' ') --position;
  while (position > 0 && text_[position - 1] != ' ') --position;
  return position;
}

size_t EditedLine::WordAfter() const {
  size_t position = cursor_;
  while (position < text_.size() && text_[position] == ' ') ++position;
  while (position < text_.size() && text_[position] != ' ') ++position;
  return position;
}

}  // namespace firesteel
