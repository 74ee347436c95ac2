#include "functions/digest.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace firesteel {

namespace {

/// Pads a message: a one bit, zeros, the length in bits in the last `length_bytes`.
std::string Pad(std::string_view bytes, size_t block, size_t length_bytes, bool big_endian) {
  std::string message(bytes);
  message.push_back('\x80');
  while ((message.size() + length_bytes) % block != 0) message.push_back('\0');
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  for (size_t i = 0; i < length_bytes; ++i) {
    const size_t place = big_endian ? length_bytes - 1 - i : i;
    message.push_back(place < 8 ? static_cast<char>(bits >> (place * 8)) : '\0');
  }
  return message;
}

template <typename Word>
Word LoadBigEndian(const char* bytes) {
  Word word = 0;
  for (size_t i = 0; i < sizeof(Word); ++i) {
    word = static_cast<Word>(word << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return word;
}

template <typename Word>
void AppendBigEndian(Word word, std::string* out) {
  for (size_t i = sizeof(Word); i-- > 0;) out->push_back(static_cast<char>(word >> (i * 8)));
}

/// MD5's constants: the binary fraction of |sin(i + 1)|.
const std::array<uint32_t, 64>& Md5Constants() {
  static const std::array<uint32_t, 64> constants = [] {
    std::array<uint32_t, 64> table;
    for (int i = 0; i < 64; ++i) {
      table[i] = static_cast<uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 4294967296.0));
    }
    return table;
  }();
  return constants;
}

void Md5Block(const char* block, std::array<uint32_t, 4>* state) {
  static constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23},
                                        {6, 10, 15, 21}};
  uint32_t words[16];
  std::memcpy(words, block, sizeof(words));
  auto [a, b, c, d] = *state;
  for (int i = 0; i < 64; ++i) {
    uint32_t mixed;
    int word;
    if (i < 16) {
      mixed = (b & c) | (~b & d);
      word = i;
    } else if (i < 32) {
      mixed = (d & b) | (~d & c);
      word = (5 * i + 1) % 16;
    } else if (i < 48) {
      mixed = b ^ c ^ d;
      word = (3 * i + 5) % 16;
    } else {
      mixed = c ^ (b | ~d);
      word = 7 * i % 16;
    }
    const uint32_t sum = a + mixed + Md5Constants()[i] + words[word];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[i / 16][i % 4]);
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
}

void Sha1Block(const char* block, std::array<uint32_t, 5>* state) {
  uint32_t words[80];
  for (int i = 0; i < 16; ++i) words[i] = LoadBigEndian<uint32_t>(block + i * 4);
  for (int i = 16; i < 80; ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  auto [a, b, c, d, e] = *state;
  for (int i = 0; i < 80; ++i) {
    uint32_t mixed;
    uint32_t constant;
    if (i < 20) {
      mixed = (b & c) | (~b & d);
      constant = 0x5A827999;
    } else if (i < 40) {
      mixed = b ^ c ^ d;
      constant = 0x6ED9EBA1;
    } else if (i < 60) {
      mixed = (b & c) | (b & d) | (c & d);
      constant = 0x8F1BBCDC;
    } else {
      mixed = b ^ c ^ d;
      constant = 0xCA62C1D6;
    }
    const uint32_t next = std::rotl(a, 5) + mixed + e + constant + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
  (*state)[4] += e;
}

std::vector<int> Primes(int count) {
  std::vector<int> primes;
  for (int candidate = 2; static_cast<int>(primes.size()) < count; ++candidate) {
    bool prime = true;
    for (int divisor : primes) prime &= candidate % divisor != 0;
    if (prime) primes.push_back(candidate);
  }
  return primes;
}

/// The first 64 bits of the fraction of the square or cube root of a prime, by bisection.
uint64_t RootFraction(int prime, int degree) {
  // Finds the greatest x with x^degree <= prime, x counted in 2^-64; x is below 2^70.
  unsigned __int128 low = 0;
  for (int bit = 69; bit >= 0; --bit) {
    const unsigned __int128 x = low | static_cast<unsigned __int128>(1) << bit;
    // Compares x^degree with prime · 2^(64·degree) in words of 32 bits.
    std::vector<uint64_t> power{1};
    for (int i = 0; i < degree; ++i) {
      std::vector<uint64_t> product(power.size() + 4, 0);
      for (size_t j = 0; j < power.size(); ++j) {
        uint64_t carry = 0;
        for (size_t k = 0; k < 3 || carry != 0; ++k) {
          const uint64_t digit = k < 3 ? static_cast<uint32_t>(x >> (32 * k)) : 0;
          const uint64_t sum = product[j + k] + power[j] * digit + carry;
          product[j + k] = static_cast<uint32_t>(sum);
          carry = sum >> 32;
        }
      }
      while (product.size() > 1 && product.back() == 0) product.pop_back();
      power = std::move(product);
    }
    std::vector<uint64_t> bound(2 * degree, 0);
    bound.push_back(static_cast<uint64_t>(prime));
    bool fits = power.size() < bound.size();
    if (power.size() == bound.size()) {
      fits = true;
      for (size_t j = power.size(); j-- > 0;) {
        if (power[j] == bound[j]) continue;
        fits = power[j] < bound[j];
        break;
      }
    }
    if (fits) low = x;
  }
  return static_cast<uint64_t>(low);
}

/// SHA-2's round constants, from the cube roots of the first 80 primes; SHA-256 uses the upper
/// halves.
const std::array<uint64_t, 80>& Sha2Constants() {
  static const std::array<uint64_t, 80> constants = [] {
    std::array<uint64_t, 80> table;
    const std::vector<int> primes = Primes(80);
    for (int i = 0; i < 80; ++i) table[i] = RootFraction(primes[i], 3);
    return table;
  }();
  return constants;
}

/// The square roots of the first 16 primes, from which the initial states come.
const std::array<uint64_t, 16>& SquareRoots() {
  static const std::array<uint64_t, 16> roots = [] {
    std::array<uint64_t, 16> table;
    const std::vector<int> primes = Primes(16);
    for (int i = 0; i < 16; ++i) table[i] = RootFraction(primes[i], 2);
    return table;
  }();
  return roots;
}

/// One block of SHA-256 (32-bit words, 64 rounds) or SHA-512 (64-bit words, 80 rounds).
template <typename Word>
void Sha2Block(const char* block, std::array<Word, 8>* state) {
  constexpr bool kWide = sizeof(Word) == 8;
  constexpr int kRounds = kWide ? 80 : 64;
  Word words[kRounds];
  for (int i = 0; i < 16; ++i) words[i] = LoadBigEndian<Word>(block + i * sizeof(Word));
  for (int i = 16; i < kRounds; ++i) {
    const Word x = words[i - 15];
    const Word y = words[i - 2];
    const Word s0 = kWide ? std::rotr(x, 1) ^ std::rotr(x, 8) ^ x >> 7
                          : std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3;
    const Word s1 = kWide ? std::rotr(y, 19) ^ std::rotr(y, 61) ^ y >> 6
                          : std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10;
    words[i] = words[i - 16] + s0 + words[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = *state;
  for (int i = 0; i < kRounds; ++i) {
    const Word s1 = kWide ? std::rotr(e, 14) ^ std::rotr(e, 18) ^ std::rotr(e, 41)
                          : std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const Word s0 = kWide ? std::rotr(a, 28) ^ std::rotr(a, 34) ^ std::rotr(a, 39)
                          : std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const Word choice = (e & f) ^ (~e & g);
    const Word majority = (a & b) ^ (a & c) ^ (b & c);
    const auto constant = static_cast<Word>(Sha2Constants()[i] >> (kWide ? 0 : 32));
    const Word first = h + s1 + choice + constant + words[i];
    const Word second = s0 + majority;
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const Word parts[] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) (*state)[i] += parts[i];
}

template <typename Word>
void Sha2(std::string_view bytes, std::array<Word, 8> state, int digest_bytes, std::string* out) {
  constexpr size_t kBlock = sizeof(Word) * 16;
  const std::string message = Pad(bytes, kBlock, sizeof(Word) * 2, true);
  for (size_t i = 0; i < message.size(); i += kBlock) Sha2Block(message.data() + i, &state);
  std::string digest;
  for (Word word : state) AppendBigEndian(word, &digest);
  out->append(digest, 0, digest_bytes);
}

}  // namespace

void AppendMd5(std::string_view bytes, std::string* out) {
  std::array<uint32_t, 4> state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  const std::string message = Pad(bytes, 64, 8, false);
  for (size_t i = 0; i < message.size(); i += 64) Md5Block(message.data() + i, &state);
  for (uint32_t word : state) {
    for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(word >> (i * 8)));
  }
}

void AppendSha1(std::string_view bytes, std::string* out) {
  std::array<uint32_t, 5> state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string message = Pad(bytes, 64, 8, true);
  for (size_t i = 0; i < message.size(); i += 64) Sha1Block(message.data() + i, &state);
  for (uint32_t word : state) AppendBigEndian(word, out);
}

void AppendSha2(std::string_view bytes, int bits, std::string* out) {
  const std::array<uint64_t, 16>& roots = SquareRoots();
  if (bits > 256) {
    std::array<uint64_t, 8> state;
    // SHA-384 starts from the ninth to the sixteenth prime.
    for (int i = 0; i < 8; ++i) state[i] = roots[bits == 384 ? i + 8 : i];
    return Sha2(bytes, state, bits / 8, out);
  }
  std::array<uint32_t, 8> state;
  for (int i = 0; i < 8; ++i) {
    // SHA-224 takes the lower halves of the roots that SHA-384 starts from.
    state[i] = bits == 224 ? static_cast<uint32_t>(roots[i + 8])
                           : static_cast<uint32_t>(roots[i] >> 32);
  }
  Sha2(bytes, state, bits / 8, out);
}

}  // namespace firesteel
