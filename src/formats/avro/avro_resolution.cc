#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "formats/avro/avro_decoder.h"
#include "formats/avro/avro_default.h"
#include "formats/avro/avro_step.h"

namespace firesteel {

/// Works out the steps.
class AvroDecoder::Compiler {
 public:
  explicit Compiler(const AvroTypeOptions& options) : options_(options) {}

  using StepPtr = std::unique_ptr<Step>;

  Result<StepPtr> Compile(const AvroNode& writer, const AvroNode& reader, const DataType& type) {
    if (writer.type == AvroType::kUnion) {
      StepPtr step = MakeStep(Action::kUnion);
      for (const AvroNode* branch : writer.inner) {
        ARROW_ASSIGN_OR_RAISE(StepPtr inner, Compile(*branch, reader, type));
        step->steps.push_back(std::move(inner));
      }
      return step;
    }
    if (reader.type == AvroType::kUnion) return CompileReaderUnion(writer, reader, type);
    if (!GoTogether(writer, reader)) return Refuse(writer, reader);
    switch (reader.type) {
      case AvroType::kRecord:
        return CompileRecord(writer, reader, type);
      case AvroType::kArray:
      case AvroType::kMap: {
        const bool map = reader.type == AvroType::kMap;
        StepPtr step = MakeStep(map ? Action::kMap : Action::kArray);
        ARROW_ASSIGN_OR_RAISE(StepPtr inner,
                              Compile(*writer.inner[0], *reader.inner[0],
                                      map ? type.value_type() : type.element_type()));
        step->steps.push_back(std::move(inner));
        return step;
      }
      case AvroType::kEnum:
        return CompileEnum(writer, reader);
      default:
        return CompileScalar(writer, reader);
    }
  }

 private:
  static StepPtr MakeStep(Action action) {
    auto step = std::make_unique<Step>();
    step->action = action;
    return step;
  }

  static StepPtr Refuse(const AvroNode& writer, const AvroNode& reader) {
    StepPtr step = MakeStep(Action::kFail);
    step->reason = fmt::format("A {} cannot be read as {}", writer.Name(), reader.Name());
    return step;
  }

  // Avro's rules, for two types that are no unions. The names of records do not matter to it, but
  // those of enums and fixed do.
  static bool GoTogether(const AvroNode& writer, const AvroNode& reader) {
    const AvroType from = writer.type;
    const AvroType to = reader.type;
    if (from == to) {
      if (to != AvroType::kEnum && to != AvroType::kFixed) return true;
      const auto& aliases = reader.aliases;
      const bool named =
          writer.full_name == reader.full_name ||
          std::find(aliases.begin(), aliases.end(), writer.full_name) != aliases.end();
      return named && writer.size == reader.size;
    }
    switch (to) {
      case AvroType::kLong:
        return from == AvroType::kInt;
      case AvroType::kFloat:
        return from == AvroType::kInt || from == AvroType::kLong;
      case AvroType::kDouble:
        return from >= AvroType::kInt && from <= AvroType::kFloat;
      case AvroType::kBytes:
        return from == AvroType::kString;
      case AvroType::kString:
        return from == AvroType::kBytes;
      default:
        return false;
    }
  }

  static bool SameKind(const AvroNode& writer, const AvroNode& reader) {
    if (writer.type != reader.type) return false;
    if (writer.type != AvroType::kRecord) return GoTogether(writer, reader);
    const auto& aliases = reader.aliases;
    return writer.full_name == reader.full_name ||
           std::find(aliases.begin(), aliases.end(), writer.full_name) != aliases.end();
  }

  // The branch of the same kind, else the first that the value can become.
  Result<StepPtr> CompileReaderUnion(const AvroNode& writer, const AvroNode& reader,
                                     const DataType& type) {
    const AvroNode* chosen = nullptr;
    for (const AvroNode* branch : reader.inner) {
      if (!chosen && SameKind(writer, *branch)) chosen = branch;
    }
    for (const AvroNode* branch : reader.inner) {
      if (!chosen && GoTogether(writer, *branch)) chosen = branch;
    }
    if (chosen == nullptr) return Refuse(writer, reader);
    if (chosen->type == AvroType::kNull) return MakeStep(Action::kNull);
    std::vector<const AvroNode*> branches;
    for (const AvroNode* branch : reader.inner) {
      if (branch->type != AvroType::kNull) branches.push_back(branch);
    }
    const bool is_struct = type.id() == TypeId::kStruct;
    if (branches.size() == 1 || !is_struct) return Compile(writer, *chosen, type);
    const auto place = std::find(branches.begin(), branches.end(), chosen) - branches.begin();
    const std::string name = UnionMemberName(*chosen, static_cast<int>(place), options_);
    const int member = Schema(type.fields()).IndexOf(name);
    if (member < 0) {
      StepPtr step = MakeStep(Action::kFail);
      step->reason = "A union holds more levels of a record in itself than are to be read";
      return step;
    }
    StepPtr step = MakeStep(Action::kMember);
    step->member = member;
    step->fields_of_struct = static_cast<int>(type.fields().size());
    ARROW_ASSIGN_OR_RAISE(StepPtr inner, Compile(writer, *chosen, type.fields()[member].type));
    step->steps.push_back(std::move(inner));
    return step;
  }

  static const AvroField* FindReaderField(const AvroNode& reader, const std::string& name) {
    for (const AvroField& field : reader.fields) {
      if (field.name == name) return &field;
    }
    for (const AvroField& field : reader.fields) {
      const auto& aliases = field.aliases;
      if (std::find(aliases.begin(), aliases.end(), name) != aliases.end()) return &field;
    }
    return nullptr;
  }

  Result<StepPtr> CompileRecord(const AvroNode& writer, const AvroNode& reader,
                                const DataType& type) {
    StepPtr step = MakeStep(Action::kRecord);
    const Schema columns(type.fields());
    std::set<const AvroField*> found;
    for (const AvroField& field : writer.fields) {
      Step::Field& part = step->fields.emplace_back();
      part.skipped = field.type;
      const AvroField* target = FindReaderField(reader, field.name);
      if (target == nullptr || !found.insert(target).second) continue;
      part.child = columns.IndexOf(target->name);
      if (part.child < 0) continue;  // recursion ends here
      ARROW_ASSIGN_OR_RAISE(StepPtr inner,
                            Compile(*field.type, *target->type, columns.field(part.child).type));
      part.step = inner.get();
      step->steps.push_back(std::move(inner));
    }
    for (const AvroField& field : reader.fields) {
      if (found.contains(&field)) continue;
      if (!field.has_default) {
        StepPtr fails = MakeStep(Action::kFail);
        fails->reason = fmt::format("The field {} is missing and has no default", field.name);
        return fails;
      }
      const int child = columns.IndexOf(field.name);
      if (child < 0) continue;
      ARROW_ASSIGN_OR_RAISE(StepPtr inner, CompileDefault(field, columns.field(child).type));
      step->fields.push_back({nullptr, child, inner.get()});
      step->steps.push_back(std::move(inner));
    }
    return step;
  }

  Result<StepPtr> CompileDefault(const AvroField& field, const DataType& type) {
    StepPtr step = MakeStep(Action::kDefault);
    ARROW_ASSIGN_OR_RAISE(step->bytes, EncodeAvroDefault(field));
    ARROW_ASSIGN_OR_RAISE(StepPtr inner, Compile(*field.type, *field.type, type));
    step->steps.push_back(std::move(inner));
    return step;
  }

  static Result<StepPtr> CompileEnum(const AvroNode& writer, const AvroNode& reader) {
    StepPtr step = MakeStep(Action::kEnum);
    const std::set<std::string> known(reader.symbols.begin(), reader.symbols.end());
    for (const std::string& symbol : writer.symbols) {
      step->symbols.push_back(known.contains(symbol) ? symbol : reader.default_symbol);
    }
    return step;
  }

  static Result<StepPtr> CompileScalar(const AvroNode& writer, const AvroNode& reader) {
    StepPtr step = MakeStep(Action::kNull);
    const bool decimal = reader.logical == AvroLogicalType::kDecimal;
    step->precision = reader.precision;
    step->size = writer.size;
    switch (writer.type) {
      case AvroType::kNull:
        break;
      case AvroType::kBoolean:
        step->action = Action::kBoolean;
        break;
      case AvroType::kInt:
      case AvroType::kLong: {
        step->wide = writer.type == AvroType::kLong;
        const bool millis = reader.logical == AvroLogicalType::kTimestampMillis ||
                            reader.logical == AvroLogicalType::kLocalTimestampMillis;
        step->action = millis ? Action::kMillis : Action::kInteger;
        break;
      }
      case AvroType::kFloat:
        step->action = Action::kFloat;
        break;
      case AvroType::kDouble:
        step->action = Action::kDouble;
        break;
      case AvroType::kFixed:
        step->action = decimal ? Action::kFixedDecimal : Action::kFixed;
        break;
      default:
        step->action = decimal ? Action::kDecimal : Action::kBytes;
        break;
    }
    return step;
  }

  const AvroTypeOptions& options_;
};

Result<std::unique_ptr<AvroDecoder>> AvroDecoder::Make(std::shared_ptr<const AvroSchema> writer,
                                                       std::shared_ptr<const AvroSchema> reader,
                                                       const DataType& type,
                                                       const AvroTypeOptions& options) {
  std::unique_ptr<AvroDecoder> decoder(new AvroDecoder());
  ARROW_ASSIGN_OR_RAISE(decoder->root_,
                        Compiler(options).Compile(writer->root(), reader->root(), type));
  decoder->writer_ = std::move(writer);
  decoder->reader_ = std::move(reader);
  return decoder;
}

}  // namespace firesteel
