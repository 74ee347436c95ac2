#include "formats/orc/orc_column_reader.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/type.h"
#include "arrow/util/compression.h"
#include "formats/orc/orc_leaf_readers.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {
namespace {

// Bounds what a damaged length can make of a batch.
constexpr int64_t kMostElements = int64_t{1} << 27;

bool SameName(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

bool IsUnnamed(const OrcType& type) {
  for (size_t i = 0; i < type.names.size(); ++i) {
    if (type.names[i] != "_col" + std::to_string(i)) return false;
  }
  return !type.names.empty();
}

bool IsInterval(TypeId id) {
  return id == TypeId::kDayTimeInterval || id == TypeId::kYearMonthInterval;
}

// Whether a column of type `from` can be given as `to` by a cast that does not fail, or, for
// intervals, by just another name.
bool CanConvertLeaf(const DataType& from, const DataType& to) {
  if (from.SameType(to)) return true;
  if (IsInterval(to.id())) {
    return from.id() == to.id() ||
           from.id() == (to.id() == TypeId::kDayTimeInterval ? TypeId::kLong : TypeId::kInteger);
  }
  const auto is_bytes = [](const DataType& type) {
    return type.id() == TypeId::kString || type.id() == TypeId::kBinary;
  };
  if (is_bytes(from) && is_bytes(to)) return true;
  const auto is_timestamp = [](const DataType& type) {
    return type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz;
  };
  if (is_timestamp(from) && is_timestamp(to)) return true;
  return from.is_numeric() && to.is_numeric() && CanUpCast(from, to);
}

class ConvertingReader final : public OrcColumnReader {
 public:
  ConvertingReader(std::unique_ptr<OrcColumnReader> reader, const DataType& from,
                   const DataType& to)
      : reader_(std::move(reader)), from_(from), to_(to) {}
  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column, reader_->Read(rows, parent_valid));
    if (from_.is_numeric() && to_.is_numeric()) {
      return CastArray(column, from_, to_, CastOptions{});
    }
    // The bytes are the same.
    std::shared_ptr<arrow::ArrayData> data = column->data()->Copy();
    data->type = ToArrowType(to_);
    return arrow::MakeArray(data);
  }

 private:
  std::unique_ptr<OrcColumnReader> reader_;
  const DataType from_;
  const DataType to_;
};

class NullReader final : public OrcColumnReader {
 public:
  explicit NullReader(const DataType& type) : type_(ToArrowType(type)) {}
  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t*) override {
    return arrow::MakeArrayOfNull(type_, rows);
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
};

class StructReader final : public OrcColumnReader {
 public:
  StructReader(const DataType& type, std::unique_ptr<OrcStream> present,
               std::vector<std::unique_ptr<OrcColumnReader>> children)
      : type_(ToArrowType(type)), presence_(std::move(present)), children_(std::move(children)) {}

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_RETURN_NOT_OK(presence_.Read(rows, parent_valid).status());
    std::vector<std::shared_ptr<arrow::ArrayData>> fields;
    for (const auto& child : children_) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> column,
                            child->Read(rows, presence_.valid()));
      fields.push_back(column->data());
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, presence_.ValidityBits());
    return arrow::MakeArray(arrow::ArrayData::Make(type_, rows, {std::move(bits)},
                                                   std::move(fields), presence_.null_count()));
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  OrcPresence presence_;
  std::vector<std::unique_ptr<OrcColumnReader>> children_;
};

// Arrays, with one child, and maps, with two.
class RepeatedReader final : public OrcColumnReader {
 public:
  RepeatedReader(const DataType& type, OrcStreams streams,
                 std::vector<std::unique_ptr<OrcColumnReader>> children)
      : type_(ToArrowType(type)),
        presence_(std::move(streams.present)),
        lengths_(std::move(streams.length), /*is_signed=*/false, streams.is_version_2),
        children_(std::move(children)) {}

  Result<std::shared_ptr<arrow::Array>> Read(int64_t rows, const uint8_t* parent_valid) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, presence_.Read(rows, parent_valid));
    values_.resize(count);
    lengths_.Read(values_.data(), count);
    if (lengths_.failed()) return OrcColumnDamaged();
    ARROW_ASSIGN_OR_RAISE(
        std::shared_ptr<arrow::Buffer> ends,
        arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
    auto* end = reinterpret_cast<int32_t*>(ends->mutable_data());
    int64_t total = 0;
    int64_t next = 0;
    end[0] = 0;
    for (int64_t row = 0; row < rows; ++row) {
      if (presence_.valid()[row]) {
        const int64_t length = values_[next++];
        if (length < 0 || length > kMostElements - total) return OrcColumnDamaged();
        total += length;
      }
      end[row + 1] = static_cast<int32_t>(total);
    }
    std::vector<std::shared_ptr<arrow::ArrayData>> elements;
    for (const auto& child : children_) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> column,
                            child->Read(total, nullptr));
      elements.push_back(column->data());
    }
    if (elements.size() == 2) {
      elements = {arrow::ArrayData::Make(type_->field(0)->type(), total, {nullptr},
                                         std::move(elements), 0)};
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, presence_.ValidityBits());
    return arrow::MakeArray(arrow::ArrayData::Make(type_, rows, {std::move(bits), std::move(ends)},
                                                   std::move(elements), presence_.null_count()));
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  OrcPresence presence_;
  OrcIntegerDecoder lengths_;
  std::vector<std::unique_ptr<OrcColumnReader>> children_;
  std::vector<int64_t> values_;
};

// Opens the streams of a column; those that it does not have end at once.
Result<OrcStreams> OpenStreams(const OrcStripeContext& stripe, uint32_t node) {
  OrcStreams streams;
  for (const OrcStreamInfo& info : stripe.footer->streams) {
    if (info.column != node || info.kind > 5 || info.kind == 4) continue;
    std::unique_ptr<OrcStream>* const places[] = {&streams.present, &streams.data, &streams.length,
                                                  &streams.dictionary, nullptr,
                                                  &streams.secondary};
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes,
                          stripe.file->ReadAt(static_cast<int64_t>(info.offset),
                                              static_cast<int64_t>(info.bytes)));
    if (bytes->size() < static_cast<int64_t>(info.bytes)) return OrcColumnDamaged();
    ARROW_ASSIGN_OR_RAISE(*places[info.kind],
                          OrcStream::Make(std::move(bytes), stripe.tail->compression));
  }
  for (std::unique_ptr<OrcStream>* stream :
       {&streams.data, &streams.length, &streams.dictionary, &streams.secondary}) {
    if (*stream == nullptr) *stream = std::make_unique<OrcStream>();
  }
  const OrcStripeFooter::Encoding& encoding = stripe.footer->encodings[node];
  streams.has_dictionary = encoding.kind == 1 || encoding.kind == 3;
  streams.is_version_2 = encoding.kind >= 2;
  streams.dictionary_size = encoding.dictionary_size;
  return streams;
}

}  // namespace

int64_t FindOrcField(const OrcFileTail& tail, uint32_t node, const std::string& name,
                     int position) {
  const OrcType& type = tail.types[node];
  if (IsUnnamed(type)) {
    return position < static_cast<int>(type.children.size()) ? int64_t{type.children[position]}
                                                             : -1;
  }
  for (size_t i = 0; i < type.names.size(); ++i) {
    if (SameName(type.names[i], name)) return type.children[i];
  }
  return -1;
}

bool CanReadOrc(const OrcFileTail& tail, uint32_t node, const DataType& wanted) {
  const OrcType& type = tail.types[node];
  switch (type.kind) {
    case OrcType::kList:
      return wanted.id() == TypeId::kArray &&
             CanReadOrc(tail, type.children[0], wanted.element_type());
    case OrcType::kMap:
      return wanted.id() == TypeId::kMap &&
             CanReadOrc(tail, type.children[0], wanted.key_type()) &&
             CanReadOrc(tail, type.children[1], wanted.value_type());
    case OrcType::kStruct: {
      if (wanted.id() != TypeId::kStruct) return false;
      for (size_t i = 0; i < wanted.fields().size(); ++i) {
        const int64_t child =
            FindOrcField(tail, node, wanted.fields()[i].name, static_cast<int>(i));
        if (child >= 0 &&
            !CanReadOrc(tail, static_cast<uint32_t>(child), wanted.fields()[i].type)) {
          return false;
        }
      }
      return true;
    }
    default: {
      const Result<DataType> natural = tail.TypeOf(node);
      return natural.ok() && CanConvertLeaf(*natural, wanted);
    }
  }
}

Result<std::unique_ptr<OrcColumnReader>> MakeOrcColumnReader(const OrcStripeContext& stripe,
                                                             uint32_t node,
                                                             const DataType& wanted) {
  const OrcType& type = stripe.tail->types[node];
  ARROW_ASSIGN_OR_RAISE(OrcStreams streams, OpenStreams(stripe, node));
  std::vector<std::unique_ptr<OrcColumnReader>> children;
  const auto add_child = [&](int64_t child, const DataType& child_type) -> Status {
    if (child < 0) {
      children.push_back(std::make_unique<NullReader>(child_type));
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(
        auto reader, MakeOrcColumnReader(stripe, static_cast<uint32_t>(child), child_type));
    children.push_back(std::move(reader));
    return Status::OK();
  };
  if (type.kind == OrcType::kStruct) {
    for (size_t i = 0; i < wanted.fields().size(); ++i) {
      const StructField& field = wanted.fields()[i];
      ARROW_RETURN_NOT_OK(add_child(
          FindOrcField(*stripe.tail, node, field.name, static_cast<int>(i)), field.type));
    }
    return std::make_unique<StructReader>(wanted, std::move(streams.present), std::move(children));
  }
  if (type.kind == OrcType::kList || type.kind == OrcType::kMap) {
    const bool is_map = type.kind == OrcType::kMap;
    ARROW_RETURN_NOT_OK(
        add_child(type.children[0], is_map ? wanted.key_type() : wanted.element_type()));
    if (is_map) ARROW_RETURN_NOT_OK(add_child(type.children[1], wanted.value_type()));
    return std::make_unique<RepeatedReader>(wanted, std::move(streams), std::move(children));
  }
  ARROW_ASSIGN_OR_RAISE(const DataType natural, stripe.tail->TypeOf(node));
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        MakeOrcLeafReader(stripe, type, natural, std::move(streams)));
  if (natural.SameType(wanted)) return reader;
  return std::make_unique<ConvertingReader>(std::move(reader), natural, wanted);
}

}  // namespace firesteel
