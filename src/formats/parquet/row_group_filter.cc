#include "formats/parquet/row_group_filter.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "parquet/metadata.h"
#include "parquet/schema.h"
#include "parquet/statistics.h"

namespace firesteel {
namespace {

// Finds the column of a predicate: a leaf at the top of the file, of this name without case.
int FindLeaf(const parquet::SchemaDescriptor& schema, const std::string& name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  int found = -1;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string path = schema.Column(i)->path()->ToDotString();
    if (!std::equal(name.begin(), name.end(), path.begin(), path.end(),
                    [lower](char a, char b) { return lower(a) == lower(b); })) {
      continue;
    }
    if (found >= 0 || schema.GetColumnRoot(i)->is_group()) return -1;
    found = i;
  }
  return found;
}

// Reads a whole number of any of the engine's types that Parquet keeps as INT32 or INT64.
std::optional<int64_t> AsLong(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::optional<int64_t> {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, int8_t> || std::is_same_v<T, int16_t> ||
                      std::is_same_v<T, int32_t> || std::is_same_v<T, int64_t>) {
          return held;
        } else {
          return std::nullopt;
        }
      },
      value.variant());
}

// Whether some value in [least, greatest] makes the predicate true.
template <typename T>
bool MayHold(Predicate::Op op, const T& least, const T& greatest, const T& value) {
  switch (op) {
    case Predicate::Op::kEqual:
    case Predicate::Op::kIn:
      return !(value < least) && !(greatest < value);
    case Predicate::Op::kLess:
      return least < value;
    case Predicate::Op::kLessOrEqual:
      return !(value < least);
    case Predicate::Op::kGreater:
      return value < greatest;
    case Predicate::Op::kGreaterOrEqual:
      return !(greatest < value);
    default:
      break;
  }
  return true;
}

template <typename ParquetType>
const parquet::TypedStatistics<ParquetType>& Typed(const parquet::Statistics& statistics) {
  return static_cast<const parquet::TypedStatistics<ParquetType>&>(statistics);
}

// Takes any group for floating-point numbers: statistics leave NaN out, the largest number.
bool MayHoldValue(const parquet::ColumnDescriptor& column, const parquet::Statistics& statistics,
                  Predicate::Op op, const Value& value) {
  const auto& logical = column.logical_type();
  const bool plain_number =
      logical == nullptr || logical->is_none() ||
      (logical->is_int() && static_cast<const parquet::IntLogicalType&>(*logical).is_signed());
  if (const std::optional<int64_t> number = AsLong(value); number && plain_number) {
    if (column.physical_type() == parquet::Type::INT32) {
      const auto& typed = Typed<parquet::Int32Type>(statistics);
      return MayHold<int64_t>(op, typed.min(), typed.max(), *number);
    }
    if (column.physical_type() == parquet::Type::INT64) {
      const auto& typed = Typed<parquet::Int64Type>(statistics);
      return MayHold<int64_t>(op, typed.min(), typed.max(), *number);
    }
  }
  if (value.Is<std::string>() && logical != nullptr && logical->is_string() &&
      column.physical_type() == parquet::Type::BYTE_ARRAY) {
    const auto& typed = Typed<parquet::ByteArrayType>(statistics);
    const parquet::ByteArray least = typed.min();
    const parquet::ByteArray greatest = typed.max();
    return MayHold<std::string_view>(op, {reinterpret_cast<const char*>(least.ptr), least.len},
                                     {reinterpret_cast<const char*>(greatest.ptr), greatest.len},
                                     value.Get<std::string>());
  }
  return true;
}

bool MayMatch(const parquet::RowGroupMetaData& group, const parquet::SchemaDescriptor& schema,
              const Predicate& predicate) {
  if (!predicate.children.empty() || predicate.op == Predicate::Op::kEqualNullSafe) return true;
  const int leaf = FindLeaf(schema, predicate.column);
  if (leaf < 0) return true;
  const std::shared_ptr<parquet::Statistics> statistics = group.ColumnChunk(leaf)->statistics();
  if (statistics == nullptr) return true;
  if (predicate.op == Predicate::Op::kIsNull) {
    return !statistics->HasNullCount() || statistics->null_count() > 0;
  }
  if (predicate.op == Predicate::Op::kIsNotNull) {
    return !statistics->HasNullCount() || statistics->null_count() < group.num_rows();
  }
  if (statistics->HasNullCount() && statistics->null_count() == group.num_rows()) return false;
  if (!statistics->HasMinMax()) return true;
  return std::any_of(predicate.values.begin(), predicate.values.end(), [&](const Value& value) {
    return MayHoldValue(*schema.Column(leaf), *statistics, predicate.op, value);
  });
}

}  // namespace

std::vector<int> MatchingRowGroups(const parquet::FileMetaData& metadata,
                                   const std::vector<Predicate>& predicates) {
  std::vector<int> matching;
  for (int i = 0; i < metadata.num_row_groups(); ++i) {
    const std::unique_ptr<parquet::RowGroupMetaData> group = metadata.RowGroup(i);
    if (std::all_of(predicates.begin(), predicates.end(), [&](const Predicate& predicate) {
          return MayMatch(*group, *metadata.schema(), predicate);
        })) {
      matching.push_back(i);
    }
  }
  return matching;
}

}  // namespace firesteel
