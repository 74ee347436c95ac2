#include "formats/orc/protobuf_reader.h"

namespace firesteel {

bool ProtobufReader::TakeNumber(std::string_view* bytes, uint64_t* number) {
  *number = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>((*bytes)[0]);
    bytes->remove_prefix(1);
    *number |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool ProtobufReader::TakeBytes(uint64_t count) {
  if (count > rest_.size()) return Fail();
  bytes_ = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return true;
}

bool ProtobufReader::Next() {
  number_ = 0;
  bytes_ = {};
  if (rest_.empty() || damaged_) return false;
  uint64_t tag = 0;
  if (!TakeNumber(&rest_, &tag)) return Fail();
  field_ = static_cast<uint32_t>(tag >> 3);
  switch (tag & 7) {
    case 0:
      return TakeNumber(&rest_, &number_) || Fail();
    case 1:
      return TakeBytes(8);
    case 2: {
      uint64_t count = 0;
      if (!TakeNumber(&rest_, &count)) return Fail();
      return TakeBytes(count);
    }
    case 5:
      return TakeBytes(4);
    default:
      return Fail();
  }
}

}  // namespace firesteel
