#include "functions/function_test_support.h"

namespace firesteel {
namespace {

Value Bytes(const char* text, size_t size) { return Binary{std::string(text, size)}; }

TEST(TextFunctionsTest, Distance) {
  CheckCalls({
      Gives("levenshtein", {"flaw", "lawn"}, 2, "levenshtein(flaw, lawn)"),
      Gives("levenshtein", {"", "äöü"}, 3),
      Gives("levenshtein", {"flaw", "lawn", 1}, -1),
      Gives("levenshtein", {"flaw", "lawn", 2}, 2),
      Gives("levenshtein", {"x", "x", -1}, -1),
      Gives("levenshtein", {Null(TypeId::kString), "a"}, Value()),
      Gives("jaro_winkler_similarity", {"crate", "trace"}, 0.73333333333333328),
      Gives("jaro_winkler_similarity", {"", ""}, 1.0),
      Gives("jaro_winkler_similarity", {"", "z"}, 0.0),
      Gives("soundex", {"Robert"}, "R163"),
      Gives("soundex", {"Pfister"}, "P236"),
      Gives("soundex", {"honeyman"}, "H555"),
      Gives("soundex", {"42nd"}, "42nd"),
  });
}

TEST(TextFunctionsTest, Utf8Validation) {
  const TypedValue cut{Value(std::string("a\xE2\x82")), TypeId::kString};
  const TypedValue surrogate{Value(std::string("\xED\xA0\x80")), TypeId::kString};
  CheckCalls({
      Gives("is_valid_utf8", {"grüße 🙂"}, true),
      Gives("is_valid_utf8", {cut}, false),
      Gives("is_valid_utf8", {surrogate}, false),
      Gives("make_valid_utf8", {cut}, "a\uFFFD"),
      Gives("make_valid_utf8", {surrogate}, "\uFFFD\uFFFD\uFFFD"),
      Fails("validate_utf8", {cut}, "INVALID_UTF8_STRING"),
      Gives("try_validate_utf8", {cut}, Value()),
      Gives("validate_utf8", {"fine"}, "fine"),
  });
}

TEST(TextFunctionsTest, MasksChecksAndQuotes) {
  CheckCalls({
      Gives("mask", {"Ab-12 ß"}, "Xx-nn x", "mask(Ab-12 ß, X, x, n, NULL)"),
      Gives("mask", {"Ab-1", "U", Null(TypeId::kString), "#", "_"}, "Ub_#"),
      Fails("mask", {"Ab", "long"}, "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE"),
      Gives("luhn_check", {"4539578763621486"}, true),
      Gives("luhn_check", {"4539578763621487"}, false),
      Gives("luhn_check", {""}, false),
      Gives("luhn_check", {"12x"}, false),
      Gives("quote", {"it's"}, "'it\\'s'"),
      Gives("elt", {2, "a", "b"}, "b"),
      Gives("elt", {1, "a", Null(TypeId::kString)}, "a"),
      Fails("elt", {3, "a", "b"}, "INVALID_ARRAY_INDEX"),
      Gives("sentences", {"One two. Three?"},
            List({List({"One", "two"}), List({"Three"})}), "sentences(One two. Three?, , )"),
  });
  FunctionSettings legacy;
  legacy.ansi = false;
  CheckCalls({Gives("elt", {0, "a", "b"}, Value())}, legacy);
}

TEST(TextFunctionsTest, Charsets) {
  CheckCalls({
      Gives("encode", {"hé", "ISO-8859-1"}, Bytes("h\xE9", 2)),
      Gives("encode", {"h🙂", "utf-16le"}, Bytes("h\0\x3D\xD8\x42\xDE", 6)),
      Gives("encode", {"h", "UTF-16"}, Bytes("\xFE\xFF\0h", 4)),
      Gives("encode", {"h", "UTF-32"}, Bytes("\0\0\0h", 4)),
      Fails("encode", {"é", "US-ASCII"}, "MALFORMED_CHARACTER_CODING"),
      Fails("encode", {"x", "EBCDIC"}, "INVALID_PARAMETER_VALUE.CHARSET"),
      Gives("decode", {Bytes("\xFF\xFEh\0", 4), "UTF-16"}, "h"),
      Gives("decode", {Bytes("\xD8\x3D\xDE\x42", 4), "UTF-16BE"}, "🙂"),
      Fails("decode", {Bytes("\xD8\x3D", 2), "UTF-16BE"}, "MALFORMED_CHARACTER_CODING"),
      Fails("decode", {Bytes("\x80", 1), "UTF-8"}, "MALFORMED_CHARACTER_CODING"),
      Gives("to_base32", {Bytes("hey", 3)}, "NBSXS==="),
      Gives("from_base32", {"nbsxs==="}, Bytes("hey", 3)),
      Gives("to_binary", {"0aFF"}, Bytes("\x0A\xFF", 2)),
      Fails("to_binary", {"0g"}, "CONVERSION_INVALID_INPUT"),
      Gives("try_to_binary", {"0g"}, Value()),
      Gives("to_binary", {"aGV5", "base64"}, Bytes("hey", 3)),
      Fails("to_binary", {"aGV5=", "base64"}, "CONVERSION_INVALID_INPUT"),
      Fails("to_binary", {"x", "rot13"}, "DATATYPE_MISMATCH.INVALID_ARG_VALUE"),
      Fails("unbase64", {"aG=V"}, "CONVERSION_INVALID_INPUT"),
  });
}

TEST(TextFunctionsTest, DecodeAsCase) {
  CheckCalls({
      Gives("decode", {2, 1, "one", 2, "two"}, "two", "decode(2, 1, one, 2, two)"),
      Gives("decode", {3, 1, "one", 2, "two"}, Value()),
      Gives("decode", {3, 1, "one", "many"}, "many"),
      Gives("decode", {Null(TypeId::kInteger), Null(TypeId::kInteger), "null", "other"}, "null"),
  }, {}, false);
}

TEST(TextFunctionsTest, Urls) {
  const char* url = "https://me:pw@example.org:8080/a/b.html?x=1&y=two#top";
  CheckCalls({
      Gives("parse_url", {url, "HOST"}, "example.org"),
      Gives("parse_url", {url, "AUTHORITY"}, "me:pw@example.org:8080"),
      Gives("parse_url", {url, "USERINFO"}, "me:pw"),
      Gives("parse_url", {url, "FILE"}, "/a/b.html?x=1&y=two"),
      Gives("parse_url", {url, "REF"}, "top"),
      Gives("parse_url", {url, "QUERY", "y"}, "two"),
      Gives("parse_url", {url, "QUERY", "z"}, Value()),
      Gives("parse_url", {url, "Host"}, Value()),
      Gives("parse_url", {"tel:123", "PATH"}, Value()),
      Fails("parse_url", {"http://exa mple/", "HOST"}, "INVALID_URL"),
      Gives("try_parse_url", {"http://exa mple/", "HOST"}, Value()),
      Gives("url_encode", {"a b&ü"}, "a+b%26%C3%BC"),
      Gives("url_decode", {"a+b%26%C3%BC"}, "a b&ü"),
      Fails("url_decode", {"50%"}, "CANNOT_DECODE_URL"),
      Gives("try_url_decode", {"%G0"}, Value()),
  });
}

TEST(TextFunctionsTest, KeyedHash) {
  CheckCalls({
      // RFC 4231, test case 2, and RFC 2202 for the older digests.
      Gives("hmac", {Bytes("Jefe", 4), Bytes("what do ya want for nothing?", 28), "SHA-224"},
            Bytes("\xA3\x0E\x01\x09\x8B\xC6\xDB\xBF\x45\x69\x0F\x3A\x7E\x9E\x6D\x0F\x8B\xBE\xA2\xA3"
                  "\x9E\x61\x48\x00\x8F\xD0\x5E\x44", 28)),
      Gives("hmac", {Bytes("Jefe", 4), Bytes("what do ya want for nothing?", 28), "md5"},
            Bytes("\x75\x0C\x78\x3E\x6A\xB0\xB5\x03\xEA\xA8\x6E\x31\x0A\x5D\xB7\x38", 16)),
      Fails("hmac", {Bytes("k", 1), Bytes("m", 1), "crc"},
            "INVALID_PARAMETER_VALUE.HMAC_ALGORITHM"),
  });
}

}  // namespace
}  // namespace firesteel
