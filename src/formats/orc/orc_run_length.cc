#include "formats/orc/orc_run_length.h"

#include <algorithm>
#include <cstring>

namespace firesteel {
namespace {

// The widths in bits that a code of five bits stands for.
int WidthOf(int code) {
  constexpr int kLargeWidths[] = {26, 28, 30, 32, 40, 48, 56, 64};
  return code < 24 ? code + 1 : kLargeWidths[code - 24];
}

// The least of those widths that holds `bits`.
int ClosestWidth(int bits) {
  for (int code = 0; code < 32; ++code) {
    if (WidthOf(code) >= bits) return WidthOf(code);
  }
  return 64;
}

// Adds as unsigned numbers: damaged files may overflow.
int64_t Add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

}  // namespace

uint8_t OrcByteDecoder::Next() {
  if (left_ == 0) {
    const auto count = static_cast<int8_t>(stream_->ReadByte());
    repeats_ = count >= 0;
    left_ = repeats_ ? count + 3 : -count;
    if (repeats_) value_ = stream_->ReadByte();
  }
  --left_;
  return repeats_ ? value_ : stream_->ReadByte();
}

void OrcIntegerDecoder::Read(int64_t* out, int64_t count) {
  while (count > 0) {
    if (next_ == run_length_) {
      if (stream_->failed()) {
        std::fill(out, out + count, 0);
        return;
      }
      next_ = 0;
      Fill();
    }
    const int64_t taken = std::min<int64_t>(count, run_length_ - next_);
    std::memcpy(out, run_ + next_, taken * sizeof(int64_t));
    next_ += static_cast<int>(taken);
    out += taken;
    count -= taken;
  }
}

void OrcIntegerDecoder::Fill() {
  if (!is_version_2_) return FillVersion1();
  const uint8_t first = stream_->ReadByte();
  switch (first >> 6) {
    case 0:
      return FillShortRepeat(first);
    case 1:
      return FillDirect(first);
    case 2:
      return FillPatchedBase(first);
    default:
      return FillDelta(first);
  }
}

void OrcIntegerDecoder::FillVersion1() {
  const auto count = static_cast<int8_t>(stream_->ReadByte());
  if (count < 0) {
    run_length_ = -count;
    for (int i = 0; i < run_length_; ++i) run_[i] = ReadNumber();
    return;
  }
  run_length_ = count + 3;
  const auto delta = static_cast<int8_t>(stream_->ReadByte());
  int64_t value = ReadNumber();
  for (int i = 0; i < run_length_; ++i, value = Add(value, delta)) run_[i] = value;
}

uint64_t OrcIntegerDecoder::ReadBigEndian(int bytes) {
  uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) number = number << 8 | stream_->ReadByte();
  return number;
}

void OrcIntegerDecoder::ReadPacked(int width, int count, uint64_t* out) {
  uint8_t byte = 0;
  int bits_left = 0;
  for (int i = 0; i < count; ++i) {
    uint64_t number = 0;
    int wanted = width;
    while (wanted > 0) {
      if (bits_left == 0) {
        byte = stream_->ReadByte();
        bits_left = 8;
      }
      const int taken = std::min(wanted, bits_left);
      const unsigned bits = static_cast<unsigned>(byte) >> (bits_left - taken);
      number = number << taken | (bits & ((1u << taken) - 1));
      bits_left -= taken;
      wanted -= taken;
    }
    out[i] = number;
  }
}

void OrcIntegerDecoder::FillShortRepeat(uint8_t first) {
  const int64_t value = Decode(ReadBigEndian((first >> 3 & 7) + 1));
  run_length_ = (first & 7) + 3;
  std::fill(run_, run_ + run_length_, value);
}

void OrcIntegerDecoder::FillDirect(uint8_t first) {
  run_length_ = ReadLength(first);
  auto* packed = reinterpret_cast<uint64_t*>(run_);
  ReadPacked(WidthOf(first >> 1 & 31), run_length_, packed);
  for (int i = 0; i < run_length_; ++i) run_[i] = Decode(packed[i]);
}

// Reads small numbers over a base; the few large ones among them get their high bits from a list of
// (distance to the one before, bits).
void OrcIntegerDecoder::FillPatchedBase(uint8_t first) {
  const int width = WidthOf(first >> 1 & 31);
  run_length_ = ReadLength(first);
  const uint8_t third = stream_->ReadByte();
  const uint8_t fourth = stream_->ReadByte();
  const int base_bytes = (third >> 5) + 1;
  const int patch_width = WidthOf(third & 31);
  const int gap_width = (fourth >> 5) + 1;
  const int patch_count = fourth & 31;
  const uint64_t base_bits = ReadBigEndian(base_bytes);
  const uint64_t sign = uint64_t{1} << (8 * base_bytes - 1);
  const auto magnitude = static_cast<int64_t>(base_bits & ~sign);
  const int64_t base = base_bits & sign ? -magnitude : magnitude;
  auto* numbers = reinterpret_cast<uint64_t*>(run_);
  ReadPacked(width, run_length_, numbers);
  if (patch_width + gap_width > 64) return stream_->Fail();
  uint64_t patches[31];
  ReadPacked(ClosestWidth(patch_width + gap_width), patch_count, patches);
  uint64_t at = 0;
  for (int i = 0; i < patch_count; ++i) {
    const uint64_t bits =
        patch_width == 64 ? patches[i] : patches[i] & ((uint64_t{1} << patch_width) - 1);
    at += patch_width == 64 ? 0 : patches[i] >> patch_width;
    // An entry without bits only moves on.
    if (bits == 0) continue;
    if (at >= static_cast<uint64_t>(run_length_) || width == 64) return stream_->Fail();
    numbers[at] |= bits << width;
  }
  for (int i = 0; i < run_length_; ++i) run_[i] = Add(base, static_cast<int64_t>(numbers[i]));
}

void OrcIntegerDecoder::FillDelta(uint8_t first) {
  const int code = first >> 1 & 31;
  run_length_ = ReadLength(first);
  int64_t value = ReadNumber();
  const int64_t first_delta = stream_->ReadSignedVarint();
  run_[0] = value;
  if (run_length_ == 1) return;
  run_[1] = value = Add(value, first_delta);
  if (code == 0) {
    for (int i = 2; i < run_length_; ++i) run_[i] = value = Add(value, first_delta);
    return;
  }
  auto* deltas = reinterpret_cast<uint64_t*>(run_);
  ReadPacked(WidthOf(code), run_length_ - 2, deltas + 2);
  for (int i = 2; i < run_length_; ++i) {
    const auto delta = static_cast<int64_t>(deltas[i]);
    value = first_delta < 0 ? Add(value, -delta) : Add(value, delta);
    run_[i] = value;
  }
}

}  // namespace firesteel
