#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/wrappers.pb.h>

#include <fstream>
#include <string>
#include <vector>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr const char* kDescriptorSet = R"pb(
  file {
    name: "point.proto"
    package: "geo"
    message_type {
      name: "Point"
      field { name: "x" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
      field { name: "name" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "tags" number: 3 type: TYPE_INT64 label: LABEL_REPEATED }
      field { name: "big" number: 4 type: TYPE_UINT64 label: LABEL_OPTIONAL }
      field {
        name: "color"
        number: 5
        type: TYPE_ENUM
        label: LABEL_OPTIONAL
        type_name: ".geo.Color"
      }
      field {
        name: "counts"
        number: 6
        type: TYPE_MESSAGE
        label: LABEL_REPEATED
        type_name: ".geo.Point.CountsEntry"
      }
      field {
        name: "at"
        number: 7
        type: TYPE_MESSAGE
        label: LABEL_OPTIONAL
        type_name: ".geo.Timestamp"
      }
      nested_type {
        name: "CountsEntry"
        field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
        options { map_entry: true }
      }
    }
    message_type {
      name: "Timestamp"
      field { name: "seconds" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL }
      field { name: "nanos" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
    }
    message_type {
      name: "Node"
      field { name: "v" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
      field {
        name: "next"
        number: 2
        type: TYPE_MESSAGE
        label: LABEL_OPTIONAL
        type_name: ".geo.Node"
      }
    }
    enum_type {
      name: "Color"
      value { name: "RED" number: 0 }
      value { name: "BLUE" number: 1 }
    }
    syntax: "proto3"
  }
  file {
    name: "strict.proto"
    message_type {
      name: "Strict"
      field { name: "id" number: 1 type: TYPE_INT32 label: LABEL_REQUIRED }
    }
  }
)pb";

Binary DescriptorBytes() {
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kDescriptorSet, &set));
  return Binary{set.SerializeAsString()};
}

Value ProtobufOption(const char* name, const char* value) { return MapValue{{{name, value}}}; }

const Value kPoint = Fields({5, "p", List({int64_t{1}, int64_t{-1}}), int64_t{-1}, "BLUE",
                             MapValue{{{"a", 7}}}, Timestamp{1'500'000}});
const Binary kPointBytes{
    std::string("\x08\x05\x12\x01p\x1a\x0b\x01\xff\xff\xff\xff\xff\xff\xff\xff"
                "\xff\x01\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x28\x01"
                "\x32\x05\x0a\x01"
                "a\x10\x07\x3a\x08\x08\x01\x10\x80\xca\xb5\xee\x01")};

TEST(ProtobufFunctionsTest, ReadsMessages) {
  const Binary set = DescriptorBytes();
  const Value nothing = Fields({kNull, kNull, List({}), kNull, kNull, MapValue{}, kNull});
  const Value zeros = Fields({0, "", List({}), int64_t{0}, "RED", MapValue{}, kNull});
  Value as_numbers = Fields({5, "p", List({int64_t{1}, int64_t{-1}}), int64_t{-1}, 1,
                             MapValue{{{"a", 7}}}, Timestamp{1'500'000}});
  const Value upcast = Fields({kNull, kNull, List({}), Dec(1, 20, 0), kNull, MapValue{}, kNull});
  CheckCalls(
      {
          Gives("from_protobuf", {kPointBytes, "Point", set}, kPoint),
          Gives("from_protobuf", {kPointBytes, "geo.Point", set}, kPoint),
          Gives("from_protobuf", {Binary{""}, "Point", set}, nothing),
          Gives("from_protobuf", {Null(TypeId::kBinary), "Point", set}, kNull),
          Gives("from_protobuf",
                {Binary{""}, "Point", set, ProtobufOption("emit.default.values", "true")}, zeros),
          Gives("from_protobuf",
                {kPointBytes, "Point", set, ProtobufOption("enums.as.ints", "true")}, as_numbers),
          Gives("from_protobuf",
                {Binary{"\x20\x01"}, "Point", set, ProtobufOption("upcast.unsigned.ints", "true")},
                upcast),
          Gives("from_protobuf", {Binary{"\x28\x09"}, "Point", set},
                Fields({kNull, kNull, List({}), kNull, "UNKNOWN_ENUM_VALUE_Color_9", MapValue{},
                        kNull})),
          Gives("from_protobuf",
                {Binary{"\x08\x01\x12\x02\x08\x02"}, "Node", set,
                 ProtobufOption("recursive.fields.max.depth", "2")},
                Fields({1, Fields({2})})),
          Gives(
              "from_protobuf",
              {Binary{"\x08\x01"}, "Node", set, ProtobufOption("recursive.fields.max.depth", "1")},
              Fields({1})),
      },
      {}, false);
}

TEST(ProtobufFunctionsTest, WritesMessages) {
  const Binary set = DescriptorBytes();
  const DataType point =
      DataType::FromDdl(
          "struct<x: int, name: string, tags: array<bigint>, big: bigint, color: string, "
          "counts: map<string, int>, at: timestamp>")
          .ValueOrDie();
  const DataType part = DataType::FromDdl("struct<X: smallint>").ValueOrDie();
  const DataType colored = DataType::FromDdl("struct<color: string>").ValueOrDie();
  const DataType wrong = DataType::FromDdl("struct<x: string>").ValueOrDie();
  const DataType extra = DataType::FromDdl("struct<x: int, y: int>").ValueOrDie();
  const DataType id = DataType::FromDdl("struct<id: int>").ValueOrDie();
  const DataType tags = DataType::FromDdl("struct<tags: array<bigint>>").ValueOrDie();
  CheckCalls(
      {
          Gives("to_protobuf", {{kPoint, point}, "Point", set}, kPointBytes),
          Gives("to_protobuf", {{Fields({int16_t{5}}), part}, "Point", set}, Binary{"\x08\x05"}),
          Gives("to_protobuf", {{Fields({kNull}), id}, "Strict", set},
                Binary{std::string("\x08\0", 2)}),
          Fails("to_protobuf", {{Fields({"GREEN"}), colored}, "Point", set},
                "CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE"),
          Fails("to_protobuf", {{Fields({"1"}), wrong}, "Point", set},
                "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE"),
          Fails("to_protobuf", {{Fields({1, 2}), extra}, "Point", set},
                "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE"),
          Fails("to_protobuf",
                {{Fields({1}), DataType::FromDdl("struct<x: int>").ValueOrDie()}, "Strict", set},
                "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE"),
          Fails("to_protobuf", {{Fields({List({kNull})}), tags}, "Point", set},
                "NULL_IN_PROTOBUF_LIST"),
          Fails("to_protobuf", {5, "Point", set}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      },
      {}, false);
}

TEST(ProtobufFunctionsTest, BadInput) {
  const Binary set = DescriptorBytes();
  google::protobuf::FileDescriptorSet lacking;
  lacking.add_file()->set_name("a.proto");
  lacking.mutable_file(0)->add_dependency("b.proto");
  CheckCalls(
      {
          Fails("from_protobuf", {Binary{"\x08"}, "Point", set}, "MALFORMED_PROTOBUF_MESSAGE"),
          Fails("from_protobuf", {Binary{""}, "Strict", set}, "MALFORMED_PROTOBUF_MESSAGE"),
          Gives("from_protobuf",
                {Binary{"\x08"}, "Point", set, ProtobufOption("mode", "PERMISSIVE")}, kNull),
          Fails("from_protobuf", {Binary{""}, "Pint", set}, "PROTOBUF_MESSAGE_NOT_FOUND"),
          Fails("from_protobuf", {Binary{""}, "Node", set}, "RECURSIVE_PROTOBUF_SCHEMA"),
          Fails("from_protobuf", {Binary{""}, "Point", Binary{"junk"}},
                "CANNOT_PARSE_PROTOBUF_DESCRIPTOR"),
          Fails("from_protobuf", {Binary{""}, "Point", Binary{lacking.SerializeAsString()}},
                "PROTOBUF_DEPENDENCY_NOT_FOUND"),
          Fails("from_protobuf", {Binary{""}, "Point", "/no/such/file.desc"},
                "PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND"),
          Fails("from_protobuf", {Binary{""}, "Point"},
                "PROTOBUF_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE"),
          Fails("from_protobuf",
                {Binary{""}, "Point", set, ProtobufOption("mode", "DROPMALFORMED")},
                "PARSE_MODE_UNSUPPORTED"),
          Fails("from_protobuf", {"", "Point", set}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      },
      {}, false);
}

// Messages that Protocol Buffers itself brings.
TEST(ProtobufFunctionsTest, WellKnownMessages) {
  namespace pb = google::protobuf;
  pb::FileDescriptorSet set;
  pb::Any::descriptor()->file()->CopyTo(set.add_file());
  pb::Duration::descriptor()->file()->CopyTo(set.add_file());
  pb::Int32Value::descriptor()->file()->CopyTo(set.add_file());
  ASSERT_TRUE(pb::TextFormat::ParseFromString(
      R"pb(
        name: "known.proto"
        dependency: "google/protobuf/any.proto"
        dependency: "google/protobuf/duration.proto"
        dependency: "google/protobuf/wrappers.proto"
        message_type {
          name: "Known"
          field {
            name: "any"
            number: 1
            type: TYPE_MESSAGE
            label: LABEL_OPTIONAL
            type_name: ".google.protobuf.Any"
          }
          field {
            name: "span"
            number: 2
            type: TYPE_MESSAGE
            label: LABEL_OPTIONAL
            type_name: ".google.protobuf.Duration"
          }
          field {
            name: "n"
            number: 3
            type: TYPE_MESSAGE
            label: LABEL_OPTIONAL
            type_name: ".google.protobuf.Int32Value"
          }
        }
        syntax: "proto3"
      )pb",
      set.add_file()));
  const Binary descriptors{set.SerializeAsString()};
  pb::Int32Value number;
  number.set_value(7);
  pb::Any any;
  any.PackFrom(number);
  const std::string packed = any.SerializeAsString();
  const Binary bytes{"\x0a" + std::string(1, static_cast<char>(packed.size())) + packed +
                     std::string("\x12\x05\x08\x01\x10\xe8\x07\x1a\x02\x08\x07")};
  const Value options = MapValue{
      {{"convert.any.fields.to.json", "true"}, {"unwrap.primitive.wrapper.types", "true"}}};
  CheckCalls(
      {
          Gives("from_protobuf", {bytes, "Known", descriptors, options},
                Fields({R"({"@type":"type.googleapis.com/google.protobuf.Int32Value","value":7})",
                        DayTimeInterval{1'000'001}, 7})),
          Gives("from_protobuf", {Binary{std::string("\x1a\x00", 2)}, "Known", descriptors},
                Fields({kNull, kNull, Fields({kNull})})),
      },
      {}, false);
  const DataType type =
      DataType::FromDdl("struct<span: interval day to second, n: int>").ValueOrDie();
  CheckCalls(
      {Gives("to_protobuf",
             {{Fields({DayTimeInterval{1'000'001}, 7}), type}, "Known", descriptors, options},
             Binary{"\x12\x05\x08\x01\x10\xe8\x07\x1a\x02\x08\x07"})},
      {}, false);
}

TEST(ProtobufFunctionsTest, DescriptorFile) {
  const std::string path = testing::TempDir() + "/point.desc";
  std::ofstream(path, std::ios::binary) << DescriptorBytes().bytes;
  CheckCalls({Gives("from_protobuf", {kPointBytes, "Point", path}, kPoint)}, {}, false);
}

}  // namespace
}  // namespace firesteel
