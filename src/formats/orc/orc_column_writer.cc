#include "formats/orc/orc_column_writer.h"

#include <utility>

#include "formats/orc/orc_encoding.h"
#include "types/datetime.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

// Seconds from 1970 to 2015-01-01, where ORC's timestamps count from.
constexpr int64_t kEpochSeconds = 1420070400;
constexpr uint32_t kPresent = 0;
constexpr uint32_t kData = 1;
constexpr uint32_t kLength = 2;
constexpr uint32_t kSecondary = 5;

template <typename T>
void AppendRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Cuts off two or more zeros at the end and notes their number, less one, in the lowest three bits.
int64_t PackNanos(int64_t nanos) {
  if (nanos == 0 || nanos % 100 != 0) return nanos << 3;
  int zeros = 1;
  nanos /= 100;
  while (nanos % 10 == 0 && zeros < 7) {
    nanos /= 10;
    ++zeros;
  }
  return nanos << 3 | zeros;
}

}  // namespace

OrcColumnWriter::OrcColumnWriter(const DataType& type, uint32_t node)
    : type_(type), node_(node), next_node_(node + 1) {
  const auto add = [this](const DataType& child) {
    children_.emplace_back(child, next_node_);
    next_node_ = children_.back().next_node();
  };
  if (type.id() == TypeId::kArray) {
    add(type.element_type());
  } else if (type.id() == TypeId::kMap) {
    add(type.key_type());
    add(type.value_type());
  } else if (type.id() == TypeId::kStruct) {
    for (const StructField& field : type.fields()) add(field.type);
  }
}

void OrcColumnWriter::Append(const ColumnView& view, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const bool is_null = view.IsNull(row);
    present_.push_back(is_null ? 0 : 1);
    has_nulls_ |= is_null;
    if (!is_null) AppendValue(view, row);
  }
}

void OrcColumnWriter::AppendTimestamp(int64_t micros) {
  int64_t seconds = FloorDivide(micros, kMicrosPerSecond);
  const int64_t nanos = (micros - seconds * kMicrosPerSecond) * 1000;
  // Rounds towards zero, as every writer of ORC does where there are whole milliseconds.
  if (seconds < 0 && nanos > 999999) ++seconds;
  numbers_.push_back(seconds - kEpochSeconds);
  secondary_.push_back(PackNanos(nanos));
}

void OrcColumnWriter::AppendValue(const ColumnView& view, int64_t row) {
  switch (type_.id()) {
    case TypeId::kBoolean:
      small_.push_back(view.BoolAt(row) ? 1 : 0);
      break;
    case TypeId::kByte:
      small_.push_back(static_cast<uint8_t>(view.Values<int8_t>()[row]));
      break;
    case TypeId::kShort:
      numbers_.push_back(view.Values<int16_t>()[row]);
      break;
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      numbers_.push_back(view.Values<int32_t>()[row]);
      break;
    // Spark keeps local timestamps as plain microseconds.
    case TypeId::kLong:
    case TypeId::kDayTimeInterval:
    case TypeId::kTimestampNtz:
      numbers_.push_back(view.Values<int64_t>()[row]);
      break;
    case TypeId::kFloat:
      AppendRaw(view.Values<float>()[row], &data_);
      break;
    case TypeId::kDouble:
      AppendRaw(view.Values<double>()[row], &data_);
      break;
    case TypeId::kDecimal: {
      const int128_t unscaled = view.Values<int128_t>()[row];
      AppendVarint(static_cast<uint128_t>(unscaled) << 1 ^ static_cast<uint128_t>(unscaled >> 127),
                   &data_);
      numbers_.push_back(type_.scale());
      break;
    }
    case TypeId::kString:
    case TypeId::kBinary:
      data_.append(view.BytesAt(row));
      numbers_.push_back(static_cast<int64_t>(view.BytesAt(row).size()));
      break;
    case TypeId::kTimestamp:
      AppendTimestamp(view.Values<int64_t>()[row]);
      break;
    case TypeId::kArray:
    case TypeId::kMap:
      numbers_.push_back(view.ListEnd(row) - view.ListBegin(row));
      for (size_t i = 0; i < children_.size(); ++i) {
        children_[i].Append(view.child(static_cast<int>(i)), view.ListBegin(row),
                            view.ListEnd(row));
      }
      break;
    case TypeId::kStruct:
      for (size_t i = 0; i < children_.size(); ++i) {
        children_[i].Append(view.child(static_cast<int>(i)), view.ChildIndex(row),
                            view.ChildIndex(row) + 1);
      }
      break;
    default:
      break;
  }
}

int64_t OrcColumnWriter::bytes() const {
  size_t bytes = present_.size() + small_.size() + data_.size() +
                 sizeof(int64_t) * (numbers_.size() + secondary_.size());
  for (const OrcColumnWriter& child : children_) bytes += static_cast<size_t>(child.bytes());
  return static_cast<int64_t>(bytes);
}

void OrcColumnWriter::Finish(std::vector<Stream>* streams) {
  const auto add = [&](uint32_t kind) -> std::string* {
    streams->push_back({kind, node_, {}});
    return &streams->back().bytes;
  };
  if (has_nulls_) AppendOrcBits(present_, add(kPresent));
  switch (type_.id()) {
    case TypeId::kBoolean:
      AppendOrcBits(small_, add(kData));
      break;
    case TypeId::kByte:
      AppendOrcBytes(small_, add(kData));
      break;
    case TypeId::kFloat:
    case TypeId::kDouble:
      *add(kData) = std::move(data_);
      break;
    case TypeId::kDecimal:
      *add(kData) = std::move(data_);
      AppendOrcIntegers(numbers_, /*is_signed=*/true, add(kSecondary));
      break;
    case TypeId::kString:
    case TypeId::kBinary:
      *add(kData) = std::move(data_);
      AppendOrcIntegers(numbers_, /*is_signed=*/false, add(kLength));
      break;
    case TypeId::kTimestamp:
      AppendOrcIntegers(numbers_, /*is_signed=*/true, add(kData));
      AppendOrcIntegers(secondary_, /*is_signed=*/false, add(kSecondary));
      break;
    case TypeId::kArray:
    case TypeId::kMap:
      AppendOrcIntegers(numbers_, /*is_signed=*/false, add(kLength));
      break;
    case TypeId::kStruct:
      break;
    default:
      AppendOrcIntegers(numbers_, /*is_signed=*/true, add(kData));
      break;
  }
  has_nulls_ = false;
  present_.clear();
  small_.clear();
  numbers_.clear();
  secondary_.clear();
  data_.clear();
  for (OrcColumnWriter& child : children_) child.Finish(streams);
}

OrcType::Kind OrcColumnWriter::kind() const {
  switch (type_.id()) {
    case TypeId::kBoolean:
      return OrcType::kBoolean;
    case TypeId::kByte:
      return OrcType::kByte;
    case TypeId::kShort:
      return OrcType::kShort;
    case TypeId::kInteger:
    case TypeId::kYearMonthInterval:
      return OrcType::kInt;
    case TypeId::kFloat:
      return OrcType::kFloat;
    case TypeId::kDouble:
      return OrcType::kDouble;
    case TypeId::kDecimal:
      return OrcType::kDecimal;
    case TypeId::kString:
      return OrcType::kString;
    case TypeId::kBinary:
      return OrcType::kBinary;
    case TypeId::kDate:
      return OrcType::kDate;
    case TypeId::kTimestamp:
      return OrcType::kTimestamp;
    case TypeId::kArray:
      return OrcType::kList;
    case TypeId::kMap:
      return OrcType::kMap;
    case TypeId::kStruct:
      return OrcType::kStruct;
    default:
      return OrcType::kLong;
  }
}

void OrcColumnWriter::AppendTypes(std::vector<std::string>* messages) const {
  ProtobufWriter message;
  message.AddNumber(1, kind());
  if (!children_.empty()) {
    std::string numbers;
    for (const OrcColumnWriter& child : children_) AppendVarint(child.node_, &numbers);
    message.AddBytes(2, numbers);
  }
  if (type_.id() == TypeId::kStruct) {
    for (const StructField& field : type_.fields()) message.AddBytes(3, field.name);
  }
  if (type_.id() == TypeId::kDecimal) {
    message.AddNumber(5, static_cast<uint64_t>(type_.precision()));
    message.AddNumber(6, static_cast<uint64_t>(type_.scale()));
  }
  const bool is_noted =
      type_.id() == TypeId::kTimestamp || type_.id() == TypeId::kTimestampNtz ||
      type_.id() == TypeId::kDayTimeInterval || type_.id() == TypeId::kYearMonthInterval;
  if (is_noted) {
    ProtobufWriter note;
    note.AddBytes(1, "spark.sql.catalyst.type");
    note.AddBytes(2, type_.SimpleString());
    message.AddBytes(7, note.bytes());
  }
  messages->push_back(message.bytes());
  for (const OrcColumnWriter& child : children_) child.AppendTypes(messages);
}

}  // namespace firesteel
