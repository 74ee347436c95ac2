#include <charconv>
#include <cstring>
#include <limits>

#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer_builder.h"
#include "arrow/type.h"
#include "types/cast_kernels.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/interval.h"
#include "types/number_format.h"

namespace firesteel {
namespace {

// The longest text of a value of fixed width, intervals excepted.
constexpr size_t kShortTextSize = 64;

// Writes values of fixed width into a small buffer, and all values into a string.
class TextWriter {
 public:
  TextWriter(const TimeZone& zone, const TextOptions& options) : zone_(zone), options_(options) {}

  /// Writes row i to `out`, which has kShortTextSize bytes; returns the length.
  size_t WriteShort(const ColumnView& view, int64_t i, char* out);
  void Append(const ColumnView& view, int64_t i, std::string* out);

 private:
  void AppendNested(const ColumnView& view, int64_t i, std::string* out);
  void AppendElement(const ColumnView& view, int64_t i, std::string* out) {
    if (view.IsNull(i)) {
      out->append(options_.null_text);
    } else {
      Append(view, i, out);
    }
  }

  ZoneConverter zone_;
  const TextOptions options_;
};

bool IsShort(const DataType& type) {
  switch (type.id()) {
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
    case TypeId::kCalendarInterval:
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      return false;
    default:
      return true;
  }
}

size_t WriteInteger(int64_t value, char* out) {
  return static_cast<size_t>(std::to_chars(out, out + kShortTextSize, value).ptr - out);
}

size_t WriteWord(std::string_view word, char* out) {
  std::memcpy(out, word.data(), word.size());
  return word.size();
}

size_t TextWriter::WriteShort(const ColumnView& view, int64_t i, char* out) {
  switch (view.id()) {
    case TypeId::kBoolean:
      return WriteWord(view.BoolAt(i) ? "true" : "false", out);
    case TypeId::kByte:
      return WriteInteger(view.Values<int8_t>()[i], out);
    case TypeId::kShort:
      return WriteInteger(view.Values<int16_t>()[i], out);
    case TypeId::kInteger:
      return WriteInteger(view.Values<int32_t>()[i], out);
    case TypeId::kLong:
      return WriteInteger(view.Values<int64_t>()[i], out);
    case TypeId::kFloat:
      return FormatFloat(view.Values<float>()[i], out);
    case TypeId::kDouble:
      return FormatDouble(view.Values<double>()[i], out);
    case TypeId::kDecimal: {
      int128_t value;
      std::memcpy(&value, view.Values<int128_t>() + i, sizeof(value));
      return options_.plain_decimals ? FormatDecimal(value, view.type().scale(), out)
                                     : FormatDecimalScientific(value, view.type().scale(), out);
    }
    case TypeId::kDate:
      return FormatDate(view.Values<int32_t>()[i], out);
    case TypeId::kTimestamp:
      return FormatTimestamp(zone_.ToLocalMicros(view.Values<int64_t>()[i]), out);
    case TypeId::kTimestampNtz:
      return FormatTimestamp(view.Values<int64_t>()[i], out);
    default:
      return 0;
  }
}

void AppendBytes(std::string_view bytes, bool hexadecimal, std::string* out) {
  if (!hexadecimal) {
    out->append(bytes);
    return;
  }
  // As show() prints binary: [41 0A].
  static constexpr char kDigits[] = "0123456789ABCDEF";
  out->push_back('[');
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out->push_back(' ');
    out->push_back(kDigits[static_cast<uint8_t>(bytes[i]) >> 4]);
    out->push_back(kDigits[bytes[i] & 15]);
  }
  out->push_back(']');
}

void TextWriter::Append(const ColumnView& view, int64_t i, std::string* out) {
  switch (view.id()) {
    case TypeId::kString:
      out->append(view.BytesAt(i));
      break;
    case TypeId::kBinary:
      AppendBytes(view.BytesAt(i), options_.hexadecimal_binary, out);
      break;
    case TypeId::kDayTimeInterval:
      out->append(FormatDayTimeInterval(view.Values<int64_t>()[i], view.type()));
      break;
    case TypeId::kYearMonthInterval:
      out->append(FormatYearMonthInterval(view.Values<int32_t>()[i], view.type()));
      break;
    case TypeId::kCalendarInterval: {
      const auto& parts = view.Values<arrow::MonthDayNanoIntervalType::MonthDayNanos>()[i];
      out->append(FormatCalendarInterval({parts.months, parts.days, parts.nanoseconds / 1000}));
      break;
    }
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      AppendNested(view, i, out);
      break;
    default: {
      char text[kShortTextSize];
      out->append(text, WriteShort(view, i, text));
    }
  }
}

void TextWriter::AppendNested(const ColumnView& view, int64_t i, std::string* out) {
  const char* separator = "";
  if (view.id() == TypeId::kStruct) {
    out->push_back('{');
    for (const ColumnView& child : view.children()) {
      out->append(separator);
      AppendElement(child, view.ChildIndex(i), out);
      separator = ", ";
    }
    out->push_back('}');
    return;
  }
  const bool is_map = view.id() == TypeId::kMap;
  out->push_back(is_map ? '{' : '[');
  for (int64_t e = view.ListBegin(i); e < view.ListEnd(i); ++e) {
    out->append(separator);
    AppendElement(view.child(0), e, out);
    if (is_map) {
      out->append(" -> ");
      AppendElement(view.child(1), e, out);
    }
    separator = ", ";
  }
  out->push_back(is_map ? '}' : ']');
}

ArrayResult WriteColumn(const arrow::ArrayData& data, const ColumnView& view, TextWriter* writer) {
  const int64_t length = view.length();
  ARROW_ASSIGN_OR_RAISE(auto validity, CopyValidity(data));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((length + 1) * 4));
  auto* const ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  arrow::BufferBuilder text;
  const bool is_short = IsShort(view.type());
  char buffer[kShortTextSize];
  std::string scratch;
  ends[0] = 0;
  for (int64_t i = 0; i < length; ++i) {
    if (!view.IsNull(i)) {
      if (is_short) {
        const size_t size = writer->WriteShort(view, i, buffer);
        ARROW_RETURN_NOT_OK(text.Append(buffer, static_cast<int64_t>(size)));
      } else {
        scratch.clear();
        writer->Append(view, i, &scratch);
        ARROW_RETURN_NOT_OK(text.Append(scratch.data(), static_cast<int64_t>(scratch.size())));
      }
      if (text.length() > std::numeric_limits<int32_t>::max()) {
        return Status::CapacityError("More than 2 GiB of text in one batch of rows.");
      }
    }
    ends[i + 1] = static_cast<int32_t>(text.length());
  }
  ARROW_ASSIGN_OR_RAISE(auto bytes, text.Finish());
  return arrow::MakeArray(arrow::ArrayData::Make(
      arrow::utf8(), length, {std::move(validity), std::move(offsets), std::move(bytes)}));
}

}  // namespace

ArrayResult CastToText(const CastTask& task) {
  TextOptions options;
  options.plain_decimals = task.ansi_rules();
  TextWriter writer(task.zone, options);
  return WriteColumn(task.data, task.view, &writer);
}

ArrayResult CastToString(const std::shared_ptr<arrow::Array>& array, const DataType& from,
                         const std::string& zone, const TextOptions& options) {
  // Such an array has no bits that could be copied.
  if (from.id() == TypeId::kNull) return arrow::MakeArrayOfNull(arrow::utf8(), array->length());
  ARROW_ASSIGN_OR_RAISE(const auto time_zone, TimeZone::Find(zone));
  ARROW_ASSIGN_OR_RAISE(const ColumnView view, ColumnView::Make(*array->data(), from));
  TextWriter writer(*time_zone, options);
  return WriteColumn(*array->data(), view, &writer);
}

}  // namespace firesteel
