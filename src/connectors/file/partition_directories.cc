#include "connectors/file/partition_directories.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <type_traits>
#include <utility>

#include "arrow/array/array_base.h"
#include "common/error.h"
#include "types/arrow_types.h"
#include "types/cast.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

constexpr std::string_view kEscaped = "\"#%'*/:=?\\\x7F{[]^";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x20 && kEscaped.find(c) == kEscaped.npos) {
      out->push_back(c);
      continue;
    }
    out->push_back('%');
    out->push_back(kHexDigits[byte >> 4]);
    out->push_back(kHexDigits[byte & 15]);
  }
}

std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* start = text.data() + i + 1;
      const auto [end, error] = std::from_chars(start, start + 2, code, 16);
      if (error == std::errc() && end == start + 2) {
        plain.push_back(static_cast<char>(code));
        i += 2;
        continue;
      }
    }
    plain.push_back(text[i]);
  }
  return plain;
}

template <typename T>
bool IsWhole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

bool HasShape(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

DataType TypeOfText(const std::string& text) {
  if (IsWhole<int32_t>(text)) return TypeId::kInteger;
  if (IsWhole<int64_t>(text)) return TypeId::kLong;
  const size_t first = text.find_first_not_of("+-");
  const std::string_view digits = first == text.npos ? "" : std::string_view(text).substr(first);
  const bool all_digits =
      !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
  if (all_digits && digits.size() <= 38) {
    return DataType::Decimal(static_cast<int>(digits.size()), 0);
  }
  const bool ends_as_number = !text.empty() && (text.back() < 'A' || text.ends_with("Infinity") ||
                                                text == "NaN");
  if (ends_as_number && ParseDouble(text)) return TypeId::kDouble;
  if (text.size() == 10 && HasShape(text, "0000-00-00") && ParseDate(text)) return TypeId::kDate;
  if (HasShape(text, "0000-00-00 00:00:00") && ParseTimestamp(text, TimeZone::Utc())) {
    return TypeId::kTimestamp;
  }
  return TypeId::kString;
}

// Finds the type for the values of two directories of one column.
DataType MergeTypes(const DataType& a, const DataType& b) {
  if (a.id() == TypeId::kNull || a == b) return b;
  if (b.id() == TypeId::kNull) return a;
  const auto rank = [](const DataType& type) {
    switch (type.id()) {
      case TypeId::kInteger:
        return 1;
      case TypeId::kLong:
        return 2;
      case TypeId::kDecimal:
        return 3;
      default:
        return 0;
    }
  };
  const auto either = [&](TypeId x, TypeId y) {
    return (a.id() == x && b.id() == y) || (a.id() == y && b.id() == x);
  };
  if (either(TypeId::kInteger, TypeId::kDouble)) return TypeId::kDouble;
  if (either(TypeId::kDate, TypeId::kTimestamp)) return TypeId::kTimestamp;
  if (rank(a) == 0 || rank(b) == 0) return TypeId::kString;
  if (rank(a) < 3 && rank(b) < 3) return TypeId::kLong;
  const auto digits = [](const DataType& type) {
    return type.id() == TypeId::kInteger ? 10 : type.id() == TypeId::kLong ? 20 : type.precision();
  };
  return DataType::Decimal(std::max(digits(a), digits(b)), 0);
}

std::string ListNames(const std::vector<PartitionValue>& values) {
  std::string names;
  for (const PartitionValue& value : values) names += (names.empty() ? "" : ", ") + value.name;
  return names;
}

// Compares values of one type: less than 0, 0 or more than 0; nullopt when they cannot be compared.
std::optional<int> Compare(const Value& a, const Value& b) {
  return std::visit(
      [](const auto& x, const auto& y) -> std::optional<int> {
        using X = std::decay_t<decltype(x)>;
        using Y = std::decay_t<decltype(y)>;
        if constexpr (std::is_integral_v<X> && std::is_integral_v<Y>) {
          const auto left = static_cast<int64_t>(x);
          const auto right = static_cast<int64_t>(y);
          return left < right ? -1 : left > right ? 1 : 0;
        } else if constexpr (!std::is_same_v<X, Y>) {
          return std::nullopt;
        } else if constexpr (std::is_same_v<X, std::string>) {
          return x.compare(y);
        } else if constexpr (std::is_same_v<X, Date>) {
          return x.days < y.days ? -1 : x.days > y.days ? 1 : 0;
        } else if constexpr (std::is_same_v<X, Timestamp>) {
          return x.micros < y.micros ? -1 : x.micros > y.micros ? 1 : 0;
        } else {
          return std::nullopt;
        }
      },
      a.variant(), b.variant());
}

}  // namespace

bool IsSameColumn(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

std::string PartitionDirectoryName(std::string_view name, std::optional<std::string_view> value) {
  std::string directory;
  AppendEscaped(name, &directory);
  directory.push_back('=');
  if (!value || value->empty()) {
    directory.append(kNullPartition);
  } else {
    AppendEscaped(*value, &directory);
  }
  return directory;
}

std::vector<PartitionValue> PartitionValuesOf(std::string_view path, int base_depth) {
  std::vector<std::string_view> components;
  size_t start = 1;
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    components.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  std::vector<PartitionValue> values;
  // Goes upwards from the file's directory; other directories below the partitions do not count.
  for (int i = static_cast<int>(components.size()) - 2; i >= base_depth; --i) {
    const std::string_view component = components[i];
    const size_t equals = component.find('=');
    if (equals == component.npos || equals == 0) {
      if (!values.empty()) break;
      continue;
    }
    PartitionValue value{Unescape(component.substr(0, equals)), std::nullopt};
    const std::string_view text = component.substr(equals + 1);
    if (text != kNullPartition) value.text = Unescape(text);
    values.push_back(std::move(value));
  }
  std::reverse(values.begin(), values.end());
  return values;
}

Result<Schema> DiscoverPartitionColumns(const std::vector<FileStatus>& files, int base_depth,
                                        bool infer_types, const std::string& /*time_zone*/) {
  std::vector<PartitionValue> first;
  std::vector<DataType> types;
  for (const FileStatus& file : files) {
    const std::vector<PartitionValue> values = PartitionValuesOf(file.path, base_depth);
    if (values.empty()) continue;
    if (first.empty()) {
      first = values;
      types.assign(values.size(), infer_types ? TypeId::kNull : TypeId::kString);
    }
    bool same = values.size() == first.size();
    for (size_t i = 0; same && i < values.size(); ++i) {
      same = IsSameColumn(values[i].name, first[i].name);
    }
    if (!same) {
      return MakeError("CONFLICTING_PARTITION_COLUMN_NAMES",
                       {{"distinctPartColLists", ListNames(first) + "; " + ListNames(values)},
                        {"suspiciousPaths", ToFileUri(file.path)}});
    }
    for (size_t i = 0; infer_types && i < values.size(); ++i) {
      if (values[i].text) types[i] = MergeTypes(types[i], TypeOfText(*values[i].text));
    }
  }
  Schema schema;
  for (size_t i = 0; i < first.size(); ++i) {
    schema.Add(first[i].name,
               types[i].id() == TypeId::kNull ? DataType(TypeId::kString) : types[i]);
  }
  return schema;
}

Result<Value> PartitionValueAs(const PartitionValue& partition, const DataType& type,
                               const std::string& time_zone) {
  if (!partition.text) return Value();
  if (type.id() == TypeId::kString) return Value(*partition.text);
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> text,
                        MakeArray({Value(*partition.text)}, TypeId::kString));
  const Result<std::shared_ptr<arrow::Array>> cast =
      CanCast(TypeId::kString, type, true)
          ? CastArray(text, TypeId::kString, type,
                      CastOptions{.ansi = true, .try_cast = false, .time_zone = time_zone})
          : Status::Invalid("there is no such cast");
  if (cast.ok()) return GetValue(**cast, 0, type);
  return MakeErrorCausedBy("INVALID_PARTITION_VALUE",
                           {{"value", "'" + *partition.text + "'"},
                            {"dataType", "\"" + type.Sql() + "\""},
                            {"columnName", "`" + partition.name + "`"}},
                           cast.status());
}

bool MayMatchPartition(const Predicate& predicate, const Value& value) {
  if (!predicate.children.empty() || predicate.op == Predicate::Op::kEqualNullSafe) return true;
  if (predicate.op == Predicate::Op::kIsNull) return value.is_null();
  if (value.is_null()) return false;
  if (predicate.op == Predicate::Op::kIsNotNull) return true;
  return std::any_of(
      predicate.values.begin(), predicate.values.end(), [&](const Value& wanted) {
        if (wanted.is_null()) return false;
        const std::optional<int> order = Compare(value, wanted);
        if (!order) return true;
        switch (predicate.op) {
          case Predicate::Op::kLess:
            return *order < 0;
          case Predicate::Op::kLessOrEqual:
            return *order <= 0;
          case Predicate::Op::kGreater:
            return *order > 0;
          case Predicate::Op::kGreaterOrEqual:
            return *order >= 0;
          case Predicate::Op::kEqual:
          case Predicate::Op::kIn:
            return *order == 0;
          default:
            return true;
        }
      });
}

}  // namespace firesteel
