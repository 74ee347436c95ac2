#include "formats/csv/csv_line_source.h"

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

// Replaces each `separator` by one character.
void ReplaceSeparators(std::string_view separator, char line_break, std::string* text) {
  size_t out = 0;
  for (size_t i = 0; i < text->size(); ++out) {
    if ((*text)[i] == separator[0] && text->compare(i, separator.size(), separator) == 0) {
      (*text)[out] = line_break;
      i += separator.size();
    } else {
      (*text)[out] = (*text)[i++];
    }
  }
  text->resize(out);
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
  char line_break = '\n';
  if (!options_.line_separator.empty()) {
    // Leaves \n to be an ordinary character.
    line_break = '\0';
    ReplaceSeparators(options_.line_separator, line_break, &text_);
  } else {
    const size_t first = text_.find_first_of("\r\n");
    if (first != std::string::npos && text_[first] == '\r') {
      ReplaceSeparators(text_.compare(first, 2, "\r\n") == 0 ? "\r\n" : "\r", line_break, &text_);
    }
  }
  tokenizer_.Start(text_, line_break);
  return Status::OK();
}

Result<bool> CsvLineSource::Next() {
  if (options_.multi_line) {
    if (std::exchange(at_start_, false)) ARROW_RETURN_NOT_OK(ReadWholeText());
    ARROW_ASSIGN_OR_RAISE(const bool found, tokenizer_.Next());
    record_ = tokenizer_.record();
    return found;
  }
  ARROW_ASSIGN_OR_RAISE(const bool found, NextLine());
  if (!found) return false;
  ARROW_RETURN_NOT_OK(tokenizer_.ParseLine(record_).status());
  return true;
}

Result<bool> CsvLineSource::Skip() { return options_.multi_line ? Next() : NextLine(); }

}  // namespace firesteel
