#include "formats/line_block_reader.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

// Gives a few bytes at a time, as a slow or compressed stream does.
class SmallPieces : public arrow::io::InputStream {
 public:
  SmallPieces(std::string text, int64_t piece) : text_(std::move(text)), piece_(piece) {}
  Status Close() override { return Status::OK(); }
  bool closed() const override { return false; }
  Result<int64_t> Tell() const override { return position_; }
  Result<int64_t> Read(int64_t bytes, void* out) override {
    const int64_t left = static_cast<int64_t>(text_.size()) - position_;
    const int64_t count = std::min({bytes, piece_, left});
    std::memcpy(out, text_.data() + position_, count);
    position_ += count;
    return count;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    std::string piece(bytes, '\0');
    ARROW_ASSIGN_OR_RAISE(const int64_t count, Read(bytes, piece.data()));
    piece.resize(count);
    return arrow::Buffer::FromString(std::move(piece));
  }

 private:
  const std::string text_;
  const int64_t piece_;
  int64_t position_ = 0;
};

std::vector<std::string> ReadLines(const std::string& text, const std::string& separator,
                                   int64_t piece = 1 << 20) {
  LineBlockReader blocks(std::make_shared<SmallPieces>(text, piece), separator);
  std::vector<std::string> lines;
  while (true) {
    const std::string_view block = blocks.NextBlock().ValueOrDie();
    if (block.empty()) return lines;
    LineCutter cutter(block, separator);
    std::string_view line;
    while (cutter.Next(&line)) lines.emplace_back(line);
  }
}

using Lines = std::vector<std::string>;

TEST(LineBlockReader, CutsAtEveryKindOfLineEnd) {
  EXPECT_EQ(ReadLines("one\n\nthree", ""), (Lines{"one", "", "three"}));
  EXPECT_EQ(ReadLines("a\r\nb\rc\n\rd\r\r\n", ""), (Lines{"a", "b", "c", "", "d", ""}));
  EXPECT_EQ(ReadLines("", ""), Lines{});
  EXPECT_EQ(ReadLines("\n", ""), Lines{""});
}

TEST(LineBlockReader, CutsAtASeparator) {
  EXPECT_EQ(ReadLines("a|b||c", "|"), (Lines{"a", "b", "", "c"}));
  EXPECT_EQ(ReadLines("a||b|||c||", "||"), (Lines{"a", "b", "|c"}));
  EXPECT_EQ(ReadLines("a\r\nb\n", "\n"), (Lines{"a\r", "b"}));
}

TEST(LineBlockReader, DoesNotDependOnHowTheStreamIsRead) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += std::string(i % 17, 'x') + (i % 3 == 0 ? "\r\n" : i % 3 == 1 ? "\n" : "\r");
  }
  for (const std::string separator : {"", "x\r", "xx", "\n"}) {
    const Lines whole = ReadLines(text, separator);
    for (const int64_t piece : {1, 2, 3, 7, 64}) {
      EXPECT_EQ(ReadLines(text, separator, piece), whole) << separator << piece;
    }
  }
}

TEST(LineBlockReader, GrowsForALongLine) {
  const std::string text = "a\n" + std::string(5 << 20, 'x') + "\nb\n";
  const Lines lines = ReadLines(text, "");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].size(), size_t{5} << 20);
}

}  // namespace
}  // namespace firesteel
