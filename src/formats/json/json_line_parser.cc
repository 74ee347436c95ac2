#include "formats/json/json_line_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "formats/line_block_reader.h"

namespace firesteel {
namespace {

// A chunk and its index (four bytes a token) stay within a level 2 cache of 1 MiB.
constexpr size_t kLargestChunkBytes = size_t{128} << 10;
constexpr size_t kSmallestChunkBytes = size_t{4} << 10;
// Longer lines go to the tolerant parser, one by one.
constexpr size_t kIndexCapacityBytes = size_t{1} << 20;

}  // namespace

JsonLineParser::JsonLineParser(const Schema& schema, const JsonSyntax& syntax,
                               const JsonTemporalParser* temporal, std::string separator,
                               JsonRowFilter filter, std::unique_ptr<JsonStructuralIndex> index)
    : tolerant_(schema, syntax, temporal, filter.all),
      fast_(schema, &tolerant_, std::move(filter)),
      index_(std::move(index)),
      separator_(std::move(separator)),
      breaks_at_carriage_return_(separator_.empty()),
      indexable_(separator_.empty() || separator_ == "\n"),
      chunk_bytes_(kLargestChunkBytes) {}

Result<std::unique_ptr<JsonLineParser>> JsonLineParser::Make(const Schema& schema,
                                                             const JsonSyntax& syntax,
                                                             const JsonTemporalParser* temporal,
                                                             std::string separator,
                                                             JsonRowFilter filter) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<JsonStructuralIndex> index,
                        JsonStructuralIndex::Make(kIndexCapacityBytes));
  return std::unique_ptr<JsonLineParser>(
      new JsonLineParser(schema, syntax, temporal, std::move(separator), std::move(filter),
                         std::move(index)));
}

void JsonLineParser::SetBlock(std::string_view block) {
  rest_ = block;
  in_chunk_ = false;
}

// Returns whole lines of about this many bytes from the start of what is left, at least one.
std::string_view JsonLineParser::FirstLines(size_t bytes) const {
  if (rest_.size() <= bytes) return rest_;
  const void* last = memrchr(rest_.data(), '\n', bytes);
  if (last == nullptr) last = std::memchr(rest_.data() + bytes, '\n', rest_.size() - bytes);
  if (last == nullptr) return rest_;
  return rest_.substr(0, static_cast<const char*>(last) + 1 - rest_.data());
}

void JsonLineParser::NextChunk() {
  chunk_is_indexed_ = false;
  if (!indexable_) {
    chunk_ = rest_;
  } else {
    while (true) {
      chunk_ = FirstLines(chunk_bytes_);
      if (chunk_.size() > kIndexCapacityBytes) break;
      if (index_->Build(chunk_)) {
        chunk_is_indexed_ = true;
        chunk_bytes_ = std::min(2 * chunk_bytes_, kLargestChunkBytes);
        break;
      }
      if (chunk_bytes_ <= kSmallestChunkBytes) break;
      chunk_bytes_ /= 2;
    }
  }
  rest_.remove_prefix(chunk_.size());
  parsed_bytes_ += static_cast<int64_t>(chunk_.size());
  in_chunk_ = true;
  unread_lines_ = chunk_;
  if (chunk_is_indexed_) {
    token_ = index_->begin();
    next_carriage_return_ = chunk_.data() - 1;
    fast_.SetText(chunk_);
  }
}

Result<JsonLineParser::Step> JsonLineParser::Parse(std::vector<JsonColumn>* columns, int64_t row,
                                                   int64_t end_row) {
  Step step;
  while (row + step.rows < end_row && !step.outcome.malformed) {
    if (!in_chunk_) {
      if (rest_.empty()) break;
      NextChunk();
    }
    ARROW_RETURN_NOT_OK(chunk_is_indexed_ ? ParseIndexed(columns, row, end_row, &step)
                                          : ParseByLine(columns, row, end_row, &step));
  }
  return step;
}

// Returns where the line that `offset` lies in ends, its line break not included.
uint32_t JsonLineParser::LineEnd(uint32_t offset) {
  const char* at = chunk_.data() + offset;
  const char* chunk_end = chunk_.data() + chunk_.size();
  const void* found = std::memchr(at, '\n', chunk_end - at);
  const char* line_end = found == nullptr ? chunk_end : static_cast<const char*>(found);
  if (breaks_at_carriage_return_) {
    if (next_carriage_return_ < at) {
      found = std::memchr(at, '\r', chunk_end - at);
      next_carriage_return_ = found == nullptr ? chunk_end : static_cast<const char*>(found);
    }
    line_end = std::min(line_end, next_carriage_return_);
  }
  return static_cast<uint32_t>(line_end - chunk_.data());
}

std::string_view JsonLineParser::LineAround(uint32_t offset, uint32_t line_end) const {
  uint32_t begin = offset;
  while (begin > 0 && chunk_[begin - 1] != '\n' &&
         !(breaks_at_carriage_return_ && chunk_[begin - 1] == '\r')) {
    --begin;
  }
  return chunk_.substr(begin, line_end - begin);
}

Status JsonLineParser::ParseIndexed(std::vector<JsonColumn>* columns, int64_t row, int64_t end_row,
                                    Step* step) {
  const uint32_t* tokens_end = index_->end();
  while (token_ < tokens_end) {
    if (row + step->rows >= end_row || step->outcome.malformed) return Status::OK();
    const uint32_t offset = *token_;
    const uint32_t line_end = LineEnd(offset);
    ARROW_ASSIGN_OR_RAISE(const JsonFastParser::Outcome outcome,
                          fast_.ParseRecord(&token_, line_end, columns, row + step->rows));
    if (outcome != JsonFastParser::Outcome::kNotPlain) {
      step->rows += outcome == JsonFastParser::Outcome::kAppended ? 1 : 0;
      step->unwanted += outcome == JsonFastParser::Outcome::kUnwanted ? 1 : 0;
      continue;
    }
    while (token_ < tokens_end && *token_ < line_end) ++token_;
    ARROW_RETURN_NOT_OK(
        ParseTolerantly(LineAround(offset, line_end), columns, row + step->rows, step));
  }
  in_chunk_ = false;
  return Status::OK();
}

Status JsonLineParser::ParseByLine(std::vector<JsonColumn>* columns, int64_t row, int64_t end_row,
                                   Step* step) {
  LineCutter lines(unread_lines_, separator_);
  std::string_view line;
  while (row + step->rows < end_row && !step->outcome.malformed) {
    if (!lines.Next(&line)) {
      in_chunk_ = false;
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(ParseTolerantly(line, columns, row + step->rows, step));
  }
  unread_lines_ = lines.rest();
  return Status::OK();
}

Status JsonLineParser::ParseTolerantly(std::string_view line, std::vector<JsonColumn>* columns,
                                       int64_t row, Step* step) {
  ARROW_ASSIGN_OR_RAISE(step->outcome, tolerant_.Parse(line, columns, row));
  step->record = line;
  step->rows += step->outcome.rows;
  return Status::OK();
}

}  // namespace firesteel
