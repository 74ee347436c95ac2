#include "formats/orc/orc_file_tail.h"

#include <algorithm>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/util/compression.h"
#include "formats/orc/protobuf_reader.h"

namespace firesteel {
namespace {

// Java's writer never has larger blocks; a damaged size must not take all memory.
constexpr uint64_t kLargestTailBlockBytes = uint64_t{64} << 20;
constexpr int kDeepestTree = 200;
constexpr std::string_view kMagic = "ORC";

Status DamagedTail(const char* what) {
  return Status::IOError("The ORC file is damaged: ", what, ".");
}

struct PostScript {
  uint64_t footer_bytes = 0;
  uint64_t metadata_bytes = 0;
  uint64_t codec = 0;
  uint64_t block_bytes = uint64_t{256} << 10;
  std::string_view magic;
};

Result<PostScript> ReadPostScript(std::string_view bytes) {
  PostScript script;
  ProtobufReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        script.footer_bytes = reader.number();
        break;
      case 2:
        script.codec = reader.number();
        break;
      case 3:
        script.block_bytes = reader.number();
        break;
      case 5:
        script.metadata_bytes = reader.number();
        break;
      case 8000:
        script.magic = reader.bytes();
        break;
      default:
        break;
    }
  }
  if (reader.damaged() || script.magic != kMagic) return DamagedTail("it does not end as one");
  if (script.block_bytes > kLargestTailBlockBytes) return DamagedTail("its blocks are too large");
  return script;
}

Result<arrow::Compression::type> CodecOf(uint64_t code) {
  constexpr arrow::Compression::type kCodecs[] = {
      arrow::Compression::UNCOMPRESSED, arrow::Compression::GZIP, arrow::Compression::SNAPPY,
      arrow::Compression::LZO,          arrow::Compression::LZ4,  arrow::Compression::ZSTD,
      arrow::Compression::BROTLI};
  if (code >= std::size(kCodecs)) return DamagedTail("its codec is not known");
  if (kCodecs[code] == arrow::Compression::LZO) {
    return Status::NotImplemented("ORC files with the codec LZO cannot be read.");
  }
  return kCodecs[code];
}

void ReadAttribute(std::string_view bytes, OrcType* type) {
  ProtobufReader reader(bytes);
  std::string_view key;
  std::string_view value;
  while (reader.Next()) (reader.field() == 1 ? key : value) = reader.bytes();
  if (key == "spark.sql.catalyst.type") type->spark_type = std::string(value);
}

Result<OrcType> ReadType(std::string_view bytes) {
  OrcType type;
  uint64_t kind = 0;
  ProtobufReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        kind = reader.number();
        break;
      case 2: {
        // Packed, or one by one.
        std::string_view packed = reader.bytes();
        uint64_t child = reader.number();
        if (packed.empty()) type.children.push_back(static_cast<uint32_t>(child));
        while (!packed.empty()) {
          if (!ProtobufReader::TakeNumber(&packed, &child)) return DamagedTail("a type");
          type.children.push_back(static_cast<uint32_t>(child));
        }
        break;
      }
      case 3:
        type.names.emplace_back(reader.bytes());
        break;
      case 5:
        type.precision = static_cast<int>(std::min<uint64_t>(reader.number(), 1000));
        break;
      case 6:
        type.scale = static_cast<int>(std::min<uint64_t>(reader.number(), 1000));
        break;
      case 7:
        ReadAttribute(reader.bytes(), &type);
        break;
      default:
        break;
    }
  }
  if (reader.damaged() || kind >= OrcType::kKindCount) return DamagedTail("a type");
  type.kind = static_cast<OrcType::Kind>(kind);
  if (type.kind == OrcType::kDecimal &&
      (type.precision < 1 || type.precision > 38 || type.scale > type.precision)) {
    return DamagedTail("a decimal type");
  }
  return type;
}

Result<OrcStripe> ReadStripe(std::string_view bytes) {
  OrcStripe stripe;
  ProtobufReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        stripe.offset = reader.number();
        break;
      case 2:
        stripe.index_bytes = reader.number();
        break;
      case 3:
        stripe.data_bytes = reader.number();
        break;
      case 4:
        stripe.footer_bytes = reader.number();
        break;
      case 5:
        stripe.rows = static_cast<int64_t>(reader.number());
        break;
      default:
        break;
    }
  }
  if (reader.damaged() || stripe.rows < 0) return DamagedTail("a stripe's entry");
  return stripe;
}

// Checks that every node has the children its kind wants and that a child comes after its parent.
Status CheckTypes(const std::vector<OrcType>& types) {
  if (types.empty() || types[0].kind != OrcType::kStruct)
    return DamagedTail("its type is no struct");
  std::vector<int> depths(types.size(), 0);
  for (size_t i = 0; i < types.size(); ++i) {
    const OrcType& type = types[i];
    const size_t children = type.children.size();
    const bool fits = type.kind == OrcType::kStruct  ? children == type.names.size()
                      : type.kind == OrcType::kList  ? children == 1
                      : type.kind == OrcType::kMap   ? children == 2
                      : type.kind == OrcType::kUnion ? true
                                                     : children == 0;
    if (!fits) return DamagedTail("a type has the wrong children");
    for (const uint32_t child : type.children) {
      if (child <= i || child >= types.size()) return DamagedTail("its types are no tree");
      if (depths[child] > 0) return DamagedTail("its types are no tree");
      depths[child] = depths[i] + 1;
      if (depths[child] > kDeepestTree) return DamagedTail("its types are nested too deeply");
    }
  }
  return Status::OK();
}

}  // namespace

Result<OrcFileTail> OrcFileTail::Read(arrow::io::RandomAccessFile* file) {
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->GetSize());
  const int64_t end_bytes = std::min<int64_t>(size, 256);
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> end,
                        file->ReadAt(size - end_bytes, end_bytes));
  std::string_view end_text(*end);
  if (end_text.empty()) return DamagedTail("it is empty");
  const size_t script_bytes = static_cast<uint8_t>(end_text.back());
  end_text.remove_suffix(1);
  if (script_bytes > end_text.size()) return DamagedTail("it does not end as one");
  ARROW_ASSIGN_OR_RAISE(const PostScript script,
                        ReadPostScript(end_text.substr(end_text.size() - script_bytes)));
  const auto left = static_cast<uint64_t>(size) - 1 - script_bytes;
  if (script.footer_bytes > left) return DamagedTail("its footer is cut off");
  OrcFileTail tail;
  ARROW_ASSIGN_OR_RAISE(tail.compression.codec, CodecOf(script.codec));
  tail.compression.block_bytes = static_cast<int64_t>(script.block_bytes);
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> packed,
                        file->ReadAt(static_cast<int64_t>(left - script.footer_bytes),
                                     static_cast<int64_t>(script.footer_bytes)));
  ARROW_ASSIGN_OR_RAISE(const std::string footer, OrcStream::ReadAll(packed, tail.compression));
  ProtobufReader reader(footer);
  uint64_t calendar = 0;
  while (reader.Next()) {
    if (reader.field() == 3) {
      ARROW_ASSIGN_OR_RAISE(const OrcStripe stripe, ReadStripe(reader.bytes()));
      uint64_t total = stripe.offset;
      for (const uint64_t bytes : {stripe.index_bytes, stripe.data_bytes, stripe.footer_bytes}) {
        if (__builtin_add_overflow(total, bytes, &total)) return DamagedTail("a stripe's entry");
      }
      if (total > static_cast<uint64_t>(size)) return DamagedTail("a stripe is cut off");
      if (__builtin_add_overflow(tail.rows, stripe.rows, &tail.rows)) {
        return DamagedTail("a stripe's entry");
      }
      tail.stripes.push_back(stripe);
    } else if (reader.field() == 4) {
      ARROW_ASSIGN_OR_RAISE(OrcType type, ReadType(reader.bytes()));
      tail.types.push_back(std::move(type));
    } else if (reader.field() == 11) {
      calendar = reader.number();
    }
  }
  if (reader.damaged()) return DamagedTail("its footer");
  ARROW_RETURN_NOT_OK(CheckTypes(tail.types));
  tail.has_hybrid_calendar = calendar != 2;
  return tail;
}

Result<DataType> OrcFileTail::TypeOf(uint32_t node) const {
  const OrcType& type = types[node];
  switch (type.kind) {
    case OrcType::kBoolean:
      return DataType(TypeId::kBoolean);
    case OrcType::kByte:
      return DataType(TypeId::kByte);
    case OrcType::kShort:
      return DataType(TypeId::kShort);
    case OrcType::kInt:
    case OrcType::kLong:
    case OrcType::kTimestamp:
      if (!type.spark_type.empty()) {
        const Result<Schema> noted = Schema::FromDdl("c " + type.spark_type);
        if (noted.ok() && noted->size() == 1) return noted->field(0).type;
      }
      return DataType(type.kind == OrcType::kInt    ? TypeId::kInteger
                      : type.kind == OrcType::kLong ? TypeId::kLong
                                                    : TypeId::kTimestamp);
    case OrcType::kFloat:
      return DataType(TypeId::kFloat);
    case OrcType::kDouble:
      return DataType(TypeId::kDouble);
    case OrcType::kString:
    case OrcType::kVarchar:
    case OrcType::kChar:
      return DataType(TypeId::kString);
    case OrcType::kBinary:
      return DataType(TypeId::kBinary);
    case OrcType::kTimestampInstant:
      return DataType(TypeId::kTimestamp);
    case OrcType::kDate:
      return DataType(TypeId::kDate);
    case OrcType::kDecimal:
      return DataType::Decimal(type.precision, type.scale);
    case OrcType::kList: {
      ARROW_ASSIGN_OR_RAISE(DataType element, TypeOf(type.children[0]));
      return DataType::Array(std::move(element));
    }
    case OrcType::kMap: {
      ARROW_ASSIGN_OR_RAISE(DataType key, TypeOf(type.children[0]));
      ARROW_ASSIGN_OR_RAISE(DataType value, TypeOf(type.children[1]));
      return DataType::Map(std::move(key), std::move(value));
    }
    case OrcType::kStruct: {
      std::vector<StructField> fields;
      for (size_t i = 0; i < type.children.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(DataType field, TypeOf(type.children[i]));
        fields.push_back(StructField{type.names[i], std::move(field), true, "{}"});
      }
      return DataType::Struct(std::move(fields));
    }
    case OrcType::kUnion:
    case OrcType::kKindCount:
      break;
  }
  return Status::NotImplemented("Columns of ORC's union type cannot be read.");
}

Result<Schema> OrcFileTail::FileSchema() const {
  ARROW_ASSIGN_OR_RAISE(const DataType row, TypeOf(0));
  return Schema(row.fields());
}

Result<OrcStripeFooter> OrcStripeFooter::Read(arrow::io::RandomAccessFile* file,
                                              const OrcFileTail& tail, const OrcStripe& stripe) {
  const uint64_t footer_offset = stripe.offset + stripe.index_bytes + stripe.data_bytes;
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> packed,
                        file->ReadAt(static_cast<int64_t>(footer_offset),
                                     static_cast<int64_t>(stripe.footer_bytes)));
  ARROW_ASSIGN_OR_RAISE(const std::string bytes, OrcStream::ReadAll(packed, tail.compression));
  OrcStripeFooter footer;
  uint64_t offset = stripe.offset;
  ProtobufReader reader(bytes);
  while (reader.Next()) {
    ProtobufReader inner(reader.bytes());
    if (reader.field() == 1) {
      OrcStreamInfo stream;
      while (inner.Next()) {
        if (inner.field() == 1) stream.kind = static_cast<uint32_t>(inner.number());
        if (inner.field() == 2) stream.column = static_cast<uint32_t>(inner.number());
        if (inner.field() == 3) stream.bytes = inner.number();
      }
      stream.offset = offset;
      if (stream.bytes > footer_offset - offset) return DamagedTail("a stripe's streams");
      offset += stream.bytes;
      footer.streams.push_back(stream);
    } else if (reader.field() == 2) {
      Encoding encoding;
      while (inner.Next()) {
        if (inner.field() == 1) encoding.kind = static_cast<uint32_t>(inner.number());
        if (inner.field() == 2) encoding.dictionary_size = static_cast<uint32_t>(inner.number());
      }
      footer.encodings.push_back(encoding);
    } else if (reader.field() == 3) {
      footer.writer_time_zone = std::string(reader.bytes());
    }
    if (inner.damaged() && reader.field() <= 2) return DamagedTail("a stripe's footer");
  }
  if (reader.damaged() || footer.encodings.size() < tail.types.size()) {
    return DamagedTail("a stripe's footer");
  }
  return footer;
}

}  // namespace firesteel
