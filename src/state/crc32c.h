#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel {

/// CRC32C (Castagnoli). Start with `crc` = 0; pass a result on to go on with more bytes.
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

}  // namespace firesteel
