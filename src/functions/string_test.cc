#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr const char* kParty = "a\xF0\x9F\x8E\x89" "b";  // a, a party popper, b

TEST(StringTest, LengthsCountCharacters) {
  CheckCalls({
      Gives("length", {"Spark "}, 6, "length(Spark )"),
      Gives("length", {kParty}, 3),
      Gives("length", {Binary{"\x01\x02"}}, 2),
      Gives("length", {Dec(1250, 4, 2)}, 5),
      Gives("char_length", {"\xE6\x97\xA5\xE6\x9C\xAC"}, 2),
      Gives("character_length", {"ab"}, 2, "character_length(ab)"),
      Gives("octet_length", {"\xC3\xA9"}, 2),
      Gives("bit_length", {"ab"}, 16),
      Fails("length", {MapValue{{{1, 2}}}}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(StringTest, Concatenation) {
  CheckCalls({
      Gives("concat", {"a", "b", 3}, "ab3"),
      Gives("||", {"a", Dec(350, 3, 2)}, "a3.50", "concat(a, 3.50)"),
      Gives("concat", {"a", Null(TypeId::kString)}, kNull),
      Gives("concat", {Binary{"a"}, Binary{"b"}}, Binary{"ab"}),
      Gives("concat", {Binary{"a"}, "b"}, "ab"),
      Gives("concat", {List({1, 2}), List({3})}, List({1, 2, 3})),
      Fails("concat", {List({1}), "a"}, "DATATYPE_MISMATCH.DATA_DIFF_TYPES"),
      Gives("concat_ws", {",", TypedValue(List({"a", Value(), "b"})), "c"}, "a,b,c"),
      Gives("concat_ws", {Null(TypeId::kString), "a"}, kNull),
      Gives("concat_ws", {"-", Null(TypeId::kString), "b"}, "b"),
  });
  CheckCalls({Gives("concat", {}, ""), Gives("concat_ws", {","}, "")}, {}, false);
}

TEST(StringTest, Substrings) {
  CheckCalls({
      Gives("substring", {"abcdef", 2, 3}, "bcd", "substring(abcdef, 2, 3)"),
      Gives("substring", {"abcdef", -3}, "def", "substring(abcdef, -3, 2147483647)"),
      Gives("substring", {"abcdef", -10, 8}, "abcd"),
      Gives("substring", {"abcdef", 0, 2}, "ab"),
      Gives("substring", {"abcdef", 2147483647, 2}, ""),
      Gives("substring", {"abcdef", 2, -1}, ""),
      Gives("substring", {kParty, 2, 1}, "\xF0\x9F\x8E\x89"),
      Gives("substring", {Binary{"abcde"}, 2, 2}, Binary{"bc"}),
      Gives("substring", {Binary{"abcde"}, -7, 4}, Binary{"ab"}),
      Gives("substr", {"abc", "2"}, "bc", "substr(abc, 2, 2147483647)"),
      Gives("left", {"abcdef", 3}, "abc"),
      Gives("left", {"abc", -1}, ""),
      Gives("right", {"abcdef", 3}, "def"),
      Gives("right", {"abc", 99}, "abc"),
      Gives("right", {"abc", 0}, ""),
      Gives("overlay", {"abcdef", "XYZ", 3, 1}, "abXYZdef"),
      Gives("overlay", {"abcdef", "Z", 10}, "abcdefZ", "overlay(abcdef, Z, 10, -1)"),
      Gives("substring_index", {"a.b.c.d", ".", 2}, "a.b"),
      Gives("substring_index", {"a.b.c.d", ".", -2}, "c.d"),
      Gives("substring_index", {"a.b", ".", 9}, "a.b"),
      Gives("substring_index", {"a.b", "", 1}, ""),
      Gives("split_part", {"a,b,c", ",", -1}, "c"),
      Gives("split_part", {"a||b||c", "||", 2}, "b"),
      Gives("split_part", {"a,b", ",", 5}, ""),
      Fails("split_part", {"a,b", ",", 0}, "INVALID_INDEX_OF_ZERO"),
  });
}

TEST(StringTest, CaseMapping) {
  CheckCalls({
      Gives("upper", {"aBc d\xC3\xA9"}, "ABC D\xC3\x89"),
      Gives("upper", {"Stra\xC3\x9F" "e"}, "STRASSE"),
      Gives("ucase", {"plain"}, "PLAIN", "ucase(plain)"),
      Gives("lower", {"\xCE\x91\xCE\xA3"}, "\xCE\xB1\xCF\x82"),  // a final sigma
      Gives("lower", {"ABC"}, "abc"),
      Gives("initcap", {"  two  sPACES "}, "  Two  Spaces "),
      Gives("initcap", {"\xC3\xA9lan"}, "\xC3\x89lan"),
  });
}

TEST(StringTest, Trimming) {
  CheckCalls({
      Gives("trim", {"  a b  "}, "a b", "trim(  a b  )"),
      Gives("trim", {"\t a \n"}, "\t a \n"),
      Gives("trim", {"\xC3\xA9", "\xC3\xA9" "e\xC3\xA9"}, "e",
            "TRIM(BOTH \xC3\xA9 FROM \xC3\xA9" "e\xC3\xA9)"),
      Gives("ltrim", {"   left "}, "left "),
      Gives("ltrim", {"xy", "yxa"}, "a", "TRIM(LEADING xy FROM yxa)"),
      Gives("rtrim", {"xyz", "abczyxzz"}, "abc", "TRIM(TRAILING xyz FROM abczyxzz)"),
      Gives("btrim", {"abcXcba", "cab"}, "X", "btrim(abcXcba, cab)"),
      Gives("trim", {"   "}, ""),
  });
}

TEST(StringTest, PaddingAndRepeating) {
  CheckCalls({
      Gives("lpad", {"hi", 5, "?!"}, "?!?hi"),
      Gives("lpad", {"hello", 3, "x"}, "hel"),
      Gives("lpad", {"hi", 5}, "   hi", "lpad(hi, 5,  )"),
      Gives("lpad", {"hi", 5, ""}, "hi"),
      Gives("rpad", {"", 3, "ab"}, "aba"),
      Gives("rpad", {"hi", 0}, ""),
      Gives("lpad", {Binary{"\x01"}, 3, Binary{"\xAA"}}, Binary{"\xAA\xAA\x01"}),
      Gives("repeat", {"ab", 3}, "ababab"),
      Gives("repeat", {"ab", -3}, ""),
      Gives("space", {2}, "  "),
      Gives("reverse", {kParty}, "b\xF0\x9F\x8E\x89" "a"),
      Gives("reverse", {Binary{"\x01\x02"}}, Binary{"\x02\x01"}),
      Gives("reverse", {List({1, Value(), 3})}, List({3, Value(), 1})),
      Fails("repeat", {"abcdefgh", 2147483647}, "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER"),
  });
}

TEST(StringTest, Searching) {
  CheckCalls({
      Gives("instr", {"SparkSQL", "SQL"}, 6),
      Gives("instr", {"abc", ""}, 1),
      Gives("instr", {"abcabcabc", "b", 3}, 5, "instr(abcabcabc, b, 3, 1)"),
      Gives("instr", {"abcabcabc", "b", 1, 2}, 5),
      Gives("instr", {"abcabcabc", "b", -1}, 8),
      Gives("instr", {"abcabcabc", "b", -2, 2}, 5),
      Gives("instr", {"abcabcabc", "b", -9}, 0),
      Gives("instr", {"abcabcabc", "a", -9}, 1),
      Gives("instr", {"abcabcabc", "a", -10}, 0),
      Gives("instr", {"abc", "c", 10}, 0),
      Gives("instr", {"abc", "b", 0}, 0),
      Gives("instr", {"abc", "", 0, 2}, 1),
      Gives("instr", {"aaaa", "aa", 1, 3}, 3),
      Gives("instr", {"aaaa", "aa", -1, 3}, 1),
      Gives("instr", {"aaaa", "aa", -1, 4}, 0),
      Gives("instr", {"a\u00e9\u00e9b\u00e9", "\u00e9", -2}, 3),
      Gives("instr", {"a\u00e9\u00e9b\u00e9", "\u00e9", 3}, 3),
      Gives("instr", {"abc", "b", Null(kInteger)}, kNull),
      Fails("instr", {"abc", "b", 1, 0}, "INVALID_PARAMETER_VALUE.OCCURRENCE"),
      Gives("locate", {"bar", "foobarbar"}, 4, "locate(bar, foobarbar, 1)"),
      Gives("locate", {"bar", "foobarbar", 5}, 7),
      Gives("locate", {"b", "abc", 0}, 0),
      Gives("position", {"c", "abcabc", 4}, 6, "position(c, abcabc, 4)"),
      Gives("locate", {"b", kParty}, 3),
      Gives("startswith", {"Spark", ""}, true),
      Gives("endswith", {Binary{"\x01\x02"}, Binary{"\x02"}}, true),
      Gives("contains", {"abc", Binary{"b"}}, true),
      Gives("contains", {"abc", "B"}, false),
      Gives("startswith", {1234, 12}, true),
      Gives("replace", {"aXbXc", "X", "--"}, "a--b--c"),
      Gives("replace", {"aaa", "a"}, "", "replace(aaa, a, )"),
      Gives("replace", {"abc", "", "x"}, "abc"),
      Gives("translate", {"AaBbCc", "abc", "12"}, "A1B2C"),
      Gives("find_in_set", {"b", "a,b,c"}, 2),
      Gives("find_in_set", {"a,b", "a,b,c"}, 0),
      Gives("find_in_set", {"", "a,,c"}, 2),
  });
  CheckCalls({Gives("locate", {"a", "banana", Null(TypeId::kInteger)}, 0),
              Gives("locate", {"a", Null(TypeId::kString), 1}, kNull)},
             {}, false);
}

TEST(StringTest, Encodings) {
  CheckCalls({
      Gives("hex", {255}, "FF"),
      Gives("hex", {int64_t{-1}}, "FFFFFFFFFFFFFFFF"),
      Gives("hex", {0}, "0"),
      Gives("hex", {"Sp"}, "5370"),
      Gives("unhex", {"ABC"}, Binary{"\x0A\xBC"}),
      Gives("unhex", {"GG"}, kNull),
      Gives("base64", {Binary{"Spark"}}, "U3Bhcms="),
      Gives("base64", {"Sp"}, "U3A="),
      Gives("unbase64", {"U3Bhcms="}, Binary{"Spark"}),
      Gives("unbase64", {"U3Bhcms"}, Binary{"Spark"}),
      Gives("unbase64", {""}, Binary{""}),
      Gives("ascii", {""}, 0),
      Gives("ascii", {"\xC3\xA9"}, 233),
      Gives("chr", {256 + 65}, "A"),
      Gives("chr", {-5}, ""),
      Fails("base64", {12}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("unbase64", {"A"}, "CONVERSION_INVALID_INPUT"),
  });
  // Lines of 76 characters.
  CheckCalls({Gives("length", {"x"}, 1)});
  auto call = BindOnLiterals(Gives("base64", {std::string(100, 'x')}, kNull), {}).ValueOrDie();
  auto value = EvaluateOn(call, *MakeBatch({Row({1})}, Schema().Add("a", TypeId::kInteger))
                                     .ValueOrDie())
                   .ValueOrDie()[0]
                   .Get<std::string>();
  EXPECT_EQ(value.size(), 138u);
  EXPECT_EQ(value.substr(76, 2), "\r\n");
}

}  // namespace
}  // namespace firesteel
