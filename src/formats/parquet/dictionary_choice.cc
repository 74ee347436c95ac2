#include "formats/parquet/dictionary_choice.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/type.h"

namespace firesteel {
namespace {

constexpr int64_t kFewestValues = 256;
constexpr int64_t kMostValues = 4096;
constexpr int64_t kLengthBytes = 4;  // of each string in a page

// What the values take as they are, and what they take with a dictionary.
class EncodedSizes {
 public:
  explicit EncodedSizes(int64_t most_values) { seen_.reserve(most_values); }

  void Add(std::string_view value, int64_t encoded_bytes) {
    ++values_;
    plain_bytes_ += encoded_bytes;
    if (seen_.insert(value).second) dictionary_bytes_ += encoded_bytes;
  }

  bool DictionaryIsSmaller() const {
    if (values_ < kFewestValues) return true;
    const int64_t number_bits = std::bit_width(seen_.size() - 1);
    return dictionary_bytes_ + values_ * number_bits / 8 < plain_bytes_;
  }

 private:
  std::unordered_set<std::string_view> seen_;
  int64_t values_ = 0;
  int64_t plain_bytes_ = 0;
  int64_t dictionary_bytes_ = 0;
};

}  // namespace

bool IsWorthADictionary(const arrow::Array& first_values) {
  const int64_t count = std::min(first_values.length(), kMostValues);
  EncodedSizes sizes(count);
  const arrow::Type::type type = first_values.type_id();
  if (type == arrow::Type::STRING || type == arrow::Type::BINARY) {
    const auto& values = static_cast<const arrow::BinaryArray&>(first_values);
    for (int64_t i = 0; i < count; ++i) {
      if (values.IsNull(i)) continue;
      const std::string_view value = values.GetView(i);
      sizes.Add(value, static_cast<int64_t>(value.size()) + kLengthBytes);
    }
    return sizes.DictionaryIsSmaller();
  }
  const int width = first_values.type()->byte_width();
  if (width <= 0 || type == arrow::Type::BOOL) return true;
  const char* bytes = reinterpret_cast<const char*>(first_values.data()->buffers[1]->data()) +
                      first_values.offset() * width;
  for (int64_t i = 0; i < count; ++i) {
    if (first_values.IsValid(i)) sizes.Add(std::string_view(bytes + i * width, width), width);
  }
  return sizes.DictionaryIsSmaller();
}

}  // namespace firesteel
