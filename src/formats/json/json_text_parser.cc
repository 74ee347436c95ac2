#include "formats/json/json_text_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace firesteel {
namespace {

// A chunk and its index stay within a level 2 cache of 1 MiB.
constexpr size_t kLargestChunkBytes = size_t{128} << 10;
constexpr size_t kSmallestChunkBytes = size_t{4} << 10;
constexpr size_t kReadableBehind = 64;

}  // namespace

JsonTextParser::JsonTextParser(const Schema& schema, const JsonSyntax& syntax,
                               const JsonTemporalParser* temporal,
                               std::unique_ptr<JsonStructuralIndex> index)
    : tolerant_(schema, syntax, temporal),
      fast_(schema, &tolerant_),
      index_(std::move(index)),
      chunk_(kLargestChunkBytes + kReadableBehind),
      chunk_bytes_(kLargestChunkBytes) {}

Result<std::unique_ptr<JsonTextParser>> JsonTextParser::Make(const Schema& schema,
                                                             const JsonSyntax& syntax,
                                                             const JsonTemporalParser* temporal) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<JsonStructuralIndex> index,
                        JsonStructuralIndex::Make(kLargestChunkBytes));
  return std::unique_ptr<JsonTextParser>(
      new JsonTextParser(schema, syntax, temporal, std::move(index)));
}

// Copies the first texts, as many as fit; a line break behind each keeps what is unfinished in one
// from reaching into the next. Returns the bytes.
size_t JsonTextParser::CopyTexts(std::span<const std::string_view> texts) {
  ends_.clear();
  size_t size = 0;
  for (const std::string_view text : texts) {
    if (size + text.size() + 1 > chunk_bytes_) break;
    if (!text.empty()) std::memcpy(chunk_.data() + size, text.data(), text.size());
    size += text.size();
    ends_.push_back(static_cast<uint32_t>(size));
    chunk_[size++] = '\n';
  }
  return size;
}

size_t JsonTextParser::Load(std::span<const std::string_view> texts) {
  next_ = 0;
  is_indexed_ = false;
  while (true) {
    const size_t size = CopyTexts(texts);
    if (ends_.empty()) break;
    const std::string_view chunk(chunk_.data(), size);
    if (index_->Build(chunk)) {
      is_indexed_ = true;
      token_ = index_->begin();
      fast_.SetText(chunk);
      chunk_bytes_ = std::min(2 * chunk_bytes_, kLargestChunkBytes);
      break;
    }
    // One text spoils them all: it must be among fewer.
    if (chunk_bytes_ <= kSmallestChunkBytes) break;
    chunk_bytes_ /= 2;
  }
  texts_ = texts.first(std::max<size_t>(ends_.size(), 1));
  return texts_.size();
}

void JsonTextParser::SkipNext() {
  if (is_indexed_) {
    while (token_ < index_->end() && *token_ < ends_[next_]) ++token_;
  }
  ++next_;
}

Result<JsonRecordParser::Outcome> JsonTextParser::ParseNext(std::vector<JsonColumn>* columns,
                                                            int64_t row) {
  const std::string_view text = texts_[next_];
  if (is_indexed_ && *token_ < ends_[next_]) {
    ARROW_ASSIGN_OR_RAISE(const JsonFastParser::Outcome outcome,
                          fast_.ParseRecord(&token_, ends_[next_], columns, row));
    if (outcome == JsonFastParser::Outcome::kAppended) {
      ++next_;
      JsonRecordParser::Outcome good;
      good.rows = 1;
      return good;
    }
  }
  SkipNext();
  return tolerant_.Parse(text, columns, row);
}

}  // namespace firesteel
