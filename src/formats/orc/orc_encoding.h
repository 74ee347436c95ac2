#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// Append what OrcByteDecoder, OrcBitDecoder and (version 1) OrcIntegerDecoder read.
void AppendOrcBytes(const std::vector<uint8_t>& bytes, std::string* out);
/// `bits` holds a byte of 0 or 1 for each bit.
void AppendOrcBits(const std::vector<uint8_t>& bits, std::string* out);
void AppendOrcIntegers(const std::vector<int64_t>& numbers, bool is_signed, std::string* out);

/// Appends a number of variable length, seven bits a byte, lowest first.
void AppendVarint(unsigned __int128 number, std::string* out);

/// Puts the fields of a message together in Protocol Buffers' wire format.
class ProtobufWriter {
 public:
  void AddNumber(uint32_t field, uint64_t number);
  void AddBytes(uint32_t field, std::string_view bytes);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace firesteel
