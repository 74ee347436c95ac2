#include "types/hash.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "arrow/array/array_base.h"
#include "arrow/type.h"
#include "common/error.h"
#include "types/column_view.h"
#include "types/decimal.h"
#include "xxhash.h"

namespace firesteel {
namespace {

// Murmur3_x86_32 in the variants that Spark has.
struct Murmur3 {
  using Hash = int32_t;

  static uint32_t MixKey(uint32_t k) { return std::rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; }
  static uint32_t MixHash(uint32_t h, uint32_t k) {
    return std::rotl(h ^ MixKey(k), 13) * 5 + 0xe6546b64u;
  }
  static int32_t Finish(uint32_t h, uint32_t length) {
    h ^= length;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return static_cast<int32_t>(h ^ (h >> 16));
  }

  static int32_t Int(int32_t value, int32_t seed) {
    return Finish(MixHash(static_cast<uint32_t>(seed), static_cast<uint32_t>(value)), 4);
  }
  static int32_t Long(int64_t value, int32_t seed) {
    const auto bits = static_cast<uint64_t>(value);
    uint32_t h = MixHash(static_cast<uint32_t>(seed), static_cast<uint32_t>(bits));
    h = MixHash(h, static_cast<uint32_t>(bits >> 32));
    return Finish(h, 8);
  }
  static int32_t Bytes(std::string_view bytes, int32_t seed) {
    auto h = static_cast<uint32_t>(seed);
    size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
      uint32_t word;
      std::memcpy(&word, bytes.data() + i, 4);
      h = MixHash(h, word);
    }
    for (; i < bytes.size(); ++i) {
      h = MixHash(h, static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(bytes[i]))));
    }
    return Finish(h, static_cast<uint32_t>(bytes.size()));
  }
};

struct XxHash64 {
  using Hash = int64_t;

  static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87u;
  static constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Fu;
  static constexpr uint64_t kPrime3 = 0x165667B19E3779F9u;
  static constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63u;
  static constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5u;

  static int64_t Finish(uint64_t h) {
    h = (h ^ (h >> 33)) * kPrime2;
    h = (h ^ (h >> 29)) * kPrime3;
    return static_cast<int64_t>(h ^ (h >> 32));
  }
  static int64_t Int(int32_t value, int64_t seed) {
    uint64_t h = static_cast<uint64_t>(seed) + kPrime5 + 4;
    h ^= static_cast<uint64_t>(static_cast<uint32_t>(value)) * kPrime1;
    return Finish(std::rotl(h, 23) * kPrime2 + kPrime3);
  }
  static int64_t Long(int64_t value, int64_t seed) {
    uint64_t h = static_cast<uint64_t>(seed) + kPrime5 + 8;
    h ^= std::rotl(static_cast<uint64_t>(value) * kPrime2, 31) * kPrime1;
    return Finish(std::rotl(h, 27) * kPrime1 + kPrime4);
  }
  static int64_t Bytes(std::string_view bytes, int64_t seed) {
    return static_cast<int64_t>(XXH64(bytes.data(), bytes.size(), static_cast<uint64_t>(seed)));
  }
};

// One zero and one NaN, as Java's floatToIntBits gives for normalised values.
int32_t FloatBits(float value) {
  if (value == 0) return 0;
  if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  return std::bit_cast<int32_t>(value);
}
int64_t DoubleBits(double value) {
  if (value == 0) return 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<int64_t>(value);
}

template <typename H>
typename H::Hash HashDecimal(const ColumnView& view, int64_t i, typename H::Hash seed) {
  const int128_t value = UnscaledDecimalAt(view, i);
  if (view.type().precision() <= kMaxLongDecimalPrecision) {
    return H::Long(static_cast<int64_t>(value), seed);
  }
  uint8_t bytes[16];
  const int length = MinimalBigEndian(value, bytes);
  return H::Bytes({reinterpret_cast<const char*>(bytes), static_cast<size_t>(length)}, seed);
}

template <typename H>
typename H::Hash HashInterval(const ColumnView& view, int64_t i, typename H::Hash seed) {
  const auto& parts = view.Values<arrow::MonthDayNanoIntervalType::MonthDayNanos>()[i];
  return H::Int(parts.months, H::Int(parts.days, H::Long(parts.nanoseconds / 1000, seed)));
}

// Hashes one value of a nested column; columns themselves are folded by Update below.
template <typename H>
typename H::Hash HashValue(const ColumnView& view, int64_t i, typename H::Hash hash);

template <typename H>
typename H::Hash HashNested(const ColumnView& view, int64_t i, typename H::Hash hash) {
  if (view.id() == TypeId::kStruct) {
    for (const ColumnView& child : view.children()) {
      hash = HashValue<H>(child, view.ChildIndex(i), hash);
    }
    return hash;
  }
  for (int64_t entry = view.ListBegin(i); entry < view.ListEnd(i); ++entry) {
    for (const ColumnView& child : view.children()) hash = HashValue<H>(child, entry, hash);
  }
  return hash;
}

// Calls `fold(get)` with a function that hashes row i of the view into a seed: one switch per
// column, not per row.
template <typename H, typename Fold>
void WithHasher(const ColumnView& view, const Fold& fold) {
  using Hash = typename H::Hash;
  switch (view.id()) {
    case TypeId::kNull:
      return;
    case TypeId::kBoolean:
      return fold([&](int64_t i, Hash seed) { return H::Int(view.BoolAt(i) ? 1 : 0, seed); });
    case TypeId::kByte:
      return fold([v = view.Values<int8_t>()](int64_t i, Hash seed) { return H::Int(v[i], seed); });
    case TypeId::kShort:
      return fold(
          [v = view.Values<int16_t>()](int64_t i, Hash seed) { return H::Int(v[i], seed); });
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return fold(
          [v = view.Values<int32_t>()](int64_t i, Hash seed) { return H::Int(v[i], seed); });
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return fold(
          [v = view.Values<int64_t>()](int64_t i, Hash seed) { return H::Long(v[i], seed); });
    case TypeId::kFloat:
      return fold([v = view.Values<float>()](int64_t i, Hash seed) {
        return H::Int(FloatBits(v[i]), seed);
      });
    case TypeId::kDouble:
      return fold([v = view.Values<double>()](int64_t i, Hash seed) {
        return H::Long(DoubleBits(v[i]), seed);
      });
    case TypeId::kString:
    case TypeId::kBinary:
      return fold([&](int64_t i, Hash seed) { return H::Bytes(view.BytesAt(i), seed); });
    case TypeId::kDecimal:
      return fold([&](int64_t i, Hash seed) { return HashDecimal<H>(view, i, seed); });
    case TypeId::kCalendarInterval:
      return fold([&](int64_t i, Hash seed) { return HashInterval<H>(view, i, seed); });
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      return fold([&](int64_t i, Hash seed) { return HashNested<H>(view, i, seed); });
  }
}

template <typename H>
typename H::Hash HashValue(const ColumnView& view, int64_t i, typename H::Hash hash) {
  if (view.IsNull(i)) return hash;
  WithHasher<H>(view, [&](const auto& hash_row) { hash = hash_row(i, hash); });
  return hash;
}

template <typename H>
Status Update(const arrow::Array& column, const DataType& type,
              std::vector<typename H::Hash>* hashes) {
  if (column.length() != static_cast<int64_t>(hashes->size())) {
    return InternalError("A column to hash is longer or shorter than its hashes.");
  }
  ARROW_ASSIGN_OR_RAISE(const ColumnView view, ColumnView::Make(*column.data(), type));
  typename H::Hash* const out = hashes->data();
  const int64_t length = column.length();
  WithHasher<H>(view, [&](const auto& hash_row) {
    if (view.has_nulls()) {
      for (int64_t i = 0; i < length; ++i) {
        if (!view.IsNull(i)) out[i] = hash_row(i, out[i]);
      }
    } else {
      for (int64_t i = 0; i < length; ++i) out[i] = hash_row(i, out[i]);
    }
  });
  return Status::OK();
}

}  // namespace

int32_t Murmur3HashInt(int32_t value, int32_t seed) { return Murmur3::Int(value, seed); }
int32_t Murmur3HashLong(int64_t value, int32_t seed) { return Murmur3::Long(value, seed); }
int32_t Murmur3HashBytes(std::string_view bytes, int32_t seed) {
  return Murmur3::Bytes(bytes, seed);
}

Status Murmur3Update(const arrow::Array& column, const DataType& type,
                     std::vector<int32_t>* hashes) {
  return Update<Murmur3>(column, type, hashes);
}

Status XxHash64Update(const arrow::Array& column, const DataType& type,
                      std::vector<int64_t>* hashes) {
  return Update<XxHash64>(column, type, hashes);
}

Result<std::vector<int32_t>> PartitionIds(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                          const std::vector<DataType>& types, int partitions) {
  if (columns.size() != types.size() || partitions < 1) {
    return InternalError("The columns of a key do not fit its types.");
  }
  const size_t length = columns.empty() ? 0 : static_cast<size_t>(columns[0]->length());
  std::vector<int32_t> hashes(length, kHashSeed);
  for (size_t c = 0; c < columns.size(); ++c) {
    ARROW_RETURN_NOT_OK(Murmur3Update(*columns[c], types[c], &hashes));
  }
  for (int32_t& hash : hashes) {
    hash %= partitions;
    if (hash < 0) hash += partitions;
  }
  return hashes;
}

}  // namespace firesteel
