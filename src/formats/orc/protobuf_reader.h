#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firesteel {

/// Reads the fields of one message in Protocol Buffers' wire format, in the order they come. Reads
/// nothing outside of `bytes`, whatever is in them. Not thread-safe.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view bytes) : rest_(bytes) {}

  /// Moves to the next field; false at the end or where the bytes are no message.
  bool Next();
  bool damaged() const { return damaged_; }

  uint32_t field() const { return field_; }
  /// The value of a number's field; 0 for others.
  uint64_t number() const { return number_; }
  /// The bytes of a text's or message's field; empty for others.
  std::string_view bytes() const { return bytes_; }

  /// Takes a number of variable length off the front of `bytes`.
  static bool TakeNumber(std::string_view* bytes, uint64_t* number);

 private:
  bool Fail() {
    damaged_ = true;
    return false;
  }
  bool TakeBytes(uint64_t count);

  std::string_view rest_;
  uint32_t field_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
  bool damaged_ = false;
};

}  // namespace firesteel
