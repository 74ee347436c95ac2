#include "formats/avro/avro_types.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/ascii.h"
#include "common/error.h"
#include "common/json_text.h"
#include "fmt/format.h"

namespace firesteel {
namespace {

std::string AvroUpperCase(std::string text) {
  for (char& c : text) c = ToUpper(c);
  return text;
}

constexpr int kDeepestRecursion = 12;  // as in Spark
constexpr int kMostColumns = 100'000;

// Bytes of the smallest two's complement number that holds so many digits.
int BytesOfPrecision(int precision) {
  __int128 largest = 1;
  for (int i = 0; i < precision; ++i) largest *= 10;
  int bytes = 1;
  while (bytes < 16 && ((__int128{1} << (8 * bytes - 1)) - 1) < largest - 1) ++bytes;
  return bytes;
}

/// Walks a schema; a type that recursion leaves out is nullopt.
class TypeReader {
 public:
  explicit TypeReader(const AvroTypeOptions& options) : options_(options) {}

  Result<std::optional<AvroColumnType>> Read(const AvroNode& node) {
    if (++columns_ > kMostColumns) return AvroNotSupported("It stands for too many columns.");
    switch (node.type) {
      case AvroType::kRecord:
        return ReadRecord(node);
      case AvroType::kUnion:
        return ReadUnion(node);
      case AvroType::kArray:
      case AvroType::kMap: {
        ARROW_ASSIGN_OR_RAISE(auto inner, Read(*node.inner[0]));
        if (!inner) return std::nullopt;
        if (node.type == AvroType::kArray) {
          return AvroColumnType{DataType::Array(inner->type, inner->nullable), false};
        }
        return AvroColumnType{DataType::Map(TypeId::kString, inner->type, inner->nullable), false};
      }
      default: {
        ARROW_ASSIGN_OR_RAISE(DataType type, ReadScalar(node));
        return AvroColumnType{std::move(type), node.type == AvroType::kNull};
      }
    }
  }

 private:
  static Result<DataType> ReadScalar(const AvroNode& node) {
    switch (node.logical) {
      case AvroLogicalType::kDate:
        return DataType(TypeId::kDate);
      case AvroLogicalType::kTimestampMillis:
      case AvroLogicalType::kTimestampMicros:
        return DataType(TypeId::kTimestamp);
      case AvroLogicalType::kLocalTimestampMillis:
      case AvroLogicalType::kLocalTimestampMicros:
        return DataType(TypeId::kTimestampNtz);
      case AvroLogicalType::kDecimal:
        return DataType::Decimal(node.precision, node.scale);
      case AvroLogicalType::kTimeMicros:
        return AvroNotSupported("There is no type TIME for the logical type time-micros.");
      case AvroLogicalType::kNone:
        break;
    }
    if (!node.spark_type.empty() && (node.type == AvroType::kInt || node.type == AvroType::kLong)) {
      ARROW_ASSIGN_OR_RAISE(DataType type, DataType::FromDdl(node.spark_type));
      const TypeId wanted =
          node.type == AvroType::kInt ? TypeId::kYearMonthInterval : TypeId::kDayTimeInterval;
      if (type.id() == wanted) return type;
      return AvroNotSupported(
          fmt::format("{} cannot be kept as {}.", node.spark_type, AvroTypeName(node.type)));
    }
    switch (node.type) {
      case AvroType::kNull:
        return DataType(TypeId::kNull);
      case AvroType::kBoolean:
        return DataType(TypeId::kBoolean);
      case AvroType::kInt:
        return DataType(TypeId::kInteger);
      case AvroType::kLong:
        return DataType(TypeId::kLong);
      case AvroType::kFloat:
        return DataType(TypeId::kFloat);
      case AvroType::kDouble:
        return DataType(TypeId::kDouble);
      case AvroType::kString:
      case AvroType::kEnum:
        return DataType(TypeId::kString);
      default:
        return DataType(TypeId::kBinary);
    }
  }

  Result<std::optional<AvroColumnType>> ReadRecord(const AvroNode& node) {
    int& depth = depths_[&node];
    const int allowed = options_.recursive_depth;
    if (depth > 0 && (allowed <= 0 || allowed > kDeepestRecursion)) {
      return AvroNotSupported(fmt::format(
          "The record {} contains itself; the option recursiveFieldMaxDepth (1 to {}) says how "
          "often it may.",
          node.full_name, kDeepestRecursion));
    }
    if (depth > 0 && depth >= allowed) return std::nullopt;
    ++depth;
    std::vector<StructField> fields;
    for (const AvroField& field : node.fields) {
      ARROW_ASSIGN_OR_RAISE(auto type, Read(*field.type));
      if (type) fields.push_back({field.name, type->type, type->nullable});
    }
    --depths_[&node];
    return AvroColumnType{DataType::Struct(std::move(fields)), false};
  }

  Result<std::optional<AvroColumnType>> ReadUnion(const AvroNode& node) {
    std::vector<const AvroNode*> branches;
    for (const AvroNode* branch : node.inner) {
      if (branch->type != AvroType::kNull) branches.push_back(branch);
    }
    const bool nullable = branches.size() < node.inner.size();
    if (branches.empty()) return AvroColumnType{TypeId::kNull, true};
    if (branches.size() == 1) {
      ARROW_ASSIGN_OR_RAISE(auto type, Read(*branches[0]));
      if (type && nullable) type->nullable = true;
      return type;
    }
    if (branches.size() == 2) {
      const auto low = std::min(branches[0]->type, branches[1]->type);
      const auto high = std::max(branches[0]->type, branches[1]->type);
      if (low == AvroType::kInt && high == AvroType::kLong) {
        return AvroColumnType{TypeId::kLong, nullable};
      }
      if (low == AvroType::kFloat && high == AvroType::kDouble) {
        return AvroColumnType{TypeId::kDouble, nullable};
      }
    }
    std::vector<StructField> fields;
    std::set<std::string> names;
    for (size_t i = 0; i < branches.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto type, Read(*branches[i]));
      if (!type) continue;
      std::string name = UnionMemberName(*branches[i], static_cast<int>(i), options_);
      if (!names.insert(AvroUpperCase(name)).second) {
        return AvroNotSupported(fmt::format("Two branches of a union are named {}.", name));
      }
      fields.push_back({std::move(name), type->type, true});
    }
    return AvroColumnType{DataType::Struct(std::move(fields)), nullable};
  }

  const AvroTypeOptions& options_;
  std::map<const AvroNode*, int> depths_;
  int columns_ = 0;
};

Result<std::string> WriteType(const DataType& type, bool nullable, const std::string& name,
                              const std::string& space);

Result<std::string> WriteNested(const DataType& type, const std::string& name,
                                const std::string& space) {
  if (type.id() == TypeId::kArray) {
    ARROW_ASSIGN_OR_RAISE(std::string inner,
                          WriteType(type.element_type(), type.contains_null(), name, space));
    return R"({"type":"array","items":)" + inner + "}";
  }
  if (type.id() == TypeId::kMap) {
    if (type.key_type().id() != TypeId::kString) {
      return AvroNotSupported("The keys of maps must be strings.");
    }
    ARROW_ASSIGN_OR_RAISE(std::string inner,
                          WriteType(type.value_type(), type.value_contains_null(), name, space));
    return R"({"type":"map","values":)" + inner + "}";
  }
  std::string text = R"({"type":"record","name":)";
  AppendJsonString(name, &text);
  if (!space.empty()) {
    text += R"(,"namespace":)";
    AppendJsonString(space, &text);
  }
  text += R"(,"fields":[)";
  const std::string inner_space = space.empty() ? name : space + "." + name;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const StructField& field = type.fields()[i];
    if (i > 0) text += ',';
    text += R"({"name":)";
    AppendJsonString(field.name, &text);
    ARROW_ASSIGN_OR_RAISE(std::string inner,
                          WriteType(field.type, field.nullable, field.name, inner_space));
    text += R"(,"type":)" + inner + "}";
  }
  return text + "]}";
}

Result<std::string> WriteScalar(const DataType& type, const std::string& name,
                                const std::string& space) {
  switch (type.id()) {
    case TypeId::kNull:
      return R"("null")";
    case TypeId::kBoolean:
      return R"("boolean")";
    case TypeId::kByte:
    case TypeId::kShort:
    case TypeId::kInteger:
      return R"("int")";
    case TypeId::kLong:
      return R"("long")";
    case TypeId::kFloat:
      return R"("float")";
    case TypeId::kDouble:
      return R"("double")";
    case TypeId::kString:
      return R"("string")";
    case TypeId::kBinary:
      return R"("bytes")";
    case TypeId::kDate:
      return R"({"type":"int","logicalType":"date"})";
    case TypeId::kTimestamp:
      return R"({"type":"long","logicalType":"timestamp-micros"})";
    case TypeId::kTimestampNtz:
      return R"({"type":"long","logicalType":"local-timestamp-micros"})";
    case TypeId::kYearMonthInterval:
      return fmt::format(R"({{"type":"int","spark.sql.catalyst.type":"{}"}})", type.TypeName());
    case TypeId::kDayTimeInterval:
      return fmt::format(R"({{"type":"long","spark.sql.catalyst.type":"{}"}})", type.TypeName());
    case TypeId::kDecimal: {
      std::string text = R"({"type":"fixed","name":"fixed","namespace":)";
      AppendJsonString(space.empty() ? name : space + "." + name, &text);
      return text + fmt::format(R"(,"size":{},"logicalType":"decimal","precision":{},"scale":{}}})",
                                BytesOfPrecision(type.precision()), type.precision(), type.scale());
    }
    default:
      return AvroNotSupported(fmt::format("Values of {} cannot be written.", type.Sql()));
  }
}

Result<std::string> WriteType(const DataType& type, bool nullable, const std::string& name,
                              const std::string& space) {
  const bool nested =
      type.id() == TypeId::kArray || type.id() == TypeId::kMap || type.id() == TypeId::kStruct;
  ARROW_ASSIGN_OR_RAISE(std::string text,
                        nested ? WriteNested(type, name, space) : WriteScalar(type, name, space));
  if (nullable && type.id() != TypeId::kNull) return "[" + text + R"(,"null"])";
  return text;
}

}  // namespace

Status AvroNotSupported(std::string_view reason) {
  return MakeError("AVRO_SCHEMA_NOT_SUPPORTED", {{"reason", std::string(reason)}});
}

Result<AvroTypeOptions> AvroTypeOptions::Make(const Options& options) {
  AvroTypeOptions made;
  if (const auto text = options.Get("recursiveFieldMaxDepth")) {
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), made.recursive_depth);
    if (error != std::errc() || end != text->data() + text->size() ||
        made.recursive_depth > kDeepestRecursion) {
      return AvroNotSupported(fmt::format(
          "The option recursiveFieldMaxDepth must be a number up to {}.", kDeepestRecursion));
    }
  }
  if (const auto text = options.Get("enableStableIdentifiersForUnionType")) {
    made.stable_union_names = AvroUpperCase(std::string(*text)) == "TRUE";
  }
  if (const auto text = options.Get("stableIdentifierPrefixForUnionType")) {
    made.union_prefix = *text;
  }
  return made;
}

std::string UnionMemberName(const AvroNode& branch, int place, const AvroTypeOptions& options) {
  if (!options.stable_union_names) return "member" + std::to_string(place);
  return options.union_prefix + std::string(branch.Name());
}

Result<AvroColumnType> AvroToSparkType(const AvroSchema& schema, const AvroTypeOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto type, TypeReader(options).Read(schema.root()));
  if (!type) return AvroNotSupported("Nothing is left of it at this depth of recursion.");
  return *std::move(type);
}

Result<std::string> SparkTypeToAvro(const DataType& type, bool nullable) {
  return WriteType(type, nullable, "topLevelRecord", "");
}

}  // namespace firesteel
