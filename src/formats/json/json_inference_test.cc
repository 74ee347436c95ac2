#include "formats/json/json_inference.h"

#include <memory>
#include <string>

#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Infer(const std::string& text, const Options& options = {}) {
  const Result<Schema> schema = InferJsonSchema(
      {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(text)), ""}}, options);
  return schema.ok() ? schema->AsStruct().SimpleString() : ErrorCondition(schema.status());
}

TEST(JsonInference, FindsTypes) {
  EXPECT_EQ(Infer("{\"b\":1,\"a\":1.5,\"C\":\"x\",\"d\":true,\"e\":NaN,\"f\":1e5}"),
            "struct<C:string,a:double,b:bigint,d:boolean,e:double,f:double>");
  EXPECT_EQ(Infer("{\"a\":null,\"b\":[],\"c\":{},\"d\":\"\",\"e\":[null]}"),
            "struct<a:string,b:array<string>,d:string,e:array<string>>");
  EXPECT_EQ(Infer("{\"a\":12345678901234567890}"), "struct<a:decimal(20,0)>");
  EXPECT_EQ(Infer("{\"a\":" + std::string(42, '1') + "}"), "struct<a:double>");
  EXPECT_EQ(Infer("{\"a\":[{\"x\":1},{\"y\":\"s\"}],\"b\":[[1],[2.5]]}"),
            "struct<a:array<struct<x:bigint,y:string>>,b:array<array<double>>>");
  EXPECT_EQ(Infer(""), "struct<>");
}

TEST(JsonInference, MergesRecords) {
  EXPECT_EQ(Infer("{\"a\":1}\n{\"a\":1.5}"), "struct<a:double>");
  EXPECT_EQ(Infer("{\"a\":1}\n{\"a\":\"x\"}"), "struct<a:string>");
  EXPECT_EQ(Infer("{\"a\":true}\n{\"a\":1}"), "struct<a:string>");
  EXPECT_EQ(Infer("{\"a\":{\"x\":1}}\n{\"a\":{\"y\":2}}"), "struct<a:struct<x:bigint,y:bigint>>");
  EXPECT_EQ(Infer("{\"a\":{\"x\":1}}\n{\"a\":[1]}"), "struct<a:string>");
  EXPECT_EQ(Infer("{\"a\":12345678901234567890}\n{\"a\":1}"), "struct<a:decimal(20,0)>");
  EXPECT_EQ(Infer("{\"a\":12345678901234567890}\n{\"a\":1.5}"), "struct<a:double>");
  EXPECT_EQ(Infer("[{\"a\":1},{\"b\":2}]\nnull"), "struct<a:bigint,b:bigint>");
}

TEST(JsonInference, HandlesBadRecords) {
  EXPECT_EQ(Infer("bad\n{\"a\":1}"), "struct<_corrupt_record:string,a:bigint>");
  EXPECT_EQ(Infer("5"), "struct<_corrupt_record:string>");
  EXPECT_EQ(Infer("[1,2]"), "struct<_corrupt_record:string>");
  EXPECT_EQ(Infer("bad\n{\"a\":1}", MakeOptions({{"mode", "DROPMALFORMED"}})), "struct<a:bigint>");
  EXPECT_EQ(Infer("bad\n{\"a\":1}", MakeOptions({{"mode", "FAILFAST"}})),
            "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  EXPECT_EQ(Infer("bad\n{\"a\":1}", MakeOptions({{"columnNameOfCorruptRecord", "zz"}})),
            "struct<a:bigint,zz:string>");
  EXPECT_EQ(Infer("{\"a\":1,\"a\":\"x\"}"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Infer("{\"A\":1,\"a\":2}"), "COLUMN_ALREADY_EXISTS");
}

TEST(JsonInference, FollowsOptions) {
  EXPECT_EQ(Infer("{\"a\":1,\"b\":[true],\"c\":{\"d\":1.5}}",
                  MakeOptions({{"primitivesAsString", "true"}})),
            "struct<a:string,b:array<string>,c:struct<d:string>>");
  EXPECT_EQ(Infer("{\"a\":1.5,\"b\":1,\"c\":12345678901234567890.5}",
                  MakeOptions({{"prefersDecimal", "true"}})),
            "struct<a:decimal(2,1),b:bigint,c:decimal(21,1)>");
  EXPECT_EQ(Infer("{\"a\":null,\"b\":[],\"c\":{\"d\":null},\"e\":1}",
                  MakeOptions({{"dropFieldIfAllNull", "true"}})),
            "struct<e:bigint>");
  EXPECT_EQ(Infer("{\"a\":\"2024-01-01T00:00:00\"}", MakeOptions({{"inferTimestamp", "true"}})),
            "struct<a:timestamp>");
  EXPECT_EQ(Infer("{\"a\":\n1}", MakeOptions({{"multiLine", "true"}})), "struct<a:bigint>");
}

}  // namespace
}  // namespace firesteel
