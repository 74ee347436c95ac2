#include "formats/avro/avro_decoder.h"

#include <cstring>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "formats/avro/avro_step.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;
constexpr int kDeepestValue = 1000;
constexpr int64_t kFewKeys = 16;  // are compared with each other without a set
// More items that take no bytes than this in one value are an attack on memory.
constexpr int64_t kMostEmptyItems = 1'000'000;

bool HasRepeatedKeys(const JsonColumn& keys, int64_t first, int64_t count) {
  if (count > kFewKeys) {
    std::set<std::string_view> seen;
    for (int64_t i = first; i < first + count; ++i) {
      if (!seen.insert(keys.BytesAt(i)).second) return true;
    }
    return false;
  }
  for (int64_t i = first; i < first + count; ++i) {
    for (int64_t j = first; j < i; ++j) {
      if (keys.BytesAt(i) == keys.BytesAt(j)) return true;
    }
  }
  return false;
}

}  // namespace

AvroDecoder::~AvroDecoder() = default;

Result<bool> AvroDecoder::Decode(std::string_view* input, JsonColumn* column) {
  input_ = *input;
  empty_items_ = 0;
  const int64_t length = column->length();
  if (Run(*root_, column)) {
    *input = input_;
    return true;
  }
  ARROW_RETURN_NOT_OK(std::exchange(status_, Status::OK()));
  column->Truncate(length);
  return false;
}

bool AvroDecoder::Fail(std::string_view reason) {
  reason_ = reason;
  return false;
}

bool AvroDecoder::Keep(Status status) {
  if (status.ok()) [[likely]]
    return true;
  status_ = std::move(status);
  return false;
}

bool AvroDecoder::ReadLong(int64_t* value) {
  uint64_t bits = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    const size_t at = static_cast<size_t>(shift) / 7;
    if (at >= input_.size()) return Fail("It ends too early");
    const auto byte = static_cast<uint8_t>(input_[at]);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      input_.remove_prefix(at + 1);
      *value = static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
      return true;
    }
  }
  return Fail("A number has too many bytes");
}

bool AvroDecoder::ReadInt(int32_t* value) {
  int64_t wide;
  const size_t before = input_.size();
  if (!ReadLong(&wide)) return false;
  if (before - input_.size() > 5) return Fail("A number has too many bytes");
  // The bits over 32 are lost, as in Avro's own reader.
  const auto zigzag = static_cast<uint32_t>((wide << 1) ^ (wide >> 63));
  *value = static_cast<int32_t>(zigzag >> 1) ^ -static_cast<int32_t>(zigzag & 1);
  return true;
}

bool AvroDecoder::ReadRaw(size_t size, std::string_view* bytes) {
  if (size > input_.size()) return Fail("It ends too early");
  *bytes = input_.substr(0, size);
  input_.remove_prefix(size);
  return true;
}

bool AvroDecoder::ReadBytes(std::string_view* bytes) {
  int64_t size;
  if (!ReadLong(&size)) return false;
  if (size < 0) return Fail("A length is negative");
  return ReadRaw(static_cast<size_t>(size), bytes);
}

bool AvroDecoder::ReadBlock(int64_t* items, int64_t* block_bytes) {
  *block_bytes = -1;
  if (!ReadLong(items)) return false;
  if (*items >= 0) return true;
  if (*items == std::numeric_limits<int64_t>::min()) return Fail("A count is out of range");
  *items = -*items;
  if (!ReadLong(block_bytes)) return false;
  if (*block_bytes < 0) return Fail("A length is negative");
  return true;
}

bool AvroDecoder::RunInteger(const Step& step, JsonColumn* column) {
  int64_t value;
  if (step.wide) {
    if (!ReadLong(&value)) return false;
  } else {
    int32_t narrow;
    if (!ReadInt(&narrow)) return false;
    value = narrow;
  }
  if (step.action == Action::kMillis) {
    if (__builtin_mul_overflow(value, kMicrosPerMilli, &value)) {
      return Fail("A timestamp is out of range");
    }
    return Keep(column->AppendFixed(value));
  }
  switch (column->id()) {
    case TypeId::kFloat:
      return Keep(column->AppendFixed(static_cast<float>(value)));
    case TypeId::kDouble:
      return Keep(column->AppendFixed(static_cast<double>(value)));
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return Keep(column->AppendFixed(static_cast<int32_t>(value)));
    default:
      return Keep(column->AppendFixed(value));
  }
}

bool AvroDecoder::PutDecimal(const Step& step, std::string_view bytes, JsonColumn* column) {
  if (bytes.empty()) return Fail("A decimal has no bytes");
  const char sign = bytes[0] < 0 ? '\xff' : '\0';
  while (bytes.size() > 16) {
    if (bytes[0] != sign) return Fail("A decimal has too many digits");
    bytes.remove_prefix(1);
    if (bytes.size() == 16 && (bytes[0] < 0) != (sign != 0)) {
      return Fail("A decimal has too many digits");
    }
  }
  const int128_t value = FromBigEndian(bytes);
  if (!FitsPrecision(value, step.precision)) return Fail("A decimal has too many digits");
  return Keep(column->AppendFixed(value));
}

bool AvroDecoder::RunBytes(const Step& step, JsonColumn* column) {
  std::string_view bytes;
  const bool fixed = step.action == Action::kFixed || step.action == Action::kFixedDecimal;
  if (fixed ? !ReadRaw(static_cast<size_t>(step.size), &bytes) : !ReadBytes(&bytes)) return false;
  if (step.action == Action::kDecimal || step.action == Action::kFixedDecimal) {
    return PutDecimal(step, bytes, column);
  }
  return Keep(column->AppendBytes(bytes));
}

bool AvroDecoder::RunRecord(const Step& step, JsonColumn* column) {
  for (const Step::Field& field : step.fields) {
    if (field.step == nullptr) {
      if (!Skip(*field.skipped, 0)) return false;
    } else if (!Run(*field.step, &column->child(field.child))) {
      return false;
    }
  }
  return Keep(column->AppendStruct());
}

bool AvroDecoder::RunArray(const Step& step, JsonColumn* column) {
  while (true) {
    int64_t items;
    int64_t block_bytes;
    if (!ReadBlock(&items, &block_bytes)) return false;
    if (items == 0) return Keep(column->AppendList());
    for (int64_t i = 0; i < items; ++i) {
      const size_t before = input_.size();
      if (!Run(*step.steps[0], &column->child(0))) return false;
      if (input_.size() == before && ++empty_items_ > kMostEmptyItems) {
        return Fail("It has too many items without bytes");
      }
    }
  }
}

// Of pairs with the same key the last counts. They are so rare that only then the map is read
// again, now without the others.
bool AvroDecoder::RunMap(const Step& step, JsonColumn* column) {
  const std::string_view start = input_;
  JsonColumn& keys = column->child(0);
  const int64_t first = keys.length();
  if (!RunMapEntries(step, column, nullptr)) return false;
  const int64_t count = keys.length() - first;
  if (HasRepeatedKeys(keys, first, count)) {
    std::vector<uint8_t> left_out(static_cast<size_t>(count));
    std::set<std::string_view> seen;
    for (int64_t i = count - 1; i >= 0; --i) {
      left_out[i] = seen.insert(keys.BytesAt(first + i)).second ? 0 : 1;
    }
    column->TruncateChildren();
    input_ = start;
    if (!RunMapEntries(step, column, &left_out)) return false;
  }
  return Keep(column->AppendList());
}

bool AvroDecoder::RunMapEntries(const Step& step, JsonColumn* column,
                                const std::vector<uint8_t>* left_out) {
  JsonColumn& values = column->child(1);
  size_t entry = 0;
  while (true) {
    int64_t items;
    int64_t block_bytes;
    if (!ReadBlock(&items, &block_bytes)) return false;
    if (items == 0) return true;
    for (int64_t i = 0; i < items; ++i) {
      std::string_view key;
      if (!ReadBytes(&key)) return false;
      const int64_t length = values.length();
      if (!Run(*step.steps[0], &values)) return false;
      if (left_out != nullptr && (*left_out)[entry++]) {
        values.Truncate(length);
      } else if (!Keep(column->child(0).AppendBytes(key))) {
        return false;
      }
    }
  }
}

bool AvroDecoder::RunMember(const Step& step, JsonColumn* column) {
  for (int i = 0; i < step.fields_of_struct; ++i) {
    if (i == step.member) {
      if (!Run(*step.steps[0], &column->child(i))) return false;
    } else if (!Keep(column->child(i).AppendNull())) {
      return false;
    }
  }
  return Keep(column->AppendStruct());
}

bool AvroDecoder::RunDefault(const Step& step, JsonColumn* column) {
  const std::string_view rest = std::exchange(input_, step.bytes);
  const bool good = Run(*step.steps[0], column);
  input_ = rest;
  return good;
}

bool AvroDecoder::Run(const Step& step, JsonColumn* column) {
  std::string_view bytes;
  switch (step.action) {
    case Action::kFail:
      return Fail(step.reason);
    case Action::kNull:
      return Keep(column->AppendNull());
    case Action::kBoolean:
      return ReadRaw(1, &bytes) &&
             Keep(column->AppendFixed(static_cast<uint8_t>(bytes[0] == 1 ? 1 : 0)));
    case Action::kInteger:
    case Action::kMillis:
      return RunInteger(step, column);
    case Action::kFloat: {
      float value;
      if (!ReadRaw(sizeof(value), &bytes)) return false;
      std::memcpy(&value, bytes.data(), sizeof(value));
      if (column->id() == TypeId::kFloat) return Keep(column->AppendFixed(value));
      return Keep(column->AppendFixed(static_cast<double>(value)));
    }
    case Action::kDouble: {
      double value;
      if (!ReadRaw(sizeof(value), &bytes)) return false;
      std::memcpy(&value, bytes.data(), sizeof(value));
      return Keep(column->AppendFixed(value));
    }
    case Action::kBytes:
    case Action::kFixed:
    case Action::kDecimal:
    case Action::kFixedDecimal:
      return RunBytes(step, column);
    case Action::kEnum: {
      int32_t place;
      if (!ReadInt(&place)) return false;
      if (place < 0 || static_cast<size_t>(place) >= step.symbols.size() ||
          step.symbols[place].empty()) {
        return Fail("An enum has a symbol that is not known");
      }
      return Keep(column->AppendBytes(step.symbols[place]));
    }
    case Action::kRecord:
      return RunRecord(step, column);
    case Action::kArray:
      return RunArray(step, column);
    case Action::kMap:
      return RunMap(step, column);
    case Action::kUnion: {
      int32_t branch;
      if (!ReadInt(&branch)) return false;
      if (branch < 0 || static_cast<size_t>(branch) >= step.steps.size()) {
        return Fail("A union has no such branch");
      }
      return Run(*step.steps[branch], column);
    }
    case Action::kMember:
      return RunMember(step, column);
    case Action::kDefault:
      return RunDefault(step, column);
  }
  return false;
}

bool AvroDecoder::SkipBlocks(const AvroNode& node, int depth) {
  while (true) {
    int64_t items;
    int64_t block_bytes;
    std::string_view bytes;
    if (!ReadBlock(&items, &block_bytes)) return false;
    if (items == 0) return true;
    if (block_bytes >= 0) {
      if (!ReadRaw(static_cast<size_t>(block_bytes), &bytes)) return false;
      continue;
    }
    for (int64_t i = 0; i < items; ++i) {
      const size_t before = input_.size();
      if (node.type == AvroType::kMap && !ReadBytes(&bytes)) return false;
      if (!Skip(*node.inner[0], depth + 1)) return false;
      if (input_.size() == before && ++empty_items_ > kMostEmptyItems) {
        return Fail("It has too many items without bytes");
      }
    }
  }
}

bool AvroDecoder::Skip(const AvroNode& node, int depth) {
  if (depth > kDeepestValue) return Fail("It is nested too deeply");
  std::string_view bytes;
  int64_t number;
  switch (node.type) {
    case AvroType::kNull:
      return true;
    case AvroType::kBoolean:
      return ReadRaw(1, &bytes);
    case AvroType::kInt:
    case AvroType::kLong:
    case AvroType::kEnum:
      return ReadLong(&number);
    case AvroType::kFloat:
      return ReadRaw(sizeof(float), &bytes);
    case AvroType::kDouble:
      return ReadRaw(sizeof(double), &bytes);
    case AvroType::kBytes:
    case AvroType::kString:
      return ReadBytes(&bytes);
    case AvroType::kFixed:
      return ReadRaw(static_cast<size_t>(node.size), &bytes);
    case AvroType::kArray:
    case AvroType::kMap:
      return SkipBlocks(node, depth);
    case AvroType::kRecord:
      for (const AvroField& field : node.fields) {
        if (!Skip(*field.type, depth + 1)) return false;
      }
      return true;
    case AvroType::kUnion:
      if (!ReadLong(&number)) return false;
      if (number < 0 || static_cast<size_t>(number) >= node.inner.size()) {
        return Fail("A union has no such branch");
      }
      return Skip(*node.inner[number], depth + 1);
  }
  return false;
}

}  // namespace firesteel
