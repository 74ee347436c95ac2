#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(HashFunctionsTest, Hashes) {
  CheckCalls({
      Gives("hash", {"Spark"}, 228093765),
      Gives("hash", {1, "x"}, -1305545736),
      Gives("hash", {true, false}, 292098604),
      Gives("xxhash64", {"Spark", 2}, int64_t{-3909679912936729532}),
      Fails("hash", {MapValue{{{1, 2}}}}, "DATATYPE_MISMATCH.HASH_MAP_TYPE"),
  });
}

TEST(HashFunctionsTest, Digests) {
  CheckCalls({
      Gives("md5", {""}, "d41d8cd98f00b204e9800998ecf8427e"),
      Gives("md5", {"The quick brown fox jumps over the lazy dog"},
            "9e107d9d372bb6826bd81d3542a419d6"),
      Gives("sha1", {"abc"}, "a9993e364706816aba3e25717850c26c9cd0d89d"),
      Gives("sha", {std::string(1000, 'a')}, "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
      Gives("sha2", {"abc", 0},
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      Gives("sha2", {"abc", 224}, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
      Gives("sha2", {"abc", 384},
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7"),
      Gives("sha2", {"abc", 512},
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
      Gives("sha2", {"abc", 100}, Value()),
      Gives("crc32", {"123456789"}, int64_t{0xCBF43926}),
      Fails("sha1", {5}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(HashFunctionsTest, Miscellaneous) {
  CheckCalls({
      Gives("typeof", {Dec(150, 3, 2)}, "decimal(3,2)"),
      Gives("typeof", {MapValue{{{"a", 1}}}}, "map<string,int>"),
      Fails("raise_error", {"boom"}, "USER_RAISED_EXCEPTION"),
      Fails("assert_true", {false}, "USER_RAISED_EXCEPTION"),
      Gives("assert_true", {true}, Value()),
  }, {}, false);
  auto batch = MakeBatch({Row({1}), Row({2})}, Schema().Add("a", TypeId::kInteger)).ValueOrDie();
  EvaluationContext context;
  context.partition = 3;
  context.rows_before = 10;
  context.input_file = "/data/a.json";
  auto values = [&](std::string_view name) {
    auto call = BindCall(name, {}, false, nullptr, {}).ValueOrDie();
    EXPECT_FALSE(call->deterministic());
    auto array = call->Evaluate(*batch, &context).ValueOrDie().Expand(2).ValueOrDie();
    return std::vector<Value>{GetValue(*array, 0, call->type()), GetValue(*array, 1, call->type())};
  };
  const int64_t first = (int64_t{3} << 33) + 10;
  EXPECT_EQ(values("monotonically_increasing_id"), (std::vector<Value>{first, first + 1}));
  EXPECT_EQ(values("spark_partition_id"), (std::vector<Value>{3, 3}));
  EXPECT_EQ(values("input_file_name")[1], Value("file:///data/a.json"));
  const std::vector<Value> ids = values("uuid");
  EXPECT_EQ(ids[0].Get<std::string>().size(), 36u);
  EXPECT_NE(ids[0], ids[1]);
}

}  // namespace
}  // namespace firesteel
