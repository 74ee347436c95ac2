#pragma once

#include <string>
#include <string_view>

namespace firesteel {

// Message digests, as raw bytes appended to `out`.

void AppendMd5(std::string_view bytes, std::string* out);
void AppendSha1(std::string_view bytes, std::string* out);
/// `bits` is 224, 256, 384 or 512.
void AppendSha2(std::string_view bytes, int bits, std::string* out);

}  // namespace firesteel
