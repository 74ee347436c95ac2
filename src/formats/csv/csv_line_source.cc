#include "formats/csv/csv_line_source.h"

#include <algorithm>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "formats/text_encoding.h"

namespace firesteel {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlankLine(std::string_view line) {
  for (const char c : line) {
    if (static_cast<uint8_t>(c) > ' ') return false;
  }
  return true;
}

// Replaces each `separator` by one character; adds to `shortened` where two became one.
std::string ReplaceSeparators(std::string_view text, std::string_view separator, char line_break,
                              std::vector<size_t>* shortened) {
  std::string replaced;
  replaced.reserve(text.size());
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    replaced.append(text.substr(begin, end - begin));
    if (end == text.size()) break;
    if (separator.size() > 1) shortened->push_back(replaced.size());
    replaced.push_back(line_break);
    begin = end + separator.size();
  }
  return replaced;
}

}  // namespace

CsvLineSource::CsvLineSource(std::shared_ptr<arrow::io::InputStream> stream,
                             const CsvReadOptions& options)
    : options_(options),
      stream_(stream),
      blocks_(std::move(stream), options.line_separator),
      lines_("", options_.line_separator),
      tokenizer_(options.dialect) {}

Result<std::unique_ptr<CsvLineSource>> CsvLineSource::Make(
    std::shared_ptr<arrow::io::InputStream> stream, const CsvReadOptions& options) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::InputStream> decoded,
                        DecodeStream(std::move(stream), options.encoding));
  return std::unique_ptr<CsvLineSource>(new CsvLineSource(std::move(decoded), options));
}

Result<bool> CsvLineSource::NextLine() {
  while (true) {
    if (lines_.Next(&record_)) {
      if (IsBlankLine(record_)) continue;
      if (options_.dialect.comment != '\0' && record_[0] == options_.dialect.comment) continue;
      return true;
    }
    ARROW_ASSIGN_OR_RAISE(std::string_view block, blocks_.NextBlock());
    if (block.empty()) return false;
    if (std::exchange(at_start_, false) && block.starts_with(kByteOrderMark)) {
      block.remove_prefix(kByteOrderMark.size());
    }
    lines_ = LineCutter(block, options_.line_separator);
  }
}

// Reads the file and makes its line breaks one character. The first one tells what they are.
Status CsvLineSource::ReadWholeText() {
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> piece,
                          stream_->Read(int64_t{1} << 20));
    if (piece->size() == 0) break;
    text_.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  }
  if (std::string_view(text_).starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  std::string separator = options_.line_separator;
  // With a separator of its own, \n is left to be an ordinary character.
  const char line_break = separator.empty() ? '\n' : separator.size() == 1 ? separator[0] : '\0';
  if (separator.empty()) {
    const size_t first = text_.find_first_of("\r\n");
    if (first != std::string::npos && text_[first] == '\r') {
      separator = text_.compare(first, 2, "\r\n") == 0 ? "\r\n" : "\r";
    }
  }
  if (separator.size() > 1 || separator == "\r") {
    original_text_ = ReplaceSeparators(text_, separator, line_break, &shortened_);
    original_text_.swap(text_);
  }
  tokenizer_.Start(text_, line_break);
  return Status::OK();
}

// Finds a place of text_ in the original text. Places must not go back.
size_t CsvLineSource::OriginalPosition(size_t position) {
  while (shortened_before_ < shortened_.size() && shortened_[shortened_before_] < position) {
    ++shortened_before_;
  }
  return position + shortened_before_;
}

Result<bool> CsvLineSource::Next() {
  if (options_.multi_line) {
    if (std::exchange(at_start_, false)) ARROW_RETURN_NOT_OK(ReadWholeText());
    ARROW_ASSIGN_OR_RAISE(const bool found, tokenizer_.Next());
    if (!found) return false;
    const std::string_view text = original_text_.empty() ? text_ : original_text_;
    const size_t start = OriginalPosition(tokenizer_.record_start());
    record_ = WithoutLineBreak(text.substr(start, OriginalPosition(tokenizer_.position()) - start));
    return true;
  }
  ARROW_ASSIGN_OR_RAISE(const bool found, NextLine());
  if (!found) return false;
  // Spark's parser passes over a mark that blank lines have moved behind the start of the file.
  if (std::exchange(at_first_record_, false) && record_.starts_with(kByteOrderMark) &&
      record_.size() > kByteOrderMark.size()) {
    record_.remove_prefix(kByteOrderMark.size());
  }
  ARROW_RETURN_NOT_OK(tokenizer_.ParseLine(record_).status());
  record_ = WithoutLineBreak(record_);
  return true;
}

Result<bool> CsvLineSource::Skip() { return options_.multi_line ? Next() : NextLine(); }

}  // namespace firesteel
