#include "state/unsafe_row_shape.h"

#include <cstring>

#include "common/error.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

constexpr int kMaxLongDecimalPrecision = 18;
constexpr uint64_t kReservedBytes = 16;

uint64_t ReadWord(std::string_view row, size_t at) {
  uint64_t word;
  std::memcpy(&word, row.data() + at, sizeof(word));
  return word;
}

void WriteWord(uint64_t word, size_t at, std::string* row) {
  std::memcpy(row->data() + at, &word, sizeof(word));
}

bool IsNull(std::string_view row, size_t field) {
  return (static_cast<unsigned char>(row[field / 8]) >> (field % 8) & 1) != 0;
}

uint64_t PadTo8(uint64_t size) { return (size + 7) / 8 * 8; }

}  // namespace

UnsafeRowShape::UnsafeRowShape(const Schema& schema)
    : fixed_bytes_(BitsetBytes(schema.fields().size()) + 8 * schema.fields().size()) {
  for (const StructField& field : schema.fields()) {
    switch (field.type.id()) {
      case TypeId::kString:
      case TypeId::kBinary:
      case TypeId::kArray:
      case TypeId::kMap:
      case TypeId::kStruct:
        fields_.push_back(Field::kVariable);
        break;
      case TypeId::kDecimal:
        fields_.push_back(field.type.precision() > kMaxLongDecimalPrecision ? Field::kReserved
                                                                            : Field::kFixed);
        break;
      case TypeId::kCalendarInterval:
        fields_.push_back(Field::kReserved);
        break;
      default:
        fields_.push_back(Field::kFixed);
    }
  }
}

Status UnsafeRowShape::Validate(std::string_view row) const {
  if (!FitsSize(row.size())) {
    return Status::Invalid(fmt::format("A row of {} fields cannot have {} bytes.", fields_.size(),
                                       row.size()));
  }
  const size_t words = BitsetBytes(fields_.size());
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i] == Field::kFixed || IsNull(row, i)) continue;
    const uint64_t word = ReadWord(row, words + 8 * i);
    const uint64_t offset = word >> 32;
    const uint64_t size = word & 0xffffffff;
    const uint64_t needed = fields_[i] == Field::kReserved ? kReservedBytes : PadTo8(size);
    if (offset < fixed_bytes_ || offset + needed > row.size() || size > needed) {
      return Status::Invalid(
          fmt::format("Field {} claims the bytes {} to {} of a row of {} bytes.", i, offset,
                      offset + size, row.size()));
    }
  }
  return Status::OK();
}

Status UnsafeRowShape::Prefix(std::string_view row, int columns, std::string* prefix) const {
  if (const Status valid = Validate(row); !valid.ok()) {
    return MakeError("STATE_STORE_INVALID_ROW", {{"reason", valid.message()}});
  }
  const size_t count = static_cast<size_t>(columns);
  const size_t from_words = BitsetBytes(fields_.size());
  const size_t to_words = BitsetBytes(count);
  prefix->assign(to_words + 8 * count, '\0');
  for (size_t i = 0; i < count; ++i) {
    const bool null = IsNull(row, i);
    if (null) (*prefix)[i / 8] = static_cast<char>((*prefix)[i / 8] | 1 << (i % 8));
    const uint64_t word = ReadWord(row, from_words + 8 * i);
    const uint64_t size = word & 0xffffffff;
    uint64_t moved_word = word;
    if (fields_[i] == Field::kReserved && null && word != 0) {
      moved_word = static_cast<uint64_t>(prefix->size()) << 32;
      prefix->append(kReservedBytes, '\0');
    } else if (fields_[i] != Field::kFixed && !null) {
      const uint64_t bytes = fields_[i] == Field::kReserved ? kReservedBytes : PadTo8(size);
      moved_word = static_cast<uint64_t>(prefix->size()) << 32 | size;
      prefix->append(row.substr(word >> 32, bytes));
    }
    WriteWord(moved_word, to_words + 8 * i, prefix);
  }
  return Status::OK();
}

}  // namespace firesteel
