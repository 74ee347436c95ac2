#include "formats/avro/avro_encoder.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/ascii.h"
#include "common/error.h"
#include "fmt/format.h"
#include "formats/avro/avro_default.h"
#include "formats/avro/avro_types.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

bool SameLetters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ToUpper(x) == ToUpper(y); });
}

template <typename T>
void AppendAvroRaw(T value, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

void AppendSized(std::string_view bytes, std::string* out) {
  AppendAvroLong(static_cast<int64_t>(bytes.size()), out);
  out->append(bytes);
}

int64_t FloorToMillis(int64_t micros) { return micros / 1000 - (micros % 1000 < 0 ? 1 : 0); }

}  // namespace

enum class AvroEncoder::Action : uint8_t {
  kNull,
  kBoolean,
  kByte,
  kShort,
  kInt,
  kLong,
  kMillis,  // microseconds as milliseconds
  kFloat,
  kDouble,
  kBytes,
  kFixed,
  kEnum,
  kDecimal,
  kFixedDecimal,
  kRecord,
  kArray,
  kMap,
  kMembers,  // a struct whose one field that is set tells a union's branch
};

struct AvroEncoder::Step {
  Action action = Action::kNull;
  int null_branch = -1;   // of the union around it; -1: NULL cannot be written
  int value_branch = -1;  // of the union around it; -1: there is no union
  int64_t size = 0;
  std::string name;       // of the field, for errors
  std::string avro_type;  // for errors
  std::unordered_map<std::string_view, int> symbols;
  std::vector<int> columns;                  // kRecord: the struct's field; -1: none, it is NULL
  std::vector<std::unique_ptr<Step>> steps;  // of fields or items or members
};

/// Works out the steps.
class AvroEncoder::Compiler {
 public:
  using StepPtr = std::unique_ptr<Step>;

  Result<StepPtr> Compile(const DataType& type, const AvroNode& node, const std::string& name) {
    auto step = std::make_unique<Step>();
    step->name = name;
    step->avro_type = AvroTypeName(node.type);
    ARROW_ASSIGN_OR_RAISE(const AvroNode* target, Unwrap(type, node, step.get()));
    ARROW_ASSIGN_OR_RAISE(bool good, Choose(type, *target, step.get()));
    if (good) return step;
    return AvroNotSupported(fmt::format("{}{} cannot be written as {}.",
                                        name.empty() ? "" : "The field " + name + ": ", type.Sql(),
                                        target->Name()));
  }

 private:
  // Takes the union off that only says whether a value is there, or has a narrower type beside.
  static Result<const AvroNode*> Unwrap(const DataType& type, const AvroNode& node, Step* step) {
    if (node.type != AvroType::kUnion) return &node;
    step->null_branch = node.NullBranch();
    std::vector<const AvroNode*> branches;
    for (const AvroNode* branch : node.inner) {
      if (branch->type != AvroType::kNull) branches.push_back(branch);
    }
    if (branches.empty()) return node.inner[0];
    const AvroNode* chosen = branches.size() == 1 ? branches[0] : nullptr;
    if (branches.size() == 2 && (type.id() == TypeId::kLong || type.id() == TypeId::kDouble)) {
      const auto [low, high] = std::minmax(branches[0]->type, branches[1]->type);
      const bool integers = low == AvroType::kInt && high == AvroType::kLong;
      const bool floats = low == AvroType::kFloat && high == AvroType::kDouble;
      if (type.id() == TypeId::kLong ? integers : floats) {
        chosen = branches[0]->type == high ? branches[0] : branches[1];
      }
    }
    if (chosen == nullptr) return &node;
    step->value_branch = static_cast<int>(std::find(node.inner.begin(), node.inner.end(), chosen) -
                                          node.inner.begin());
    return chosen;
  }

  static std::optional<Action> ChooseScalar(const DataType& type, const AvroNode& node) {
    const AvroType to = node.type;
    const auto when = [](bool fits, Action action) {
      return fits ? std::optional<Action>(action) : std::nullopt;
    };
    const bool decimal = node.logical == AvroLogicalType::kDecimal &&
                         node.precision == type.precision() && node.scale == type.scale();
    switch (type.id()) {
      case TypeId::kNull:
        return when(to == AvroType::kNull, Action::kNull);
      case TypeId::kBoolean:
        return when(to == AvroType::kBoolean, Action::kBoolean);
      case TypeId::kByte:
        return when(to == AvroType::kInt, Action::kByte);
      case TypeId::kShort:
        return when(to == AvroType::kInt, Action::kShort);
      case TypeId::kInteger:
      case TypeId::kDate:
      case TypeId::kYearMonthInterval:
        return when(to == AvroType::kInt, Action::kInt);
      case TypeId::kLong:
      case TypeId::kDayTimeInterval:
        return when(to == AvroType::kLong, Action::kLong);
      case TypeId::kFloat:
        return when(to == AvroType::kFloat, Action::kFloat);
      case TypeId::kDouble:
        return when(to == AvroType::kDouble, Action::kDouble);
      case TypeId::kString:
        if (to == AvroType::kEnum) return Action::kEnum;
        return when(to == AvroType::kString, Action::kBytes);
      case TypeId::kBinary:
        if (to == AvroType::kFixed) return Action::kFixed;
        return when(to == AvroType::kBytes, Action::kBytes);
      case TypeId::kDecimal:
        if (to == AvroType::kFixed) return when(decimal, Action::kFixedDecimal);
        return when(decimal, Action::kDecimal);
      case TypeId::kTimestamp:
      case TypeId::kTimestampNtz:
        return ChooseTimestamp(type, node);
      default:
        return std::nullopt;
    }
  }

  // Longs without a logical type have milliseconds, for the sake of old versions.
  static std::optional<Action> ChooseTimestamp(const DataType& type, const AvroNode& node) {
    if (node.type != AvroType::kLong) return std::nullopt;
    const bool local = type.id() == TypeId::kTimestampNtz;
    const auto millis =
        local ? AvroLogicalType::kLocalTimestampMillis : AvroLogicalType::kTimestampMillis;
    const auto micros =
        local ? AvroLogicalType::kLocalTimestampMicros : AvroLogicalType::kTimestampMicros;
    if (node.logical == AvroLogicalType::kNone || node.logical == millis) return Action::kMillis;
    if (node.logical == micros) return Action::kLong;
    return std::nullopt;
  }

  Result<bool> Choose(const DataType& type, const AvroNode& node, Step* step) {
    step->size = node.size;
    if (type.id() == TypeId::kStruct) {
      if (node.type == AvroType::kRecord) return ChooseRecord(type, node, step);
      if (node.type == AvroType::kUnion) return ChooseMembers(type, node, step);
      return false;
    }
    if (type.id() == TypeId::kArray || type.id() == TypeId::kMap) {
      const bool map = type.id() == TypeId::kMap;
      if (node.type != (map ? AvroType::kMap : AvroType::kArray)) return false;
      if (map && type.key_type().id() != TypeId::kString) return false;
      step->action = map ? Action::kMap : Action::kArray;
      ARROW_ASSIGN_OR_RAISE(StepPtr inner, Compile(map ? type.value_type() : type.element_type(),
                                                   *node.inner[0], map ? "value" : "element"));
      step->steps.push_back(std::move(inner));
      return true;
    }
    const std::optional<Action> action = ChooseScalar(type, node);
    if (!action) return false;
    step->action = *action;
    for (size_t i = 0; i < node.symbols.size(); ++i) {
      step->symbols.emplace(node.symbols[i], static_cast<int>(i));
    }
    return true;
  }

  Result<bool> ChooseRecord(const DataType& type, const AvroNode& node, Step* step) {
    step->action = Action::kRecord;
    std::vector<uint8_t> used(type.fields().size());
    for (const AvroField& field : node.fields) {
      int column = -1;
      for (size_t i = 0; i < used.size(); ++i) {
        if (!SameLetters(type.fields()[i].name, field.name)) continue;
        if (column >= 0 || used[i]) {
          return AvroNotSupported(fmt::format("Several columns are named {}.", field.name));
        }
        column = static_cast<int>(i);
        used[i] = 1;
      }
      if (column < 0 && !(field.type->type == AvroType::kUnion && field.type->NullBranch() >= 0) &&
          field.type->type != AvroType::kNull) {
        return AvroNotSupported(
            fmt::format("The schema has the field {}, for which there is no column.", field.name));
      }
      step->columns.push_back(column);
      if (column < 0) {
        auto missing = std::make_unique<Step>();
        missing->null_branch = field.type->NullBranch();
        step->steps.push_back(std::move(missing));
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(StepPtr inner,
                            Compile(type.fields()[column].type, *field.type, field.name));
      step->steps.push_back(std::move(inner));
    }
    for (size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) {
        return AvroNotSupported(
            fmt::format("The schema has no field for the column {}.", type.fields()[i].name));
      }
    }
    return true;
  }

  Result<bool> ChooseMembers(const DataType& type, const AvroNode& node, Step* step) {
    step->action = Action::kMembers;
    const std::vector<StructField>& fields = type.fields();
    for (size_t i = 0; i < node.inner.size(); ++i) {
      if (node.inner[i]->type == AvroType::kNull) continue;
      const size_t place = step->steps.size();
      if (place >= fields.size() || fields[place].name != "member" + std::to_string(place)) {
        return false;
      }
      ARROW_ASSIGN_OR_RAISE(StepPtr inner,
                            Compile(fields[place].type, *node.inner[i], fields[place].name));
      inner->value_branch = static_cast<int>(i);
      step->steps.push_back(std::move(inner));
    }
    return step->steps.size() == fields.size();
  }
};

AvroEncoder::~AvroEncoder() = default;

Result<std::unique_ptr<AvroEncoder>> AvroEncoder::Make(std::shared_ptr<const AvroSchema> schema,
                                                       const DataType& type) {
  std::unique_ptr<AvroEncoder> encoder(new AvroEncoder());
  ARROW_ASSIGN_OR_RAISE(encoder->root_, Compiler().Compile(type, schema->root(), ""));
  encoder->schema_ = std::move(schema);
  return encoder;
}

Status AvroEncoder::Encode(const ColumnView& column, int64_t row, std::string* out) const {
  return Run(*root_, column, row, out);
}

Status AvroEncoder::RunText(const Step& step, const ColumnView& view, int64_t row,
                            std::string* out) const {
  const std::string_view bytes = view.BytesAt(row);
  if (step.action == Action::kBytes) {
    AppendSized(bytes, out);
    return Status::OK();
  }
  if (step.action == Action::kFixed) {
    if (static_cast<int64_t>(bytes.size()) != step.size) {
      return AvroNotSupported(
          fmt::format("{} bytes do not fit a fixed type of {} bytes.", bytes.size(), step.size));
    }
    out->append(bytes);
    return Status::OK();
  }
  const auto found = step.symbols.find(bytes);
  if (found == step.symbols.end()) {
    return AvroNotSupported(fmt::format("\"{}\" is no symbol of the enum.", bytes));
  }
  AppendAvroLong(found->second, out);
  return Status::OK();
}

Status AvroEncoder::RunDecimal(const Step& step, const ColumnView& view, int64_t row,
                               std::string* out) const {
  const int128_t value = UnscaledDecimalAt(view, row);
  uint8_t bytes[16];
  const int count = MinimalBigEndian(value, bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes), static_cast<size_t>(count));
  if (step.action == Action::kDecimal) {
    AppendSized(text, out);
    return Status::OK();
  }
  if (count > step.size) return AvroNotSupported("A decimal does not fit its fixed type.");
  out->append(static_cast<size_t>(step.size - count), value < 0 ? '\xff' : '\0');
  out->append(text);
  return Status::OK();
}

Status AvroEncoder::RunItems(const Step& step, const ColumnView& view, int64_t row,
                             std::string* out) const {
  const int64_t begin = view.ListBegin(row);
  const int64_t end = view.ListEnd(row);
  const bool map = step.action == Action::kMap;
  const ColumnView& items = view.child(map ? 1 : 0);
  if (end > begin) AppendAvroLong(end - begin, out);
  for (int64_t i = begin; i < end; ++i) {
    if (map) AppendSized(view.child(0).BytesAt(i), out);
    ARROW_RETURN_NOT_OK(Run(*step.steps[0], items, i, out));
  }
  AppendAvroLong(0, out);
  return Status::OK();
}

Status AvroEncoder::RunRecord(const Step& step, const ColumnView& view, int64_t row,
                              std::string* out) const {
  const int64_t inner = view.ChildIndex(row);
  for (size_t i = 0; i < step.steps.size(); ++i) {
    const int column = step.columns[i];
    if (column >= 0) {
      ARROW_RETURN_NOT_OK(Run(*step.steps[i], view.child(column), inner, out));
    } else if (step.steps[i]->null_branch >= 0) {
      AppendAvroLong(step.steps[i]->null_branch, out);
    }
  }
  return Status::OK();
}

Status AvroEncoder::RunMembers(const Step& step, const ColumnView& view, int64_t row,
                               std::string* out) const {
  const int64_t inner = view.ChildIndex(row);
  for (size_t i = 0; i < step.steps.size(); ++i) {
    if (!view.child(static_cast<int>(i)).IsNull(inner)) {
      return Run(*step.steps[i], view.child(static_cast<int>(i)), inner, out);
    }
  }
  if (step.null_branch >= 0) {
    AppendAvroLong(step.null_branch, out);
    return Status::OK();
  }
  return AvroNotSupported("No member of a union is set.");
}

Status AvroEncoder::Run(const Step& step, const ColumnView& view, int64_t row,
                        std::string* out) const {
  if (view.IsNull(row) && step.action != Action::kNull) {
    if (step.null_branch < 0) {
      return MakeError(
          "AVRO_CANNOT_WRITE_NULL_FIELD",
          {{"name", "`" + step.name + "`"}, {"dataType", "\"" + step.avro_type + "\""}});
    }
    AppendAvroLong(step.null_branch, out);
    return Status::OK();
  }
  if (step.action == Action::kNull) {
    if (step.null_branch >= 0) AppendAvroLong(step.null_branch, out);
    return Status::OK();
  }
  if (step.value_branch >= 0) AppendAvroLong(step.value_branch, out);
  switch (step.action) {
    case Action::kNull:
      break;
    case Action::kBoolean:
      out->push_back(view.BoolAt(row) ? '\1' : '\0');
      break;
    case Action::kByte:
      AppendAvroLong(view.Values<int8_t>()[row], out);
      break;
    case Action::kShort:
      AppendAvroLong(view.Values<int16_t>()[row], out);
      break;
    case Action::kInt:
      AppendAvroLong(view.Values<int32_t>()[row], out);
      break;
    case Action::kLong:
      AppendAvroLong(view.Values<int64_t>()[row], out);
      break;
    case Action::kMillis:
      AppendAvroLong(FloorToMillis(view.Values<int64_t>()[row]), out);
      break;
    case Action::kFloat:
      AppendAvroRaw(view.Values<float>()[row], out);
      break;
    case Action::kDouble:
      AppendAvroRaw(view.Values<double>()[row], out);
      break;
    case Action::kBytes:
    case Action::kFixed:
    case Action::kEnum:
      return RunText(step, view, row, out);
    case Action::kDecimal:
    case Action::kFixedDecimal:
      return RunDecimal(step, view, row, out);
    case Action::kRecord:
      return RunRecord(step, view, row, out);
    case Action::kArray:
    case Action::kMap:
      return RunItems(step, view, row, out);
    case Action::kMembers:
      return RunMembers(step, view, row, out);
  }
  return Status::OK();
}

}  // namespace firesteel
