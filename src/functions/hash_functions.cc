#include <zlib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/digest.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"
#include "functions/type_classes.h"
#include "types/hash.h"

namespace firesteel {

namespace {

constexpr int64_t kXxHashSeed = 42;

/// hash and xxhash64: the columns folded one after the other into one hash per row.
template <typename Hash>
Result<BoundFunction> BindHash(const BindRequest& request) {
  static constexpr bool wide = sizeof(Hash) == 8;
  BoundFunction function;
  for (const ExpressionPtr& argument : request.arguments) {
    if (HoldsMap(argument->type())) {
      return MakeError("DATATYPE_MISMATCH.HASH_MAP_TYPE",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"functionName", "`" + std::string(request.name) + "`"}});
    }
    function.argument_types.push_back(argument->type());
  }
  function.return_type = wide ? TypeId::kLong : TypeId::kInteger;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [types = function.argument_types](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) -> Result<ColumnVector> {
    std::vector<Hash> hashes(rows, wide ? static_cast<Hash>(kXxHashSeed)
                                        : static_cast<Hash>(kHashSeed));
    for (size_t i = 0; i < arguments.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, arguments[i].Expand(rows));
      if constexpr (wide) {
        ARROW_RETURN_NOT_OK(XxHash64Update(*values, types[i], &hashes));
      } else {
        ARROW_RETURN_NOT_OK(Murmur3Update(*values, types[i], &hashes));
      }
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(Hash)));
    std::memcpy(buffer->mutable_data(), hashes.data(), rows * sizeof(Hash));
    return MakeFixedColumn(wide ? arrow::int64() : arrow::int32(), rows, Validity{},
                           std::move(buffer));
  };
  return function;
}

Result<BoundFunction> BindCrc32(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                   EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
    if (validity.all_null) return NullConstant(arrow::int64());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(rows * sizeof(int64_t)));
    auto* out = buffer->mutable_data_as<int64_t>();
    const BytesReader bytes(arguments[0]);
    for (int64_t row = 0; row < rows; ++row) {
      out[row] = static_cast<int64_t>(
          crc32_z(0, reinterpret_cast<const Bytef*>(bytes[row].data()), bytes[row].size()));
    }
    return MakeFixedColumn(arrow::int64(), rows, validity, std::move(buffer));
  };
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindSignature(request, {TypeId::kBinary}, TypeId::kLong, kernel));
  function.may_fail = false;
  return function;
}

void AppendHexDigits(std::string_view bytes, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned char byte : bytes) {
    out->push_back(kDigits[byte >> 4]);
    out->push_back(kDigits[byte & 15]);
  }
}

template <void (*digest)(std::string_view, std::string*)>
Result<BoundFunction> BindDigest(const BindRequest& request) {
  return BindSignature(request, {TypeId::kBinary}, TypeId::kString,
                       StringToStringKernel([](std::string_view bytes, std::string* out) {
                         std::string raw;
                         digest(bytes, &raw);
                         AppendHexDigits(raw, out);
                       }));
}

Result<BoundFunction> BindSha2(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader bytes(arguments[0]);
    const FixedReader<int32_t> lengths(arguments[1]);
    std::string raw;
    std::string out;
    return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
      const int32_t bits = lengths[row] == 0 ? 256 : lengths[row];
      if (bits != 224 && bits != 256 && bits != 384 && bits != 512) return builder->AppendNull();
      raw.clear();
      out.clear();
      AppendSha2(bytes[row], bits, &raw);
      AppendHexDigits(raw, &out);
      return builder->Append(out);
    });
  };
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kBinary, TypeId::kInteger}, TypeId::kString, kernel));
  function.nullable = true;
  return function;
}

using Digest = void (*)(std::string_view, std::string*);
/// The digests of hmac, and the bytes of the blocks they work on.
struct HmacDigest {
  std::string_view name;
  Digest digest;
  size_t block_bytes;
};
constexpr HmacDigest kHmacDigests[] = {
    {"SHA224", [](std::string_view bytes, std::string* out) { AppendSha2(bytes, 224, out); }, 64},
    {"SHA256", [](std::string_view bytes, std::string* out) { AppendSha2(bytes, 256, out); }, 64},
    {"SHA384", [](std::string_view bytes, std::string* out) { AppendSha2(bytes, 384, out); }, 128},
    {"SHA512", [](std::string_view bytes, std::string* out) { AppendSha2(bytes, 512, out); }, 128},
    {"SHA1", AppendSha1, 64},
    {"MD5", AppendMd5, 64},
};

Result<const HmacDigest*> FindHmacDigest(std::string_view name) {
  std::string upper;
  for (const char c : name) {
    if (c != '-') upper.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  }
  for (const HmacDigest& known : kHmacDigests) {
    if (known.name == upper) return &known;
  }
  return MakeError("INVALID_PARAMETER_VALUE.HMAC_ALGORITHM",
                   {{"parameter", "`algorithm`"},
                    {"functionName", "`hmac`"},
                    {"algorithm", "'" + std::string(name) + "'"}});
}

/// The keyed hash of RFC 2104.
void AppendHmac(const HmacDigest& hmac, std::string_view key, std::string_view message,
                std::string* out) {
  std::string block(key);
  if (block.size() > hmac.block_bytes) {
    block.clear();
    hmac.digest(key, &block);
  }
  block.resize(hmac.block_bytes, '\0');
  std::string inner = block;
  for (char& c : inner) c ^= 0x36;
  for (char& c : block) c ^= 0x5C;
  inner.append(message);
  hmac.digest(inner, &block);
  hmac.digest(block, out);
}

Result<BoundFunction> BindHmac(const BindRequest& request) {
  auto kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const BytesReader key(arguments[0]);
    const BytesReader message(arguments[1]);
    const BytesReader algorithm(arguments[2]);
    std::string out;
    return BuildStrings(
        arguments, rows,
        [&](int64_t row, arrow::BinaryBuilder* builder) -> Status {
          ARROW_ASSIGN_OR_RAISE(const HmacDigest* digest, FindHmacDigest(algorithm[row]));
          out.clear();
          AppendHmac(*digest, key[row], message[row], &out);
          return builder->Append(out);
        },
        TypeId::kBinary);
  };
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kBinary, TypeId::kBinary, TypeId::kString}, TypeId::kBinary,
                    kernel));
  if (request.size() == 2) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr algorithm, Literal::Make("SHA-256", TypeId::kString));
    function.default_arguments = {std::move(algorithm)};
  }
  return function;
}

constexpr ScalarFunctionDefinition kHashFunctions[] = {
    {"hash", 1, -1, {"`hash(expr, …)`: a 32-bit hash of all values.", "2.0.0"}, BindHash<int32_t>},
    {"xxhash64",
     1,
     -1,
     {"`xxhash64(expr, …)`: a 64-bit hash of all values.", "3.0.0"},
     BindHash<int64_t>},
    {"crc32", 1, 1, {"`crc32(expr)`: the cyclic redundancy check.", "1.5.0"}, BindCrc32},
    {"md5", 1, 1, {"`md5(expr)`: the MD5 digest in hexadecimal.", "1.5.0"}, BindDigest<AppendMd5>},
    {"sha",
     1,
     1,
     {"`sha(expr)`: the SHA-1 digest in hexadecimal.", "1.5.0"},
     BindDigest<AppendSha1>},
    {"sha1",
     1,
     1,
     {"`sha1(expr)`: the SHA-1 digest in hexadecimal.", "1.5.0"},
     BindDigest<AppendSha1>},
    {"sha2", 2, 2, {"`sha2(expr, bitLength)`: a SHA-2 digest in hexadecimal.", "1.5.0"}, BindSha2},
    {"hmac",
     2,
     3,
     {"`hmac(key, message[, algorithm])`: a keyed hash, SHA-256 unless named.", "4.3.0"},
     BindHmac},
};

}  // namespace

std::span<const ScalarFunctionDefinition> HashFunctions() { return kHashFunctions; }

}  // namespace firesteel
