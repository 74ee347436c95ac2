#include "formats/orc/orc_leaf_readers.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/type.h"
#include "formats/orc/hybrid_calendar.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

// Seconds from 1970 to 2015-01-01, where ORC's timestamps count from.
constexpr int64_t kOrcEpochSeconds = 1420070400;

Result<std::shared_ptr<arrow::Buffer>> AllocateZeros(int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(bytes));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(bytes));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

Result<std::shared_ptr<arrow::Array>> MakeColumn(
    const DataType& type, int64_t rows, const OrcPresence& presence,
    std::vector<std::shared_ptr<arrow::Buffer>> buffers) {
  ARROW_ASSIGN_OR_RAISE(buffers[0], presence.ValidityBits());
  return arrow::MakeArray(arrow::ArrayData::Make(ToArrowType(type), rows, std::move(buffers),
                                                 presence.null_count()));
}

// Spreads `values`, one for each element that is there, over the rows.
template <typename T, typename Convert>
Result<std::shared_ptr<arrow::Array>> Scatter(const DataType& type, int64_t rows,
                                              const OrcPresence& presence, const Convert& convert) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                        AllocateZeros(rows * static_cast<int64_t>(sizeof(T))));
  auto* out = reinterpret_cast<T*>(buffer->mutable_data());
  const uint8_t* valid = presence.valid();
  int64_t next = 0;
  for (int64_t row = 0; row < rows; ++row) {
    if (valid[row]) out[row] = convert(next++);
  }
  return MakeColumn(type, rows, presence, {nullptr, std::move(buffer)});
}

class BooleanReader final : public OrcColumnReader {
 public:
  explicit BooleanReader(OrcStreams streams)
      : presence_(std::move(streams.present)), bits_(std::move(streams.data)) {}
  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_RETURN_NOT_OK(presence_.Read(rows, parent_valid).status());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, AllocateZeros((rows + 7) / 8));
    uint8_t* out = buffer->mutable_data();
    for (int64_t row = 0; row < rows; ++row) {
      if (presence_.valid()[row]) out[row >> 3] |= static_cast<uint8_t>(bits_.Next() << (row & 7));
    }
    if (bits_.failed()) return OrcColumnDamaged();
    return MakeColumn(TypeId::kBoolean, rows, presence_, {nullptr, std::move(buffer)});
  }

 private:
  OrcPresence presence_;
  OrcBitDecoder bits_;
};

class ByteReader final : public OrcColumnReader {
 public:
  explicit ByteReader(OrcStreams streams)
      : presence_(std::move(streams.present)), bytes_(std::move(streams.data)) {}
  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_RETURN_NOT_OK(presence_.Read(rows, parent_valid).status());
    auto column = Scatter<int8_t>(TypeId::kByte, rows, presence_,
                                  [this](int64_t) { return static_cast<int8_t>(bytes_.Next()); });
    if (bytes_.failed()) return OrcColumnDamaged();
    return column;
  }

 private:
  OrcPresence presence_;
  OrcByteDecoder bytes_;
};

class IntegerReader final : public OrcColumnReader {
 public:
  IntegerReader(const DataType& type, OrcStreams streams, bool has_hybrid_calendar)
      : type_(type),
        rebases_(has_hybrid_calendar && type.id() == TypeId::kDate),
        presence_(std::move(streams.present)),
        numbers_(std::move(streams.data), /*is_signed=*/true, streams.is_version_2) {}

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    values_.resize(count);
    numbers_.Read(values_.data(), count);
    if (numbers_.failed()) return OrcColumnDamaged();
    switch (type_.id()) {
      case TypeId::kShort:
        return Scatter<int16_t>(type_, rows, presence_,
                                [&](int64_t i) { return static_cast<int16_t>(values_[i]); });
      case TypeId::kInteger:
      case TypeId::kYearMonthInterval:
        return Scatter<int32_t>(type_, rows, presence_,
                                [&](int64_t i) { return static_cast<int32_t>(values_[i]); });
      case TypeId::kDate:
        return Scatter<int32_t>(type_, rows, presence_, [&](int64_t i) {
          return static_cast<int32_t>(rebases_ ? HybridToProlepticDays(values_[i]) : values_[i]);
        });
      default:
        return Scatter<int64_t>(type_, rows, presence_, [&](int64_t i) { return values_[i]; });
    }
  }

 private:
  const DataType type_;
  const bool rebases_;
  OrcPresence presence_;
  OrcIntegerDecoder numbers_;
  std::vector<int64_t> values_;
};

template <typename T>
class FloatingReader final : public OrcColumnReader {
 public:
  FloatingReader(const DataType& type, OrcStreams streams)
      : type_(type), presence_(std::move(streams.present)), data_(std::move(streams.data)) {}
  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    values_.resize(count);
    data_->Read(values_.data(), static_cast<size_t>(count) * sizeof(T));
    if (data_->failed()) return OrcColumnDamaged();
    return Scatter<T>(type_, rows, presence_, [&](int64_t i) { return values_[i]; });
  }

 private:
  const DataType type_;
  OrcPresence presence_;
  std::unique_ptr<OrcStream> data_;
  std::vector<T> values_;
};

class TimestampReader final : public OrcColumnReader {
 public:
  TimestampReader(const DataType& type, OrcStreams streams, bool has_hybrid_calendar,
                  const TimeZone& zone)
      : type_(type),
        has_hybrid_calendar_(has_hybrid_calendar),
        epoch_seconds_(ZoneConverter(zone).ToUtcMicros(kOrcEpochSeconds * kMicrosPerSecond) /
                       kMicrosPerSecond),
        presence_(std::move(streams.present)),
        seconds_(std::move(streams.data), /*is_signed=*/true, streams.is_version_2),
        nanos_(std::move(streams.secondary), /*is_signed=*/false, streams.is_version_2) {}

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    seconds_values_.resize(count);
    nanos_values_.resize(count);
    seconds_.Read(seconds_values_.data(), count);
    nanos_.Read(nanos_values_.data(), count);
    if (seconds_.failed() || nanos_.failed()) return OrcColumnDamaged();
    bool fits = true;
    auto column = Scatter<int64_t>(type_, rows, presence_, [&](int64_t i) {
      int64_t micros = 0;
      fits = ToMicros(seconds_values_[i], nanos_values_[i], &micros) && fits;
      return micros;
    });
    if (!fits) return Status::Invalid("A timestamp does not fit 64 bits of microseconds.");
    return column;
  }

 private:
  // The lowest three bits of `packed` tell how many zeros were cut off the nanoseconds.
  bool ToMicros(int64_t seconds, int64_t packed, int64_t* micros) const {
    constexpr int64_t kPowers[] = {1, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    int64_t nanos = 0;
    // Some writers count the nanoseconds before 1970 below zero.
    if (__builtin_mul_overflow(packed >> 3, kPowers[packed & 7], &nanos) || nanos < -999999999 ||
        nanos > 999999999) {
      return false;
    }
    if (__builtin_add_overflow(seconds, epoch_seconds_, &seconds)) return false;
    // Before 1970 writers round the seconds towards zero where there are whole milliseconds.
    if (seconds < 0 && nanos > 999999) --seconds;
    if (__builtin_mul_overflow(seconds, kMicrosPerSecond, micros) ||
        __builtin_add_overflow(*micros, FloorDivide(nanos, 1000), micros)) {
      return false;
    }
    if (has_hybrid_calendar_) *micros = HybridToProlepticMicros(*micros);
    return true;
  }

  const DataType type_;
  const bool has_hybrid_calendar_;
  const int64_t epoch_seconds_;
  OrcPresence presence_;
  OrcIntegerDecoder seconds_;
  OrcIntegerDecoder nanos_;
  std::vector<int64_t> seconds_values_;
  std::vector<int64_t> nanos_values_;
};

class DecimalReader final : public OrcColumnReader {
 public:
  DecimalReader(const DataType& type, OrcStreams streams)
      : type_(type),
        presence_(std::move(streams.present)),
        data_(std::move(streams.data)),
        scales_(std::move(streams.secondary), /*is_signed=*/true, streams.is_version_2) {}

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    scale_values_.resize(count);
    scales_.Read(scale_values_.data(), count);
    if (scales_.failed()) return OrcColumnDamaged();
    bool fits = true;
    auto column = Scatter<int128_t>(type_, rows, presence_, [&](int64_t i) -> int128_t {
      const int128_t unscaled = ReadUnscaled();
      const int64_t scale = scale_values_[i];
      if (scale < 0 || scale > kMaxDecimalPrecision) {
        fits = false;
        return 0;
      }
      const std::optional<int128_t> value =
          Rescale(unscaled, static_cast<int>(scale), type_.scale(), type_.precision());
      fits = fits && value.has_value();
      return value.value_or(0);
    });
    if (data_->failed() || !fits) return OrcColumnDamaged();
    return column;
  }

 private:
  int128_t ReadUnscaled() {
    uint128_t number = 0;
    for (int shift = 0; shift < 128; shift += 7) {
      const uint8_t byte = data_->ReadByte();
      number |= static_cast<uint128_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        return static_cast<int128_t>(number >> 1) ^ -static_cast<int128_t>(number & 1);
      }
    }
    data_->Fail();
    return 0;
  }

  const DataType type_;
  OrcPresence presence_;
  std::unique_ptr<OrcStream> data_;
  OrcIntegerDecoder scales_;
  std::vector<int64_t> scale_values_;
};

// Strings and binaries, as they are or as numbers of entries of a dictionary.
class BytesReader final : public OrcColumnReader {
 public:
  static Result<std::unique_ptr<OrcColumnReader>> Make(const DataType& type, OrcStreams streams) {
    const bool has_dictionary = streams.has_dictionary;
    const int64_t entries = streams.dictionary_size;
    auto reader = std::unique_ptr<BytesReader>(new BytesReader(type, std::move(streams)));
    if (has_dictionary) ARROW_RETURN_NOT_OK(reader->ReadDictionary(entries));
    return reader;
  }

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    values_.resize(count);
    numbers_.Read(values_.data(), count);
    if (numbers_.failed()) return OrcColumnDamaged();
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> ends,
                          AllocateZeros((rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
    auto* end = reinterpret_cast<int32_t*>(ends->mutable_data());
    int64_t total = 0;
    int64_t next = 0;
    for (int64_t row = 0; row < rows; ++row) {
      if (presence_.valid()[row]) {
        const int64_t bytes = LengthOf(values_[next++]);
        if (bytes < 0 || bytes > std::numeric_limits<int32_t>::max() - total) {
          return OrcColumnDamaged();
        }
        total += bytes;
      }
      end[row + 1] = static_cast<int32_t>(total);
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> text, ReadText(total));
    return MakeColumn(type_, rows, presence_, {nullptr, std::move(ends), std::move(text)});
  }

 private:
  BytesReader(const DataType& type, OrcStreams streams)
      : type_(type),
        presence_(std::move(streams.present)),
        data_(streams.has_dictionary ? std::move(streams.dictionary) : std::move(streams.data)),
        lengths_(streams.has_dictionary ? std::move(streams.length) : nullptr),
        has_dictionary_(streams.has_dictionary),
        is_version_2_(streams.is_version_2),
        numbers_(streams.has_dictionary ? std::move(streams.data) : std::move(streams.length),
                 /*is_signed=*/false, streams.is_version_2) {}

  Status ReadDictionary(int64_t entries) {
    OrcIntegerDecoder lengths(std::move(lengths_), /*is_signed=*/false, is_version_2_);
    int64_t length = 0;
    for (int64_t i = 0; i < entries; ++i) {
      lengths.Read(&length, 1);
      if (lengths.failed() || length < 0 || length > std::numeric_limits<int32_t>::max()) {
        return OrcColumnDamaged();
      }
      ARROW_RETURN_NOT_OK(AppendPieces(length, &dictionary_));
      dictionary_ends_.push_back(static_cast<int64_t>(dictionary_.size()));
    }
    return Status::OK();
  }

  // Reads in pieces, so that a damaged length does not take more memory than there is text.
  Status AppendPieces(int64_t bytes, std::string* out) {
    while (bytes > 0) {
      const int64_t piece = std::min<int64_t>(bytes, int64_t{1} << 20);
      const size_t start = out->size();
      out->resize(start + static_cast<size_t>(piece));
      data_->Read(out->data() + start, static_cast<size_t>(piece));
      if (data_->failed()) return OrcColumnDamaged();
      bytes -= piece;
    }
    return Status::OK();
  }

  int64_t LengthOf(int64_t number) const {
    if (!has_dictionary_) return number;
    if (number < 0 || number >= static_cast<int64_t>(dictionary_ends_.size())) return -1;
    return dictionary_ends_[number] - (number == 0 ? 0 : dictionary_ends_[number - 1]);
  }

  Result<std::shared_ptr<arrow::Buffer>> ReadText(int64_t total) {
    std::string text;
    if (!has_dictionary_) {
      ARROW_RETURN_NOT_OK(AppendPieces(total, &text));
    } else {
      text.reserve(static_cast<size_t>(total));
      for (const int64_t number : values_) {
        const int64_t start = number == 0 ? 0 : dictionary_ends_[number - 1];
        text.append(dictionary_, static_cast<size_t>(start),
                    static_cast<size_t>(dictionary_ends_[number] - start));
      }
    }
    return arrow::Buffer::FromString(std::move(text));
  }

  const DataType type_;
  OrcPresence presence_;
  std::unique_ptr<OrcStream> data_;
  std::unique_ptr<OrcStream> lengths_;
  const bool has_dictionary_;
  const bool is_version_2_;
  OrcIntegerDecoder numbers_;
  std::string dictionary_;
  std::vector<int64_t> dictionary_ends_;
  std::vector<int64_t> values_;
};

}  // namespace

Status OrcColumnDamaged() {
  return Status::IOError("The ORC file is damaged: a column's data ends early or makes no sense.");
}

Result<int64_t> OrcPresence::Read(int64_t rows, const uint8_t* parent_valid) {
  valid_.resize(rows);
  int64_t count = 0;
  for (int64_t row = 0; row < rows; ++row) {
    const bool expected = parent_valid == nullptr || parent_valid[row] != 0;
    valid_[row] = expected ? (bits_ ? bits_->Next() : uint8_t{1}) : uint8_t{0};
    count += valid_[row];
  }
  if (bits_ && bits_->failed()) return OrcColumnDamaged();
  null_count_ = rows - count;
  return count;
}

Result<std::shared_ptr<arrow::Buffer>> OrcPresence::ValidityBits() const {
  if (null_count_ == 0) return nullptr;
  const auto rows = static_cast<int64_t>(valid_.size());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, AllocateZeros((rows + 7) / 8));
  uint8_t* out = bits->mutable_data();
  for (int64_t row = 0; row < rows; ++row) {
    out[row >> 3] |= static_cast<uint8_t>(valid_[row] << (row & 7));
  }
  return bits;
}

Result<std::unique_ptr<OrcColumnReader>> MakeOrcLeafReader(const OrcStripeContext& stripe,
                                                           const OrcType& type,
                                                           const DataType& natural,
                                                           OrcStreams streams) {
  const bool hybrid = stripe.tail->has_hybrid_calendar;
  switch (type.kind) {
    case OrcType::kBoolean:
      return std::make_unique<BooleanReader>(std::move(streams));
    case OrcType::kByte:
      return std::make_unique<ByteReader>(std::move(streams));
    case OrcType::kShort:
    case OrcType::kInt:
    case OrcType::kLong:
    case OrcType::kDate:
      return std::make_unique<IntegerReader>(natural, std::move(streams), hybrid);
    case OrcType::kFloat:
      return std::make_unique<FloatingReader<float>>(natural, std::move(streams));
    case OrcType::kDouble:
      return std::make_unique<FloatingReader<double>>(natural, std::move(streams));
    case OrcType::kTimestamp:
      return std::make_unique<TimestampReader>(natural, std::move(streams), hybrid,
                                               *stripe.writer_zone);
    case OrcType::kTimestampInstant:
      return std::make_unique<TimestampReader>(natural, std::move(streams), hybrid,
                                               TimeZone::Utc());
    case OrcType::kDecimal:
      return std::make_unique<DecimalReader>(natural, std::move(streams));
    case OrcType::kString:
    case OrcType::kVarchar:
    case OrcType::kChar:
    case OrcType::kBinary:
      return BytesReader::Make(natural, std::move(streams));
    default:
      return Status::NotImplemented("This type of ORC column cannot be read.");
  }
}

}  // namespace firesteel
